#include "png/filters.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#endif

namespace crop64 {
namespace {

int paeth(int left, int above, int above_left) {
  const int to_left = std::abs(above - above_left);
  const int to_above = std::abs(left - above_left);
  const int to_above_left = std::abs(left + above - 2 * above_left);
  if (to_left <= to_above && to_left <= to_above_left) {
    return left;
  }
  return to_above <= to_above_left ? above : above_left;
}

int predict(Filter filter, int left, int above, int above_left) {
  switch (filter) {
    case Filter::kNone:
      return 0;
    case Filter::kSub:
      return left;
    case Filter::kUp:
      return above;
    case Filter::kAverage:
      return (left + above) / 2;
    case Filter::kPaeth:
      return paeth(left, above, above_left);
  }
  return 0;
}

// A filter that only ever looks above is given no row there, and one that does not is not to read
// it.
bool looks_above(Filter filter) { return filter != Filter::kNone && filter != Filter::kSub; }

}  // namespace

void unfilter_scalar(Filter filter, const uint8_t* in, const uint8_t* above, size_t size,
                     size_t unit, uint8_t* out) {
  const bool reads_above = looks_above(filter);
  for (size_t i = 0; i < size; ++i) {
    const int left = i >= unit ? out[i - unit] : 0;
    const int up = reads_above ? above[i] : 0;
    const int up_left = reads_above && i >= unit ? above[i - unit] : 0;
    out[i] = static_cast<uint8_t>(in[i] + predict(filter, left, up, up_left));
  }
}

void apply_filter_scalar(Filter filter, const uint8_t* row, const uint8_t* above, size_t size,
                         size_t unit, uint8_t* out) {
  for (size_t i = 0; i < size; ++i) {
    const int left = i >= unit ? row[i - unit] : 0;
    const int up_left = i >= unit ? above[i - unit] : 0;
    out[i] = static_cast<uint8_t>(row[i] - predict(filter, left, above[i], up_left));
  }
}

uint64_t sum_of_magnitudes_scalar(const uint8_t* bytes, size_t size) {
  uint64_t sum = 0;
  for (size_t i = 0; i < size; ++i) {
    sum += bytes[i] < 128 ? bytes[i] : 256u - bytes[i];
  }
  return sum;
}

size_t count_repeated_scalar(const uint8_t* row, size_t size, size_t unit) {
  size_t count = 0;
  for (const uint8_t* const end = row + size; row < end; ++row) {
    count += *row == *(row - unit);
  }
  return count;
}

#ifdef __wasm_simd128__

namespace {

// Which of left, above and above_left is nearest to left + above - above_left, in eight lanes of 16
// bits; in that order where two are as near.
v128_t paeth(v128_t left, v128_t above, v128_t above_left) {
  const v128_t from_left = wasm_i16x8_sub(above, above_left);
  const v128_t from_above = wasm_i16x8_sub(left, above_left);
  const v128_t to_left = wasm_i16x8_abs(from_left);
  const v128_t to_above = wasm_i16x8_abs(from_above);
  const v128_t to_above_left = wasm_i16x8_abs(wasm_i16x8_add(from_left, from_above));
  const v128_t nearest = wasm_i16x8_min(wasm_i16x8_min(to_left, to_above), to_above_left);
  const v128_t above_or_corner =
      wasm_v128_bitselect(above, above_left, wasm_i16x8_eq(nearest, to_above));
  return wasm_v128_bitselect(left, above_or_corner, wasm_i16x8_eq(nearest, to_left));
}

// The average rounded down: wasm's own is rounded up.
v128_t average(v128_t a, v128_t b) {
  const v128_t odd = wasm_v128_and(wasm_v128_xor(a, b), wasm_i8x16_const_splat(1));
  return wasm_i8x16_sub(wasm_u8x16_avgr(a, b), odd);
}

// A pixel of up to 8 bytes, with what follows it.
template <size_t kUnit>
v128_t load_pixel(const uint8_t* bytes) {
  return kUnit <= 4 ? wasm_v128_load32_zero(bytes) : wasm_v128_load64_zero(bytes);
}

template <size_t kUnit>
void store_pixel(uint8_t* bytes, v128_t pixel) {
  if constexpr (kUnit <= 4) {
    wasm_v128_store32_lane(bytes, pixel, 0);
  } else {
    wasm_v128_store64_lane(bytes, pixel, 0);
  }
}

void unfilter_up(const uint8_t* in, const uint8_t* above, size_t size, uint8_t* out) {
  for (size_t i = 0; i < size; i += 16) {
    wasm_v128_store(out + i, wasm_i8x16_add(wasm_v128_load(in + i), wasm_v128_load(above + i)));
  }
}

bool are_zeros(const uint8_t* bytes, size_t vectors) {
  v128_t any = wasm_v128_load(bytes);
  for (size_t i = 1; i < vectors; ++i) {
    any = wasm_v128_or(any, wasm_v128_load(bytes + 16 * i));
  }
  return !wasm_v128_any_true(any);
}

// Pixel after pixel: each stands on the one before it.
template <size_t kUnit>
void unfilter_pixels(Filter filter, const uint8_t* in, const uint8_t* above, size_t size,
                     uint8_t* out) {
  if (filter == Filter::kSub) {
    v128_t left = wasm_i8x16_const_splat(0);
    for (size_t i = 0; i < size; i += kUnit) {
      left = wasm_i8x16_add(left, load_pixel<kUnit>(in + i));
      store_pixel<kUnit>(out + i, left);
    }
  } else if (filter == Filter::kAverage) {
    v128_t left = wasm_i8x16_const_splat(0);
    for (size_t i = 0; i < size; i += kUnit) {
      left = wasm_i8x16_add(average(left, load_pixel<kUnit>(above + i)), load_pixel<kUnit>(in + i));
      store_pixel<kUnit>(out + i, left);
    }
  } else {
    v128_t left = wasm_i16x8_const_splat(0);
    v128_t above_left = left;
    const v128_t low = wasm_i16x8_const_splat(0xff);
    constexpr size_t kGroup = 16 * kUnit;
    for (size_t group = 0; group < size; group += kGroup) {
      // Behind a pixel that is as the one above it, those without a difference are, too: so it goes
      // on in drawings.
      const bool is_as_above =
          group == 0 || std::memcmp(out + group - kUnit, above + group - kUnit, kUnit) == 0;
      if (is_as_above && group + kGroup <= size && are_zeros(in + group, kUnit)) {
        std::memcpy(out + group, above + group, kGroup);
        left = above_left =
            wasm_u16x8_extend_low_u8x16(load_pixel<kUnit>(above + group + kGroup - kUnit));
        continue;
      }
      const size_t end = std::min(size, group + kGroup);
      for (size_t i = group; i < end; i += kUnit) {
        const v128_t up = wasm_u16x8_extend_low_u8x16(load_pixel<kUnit>(above + i));
        const v128_t filtered = wasm_u16x8_extend_low_u8x16(load_pixel<kUnit>(in + i));
        left = wasm_v128_and(wasm_i16x8_add(paeth(left, up, above_left), filtered), low);
        store_pixel<kUnit>(out + i, wasm_u8x16_narrow_i16x8(left, left));
        above_left = up;
      }
    }
  }
}

v128_t filtered(Filter filter, const uint8_t* row, const uint8_t* above, size_t unit) {
  const v128_t here = wasm_v128_load(row);
  switch (filter) {
    case Filter::kNone:
      return here;
    case Filter::kSub:
      return wasm_i8x16_sub(here, wasm_v128_load(row - unit));
    case Filter::kUp:
      return wasm_i8x16_sub(here, wasm_v128_load(above));
    case Filter::kAverage:
      return wasm_i8x16_sub(here, average(wasm_v128_load(row - unit), wasm_v128_load(above)));
    case Filter::kPaeth:
      break;
  }
  const v128_t left = wasm_v128_load(row - unit);
  const v128_t up = wasm_v128_load(above);
  const v128_t up_left = wasm_v128_load(above - unit);
  const v128_t low = paeth(wasm_u16x8_extend_low_u8x16(left), wasm_u16x8_extend_low_u8x16(up),
                           wasm_u16x8_extend_low_u8x16(up_left));
  const v128_t high = paeth(wasm_u16x8_extend_high_u8x16(left), wasm_u16x8_extend_high_u8x16(up),
                            wasm_u16x8_extend_high_u8x16(up_left));
  return wasm_i8x16_sub(here, wasm_u8x16_narrow_i16x8(low, high));
}

template <Filter kFilter>
void apply(const uint8_t* row, const uint8_t* above, size_t size, size_t unit, uint8_t* out) {
  for (size_t i = 0; i < size; i += 16) {
    wasm_v128_store(out + i, filtered(kFilter, row + i, above + i, unit));
  }
}

}  // namespace

void unfilter(Filter filter, const uint8_t* in, const uint8_t* above, size_t size, size_t unit,
              uint8_t* out) {
  if (filter == Filter::kNone) {
    std::memcpy(out, in, size);
  } else if (filter == Filter::kUp) {
    unfilter_up(in, above, size, out);
  } else if (unit == 3) {
    unfilter_pixels<3>(filter, in, above, size, out);
  } else if (unit == 4) {
    unfilter_pixels<4>(filter, in, above, size, out);
  } else if (unit == 6) {
    unfilter_pixels<6>(filter, in, above, size, out);
  } else if (unit == 8) {
    unfilter_pixels<8>(filter, in, above, size, out);
  } else if (unit == 2) {
    unfilter_pixels<2>(filter, in, above, size, out);
  } else {
    unfilter_pixels<1>(filter, in, above, size, out);
  }
}

void apply_filter(Filter filter, const uint8_t* row, const uint8_t* above, size_t size, size_t unit,
                  uint8_t* out) {
  switch (filter) {
    case Filter::kNone:
      std::memcpy(out, row, size);
      break;
    case Filter::kSub:
      apply<Filter::kSub>(row, above, size, unit, out);
      break;
    case Filter::kUp:
      apply<Filter::kUp>(row, above, size, unit, out);
      break;
    case Filter::kAverage:
      apply<Filter::kAverage>(row, above, size, unit, out);
      break;
    case Filter::kPaeth:
      apply<Filter::kPaeth>(row, above, size, unit, out);
      break;
  }
}

uint64_t sum_of_magnitudes(const uint8_t* bytes, size_t size) {
  const size_t whole = size / 16 * 16;
  v128_t sums = wasm_i32x4_const_splat(0);
  for (size_t i = 0; i < whole; i += 16) {
    const v128_t magnitudes = wasm_i8x16_abs(wasm_v128_load(bytes + i));
    const v128_t pairs = wasm_u16x8_extadd_pairwise_u8x16(magnitudes);
    sums = wasm_i32x4_add(sums, wasm_u32x4_extadd_pairwise_u16x8(pairs));
  }
  const uint64_t sum = uint64_t{wasm_u32x4_extract_lane(sums, 0)} +
                       wasm_u32x4_extract_lane(sums, 1) + wasm_u32x4_extract_lane(sums, 2) +
                       wasm_u32x4_extract_lane(sums, 3);
  return sum + sum_of_magnitudes_scalar(bytes + whole, size - whole);
}

size_t count_repeated(const uint8_t* row, size_t size, size_t unit) {
  const size_t whole = size / 16 * 16;
  size_t count = 0;
  for (size_t i = 0; i < whole; i += 16) {
    const v128_t equal = wasm_i8x16_eq(wasm_v128_load(row + i), wasm_v128_load(row + i - unit));
    count += static_cast<size_t>(__builtin_popcount(wasm_i8x16_bitmask(equal)));
  }
  return count + count_repeated_scalar(row + whole, size - whole, unit);
}

#else

void unfilter(Filter filter, const uint8_t* in, const uint8_t* above, size_t size, size_t unit,
              uint8_t* out) {
  unfilter_scalar(filter, in, above, size, unit, out);
}

void apply_filter(Filter filter, const uint8_t* row, const uint8_t* above, size_t size, size_t unit,
                  uint8_t* out) {
  apply_filter_scalar(filter, row, above, size, unit, out);
}

uint64_t sum_of_magnitudes(const uint8_t* bytes, size_t size) {
  return sum_of_magnitudes_scalar(bytes, size);
}

size_t count_repeated(const uint8_t* row, size_t size, size_t unit) {
  return count_repeated_scalar(row, size, unit);
}

#endif

}  // namespace crop64
