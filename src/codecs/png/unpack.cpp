#include "codecs/png/unpack.h"

#include <cstring>

#include "base/byte_order.h"
#include "base/simd.h"

namespace crop64::png {
namespace {

// Unpacks the first samples of less than 8 bits, as many as it can. Returns how many.
int unpack_samples([[maybe_unused]] const uint8_t* row, [[maybe_unused]] int depth,
                   [[maybe_unused]] int first, [[maybe_unused]] int count,
                   [[maybe_unused]] uint8_t* out) {
  int done = 0;
#ifdef CROP64_SIMD
  const int per_byte = 8 / depth;
  const int skipped = first % per_byte;
  // For each of 16 samples the byte that it is in, and the factor that moves it to bit 8. Both are
  // the same for the next 16.
  uint8_t bytes[16];
  uint16_t factors[8];
  for (int i = 0; i < 16; ++i) {
    bytes[i] = uint8_t((skipped + i) / per_byte);
    factors[i % 8] = uint16_t(1 << (depth * ((skipped + i) % per_byte + 1)));
  }
  const v128_t order = wasm_v128_load(bytes);
  const v128_t scale = wasm_v128_load(factors);
  const v128_t mask = wasm_i16x8_splat(int16_t((1 << depth) - 1));
  const auto extract = [&](v128_t wide) {
    return wasm_v128_and(wasm_u16x8_shr(wasm_i16x8_mul(wide, scale), 8), mask);
  };
  // A step reads 16 bytes.
  for (const uint8_t* in = row + first / per_byte; (skipped + count - done) / per_byte >= 16;
       in += ptrdiff_t{2} * depth, done += 16) {
    const v128_t packed = wasm_i8x16_swizzle(wasm_v128_load(in), order);
    wasm_v128_store(out + done,
                    wasm_u8x16_narrow_i16x8(extract(wasm_u16x8_extend_low_u8x16(packed)),
                                            extract(wasm_u16x8_extend_high_u8x16(packed))));
  }
#endif
  return done;
}

}  // namespace

void unpack_row(const uint8_t* row, const Layout& layout, int first, int count, int step,
                uint8_t* out) {
  if (layout.depth < 8) {
    const int per_byte = 8 / layout.depth;
    const int mask = layout.max_value();
    const int done = step == 1 ? unpack_samples(row, layout.depth, first, count, out) : 0;
    out += done;
    for (int i = first + done; i < first + count; ++i, out += step) {
      const int shift = 8 - layout.depth * (i % per_byte + 1);
      *out = static_cast<uint8_t>(row[i / per_byte] >> shift & mask);
    }
    return;
  }
  const size_t pixel_bytes = layout.pixel_bytes();
  const uint8_t* in = row + pixel_bytes * static_cast<size_t>(first);
  if (layout.depth == 8 && step == 1) {
    std::memcpy(out, in, pixel_bytes * static_cast<size_t>(count));
    return;
  }
  for (int i = 0; i < count;
       ++i, in += pixel_bytes, out += pixel_bytes * static_cast<size_t>(step)) {
    if (layout.depth == 8) {
      std::memcpy(out, in, pixel_bytes);
    } else {
      for (size_t k = 0; k < pixel_bytes; k += 2) {
        const uint16_t sample = load_be16(in + k);
        std::memcpy(out + k, &sample, sizeof sample);
      }
    }
  }
}

}  // namespace crop64::png
