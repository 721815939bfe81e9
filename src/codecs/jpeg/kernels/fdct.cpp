// The forward DCT and quantisation, with the results of jfdctint.c and jcdctmgr.c.
#include "codecs/jpeg/kernels/kernels.h"

namespace crop64::kernels {
namespace {

inline void load_block(const DCTELEM* block, v128_t (&rows)[8]) {
  for (int y = 0; y < DCTSIZE; ++y) {
    rows[y] = wasm_v128_load(block + y * DCTSIZE);
  }
}

// One pass over eight columns. `scale` scales the outputs 0 and 4, which are plain sums; the others
// are sums of products and are divided by 2^kShift, rounded.
template <int kShift, class Scale>
inline void transform(v128_t (&rows)[8], const Scale& scale) {
  const Wide half = splat(1 << (kShift - 1));
  const auto finish = [&half](Wide sum) { return narrow((sum + half) >> kShift); };
  v128_t sums[4], differences[4];
#pragma clang loop unroll(full)
  for (int i = 0; i < 4; ++i) {
    sums[i] = wasm_i16x8_add(rows[i], rows[7 - i]);
    differences[i] = wasm_i16x8_sub(rows[i], rows[7 - i]);
  }
  const v128_t outer = wasm_i16x8_add(sums[0], sums[3]);
  const v128_t inner = wasm_i16x8_add(sums[1], sums[2]);
  rows[0] = scale(wasm_i16x8_add(outer, inner));
  rows[4] = scale(wasm_i16x8_sub(outer, inner));
  const Wide even = interleave(wasm_i16x8_sub(sums[0], sums[3]), wasm_i16x8_sub(sums[1], sums[2]));
  rows[2] = finish(weigh(even, kOuter2, kOuter6));
  rows[6] = finish(weigh(even, kInner2, kInner6));
  const Wide odd01 = interleave(differences[0], differences[1]);
  const Wide odd23 = interleave(differences[2], differences[3]);
#pragma clang loop unroll(full)
  for (int k = 0; k < 4; ++k) {
    rows[2 * k + 1] =
        finish(weigh(odd01, kOdd[k][0], kOdd[k][1]) + weigh(odd23, kOdd[k][2], kOdd[k][3]));
  }
}

// The upper halves of the unsigned 32-bit products of 16-bit lanes.
inline v128_t multiply_high(v128_t a, v128_t b) {
  const v128_t low = wasm_u32x4_extmul_low_u16x8(a, b);
  const v128_t high = wasm_u32x4_extmul_high_u16x8(a, b);
  return wasm_i16x8_shuffle(low, high, 1, 3, 5, 7, 9, 11, 13, 15);
}

}  // namespace

extern "C" void jsimd_convsamp(JSAMPARRAY samples, JDIMENSION column, DCTELEM* block) {
  const v128_t centre = wasm_i16x8_splat(CENTERJSAMPLE);
  for (int y = 0; y < DCTSIZE; ++y) {
    const v128_t row = wasm_u16x8_load8x8(row_of(samples, y, column));
    wasm_v128_store(block + y * DCTSIZE, wasm_i16x8_sub(row, centre));
  }
}

extern "C" void jsimd_fdct_islow(DCTELEM* block) {
  v128_t rows[8];
  load_block(block, rows);
  transpose(rows);
  transform<kWeightBits - kPassBits>(rows,
                                     [](v128_t sum) { return wasm_i16x8_shl(sum, kPassBits); });
  transpose(rows);
  transform<kWeightBits + kPassBits>(rows, [](v128_t sum) {
    return wasm_i16x8_shr(wasm_i16x8_add(sum, wasm_i16x8_splat(1 << (kPassBits - 1))), kPassBits);
  });
  for (int y = 0; y < DCTSIZE; ++y) {
    wasm_v128_store(block + y * DCTSIZE, rows[y]);
  }
}

// Divides by multiplying. `divisors` are libjpeg's tables (compute_reciprocal() in jcdctmgr.c), 64
// values each: the reciprocals, the corrections to add first, and the factors that shift the
// product to its place.
extern "C" void jsimd_quantize(JCOEFPTR coefficients, DCTELEM* divisors, DCTELEM* block) {
  for (int i = 0; i < DCTSIZE2; i += 8) {
    const v128_t value = wasm_v128_load(block + i);
    const v128_t reciprocal = wasm_v128_load(divisors + i);
    const v128_t correction = wasm_v128_load(divisors + DCTSIZE2 + i);
    const v128_t scale = wasm_v128_load(divisors + 2 * DCTSIZE2 + i);
    const v128_t magnitude = wasm_i16x8_add(wasm_i16x8_abs(value), correction);
    const v128_t quotient = multiply_high(multiply_high(magnitude, reciprocal), scale);
    const v128_t sign = wasm_i16x8_shr(value, 15);
    wasm_v128_store(coefficients + i, wasm_i16x8_sub(wasm_v128_xor(quotient, sign), sign));
  }
}

}  // namespace crop64::kernels
