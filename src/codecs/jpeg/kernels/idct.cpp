// Inverse DCTs: a block of coefficients to 8 x 8 samples, or to 4 x 4 for an image reduced by 2.
// Two passes with 16-bit numbers between them, and the results of jidctint.c and jidctred.c.
#include "codecs/jpeg/kernels/kernels.h"

namespace crop64::kernels {
namespace {

// A block of coefficients and its quantisation table.
class Block {
 public:
  Block(JCOEFPTR coefficients, const jpeg_component_info* component)
      : coefficients_(coefficients),
        multipliers_(static_cast<const ISLOW_MULT_TYPE*>(component->dct_table)) {
    static_assert(sizeof(ISLOW_MULT_TYPE) == 4, "MULTIPLIER is to be int");
    for (int y = 0; y < DCTSIZE; ++y) {
      coded_[y] = wasm_v128_load(coefficients_ + y * DCTSIZE);
    }
    low_rows_ = wasm_v128_or(wasm_v128_or(coded_[1], coded_[2]), coded_[3]);
    high_rows_ =
        wasm_v128_or(wasm_v128_or(coded_[4], coded_[5]), wasm_v128_or(coded_[6], coded_[7]));
  }

  // Whether all AC coefficients are 0, so that all samples are equal.
  bool is_flat() const {
    const v128_t first = wasm_v128_and(coded_[0], wasm_i16x8_const(0, -1, -1, -1, -1, -1, -1, -1));
    return !wasm_v128_any_true(wasm_v128_or(first, wasm_v128_or(low_rows_, high_rows_)));
  }
  // The sample of a flat block, wrapped to ten bits and clamped as by libjpeg's range_limit table.
  JSAMPLE flat_sample() const {
    const uint32_t dc = uint32_t(coefficients_[0]) * uint32_t(multipliers_[0]);
    const int sample = int(uint32_t((int32_t(dc << kPassBits) + 16) >> 5) << 22) >> 22;
    return JSAMPLE(sample < -128 ? 0 : sample > 127 ? 255 : sample + 128);
  }

  bool has_high_rows() const { return wasm_v128_any_true(high_rows_); }
  bool has_high_columns() const {
    const v128_t high = wasm_i16x8_const(0, 0, 0, 0, -1, -1, -1, -1);
    const v128_t all = wasm_v128_or(wasm_v128_or(coded_[0], low_rows_), high_rows_);
    return wasm_v128_any_true(wasm_v128_and(all, high));
  }

  // Dequantises the rows. False if a number might exceed 16 bits, here or after the first pass,
  // which no real image's block does: the scalar function has to decode the block.
  bool dequantise(v128_t (&rows)[8]) const {
    // The largest weight is below 5.55 * 2^11, and the first pass divides by 2^11: if the
    // magnitudes of a column add up to at most 5904, all results fit 16 bits. Sums of pairs are
    // compared.
    constexpr int kLimit = 5904 / 2;
    v128_t sums = wasm_i16x8_splat(0);
    const bool all = has_high_rows();
#pragma clang loop unroll(full)
    for (int y = 0; y < DCTSIZE; y += 2) {
      if (y >= 4 && !all) {
        rows[y] = rows[y + 1] = wasm_i16x8_splat(0);
        continue;
      }
      sums = wasm_i16x8_add_sat(
          sums, wasm_i16x8_narrow_i32x4(dequantise_row(y, rows), dequantise_row(y + 1, rows)));
    }
    return !wasm_v128_any_true(wasm_i16x8_gt(sums, wasm_i16x8_splat(kLimit)));
  }

 private:
  // Dequantises a row. Returns the sums of the magnitudes of each two neighbours.
  v128_t dequantise_row(int y, v128_t (&rows)[8]) const {
    const ISLOW_MULT_TYPE* multipliers = multipliers_ + y * DCTSIZE;
    const v128_t coded = coded_[y];
    const v128_t multiplier =
        wasm_i16x8_narrow_i32x4(wasm_v128_load(multipliers), wasm_v128_load(multipliers + 4));
    const v128_t negated = wasm_i16x8_sub_sat(wasm_i16x8_splat(0), coded);
    rows[y] = wasm_i16x8_mul(coded, multiplier);
    return wasm_i32x4_dot_i16x8(wasm_i16x8_max(coded, negated), multiplier);
  }

  JCOEFPTR coefficients_;
  const ISLOW_MULT_TYPE* multipliers_;
  v128_t coded_[DCTSIZE];
  v128_t low_rows_;  // all but the first
  v128_t high_rows_;
};

// One pass over eight columns. `all` is false where the last four numbers of each are zero: a
// branch and not another function, for a browser compiles both before the first block is done.
// `finish` takes what is to be divided by 2^kShift, rounded already.
template <int kShift, class Finish>
inline void transform(v128_t (&rows)[8], bool all, const Finish& finish) {
  const Wide half = splat(1 << (kShift - 1));
  const Wide x04 = interleave(rows[0], rows[4]);
  const Wide x26 = interleave(rows[2], rows[6]);
  const Wide sum = weigh(x04, kOne, kOne) + half;
  const Wide difference = weigh(x04, kOne, -kOne) + half;
  const Wide outer = weigh(x26, kOuter2, kOuter6);
  const Wide inner = weigh(x26, kInner2, kInner6);
  const Wide even[4] = {sum + outer, difference + inner, difference - inner, sum - outer};
  const Wide x13 = interleave(rows[1], rows[3]);
  const Wide x57 = interleave(rows[5], rows[7]);
#pragma clang loop unroll(full)
  for (int k = 0; k < 4; ++k) {
    Wide odd = weigh(x13, kOdd[k][0], kOdd[k][1]);
    if (all) {
      odd = odd + weigh(x57, kOdd[k][2], kOdd[k][3]);
    }
    rows[k] = finish(even[k] + odd);
    rows[7 - k] = finish(even[k] - odd);
  }
}

inline void first_pass(v128_t (&rows)[8], bool all) {
  constexpr int kShift = kWeightBits - kPassBits;
  transform<kShift>(rows, all, [](Wide sum) { return narrow(sum >> kShift); });
}

// Keeps the lowest ten bits, with sign: libjpeg's range_limit table is indexed by them.
template <int kShift>
inline v128_t to_sample(Wide sum) {
  return narrow(sum << (22 - kShift) >> 22);
}

constexpr int kLastShift = kWeightBits + kPassBits + 3;

inline void second_pass(v128_t (&rows)[8], bool all) {
  transform<kLastShift>(rows, all, [](Wide sum) { return to_sample<kLastShift>(sum); });
}

// Clamps two rows of signed samples and makes them unsigned.
inline v128_t centred(v128_t a, v128_t b) {
  return wasm_v128_xor(wasm_i8x16_narrow_i16x8(a, b), wasm_i8x16_splat(-128));
}

// Transposes columns of eight samples and writes the rows.
inline void store_columns(const v128_t (&columns)[8], JSAMPARRAY rows, JDIMENSION column) {
  v128_t mixed[4];
  for (int i = 0; i < 4; ++i) {
    mixed[i] = centred(columns[2 * i], columns[2 * i + 1]);
  }
#pragma clang loop unroll(full)
  for (int round = 0; round < 3; ++round) {
    const v128_t in[4] = {mixed[0], mixed[1], mixed[2], mixed[3]};
#pragma clang loop unroll(full)
    for (int i = 0; i < 2; ++i) {
      mixed[2 * i] = interleave_low_bytes(in[i], in[i + 2]);
      mixed[2 * i + 1] = interleave_high_bytes(in[i], in[i + 2]);
    }
  }
  for (int i = 0; i < 4; ++i) {
    wasm_v128_store64_lane(row_of(rows, 2 * i, column), mixed[i], 0);
    wasm_v128_store64_lane(row_of(rows, 2 * i + 1, column), mixed[i], 1);
  }
}

// One pass from the inputs 0 to 3 and 5 to 7 to four outputs. Each of x04 to x57 is an interleaved
// pair of inputs; the weight of input 4 is 0. The constants are jidctred.c's.
template <class Sums>
inline void transform_to_4(Sums x04, Sums x26, Sums x13, Sums x57, Sums half, Sums (&out)[4]) {
  constexpr int k0_211164243 = fix(0.211164243, kWeightBits);
  constexpr int k0_509795579 = fix(0.509795579, kWeightBits);
  constexpr int k0_601344887 = fix(0.601344887, kWeightBits);
  constexpr int k1_061594337 = fix(1.061594337, kWeightBits);
  constexpr int k1_451774981 = fix(1.451774981, kWeightBits);
  constexpr int k2_172734803 = fix(2.172734803, kWeightBits);
  const Sums first = add(weigh(x04, 2 * kOne, 0), half);
  const Sums even = weigh(x26, k1_847759065, -k0_765366865);
  const Sums outer = add(weigh(x13, k2_562915447, k0_899976223),  //
                         weigh(x57, -k0_601344887, -k0_509795579));
  const Sums inner =
      add(weigh(x13, k1_061594337, -k2_172734803), weigh(x57, k1_451774981, -k0_211164243));
  out[0] = add(add(first, even), outer);
  out[1] = add(subtract(first, even), inner);
  out[2] = subtract(subtract(first, even), inner);
  out[3] = subtract(add(first, even), outer);
}

inline v128_t interleave_low_pairs(v128_t a, v128_t b) {
  return wasm_i32x4_shuffle(a, b, 0, 4, 1, 5);
}
inline v128_t interleave_high_pairs(v128_t a, v128_t b) {
  return wasm_i32x4_shuffle(a, b, 2, 6, 3, 7);
}

inline void make_4x4(const v128_t (&block)[8], JSAMPARRAY samples, JDIMENSION column) {
  constexpr int kFirstShift = kWeightBits - kPassBits + 1;
  Wide sums[4];
  transform_to_4(interleave(block[0], block[4]), interleave(block[2], block[6]),
                 interleave(block[1], block[3]), interleave(block[5], block[7]),
                 splat(1 << (kFirstShift - 1)), sums);
  v128_t rows[4];
  for (int i = 0; i < 4; ++i) {
    rows[i] = narrow(sums[i] >> kFirstShift);
  }

  constexpr int kShift = kLastShift + 1;
  // Puts the lanes of each row in pairs for transform_to_4(), and then transposes the pairs.
  for (v128_t& row : rows) {
    row = wasm_i8x16_swizzle(
        row, wasm_i8x16_const(0, 1, 8, 9, 4, 5, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15));
  }
  const v128_t even02 = interleave_low_pairs(rows[0], rows[2]);
  const v128_t even13 = interleave_low_pairs(rows[1], rows[3]);
  const v128_t odd02 = interleave_high_pairs(rows[0], rows[2]);
  const v128_t odd13 = interleave_high_pairs(rows[1], rows[3]);
  v128_t columns[4];
  transform_to_4(interleave_low_pairs(even02, even13), interleave_high_pairs(even02, even13),
                 interleave_low_pairs(odd02, odd13), interleave_high_pairs(odd02, odd13),
                 wasm_i32x4_splat(1 << (kShift - 1)), columns);
  const v128_t by_column = centred(to_sample<kShift>({columns[0], columns[1]}),
                                   to_sample<kShift>({columns[2], columns[3]}));
  const v128_t by_row = wasm_i8x16_swizzle(
      by_column, wasm_i8x16_const(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
  wasm_v128_store32_lane(row_of(samples, 0, column), by_row, 0);
  wasm_v128_store32_lane(row_of(samples, 1, column), by_row, 1);
  wasm_v128_store32_lane(row_of(samples, 2, column), by_row, 2);
  wasm_v128_store32_lane(row_of(samples, 3, column), by_row, 3);
}

}  // namespace

extern "C" void jsimd_idct_islow(j_decompress_ptr decoder, jpeg_component_info* component,
                                 JCOEFPTR coefficients, JSAMPARRAY samples, JDIMENSION column) {
  const Block block(coefficients, component);
  if (block.is_flat()) {
    const v128_t sample = wasm_i8x16_splat(int8_t(block.flat_sample()));
    for (int y = 0; y < DCTSIZE; ++y) {
      wasm_v128_store64_lane(row_of(samples, y, column), sample, 0);
    }
    return;
  }
  v128_t rows[8];
  if (!block.dequantise(rows)) {
    return jpeg_idct_islow(decoder, component, coefficients, samples, column);
  }
  first_pass(rows, block.has_high_rows());
  transpose(rows);
  second_pass(rows, block.has_high_columns());
  store_columns(rows, samples, column);
}

extern "C" void jsimd_idct_4x4(j_decompress_ptr decoder, jpeg_component_info* component,
                               JCOEFPTR coefficients, JSAMPARRAY samples, JDIMENSION column) {
  v128_t rows[8];
  if (Block(coefficients, component).dequantise(rows)) {
    make_4x4(rows, samples, column);
  } else {
    jpeg_idct_4x4(decoder, component, coefficients, samples, column);
  }
}

}  // namespace crop64::kernels
