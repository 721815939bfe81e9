// Huffman encoding of a block, with the bits of jchuff.c. A mask of the coefficients that are not
// zero is made first, so that the loop visits only these.
#include "codecs/jpeg/kernels/kernels.h"

namespace crop64::kernels {
namespace {

// The first members of jchuff.c's working_state, which no header declares. The patched jchuff.c
// asserts their offsets.
struct State {
  JOCTET* next_output_byte;
  size_t free_in_buffer;
  uint64_t buffer;  // bits that are not written yet: the lowest 64 - free_bits
  int free_bits;
};

class BitWriter {
 public:
  BitWriter(State& state, JOCTET* out)
      : state_(state), out_(out), buffer_(state.buffer), free_bits_(state.free_bits) {}

  // The methods are inlined, so that the buffer stays in registers.
  [[gnu::always_inline]] void put(uint32_t bits, int count) {
    free_bits_ -= count;
    if (free_bits_ >= 0) {
      buffer_ = buffer_ << count | bits;
      return;
    }
    out_ = write(buffer_ << (count + free_bits_) | bits >> -free_bits_, out_);
    free_bits_ += 64;
    buffer_ = bits;
  }
  [[gnu::always_inline]] void put_code(const c_derived_tbl* table, int symbol) {
    put(table->ehufco[symbol], table->ehufsi[symbol]);
  }
  // Writes the code for `run` zeros and the magnitude's bit count, and then these bits. A negative
  // number is written as the low bits of number - 1 (ITU-T T.81, F.1.2.1).
  [[gnu::always_inline]] void put_number(const c_derived_tbl* table, int run, int number) {
    const int sign = number >> 31;
    const int magnitude = (number ^ sign) - sign;
    const int count = magnitude == 0 ? 0 : 32 - __builtin_clz(unsigned(magnitude));
    const int symbol = 16 * run + count;
    const uint32_t bits = uint32_t(number + sign) & ((uint32_t{1} << count) - 1);
    put(table->ehufco[symbol] << count | bits, table->ehufsi[symbol] + count);
  }
  JOCTET* finish() {
    state_.buffer = buffer_;
    state_.free_bits = free_bits_;
    return out_;
  }

 private:
  // Writes eight bytes, and a zero after each that is 255.
  [[gnu::noinline]] static JOCTET* write(uint64_t bits, JOCTET* out) {
    // A byte of 255 has its top bit set, and has it clear when 1 is added.
    const uint64_t at_top = 0x8080808080808080;
    if ((bits & at_top & ~(bits + 0x0101010101010101)) == 0) {
      const v128_t bytes = wasm_i64x2_splat(int64_t(bits));
      wasm_v128_store64_lane(
          out, wasm_i8x16_shuffle(bytes, bytes, 7, 6, 5, 4, 3, 2, 1, 0, 7, 6, 5, 4, 3, 2, 1, 0), 0);
      return out + 8;
    }
    for (int shift = 56; shift >= 0; shift -= 8) {
      const auto byte = JOCTET(bits >> shift);
      *out++ = byte;
      *out = 0;
      out += byte == 0xff;
    }
    return out;
  }

  State& state_;
  JOCTET* out_;
  uint64_t buffer_;
  int free_bits_;
};

// Indices for a swizzle that collects coefficients in zigzag order. Vector 4 * part + quarter is
// for the 16 coefficients from 16 * part on: lane by lane, the coefficient's index within that
// quarter of the block, or 255 (which gives 0) if it is in another quarter.
struct alignas(16) Indices {
  uint8_t lanes[16];
};
constexpr std::array<Indices, 16> make_indices() {
  std::array<Indices, 16> indices{};
  for (int i = 0; i < 16 * 16; ++i) {
    const int part = i / 64, quarter = i / 16 % 4, lane = i % 16;
    const int at = kZigzag[size_t(16 * part + lane)];
    indices[size_t(i / 16)].lanes[lane] = at / 16 == quarter ? uint8_t(at % 16) : 255;
  }
  return indices;
}
constexpr std::array<Indices, 16> kIndices = make_indices();

// A bit for each coefficient, in zigzag order: whether it is not zero.
inline uint64_t find_numbers(const JCOEF* block) {
  v128_t quarters[4];
  for (int i = 0; i < 4; ++i) {
    quarters[i] =
        wasm_i8x16_narrow_i16x8(wasm_v128_load(block + 16 * i), wasm_v128_load(block + 16 * i + 8));
  }
  uint64_t zeros = 0;
#pragma clang loop unroll(full)
  for (int part = 0; part < 4; ++part) {
    v128_t numbers = wasm_i8x16_splat(0);
#pragma clang loop unroll(full)
    for (int quarter = 0; quarter < 4; ++quarter) {
      const v128_t indices = wasm_v128_load(kIndices[size_t(4 * part + quarter)].lanes);
      numbers = wasm_v128_or(numbers, wasm_i8x16_swizzle(quarters[quarter], indices));
    }
    const v128_t is_zero = wasm_i8x16_eq(numbers, wasm_i8x16_splat(0));
    zeros |= uint64_t(uint32_t(wasm_i8x16_bitmask(is_zero))) << (16 * part);
  }
  return ~zeros;
}

}  // namespace

extern "C" JOCTET* jsimd_huff_encode_one_block(void* state, JOCTET* out, JCOEFPTR block,
                                               int last_dc, c_derived_tbl* dc_table,
                                               c_derived_tbl* ac_table) {
  constexpr int kEndOfBlock = 0, kSixteenZeros = 0xf0;
  BitWriter writer(*static_cast<State*>(state), out);
  writer.put_number(dc_table, 0, block[0] - last_dc);
  uint64_t numbers = find_numbers(block) & ~uint64_t{1};
  int last = 0;
  while (numbers != 0) {
    const int at = __builtin_ctzll(numbers);
    numbers &= numbers - 1;
    int run = at - last - 1;
    last = at;
    for (; run >= 16; run -= 16) {
      writer.put_code(ac_table, kSixteenZeros);
    }
    writer.put_number(ac_table, run, block[kZigzag[size_t(at)]]);
  }
  if (last < DCTSIZE2 - 1) {
    writer.put_code(ac_table, kEndOfBlock);
  }
  return writer.finish();
}

}  // namespace crop64::kernels
