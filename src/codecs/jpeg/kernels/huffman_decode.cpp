// Huffman decoding of an MCU, with the results of jdhuff.c. Bits are loaded eight bytes at a time,
// and each load is followed by as many steps as it has bits for in any case: checking before each
// step whether bits are left cost more than the steps.
#include "codecs/jpeg/kernels/kernels.h"

// clang-format off
extern "C" {
#include <jdhuff.h>
}
// clang-format on

namespace crop64::kernels {
namespace {

constexpr int kLook = HUFF_LOOKAHEAD;
constexpr int kMaxSymbolBits = 32;  // a code has at most 16 bits, and its number 15
constexpr int kMaxSkipBits = 18;    // a code and its number rarely have more

// The steps that one load has bits for.
constexpr int kLoadedBits = 56;
constexpr int kStepsPerLoad = kLoadedBits / STEP_LOOKAHEAD;
constexpr int kSkipsPerLoad = kLoadedBits / kMaxSkipBits;

// The index in the block at which the coefficient `k` in zigzag order is stored. A code without a
// number stores a 0 after its zeros, an end of block a 0 after 63 of them. An index beyond the
// block is stored as the last one, as jdhuff.c does; such a 0 overwrites nothing, because the block
// would have ended with its last coefficient. The two codes of a step reach at most 63 + 16 + 64.
constexpr std::array<uint8_t, 3 * DCTSIZE2> make_order() {
  std::array<uint8_t, 3 * DCTSIZE2> order{};
  for (size_t k = 0; k < order.size(); ++k) {
    order[k] = k < DCTSIZE2 ? kZigzag[k] : uint8_t(DCTSIZE2 - 1);
  }
  return order;
}
constexpr std::array<uint8_t, 3 * DCTSIZE2> kOrder = make_order();

// Converts `size` bits to a signed number (EXTEND in ITU-T T.81, F.2.2.1): bits that begin with 0
// are a negative number.
inline int extend(int bits, int size) {
  return bits >> (size - 1) != 0 ? bits : bits - (1 << size) + 1;
}

// Reads bits up to the next marker.
class BitReader {
 public:
  BitReader(const JOCTET* in, const bitread_perm_state& state)
      : in_(in),
        buffer_(state.bits_left > 0 ? state.get_buffer << (64 - state.bits_left) : 0),
        count_(state.bits_left) {}

  // Ensures that a code and its number are loaded. False if a marker may come before their end.
  bool fill() { return count_ >= kMaxSymbolBits || load(); }
  uint32_t peek(int count) const { return uint32_t(buffer_ >> (64 - count)); }
  void drop(int count) {
    buffer_ <<= count;
    count_ -= count;
  }
  // `size` is not 0.
  int take_number(int size) {
    const auto bits = int(peek(size));
    drop(size);
    return extend(bits, size);
  }
  const JOCTET* finish(bitread_perm_state& state) const {
    state.get_buffer = count_ > 0 ? buffer_ >> (64 - count_) : 0;
    state.bits_left = count_;
    return in_;
  }

  // Ensures that kLoadedBits bits are loaded, if less than 64 are. False at a marker. Reads up to
  // eight bytes.
  bool load() {
    const v128_t raw = wasm_v128_load64_zero(in_);
    if (wasm_i8x16_bitmask(wasm_i8x16_eq(raw, wasm_i8x16_splat(-1))) == 0) {
      const v128_t turned =
          wasm_i8x16_swizzle(raw, wasm_i8x16_const(7, 6, 5, 4, 3, 2, 1, 0, 7, 6, 5, 4, 3, 2, 1, 0));
      // The bits of a byte that fits only in part are loaded again, as a whole, by the next load.
      buffer_ |= uint64_t(wasm_i64x2_extract_lane(turned, 0)) >> count_;
      in_ += (63 - count_) >> 3;
      count_ |= kLoadedBits;
      return true;
    }
    // On a copy: a function that is not inlined takes the object's address, and an object whose
    // address is taken does not stay in registers.
    BitReader other = *this;
    if (!other.load_bytes()) {
      return false;
    }
    *this = other;
    return true;
  }

 private:
  __attribute__((noinline)) bool load_bytes() {
    while (count_ < kLoadedBits) {
      if (in_[0] == 0xff && in_[1] != 0) {
        return false;
      }
      buffer_ |= uint64_t{in_[0]} << (kLoadedBits - count_);
      in_ += in_[0] == 0xff ? 2 : 1;
      count_ += 8;
    }
    return true;
  }

  const JOCTET* in_;
  uint64_t buffer_;  // the next bits, the first one highest
  int count_;        // of valid bits; the bits below them are 0 or those that follow in the file
};

// The code of more than kLook bits at the start of sixteen bits: its length << kLook | its symbol,
// or -1 if there is none. Not inlined because it is rarely called, and V8 optimises small functions
// sooner.
__attribute__((noinline)) int find_long_code(const d_derived_tbl& table, uint32_t bits) {
  for (int length = kLook + 1; length <= 16; ++length) {
    const auto code = JLONG(bits >> (16 - length));
    if (code <= table.maxcode[length]) {
      return length << kLook | table.pub->huffval[(code + table.valoffset[length]) & 0xff];
    }
  }
  return -1;
}

// The code at the start of sixteen bits, in the same format.
inline int find_code(const d_derived_tbl& table, uint32_t bits) {
  const int found = table.lookup[bits >> (16 - kLook)];
  return found >> kLook > kLook ? find_long_code(table, bits) : found;
}

// Reads the next code and returns its symbol; the bits of its number are loaded. -1 at a marker or
// an invalid code.
inline int take_symbol(BitReader& reader, const d_derived_tbl& table) {
  const int found = reader.fill() ? find_code(table, reader.peek(16)) : -1;
  if (found < 0) {
    return -1;
  }
  reader.drop(found >> kLook);
  return found & 0xff;
}

// Decodes the AC coefficients of a block. False if libjpeg's slow decoder has to do it: at a marker
// or an invalid code.
bool decode_numbers(BitReader& its_reader, const d_derived_tbl& table, JCOEFPTR block) {
  BitReader reader = its_reader;
  for (int k = 1; k < DCTSIZE2;) {
    if (!reader.load()) {
      return false;
    }
    bool found = true;
#pragma clang loop unroll(full)
    for (int i = 0; i < kStepsPerLoad; ++i) {
      const uint64_t step = table.numbers[reader.peek(STEP_LOOKAHEAD)];
      found = step != 0;
      if (!found) {
        break;
      }
      const BitReader before = reader;
      reader.drop(int(step & 63));
      const int first = k + int(step >> 16 & 0xff);
      const int second = k + int(step >> 24 & 0xff);
      // The first coefficient is stored last: if it ends the block, the step has no second one.
      block[kOrder[size_t(second)]] = JCOEF(step >> 48);
      block[kOrder[size_t(first)]] = JCOEF(step >> 32);
      k = second + 1;
      if (k >= DCTSIZE2) {
        if (first >= DCTSIZE2 - 1) {
          reader = before;
          reader.drop(int(step >> 8 & 63));
        }
        its_reader = reader;
        return true;
      }
    }
    if (found) {
      continue;
    }
    const int symbol = take_symbol(reader, table);
    if (symbol < 0) {
      return false;
    }
    k += symbol >> 4;
    const int size = symbol & 15;
    if (size != 0) {
      block[kOrder[size_t(k)]] = JCOEF(reader.take_number(size));
    } else if (symbol != 0xf0) {
      break;
    }
    ++k;
  }
  its_reader = reader;
  return true;
}

// Skips the AC coefficients of a block. False as above.
bool skip_numbers(BitReader& its_reader, const d_derived_tbl& table) {
  BitReader reader = its_reader;
  for (int k = 1; k < DCTSIZE2;) {
    if (!reader.load()) {
      return false;
    }
    bool found = true;
#pragma clang loop unroll(full)
    for (int i = 0; i < kSkipsPerLoad; ++i) {
      const auto step = uint32_t(table.skips[reader.peek(STEP_LOOKAHEAD)]);
      found = step != 0 && k + int(step >> 16 & 0xff) < DCTSIZE2;
      if (!found) {
        break;
      }
      reader.drop(int(step & 63));
      k += int(step >> 24);
      if (k >= DCTSIZE2) {
        its_reader = reader;
        return true;
      }
    }
    if (found) {
      continue;
    }
    const int symbol = take_symbol(reader, table);
    if (symbol < 0) {
      return false;
    }
    const int size = symbol & 15;
    reader.drop(size);
    k += size != 0 || symbol == 0xf0 ? (symbol >> 4) + 1 : DCTSIZE2;
  }
  its_reader = reader;
  return true;
}

}  // namespace

// Fills in the members `numbers` and `skips` of a table for AC codes. Each has an entry for each
// value of the next STEP_LOOKAHEAD bits.
//
// numbers: one or two coefficients.
//
//    63           48 47           32 31      24 23      16 15       8 7        0
//   +---------------+---------------+----------+----------+----------+----------+
//   |   number 2    |   number 1    |  last 2  |  last 1  |  bits 1  |  bits 2  |
//   +---------------+---------------+----------+----------+----------+----------+
//
//   number 1, 2  the coefficients, with sign
//   last 1, 2    the coefficients from the current one to coefficient 1 or 2, less one: the zeros
//                before it, and for 2 also coefficient 1 and its zeros
//   bits 1, 2    the bits up to the end of coefficient 1 or 2
//
// If the bits hold only one code with its number, 2 is equal to 1. A code without a number has
// the number 0; an end of block has the number 0 after 63 zeros, and is never followed by a second
// code. The entry is 0 if the bits do not hold the first code and its whole number.
//
// skips: all codes that fit.
//
//    31           24 23           16 15                            0
//   +---------------+---------------+-------------------------------+
//   | coefficients  | all but last  |             bits              |
//   +---------------+---------------+-------------------------------+
//
//   coefficients  the number of coefficients of all codes; an end of block counts as 64
//   all but last  the same without the last code
//   bits          the bits of all codes and their numbers, at most 18
//
// Each code is whole in the lookahead, but the number of the last one need not be. The entry is 0
// if there is no such code.
extern "C" void jsimd_make_ac_steps(d_derived_tbl* table) {
  constexpr int kBits = STEP_LOOKAHEAD;
  constexpr uint32_t kAll = 1 << kBits;
  for (uint32_t look = 0; look < kAll; ++look) {
    uint64_t first = 0, numbers = 0;
    int all = 0, but_last = 0, bits = 0;
    for (int codes = 0; all < DCTSIZE2 && bits < kBits; ++codes) {
      const uint32_t rest = look << bits & (kAll - 1);
      const int found = find_code(*table, rest << (16 - kBits));
      const int length = found >> kLook;
      const int symbol = found & 0xff;
      const int size = symbol & 15;
      if (found < 0 || bits + length > kBits || bits + length + size > kMaxSkipBits) {
        break;
      }
      const bool ends = size == 0 && symbol != 0xf0;
      but_last = all;
      all += ends ? DCTSIZE2 : (symbol >> 4) + 1;
      bits += length + size;
      if (codes < 2 && bits <= kBits) {
        const int value = int(look >> (kBits - bits)) & ((1 << size) - 1);
        const uint64_t number = uint16_t(size > 0 ? extend(value, size) : 0);
        if (codes == 0) {
          first = number << 32 | uint64_t((all - 1) << 16 | bits << 8);
        }
        numbers = first | number << 48 | uint64_t((all - 1) << 24 | bits);
      }
    }
    table->numbers[look] = numbers;
    table->skips[look] = int(uint32_t(all) << 24 | uint32_t(but_last << 16 | bits));
  }
}

// Decodes an MCU into `blocks`, or skips it if `blocks` is null. Returns FALSE at a marker and at
// an invalid code: only `blocks` have changed then, and jdhuff.c's slow decoder has to decode the
// MCU. Reads at most 512 bytes a block.
extern "C" boolean jsimd_decode_mcu(j_decompress_ptr decoder, JBLOCKROW* blocks, mcu_state state) {
  BitReader reader(decoder->src->next_input_byte, *state.bits);
  int last_dc[MAX_COMPS_IN_SCAN];
  for (int i = 0; i < MAX_COMPS_IN_SCAN; ++i) {
    last_dc[i] = state.last_dc[i];
  }
  for (int i = 0; i < decoder->blocks_in_MCU; ++i) {
    const int size = take_symbol(reader, *state.dc_tables[i]);
    if (size < 0) {
      return FALSE;
    }
    const int difference = size > 0 ? reader.take_number(size) : 0;
    JCOEFPTR block = blocks != nullptr ? *blocks[i] : nullptr;
    if (state.dc_needed[i]) {
      int& dc = last_dc[decoder->MCU_membership[i]];
      dc = int(unsigned(dc) + unsigned(difference));
      if (block != nullptr) {
        block[0] = JCOEF(dc);
      }
    }
    const d_derived_tbl& table = *state.ac_tables[i];
    if (!(state.ac_needed[i] && block != nullptr ? decode_numbers(reader, table, block)
                                                 : skip_numbers(reader, table))) {
      return FALSE;
    }
  }
  for (int i = 0; i < MAX_COMPS_IN_SCAN; ++i) {
    state.last_dc[i] = last_dc[i];
  }
  const JOCTET* next = reader.finish(*state.bits);
  decoder->src->bytes_in_buffer -= size_t(next - decoder->src->next_input_byte);
  decoder->src->next_input_byte = next;
  return TRUE;
}

}  // namespace crop64::kernels
