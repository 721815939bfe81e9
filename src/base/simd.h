// 128-bit SIMD, written once with WebAssembly's intrinsics (wasm_simd128.h). In wasm they are the
// compiler's; elsewhere SIMDe carries them out, so that sanitizers, fuzzers and clang-tidy see the
// code that ships. The build defines CROP64_SIMD if it is on; without it only the scalar code of
// each function is compiled, and this header is empty.
#pragma once

#ifdef CROP64_SIMD

#include <cstdint>

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#else
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/wasm/simd128.h>
// SIMDe 0.7.4 lacks these.
#define wasm_i8x16_const_splat(value) wasm_i8x16_splat(value)
#define wasm_i16x8_const_splat(value) wasm_i16x8_splat(value)
#define wasm_i32x4_const_splat(value) wasm_i32x4_splat(value)
#define wasm_u32x4_extract_lane(vector, lane) uint32_t(wasm_i32x4_extract_lane(vector, lane))
#endif

namespace crop64 {

// The bytes of two vectors in turn: a0 b0 a1 b1 ... of their first or their last eight.
inline v128_t interleave_low_bytes(v128_t a, v128_t b) {
  return wasm_i8x16_shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
inline v128_t interleave_high_bytes(v128_t a, v128_t b) {
  return wasm_i8x16_shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

// The sum of four unsigned 32-bit lanes.
inline uint64_t sum_lanes(v128_t lanes) {
  return uint64_t{wasm_u32x4_extract_lane(lanes, 0)} + wasm_u32x4_extract_lane(lanes, 1) +
         wasm_u32x4_extract_lane(lanes, 2) + wasm_u32x4_extract_lane(lanes, 3);
}

}  // namespace crop64

#endif
