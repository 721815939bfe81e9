#include "image/resample.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/simd.h"

namespace crop64 {
namespace {

// Wide enough for the sum of samples times weights.
template <class Sample>
using Sum = std::conditional_t<sizeof(Sample) == 1, int32_t, int64_t>;

template <class Sample>
constexpr Sum<Sample> kHalf = Sum<Sample>{1} << (kWeightBits - 1);

template <class Sample>
Sample round_to(Sum<Sample> sum, uint32_t max) {
  return static_cast<Sample>(std::clamp<Sum<Sample>>(sum >> kWeightBits, 0, Sum<Sample>(max)));
}

// One pixel of a row.
template <class Sample>
void resample_pixel(const Sample* from, const Taps& taps, int x, int channels, uint32_t max,
                    Sample* to) {
  const auto [first, count] = taps.spans[size_t(x)];
  const int32_t* weights = taps.weights_of(size_t(x));
  for (int channel = 0; channel < channels; ++channel) {
    const Sample* sample = from + size_t(first) * size_t(channels) + channel;
    Sum<Sample> sum = kHalf<Sample>;
    for (int i = 0; i < count; ++i, sample += channels) {
      sum += Sum<Sample>(*sample) * weights[i];
    }
    to[channel] = round_to<Sample>(sum, max);
  }
}

// One sample of a column, `step` samples from one row to the next.
template <class Sample>
Sample resample_sample(const Sample* sample, size_t step, const int32_t* weights, int count,
                       uint32_t max) {
  Sum<Sample> sum = kHalf<Sample>;
  for (int i = 0; i < count; ++i, sample += step) {
    sum += Sum<Sample>(*sample) * weights[i];
  }
  return round_to<Sample>(sum, max);
}

#ifdef CROP64_SIMD

// A weight does not fit the 16-bit operands of wasm's dot product, so it is split: weight = high *
// 2^15 + low. The sums of both halves are combined at the end, without rounding.
constexpr int kLowBits = 15;

// The rows that are resampled together, so that each weight is loaded once for all of them.
constexpr int kRows = 4;

// The halves of two adjacent weights, packed into 32 bits each, for pairs of samples.
struct WeightPair {
  int32_t low;
  int32_t high;
};

// The pairs that are stored for a span, a multiple of four. Pairs beyond the count are 0.
size_t paired_stride(int stride) { return (size_t(stride) + 7) / 8 * 4; }

const WeightPair* pairs_of(const Taps& taps, int i) {
  return reinterpret_cast<const WeightPair*>(taps.paired.data()) +
         size_t(i) * paired_stride(taps.stride);
}

// Writes (count + 1) / 2 pairs.
void make_pairs(const int32_t* weights, int count, WeightPair* pairs) {
  const auto low = [&](int i) { return i < count ? weights[i] & ((1 << kLowBits) - 1) : 0; };
  const auto high = [&](int i) { return i < count ? weights[i] >> kLowBits : 0; };
  const auto join = [](int first, int second) { return (first & 0xffff) | second << 16; };
  for (int i = 0; i < count; i += 2) {
    *pairs++ = {join(low(i), low(i + 1)), join(high(i), high(i + 1))};
  }
}

// Four sums of samples times weights, by the low and the high halves of the weights.
struct Sums {
  v128_t low = wasm_i32x4_splat(kHalf<uint8_t>);
  v128_t high = wasm_i32x4_splat(0);

  void add(v128_t samples, v128_t low_weights, v128_t high_weights) {
    low = wasm_i32x4_add(low, wasm_i32x4_dot_i16x8(samples, low_weights));
    high = wasm_i32x4_add(high, wasm_i32x4_dot_i16x8(samples, high_weights));
  }
  v128_t combined() const { return wasm_i32x4_add(low, wasm_i32x4_shl(high, kLowBits)); }
  v128_t rounded() const { return wasm_i32x4_shr(combined(), kWeightBits); }
};

// Processes 16 columns and two rows in each step.
void resample_column_simd(const Plane<uint8_t>& in, int top, const Taps& taps, int y, uint8_t* to) {
  const auto [first, count] = taps.spans[size_t(y)];
  const WeightPair* pairs = pairs_of(taps, y);
  const uint8_t* from = in.row(first - top);
  const size_t samples = in.row_samples();
  size_t x = 0;
  for (; x + 16 <= samples; x += 16) {
    Sums sums[4];
    const uint8_t* row = from + x;
    for (int i = 0; 2 * i < count; ++i, row += 2 * in.stride) {
      const bool has_second = 2 * i + 1 < count;
      const v128_t upper = wasm_v128_load(row);
      const v128_t lower = has_second ? wasm_v128_load(row + in.stride) : wasm_i8x16_splat(0);
      const v128_t low_weights = wasm_i32x4_splat(pairs[i].low);
      const v128_t high_weights = wasm_i32x4_splat(pairs[i].high);
      const v128_t left = interleave_low_bytes(upper, lower);
      const v128_t right = interleave_high_bytes(upper, lower);
      sums[0].add(wasm_u16x8_extend_low_u8x16(left), low_weights, high_weights);
      sums[1].add(wasm_u16x8_extend_high_u8x16(left), low_weights, high_weights);
      sums[2].add(wasm_u16x8_extend_low_u8x16(right), low_weights, high_weights);
      sums[3].add(wasm_u16x8_extend_high_u8x16(right), low_weights, high_weights);
    }
    const v128_t left = wasm_i16x8_narrow_i32x4(sums[0].rounded(), sums[1].rounded());
    const v128_t right = wasm_i16x8_narrow_i32x4(sums[2].rounded(), sums[3].rounded());
    wasm_v128_store(to + x, wasm_u8x16_narrow_i16x8(left, right));
  }
  for (; x < samples; ++x) {
    to[x] = resample_sample(from + x, in.stride, taps.weights_of(size_t(y)), count, 255);
  }
}

// Computes one RGB pixel in each of kRows rows, four taps in each step. A step reads 16 bytes of
// each row.
void resample_rgb(const uint8_t* from, size_t row_bytes, const WeightPair* pairs, int count,
                  uint8_t* to, size_t to_row_bytes) {
  Sums sums[kRows];
  for (int i = 0; i < count; i += 4, from += 12, pairs += 2) {
    for (size_t row = 0; row < kRows; ++row) {
      const v128_t pixels = wasm_v128_load(from + row * row_bytes);
      // The samples of two pixels as 16-bit numbers, paired by channel; the fourth channel is 0.
      const v128_t first = wasm_i8x16_swizzle(
          pixels, wasm_i8x16_const(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1));
      const v128_t second = wasm_i8x16_swizzle(
          pixels, wasm_i8x16_const(6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1));
      sums[row].add(first, wasm_i32x4_splat(pairs[0].low), wasm_i32x4_splat(pairs[0].high));
      sums[row].add(second, wasm_i32x4_splat(pairs[1].low), wasm_i32x4_splat(pairs[1].high));
    }
  }
  for (const Sums& sum : sums) {
    const v128_t wide = sum.rounded();
    const v128_t samples = wasm_u8x16_narrow_i16x8(wasm_i16x8_narrow_i32x4(wide, wide), wide);
    const int32_t pixel = wasm_i32x4_extract_lane(samples, 0);
    to[0] = uint8_t(pixel);
    to[1] = uint8_t(pixel >> 8);
    to[2] = uint8_t(pixel >> 16);
    to += to_row_bytes;
  }
}

// Computes one grey pixel in each of kRows rows, eight taps in each step. A step reads 8 bytes of
// each row.
void resample_gray(const uint8_t* from, size_t row_bytes, const WeightPair* pairs, int count,
                   uint8_t* to, size_t to_row_bytes) {
  Sums sums[kRows];
  for (int i = 0; i < count; i += 8, from += 8, pairs += 4) {
    const v128_t first = wasm_v128_load(pairs);
    const v128_t second = wasm_v128_load(pairs + 2);
    const v128_t low_weights = wasm_i32x4_shuffle(first, second, 0, 2, 4, 6);
    const v128_t high_weights = wasm_i32x4_shuffle(first, second, 1, 3, 5, 7);
    for (size_t row = 0; row < kRows; ++row) {
      sums[row].add(wasm_u16x8_load8x8(from + row * row_bytes), low_weights, high_weights);
    }
  }
  for (const Sums& sum : sums) {
    // The partial sums may wrap around; the total does not.
    const uint32_t halves = 3 * uint32_t(kHalf<uint8_t>);  // of four, one too many for each lane
    const auto total = int32_t(uint32_t(sum_lanes(sum.combined())) - halves);
    *to = round_to<uint8_t>(total, 255);
    to += to_row_bytes;
  }
}

void resample_rows_simd(const Plane<uint8_t>& in, const Plane<uint8_t>& out, const Taps& taps) {
  const auto channels = size_t(in.channels);
  const auto resample = channels == 3 ? resample_rgb : resample_gray;
  const uint8_t* end = in.end();
  for (int y = 0; y < out.height; y += kRows) {
    const int rows = std::min(kRows, out.height - y);
    const uint8_t* top = in.row(y);
    // The last step of a span may read beyond the span, but not beyond the plane.
    const auto left = size_t(end - in.row(y + rows - 1));
    const size_t room = rows == kRows && left > 15 ? left - 15 : 0;
    uint8_t* to = out.row(y);
    for (int x = 0; x < out.width; ++x, to += channels) {
      const auto [first, count] = taps.spans[size_t(x)];
      if (size_t(first + count) * channels >= room) {
        for (int row = 0; row < rows; ++row) {
          resample_pixel<uint8_t>(in.row(y + row), taps, x, in.channels, 255,
                                  to + size_t(row) * out.stride);
        }
      } else {
        resample(top + size_t(first) * channels, in.stride, pairs_of(taps, x), count, to,
                 out.stride);
      }
    }
  }
}

#endif

}  // namespace

Result<Taps> Taps::allocate(int count, int stride) {
  const uint64_t span_bytes = uint64_t(count) * sizeof(Span);
  const uint64_t weight_bytes = uint64_t(count) * uint64_t(stride) * sizeof(int32_t);
  Result<Buffer> memory = Buffer::allocate(span_bytes + weight_bytes);
  if (!memory.ok()) {
    return memory.error();
  }
  uint8_t* data = memory.value().data();
  std::memset(data, 0, memory.value().size());
  Taps taps;
  taps.spans = {reinterpret_cast<Span*>(data), size_t(count)};
  taps.weights = {reinterpret_cast<int32_t*>(data + span_bytes), size_t(count) * size_t(stride)};
  taps.stride = stride;
  taps.memory = std::move(memory.value());
  return taps;
}

Failure prepare([[maybe_unused]] Taps& taps) {
#ifdef CROP64_SIMD
  const size_t stride = paired_stride(taps.stride);
  Result<Buffer> memory =
      Buffer::allocate(uint64_t{taps.spans.size()} * stride * sizeof(WeightPair));
  if (!memory.ok()) {
    return memory.error();
  }
  taps.paired = std::move(memory.value());
  std::memset(taps.paired.data(), 0, taps.paired.size());
  auto* pairs = reinterpret_cast<WeightPair*>(taps.paired.data());
  for (size_t i = 0; i < taps.spans.size(); ++i) {
    make_pairs(taps.weights_of(i), taps.spans[i].count, pairs + i * stride);
  }
#endif
  return std::nullopt;
}

double taps_memory(int count, int stride) {
  const double weights = double(count) * stride * sizeof(int32_t);
  const double pairs = double(count) * (double(stride) + 7) * sizeof(int32_t);
  return double(count) * sizeof(Taps::Span) + weights + pairs;
}

template <class Sample>
void resample_rows_scalar(const Plane<Sample>& in, const Plane<Sample>& out, const Taps& taps,
                          uint32_t max) {
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) {
      resample_pixel(in.row(y), taps, x, in.channels, max,
                     out.row(y) + size_t(x) * size_t(in.channels));
    }
  }
}

template <class Sample>
void resample_column_scalar(const Plane<Sample>& in, int top, const Taps& taps, int y, Sample* out,
                            uint32_t max) {
  const auto [first, count] = taps.spans[size_t(y)];
  for (size_t x = 0; x < in.row_samples(); ++x) {
    out[x] =
        resample_sample(in.row(first - top) + x, in.stride, taps.weights_of(size_t(y)), count, max);
  }
}

template <class Sample>
void resample_rows(const Plane<Sample>& in, const Plane<Sample>& out, const Taps& taps,
                   uint32_t max) {
#ifdef CROP64_SIMD
  if constexpr (sizeof(Sample) == 1) {
    if (max == 255 && (in.channels == 1 || in.channels == 3)) {
      resample_rows_simd(in, out, taps);
      return;
    }
  }
#endif
  resample_rows_scalar(in, out, taps, max);
}

template <class Sample>
void resample_column(const Plane<Sample>& in, int top, const Taps& taps, int y, Sample* out,
                     uint32_t max) {
#ifdef CROP64_SIMD
  if constexpr (sizeof(Sample) == 1) {
    if (max == 255) {
      resample_column_simd(in, top, taps, y, out);
      return;
    }
  }
#endif
  resample_column_scalar(in, top, taps, y, out, max);
}

// NOLINTBEGIN(bugprone-macro-parentheses): it is a type.
#define INSTANTIATE(Sample)                                                                       \
  template void resample_rows(const Plane<Sample>&, const Plane<Sample>&, const Taps&, uint32_t); \
  template void resample_column(const Plane<Sample>&, int, const Taps&, int, Sample*, uint32_t);  \
  template void resample_rows_scalar(const Plane<Sample>&, const Plane<Sample>&, const Taps&,     \
                                     uint32_t);                                                   \
  template void resample_column_scalar(const Plane<Sample>&, int, const Taps&, int, Sample*,      \
                                       uint32_t)

// NOLINTEND(bugprone-macro-parentheses)

INSTANTIATE(uint8_t);
INSTANTIATE(uint16_t);
INSTANTIATE(uint32_t);

}  // namespace crop64
