// Shared by the kernels: libjpeg-turbo's internal headers, operations on vectors, and the constants
// of its DCT. The kernels are compiled if CROP64_SIMD is set; without it libjpeg-turbo's scalar
// code runs.
//
// The kernels define functions that libjpeg-turbo declares and calls (jsimd.h, jsimddct.h,
// jdhuff.h); third_party/libjpeg-turbo/0012-simd-kernels-are-known-at-compile-time.patch says which
// ones exist. Each gives what the C function beside its call gives, bit for bit. They read and
// write up to the end of libjpeg-turbo's own rows, which are padded to a multiple of 64 bytes if
// WITH_SIMD is set; rows that the caller passes are not touched beyond their ends.
#pragma once

#include <array>

#include "base/simd.h"

// clang-format off
extern "C" {
#define JPEG_INTERNALS
#include <jinclude.h>
#include <jpeglib.h>
#include <jsimd.h>
#include <jdct.h>
#include <jsimddct.h>
}
// clang-format on

namespace crop64::kernels {

// The samples of a row from `column` on.
inline JSAMPROW row_of(JSAMPARRAY rows, int row, JDIMENSION column = 0) {
  return rows[row] + column;
}

// Eight 32-bit lanes.
struct Wide {
  v128_t low, high;

  friend Wide operator+(Wide a, Wide b) {
    return {wasm_i32x4_add(a.low, b.low), wasm_i32x4_add(a.high, b.high)};
  }
  friend Wide operator-(Wide a, Wide b) {
    return {wasm_i32x4_sub(a.low, b.low), wasm_i32x4_sub(a.high, b.high)};
  }
  Wide operator>>(int bits) const {
    return {wasm_i32x4_shr(low, uint32_t(bits)), wasm_i32x4_shr(high, uint32_t(bits))};
  }
  Wide operator<<(int bits) const {
    return {wasm_i32x4_shl(low, uint32_t(bits)), wasm_i32x4_shl(high, uint32_t(bits))};
  }
};

// 32-bit lanes of either type. (+ and - of a v128_t itself add lanes of 32 bits in wasm, and of 64
// bits natively.)
inline v128_t add(v128_t a, v128_t b) { return wasm_i32x4_add(a, b); }
inline v128_t subtract(v128_t a, v128_t b) { return wasm_i32x4_sub(a, b); }
inline Wide add(Wide a, Wide b) { return a + b; }
inline Wide subtract(Wide a, Wide b) { return a - b; }

inline Wide splat(int value) { return {wasm_i32x4_splat(value), wasm_i32x4_splat(value)}; }

// Narrows to 16 bits, with saturation.
inline v128_t narrow(Wide wide) { return wasm_i16x8_narrow_i32x4(wide.low, wide.high); }

// The 16-bit lanes of two vectors in turn, a0 b0 a1 b1 ..., of their first or their last four.
inline v128_t interleave_low(v128_t a, v128_t b) {
  return wasm_i16x8_shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}
inline v128_t interleave_high(v128_t a, v128_t b) {
  return wasm_i16x8_shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}
inline Wide interleave(v128_t a, v128_t b) { return {interleave_low(a, b), interleave_high(a, b)}; }

// a * weight_a + b * weight_b. `pairs` is interleave(a, b); the weights fit 16 bits.
inline v128_t weigh(v128_t pairs, int weight_a, int weight_b) {
  return wasm_i32x4_dot_i16x8(
      pairs, wasm_i32x4_splat((weight_a & 0xffff) | int(unsigned(weight_b) << 16)));
}
inline Wide weigh(Wide pairs, int weight_a, int weight_b) {
  return {weigh(pairs.low, weight_a, weight_b), weigh(pairs.high, weight_a, weight_b)};
}

// Transposes a block of 8 x 8 16-bit lanes. Each round interleaves the first half of the lanes with
// the second half, which rotates the six bits of a lane's index (three of the row, three of the
// column) by one; three rounds swap row and column.
inline void transpose(v128_t (&rows)[8]) {
#pragma clang loop unroll(full)
  for (int round = 0; round < 3; ++round) {
    v128_t mixed[8];
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; ++i) {
      mixed[2 * i] = interleave_low(rows[i], rows[i + 4]);
      mixed[2 * i + 1] = interleave_high(rows[i], rows[i + 4]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; ++i) {
      rows[i] = mixed[i];
    }
  }
}

// `value` with `bits` fractional bits, rounded, as libjpeg's FIX() does it.
constexpr int fix(double value, int bits) { return int(value * (1 << bits) + 0.5); }

// The 8-point DCT of Loeffler, Ligtenberg and Moschytz (ICASSP 1989, pp. 988-991) with the
// constants of jfdctint.c and jidctint.c, which have 13 fractional bits. libjpeg computes it in
// steps; here each output is one sum of products, and the weights below are libjpeg's steps
// multiplied out. The 32-bit results are equal, for integer additions and multiplications may be
// reordered.
constexpr int kWeightBits = 13;
constexpr int kPassBits = 2;  // fractional bits that the first pass keeps
constexpr int kOne = 1 << kWeightBits;

constexpr int k0_298631336 = fix(0.298631336, kWeightBits);
constexpr int k0_390180644 = fix(0.390180644, kWeightBits);
constexpr int k0_541196100 = fix(0.541196100, kWeightBits);
constexpr int k0_765366865 = fix(0.765366865, kWeightBits);
constexpr int k0_899976223 = fix(0.899976223, kWeightBits);
constexpr int k1_175875602 = fix(1.175875602, kWeightBits);
constexpr int k1_501321110 = fix(1.501321110, kWeightBits);
constexpr int k1_847759065 = fix(1.847759065, kWeightBits);
constexpr int k1_961570560 = fix(1.961570560, kWeightBits);
constexpr int k2_053119869 = fix(2.053119869, kWeightBits);
constexpr int k2_562915447 = fix(2.562915447, kWeightBits);
constexpr int k3_072711026 = fix(3.072711026, kWeightBits);

// The even half: the weights of inputs 2 and 6 for its outer and its inner pair of outputs.
constexpr int kOuter2 = k0_541196100 + k0_765366865, kOuter6 = k0_541196100;
constexpr int kInner2 = k0_541196100, kInner6 = k0_541196100 - k1_847759065;

// The odd half. Its products with 1.175875602 are shared by all outputs in libjpeg; four more are
// each shared by two inputs and two outputs, and each input has one of its own.
constexpr int kOddAll = k1_175875602;
constexpr int kOdd03 = kOddAll - k0_899976223;
constexpr int kOdd12 = kOddAll - k2_562915447;
constexpr int kOdd13 = kOddAll - k1_961570560;
constexpr int kOdd02 = kOddAll - k0_390180644;
// The weights of inputs 1, 3, 5 and 7. The matrix is symmetric: both directions use it, row k for
// input or output 2k + 1.
constexpr int kOdd[4][4] = {{kOdd03 + kOdd02 - kOddAll + k1_501321110, kOddAll, kOdd02, kOdd03},
                            {kOddAll, kOdd12 + kOdd13 - kOddAll + k3_072711026, kOdd12, kOdd13},
                            {kOdd02, kOdd12, kOdd12 + kOdd02 - kOddAll + k2_053119869, kOddAll},
                            {kOdd03, kOdd13, kOddAll, kOdd03 + kOdd13 - kOddAll + k0_298631336}};

// The index in a block of each coefficient, in zigzag order (ITU-T T.81, figure A.6).
constexpr std::array<uint8_t, DCTSIZE2> make_zigzag() {
  std::array<uint8_t, DCTSIZE2> order{};
  int x = 0, y = 0;
  for (uint8_t& at : order) {
    at = uint8_t(DCTSIZE * y + x);
    const bool up = (x + y) % 2 == 0;
    int& ahead = up ? x : y;
    int& back = up ? y : x;
    if (ahead == DCTSIZE - 1) {
      ++back;
    } else {
      ++ahead;
      back -= back > 0 ? 1 : 0;
    }
  }
  return order;
}
constexpr std::array<uint8_t, DCTSIZE2> kZigzag = make_zigzag();

}  // namespace crop64::kernels
