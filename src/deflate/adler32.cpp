#include "deflate/adler32.h"

#include <algorithm>

#include "base/simd.h"

#ifndef CROP64_SIMD
#include <zlib.h>
#endif

namespace crop64::deflate {

#ifdef CROP64_SIMD

namespace {

constexpr uint32_t kModulus = 65521;
// Steps of 16 bytes after which no lane of 32 bits has overflowed.
constexpr size_t kMaxSteps = 256;

}  // namespace

uint32_t adler32_update(uint32_t adler, Bytes bytes) {
  uint64_t sum = adler & 0xffff;
  uint64_t sum_of_sums = adler >> 16;
  const uint8_t* in = bytes.data();
  size_t left = bytes.size();
  // How many of the 16 sums of a step each of its bytes is part of.
  const v128_t first_weights = wasm_i16x8_const(16, 15, 14, 13, 12, 11, 10, 9);
  const v128_t last_weights = wasm_i16x8_const(8, 7, 6, 5, 4, 3, 2, 1);
  while (left >= 16) {
    const size_t count = std::min(left / 16, kMaxSteps) * 16;
    v128_t bytes_sum = wasm_i32x4_const_splat(0);
    v128_t sums = bytes_sum;      // of bytes_sum before each step
    v128_t weighted = bytes_sum;  // within the steps
    for (const uint8_t* const end = in + count; in < end; in += 16) {
      const v128_t here = wasm_v128_load(in);
      sums = wasm_i32x4_add(sums, bytes_sum);
      const v128_t pairs = wasm_u16x8_extadd_pairwise_u8x16(here);
      bytes_sum = wasm_i32x4_add(bytes_sum, wasm_u32x4_extadd_pairwise_u16x8(pairs));
      const v128_t first = wasm_i32x4_dot_i16x8(wasm_u16x8_extend_low_u8x16(here), first_weights);
      const v128_t last = wasm_i32x4_dot_i16x8(wasm_u16x8_extend_high_u8x16(here), last_weights);
      weighted = wasm_i32x4_add(weighted, wasm_i32x4_add(first, last));
    }
    sum_of_sums += sum * count + 16 * sum_lanes(sums) + sum_lanes(weighted);
    sum += sum_lanes(bytes_sum);
    sum %= kModulus;
    sum_of_sums %= kModulus;
    left -= count;
  }
  for (; left > 0; --left) {
    sum += *in++;
    sum_of_sums += sum;
  }
  return static_cast<uint32_t>(sum_of_sums % kModulus << 16 | sum % kModulus);
}

#else

uint32_t adler32_update(uint32_t adler, Bytes bytes) {
  return static_cast<uint32_t>(adler32_z(adler, bytes.data(), bytes.size()));
}

#endif

}  // namespace crop64::deflate
