// What the kernels share: libjpeg-turbo's inner headers, and a few steps on vectors. Only for wasm
// with SIMD; elsewhere libjpeg-turbo's scalar code does the work, and the kernels are empty.
#pragma once

#include <wasm_simd128.h>

#include <array>

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

// libjpeg stores rows by an array of pointers and a column.
inline JSAMPROW row_of(JSAMPARRAY rows, int row, JDIMENSION column = 0) {
  return rows[row] + column;
}

// Eight numbers of 32 bits.
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

inline Wide splat(int value) { return {wasm_i32x4_splat(value), wasm_i32x4_splat(value)}; }

// To 16 bits, saturated.
inline v128_t narrow(Wide wide) { return wasm_i16x8_narrow_i32x4(wide.low, wide.high); }

// The 16-bit lanes of two vectors in turn: a0 b0 a1 b1 ...
inline v128_t interleave_low(v128_t a, v128_t b) {
  return wasm_i16x8_shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}
inline v128_t interleave_high(v128_t a, v128_t b) {
  return wasm_i16x8_shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}
inline v128_t interleave_low_bytes(v128_t a, v128_t b) {
  return wasm_i8x16_shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
inline v128_t interleave_high_bytes(v128_t a, v128_t b) {
  return wasm_i8x16_shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}
inline Wide interleave(v128_t a, v128_t b) { return {interleave_low(a, b), interleave_high(a, b)}; }

// a * weight_a + b * weight_b, of what interleave(a, b) gave, where the weights have 16 bits.
inline v128_t weigh(v128_t pairs, int weight_a, int weight_b) {
  return wasm_i32x4_dot_i16x8(
      pairs, wasm_i32x4_splat((weight_a & 0xffff) | int(unsigned(weight_b) << 16)));
}
inline Wide weigh(Wide pairs, int weight_a, int weight_b) {
  return {weigh(pairs.low, weight_a, weight_b), weigh(pairs.high, weight_a, weight_b)};
}

// Turns rows of eight 16-bit numbers into columns. Each round interleaves the first half of the
// numbers with the second; three of them exchange the row's and the column's three bits.
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

// The weights of Loeffler, Ligtenberg and Moschytz's transform of eight (ICASSP 1989, pp. 988-991),
// scaled by 2^13 and multiplied out from libjpeg's steps: its additions and multiplications, in
// whichever order, agree in all their 32 bits.
constexpr int kWeightBits = 13;
constexpr int kPassBits = 2;  // that the first pass keeps beyond whole numbers
constexpr int kOne = 1 << kWeightBits;

// Of the numbers 2 and 6 for the even half's outer and inner pair.
constexpr int kOuter2 = 10703, kOuter6 = 4433;
constexpr int kInner2 = 4433, kInner6 = -10704;

// Of the numbers 1, 3, 5 and 7 for the odd half, which takes them in the same order in both
// directions: in row k, of number 2k + 1.
constexpr int kOdd[4][4] = {{11363, 9633, 6437, 2260},
                            {9633, -2259, -11362, -6436},
                            {6437, -11362, 2261, 9633},
                            {2260, -6436, 9633, -11363}};

// Where each coefficient stands in a block, in the order of the file.
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
