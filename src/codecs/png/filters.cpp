#include "codecs/png/filters.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "base/simd.h"

namespace crop64::png {
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

// False for filters that must not read the row above.
bool uses_above(Filter filter) { return filter != Filter::kNone && filter != Filter::kSub; }

}  // namespace

void unfilter_scalar(Filter filter, const uint8_t* in, const uint8_t* above, size_t size,
                     size_t unit, uint8_t* out) {
  const bool reads_above = uses_above(filter);
  for (size_t i = 0; i < size; ++i) {
    const int left = i >= unit ? out[i - unit] : 0;
    const int up = reads_above ? above[i] : 0;
    const int up_left = reads_above && i >= unit ? above[i - unit] : 0;
    out[i] = static_cast<uint8_t>(in[i] + predict(filter, left, up, up_left));
  }
}

namespace {

uint8_t filtered_scalar(Filter filter, const uint8_t* row, const uint8_t* above, size_t i,
                        size_t unit) {
  const int left = i >= unit ? row[i - unit] : 0;
  const int up_left = i >= unit ? above[i - unit] : 0;
  return static_cast<uint8_t>(row[i] - predict(filter, left, above[i], up_left));
}

uint8_t magnitude(uint8_t byte) { return byte < 128 ? byte : static_cast<uint8_t>(256 - byte); }

}  // namespace

void apply_filter_scalar(Filter filter, const uint8_t* row, const uint8_t* above, size_t size,
                         size_t unit, uint8_t* out) {
  for (size_t i = 0; i < size; ++i) {
    out[i] = filtered_scalar(filter, row, above, i, unit);
  }
}

uint64_t sum_of_magnitudes_scalar(Filter filter, const uint8_t* row, const uint8_t* above,
                                  size_t size, size_t unit) {
  uint64_t sum = 0;
  for (size_t i = 0; i < size; ++i) {
    sum += magnitude(filtered_scalar(filter, row, above, i, unit));
  }
  return sum;
}

size_t count_near_scalar(const uint8_t* row, size_t size, size_t unit, uint8_t limit) {
  size_t count = 0;
  for (const uint8_t* const end = row + size; row < end; ++row) {
    count += magnitude(static_cast<uint8_t>(*row - *(row - unit))) < limit;
  }
  return count;
}

#ifdef CROP64_SIMD

namespace {

// Paeth's predictor, in eight lanes of 16 bits: the one of left, above and above_left that is
// nearest to left + above - above_left, in this order if two are equally near. Let low and high be
// the lower and the higher of left and above. If above_left is more than two thirds of the way from
// low to high, low is nearest; if it is less than one third, high; and above_left in between. This
// form has few steps that depend on left, which is the previous pixel's result.
v128_t paeth(v128_t left, v128_t above, v128_t above_left) {
  const v128_t thrice = wasm_i16x8_add(above_left, wasm_i16x8_add(above_left, above_left));
  const v128_t threshold = wasm_i16x8_sub(wasm_i16x8_sub(thrice, above), left);
  const v128_t low = wasm_i16x8_min(left, above);
  const v128_t high = wasm_i16x8_max(left, above);
  const v128_t to_low =
      wasm_v128_andnot(wasm_v128_xor(above_left, low), wasm_i16x8_gt(high, threshold));
  const v128_t to_high =
      wasm_v128_andnot(wasm_v128_xor(above_left, high), wasm_i16x8_gt(threshold, low));
  return wasm_v128_xor(above_left, wasm_v128_xor(to_low, to_high));
}

v128_t distance_u8(v128_t a, v128_t b) {
  return wasm_i8x16_sub(wasm_u8x16_max(a, b), wasm_u8x16_min(a, b));
}

// The same in sixteen lanes of 8 bits, in which left + above - above_left would overflow. If left
// and above are on one side of above_left, above_left is not nearest. Otherwise its distance is the
// difference of their distances from it.
v128_t paeth_u8(v128_t left, v128_t above, v128_t above_left) {
  const v128_t to_left = distance_u8(above, above_left);
  const v128_t to_above = distance_u8(left, above_left);
  const v128_t on_one_side =
      wasm_i8x16_eq(wasm_u8x16_ge(left, above_left), wasm_u8x16_ge(above, above_left));
  const v128_t to_above_left = wasm_v128_or(distance_u8(to_left, to_above), on_one_side);
  const v128_t nearest = wasm_u8x16_min(wasm_u8x16_min(to_left, to_above), to_above_left);
  const v128_t above_or_corner =
      wasm_v128_bitselect(above, above_left, wasm_i8x16_eq(nearest, to_above));
  return wasm_v128_bitselect(left, above_or_corner, wasm_i8x16_eq(nearest, to_left));
}

// The average, rounded down. That of the instruction is rounded up.
v128_t average(v128_t a, v128_t b) {
  const v128_t odd = wasm_v128_and(wasm_v128_xor(a, b), wasm_i8x16_const_splat(1));
  return wasm_i8x16_sub(wasm_u8x16_avgr(a, b), odd);
}

// Loads a pixel of up to 8 bytes, and the bytes that follow.
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

// Pixel by pixel, since each depends on the previous one.
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
    constexpr size_t kGroup = 16 / kUnit * kUnit;
    constexpr uint32_t kPixel = (1u << 2 * kUnit) - 1;
    for (size_t group = 0; group < size; group += kGroup) {
      // After a pixel that equals the one above it, pixels whose filtered bytes are 0 do, too.
      // Drawings have long stretches of these.
      const bool equals_above =
          (wasm_i8x16_bitmask(wasm_i8x16_eq(left, above_left)) & kPixel) == kPixel;
      if (equals_above && group + kGroup <= size &&
          !wasm_v128_any_true(wasm_v128_load(in + group))) {
        wasm_v128_store(out + group, wasm_v128_load(above + group));
        left = above_left =
            wasm_u16x8_extend_low_u8x16(load_pixel<kUnit>(above + group + kGroup - kUnit));
        continue;
      }
      const size_t end = std::min(size, group + kGroup);
      for (size_t i = group; i < end; i += kUnit) {
        const v128_t up = wasm_u16x8_extend_low_u8x16(load_pixel<kUnit>(above + i));
        const v128_t filtered = wasm_u16x8_extend_low_u8x16(load_pixel<kUnit>(in + i));
        left = wasm_i8x16_add(paeth(left, up, above_left), filtered);
        store_pixel<kUnit>(out + i, wasm_u8x16_narrow_i16x8(left, left));
        above_left = up;
      }
    }
  }
}

template <Filter kFilter>
v128_t filtered(const uint8_t* row, const uint8_t* above, size_t unit) {
  const v128_t here = wasm_v128_load(row);
  switch (kFilter) {
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
  return wasm_i8x16_sub(here, paeth_u8(wasm_v128_load(row - unit), wasm_v128_load(above),
                                       wasm_v128_load(above - unit)));
}

template <Filter kFilter>
void apply(const uint8_t* row, const uint8_t* above, size_t size, size_t unit, uint8_t* out) {
  for (size_t i = 0; i < size; i += 16) {
    wasm_v128_store(out + i, filtered<kFilter>(row + i, above + i, unit));
  }
}

template <Filter kFilter>
uint64_t sum(const uint8_t* row, const uint8_t* above, size_t size, size_t unit) {
  const auto magnitudes = [=](size_t i) {
    return wasm_i8x16_abs(filtered<kFilter>(row + i, above + i, unit));
  };
  // Bytes after the row do not count.
  alignas(16) constexpr uint8_t kCounted[32] = {255, 255, 255, 255, 255, 255, 255, 255,
                                                255, 255, 255, 255, 255, 255, 255, 255};
  const size_t whole = size / 16 * 16;
  v128_t pairs = wasm_u16x8_extadd_pairwise_u8x16(
      wasm_v128_and(magnitudes(whole), wasm_v128_load(kCounted + 16 - size % 16)));
  v128_t sums = wasm_i32x4_const_splat(0);
  for (size_t i = 0; i < whole;) {
    // Lanes of 16 bits hold 255 sums of two magnitudes, which are at most 128.
    for (const size_t end = std::min(whole, i + 16 * size_t{254}); i < end; i += 16) {
      pairs = wasm_i16x8_add(pairs, wasm_u16x8_extadd_pairwise_u8x16(magnitudes(i)));
    }
    sums = wasm_i32x4_add(sums, wasm_u32x4_extadd_pairwise_u16x8(pairs));
    pairs = wasm_i16x8_const_splat(0);
  }
  sums = wasm_i32x4_add(sums, wasm_u32x4_extadd_pairwise_u16x8(pairs));
  return sum_lanes(sums);
}

// Calls `work` with the filter as a template argument.
template <typename Work>
auto with_filter(Filter filter, const Work& work) {
  switch (filter) {
    case Filter::kSub:
      return work.template operator()<Filter::kSub>();
    case Filter::kUp:
      return work.template operator()<Filter::kUp>();
    case Filter::kAverage:
      return work.template operator()<Filter::kAverage>();
    case Filter::kPaeth:
      return work.template operator()<Filter::kPaeth>();
    case Filter::kNone:
      break;
  }
  return work.template operator()<Filter::kNone>();
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
  with_filter(filter, [=]<Filter kFilter> { apply<kFilter>(row, above, size, unit, out); });
}

uint64_t sum_of_magnitudes(Filter filter, const uint8_t* row, const uint8_t* above, size_t size,
                           size_t unit) {
  return with_filter(filter, [=]<Filter kFilter> { return sum<kFilter>(row, above, size, unit); });
}

size_t count_near(const uint8_t* row, size_t size, size_t unit, uint8_t limit) {
  const size_t whole = size / 16 * 16;
  const v128_t limits = wasm_i8x16_splat(static_cast<int8_t>(limit));
  size_t count = 0;
  for (size_t i = 0; i < whole; i += 16) {
    const v128_t magnitudes = wasm_i8x16_abs(filtered<Filter::kSub>(row + i, row + i, unit));
    const v128_t near = wasm_u8x16_lt(magnitudes, limits);
    count += static_cast<size_t>(__builtin_popcount(wasm_i8x16_bitmask(near)));
  }
  return count + count_near_scalar(row + whole, size - whole, unit, limit);
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

uint64_t sum_of_magnitudes(Filter filter, const uint8_t* row, const uint8_t* above, size_t size,
                           size_t unit) {
  return sum_of_magnitudes_scalar(filter, row, above, size, unit);
}

size_t count_near(const uint8_t* row, size_t size, size_t unit, uint8_t limit) {
  return count_near_scalar(row, size, unit, limit);
}

#endif

}  // namespace crop64::png
