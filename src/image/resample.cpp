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
Sample round_to(Sum<Sample> sum, int weight_bits, uint32_t max) {
  const Sum<Sample> half = Sum<Sample>{1} << (weight_bits - 1);
  return static_cast<Sample>(
      std::clamp<Sum<Sample>>((sum + half) >> weight_bits, 0, Sum<Sample>(max)));
}

// One pixel of a row.
template <class Sample>
void resample_pixel(const Sample* from, const Taps& taps, int x, int channels, uint32_t max,
                    Sample* to) {
  const auto [first, count] = taps.spans[size_t(x)];
  const int32_t* weights = taps.weights_of(size_t(x));
  for (int channel = 0; channel < channels; ++channel) {
    const Sample* sample = from + size_t(first) * size_t(channels) + channel;
    Sum<Sample> sum = 0;
    for (int i = 0; i < count; ++i, sample += channels) {
      sum += Sum<Sample>(*sample) * weights[i];
    }
    to[channel] = round_to<Sample>(sum, taps.weight_bits, max);
  }
}

// One sample of a column, `step` samples from one row to the next.
template <class Sample>
Sample resample_sample(const Sample* sample, size_t step, const Taps& taps, int y, uint32_t max) {
  const int32_t* weights = taps.weights_of(size_t(y));
  Sum<Sample> sum = 0;
  for (int i = 0; i < taps.spans[size_t(y)].count; ++i, sample += step) {
    sum += Sum<Sample>(*sample) * weights[i];
  }
  return round_to<Sample>(sum, taps.weight_bits, max);
}

#ifdef CROP64_SIMD

// The rows that are resampled together, so that each weight is loaded once for all of them.
constexpr int kRows = 4;

// Weights of 22 bits do not fit the 16-bit operands of wasm's dot product, so they are split:
// weight = high * 2^15 + low. The sums of both halves are combined at the end, without rounding.
constexpr int kLowBits = 15;

// The halves of two adjacent weights, packed into 32 bits each, for pairs of samples.
struct WeightPair {
  int32_t low;
  int32_t high;
};

// Two short weights, packed into 32 bits.
using ShortPair = int32_t;

// The pairs that are stored for a span, a multiple of four. Pairs beyond the count are 0.
size_t paired_stride(int stride) { return (size_t(stride) + 7) / 8 * 4; }

template <class Pair>
const Pair* pairs_of(const Taps& taps, int i) {
  return reinterpret_cast<const Pair*>(taps.paired.data()) + size_t(i) * paired_stride(taps.stride);
}

int32_t join(int first, int second) { return (first & 0xffff) | second << 16; }

void make_pair(int first, int second, WeightPair& pair) {
  constexpr int kMask = (1 << kLowBits) - 1;
  pair = {join(first & kMask, second & kMask), join(first >> kLowBits, second >> kLowBits)};
}

void make_pair(int first, int second, ShortPair& pair) { pair = join(first, second); }

template <class Pair>
Failure make_pairs(Taps& taps) {
  const size_t stride = paired_stride(taps.stride);
  Result<Buffer> memory = Buffer::allocate(uint64_t{taps.spans.size()} * stride * sizeof(Pair));
  if (!memory.ok()) {
    return memory.error();
  }
  taps.paired = std::move(memory.value());
  std::memset(taps.paired.data(), 0, taps.paired.size());
  auto* pairs = reinterpret_cast<Pair*>(taps.paired.data());
  for (size_t i = 0; i < taps.spans.size(); ++i, pairs += stride) {
    const int32_t* weights = taps.weights_of(i);
    const int count = taps.spans[i].count;
    for (int k = 0; k < count; k += 2) {
      make_pair(weights[k], k + 1 < count ? weights[k + 1] : 0, pairs[k / 2]);
    }
  }
  return std::nullopt;
}

// The sums of samples times weights, in four lanes.
struct Sums {
  v128_t low = wasm_i32x4_splat(0);
  v128_t high = wasm_i32x4_splat(0);

  void add(v128_t samples, v128_t low_weights, v128_t high_weights) {
    low = wasm_i32x4_add(low, wasm_i32x4_dot_i16x8(samples, low_weights));
    high = wasm_i32x4_add(high, wasm_i32x4_dot_i16x8(samples, high_weights));
  }
  v128_t total() const { return wasm_i32x4_add(low, wasm_i32x4_shl(high, kLowBits)); }
  static v128_t rounded(v128_t total) {
    const v128_t half = wasm_i32x4_splat(1 << (kWeightBits - 1));
    return wasm_i32x4_shr(wasm_i32x4_add(total, half), kWeightBits);
  }

  // A pair for all columns.
  void add(v128_t samples, const WeightPair& pair) {
    add(samples, wasm_i32x4_splat(pair.low), wasm_i32x4_splat(pair.high));
  }
  // Four pairs for eight samples of a row.
  void add_eight(v128_t samples, const WeightPair* pairs) {
    const v128_t first = wasm_v128_load(pairs);
    const v128_t second = wasm_v128_load(pairs + 2);
    add(samples, wasm_i32x4_shuffle(first, second, 0, 2, 4, 6),
        wasm_i32x4_shuffle(first, second, 1, 3, 5, 7));
  }
};

// The same by short weights.
struct ShortSums {
  v128_t sum = wasm_i32x4_splat(0);

  v128_t total() const { return sum; }
  static v128_t rounded(v128_t total) {
    const v128_t half = wasm_i32x4_splat(1 << (kShortWeightBits - 1));
    return wasm_i32x4_shr(wasm_i32x4_add(total, half), kShortWeightBits);
  }
  void add(v128_t samples, ShortPair pair) {
    sum = wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(samples, wasm_i32x4_splat(pair)));
  }
  void add_eight(v128_t samples, const ShortPair* pairs) {
    sum = wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(samples, wasm_v128_load(pairs)));
  }
};

// Processes 16 columns and two rows in each step.
template <class Sums, class Pair>
void resample_column_simd(const Plane<uint8_t>& in, int top, const Taps& taps, int y, uint8_t* to) {
  const auto [first, count] = taps.spans[size_t(y)];
  const auto* pairs = pairs_of<Pair>(taps, y);
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
      const v128_t left = interleave_low_bytes(upper, lower);
      const v128_t right = interleave_high_bytes(upper, lower);
      sums[0].add(wasm_u16x8_extend_low_u8x16(left), pairs[i]);
      sums[1].add(wasm_u16x8_extend_high_u8x16(left), pairs[i]);
      sums[2].add(wasm_u16x8_extend_low_u8x16(right), pairs[i]);
      sums[3].add(wasm_u16x8_extend_high_u8x16(right), pairs[i]);
    }
    const auto wide = [&](size_t i) { return Sums::rounded(sums[i].total()); };
    const v128_t left = wasm_i16x8_narrow_i32x4(wide(0), wide(1));
    const v128_t right = wasm_i16x8_narrow_i32x4(wide(2), wide(3));
    wasm_v128_store(to + x, wasm_u8x16_narrow_i16x8(left, right));
  }
  for (; x < samples; ++x) {
    to[x] = resample_sample(from + x, in.stride, taps, y, 255);
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
      sums[row].add(first, pairs[0]);
      sums[row].add(second, pairs[1]);
    }
  }
  for (const Sums& sum : sums) {
    const v128_t wide = Sums::rounded(sum.total());
    const v128_t samples = wasm_u8x16_narrow_i16x8(wasm_i16x8_narrow_i32x4(wide, wide), wide);
    const int32_t pixel = wasm_i32x4_extract_lane(samples, 0);
    to[0] = uint8_t(pixel);
    to[1] = uint8_t(pixel >> 8);
    to[2] = uint8_t(pixel >> 16);
    to += to_row_bytes;
  }
}

// The sums of the lanes of four vectors.
v128_t sums_of(const v128_t (&of)[4]) {
  const auto add_pairs = [](v128_t a, v128_t b) {
    return wasm_i32x4_add(wasm_i32x4_shuffle(a, b, 0, 2, 4, 6),
                          wasm_i32x4_shuffle(a, b, 1, 3, 5, 7));
  };
  return add_pairs(add_pairs(of[0], of[1]), add_pairs(of[2], of[3]));
}

// Computes one grey pixel in each of kRows rows, eight taps in each step. A step reads 8 bytes of
// each row.
template <class Sums, class Pair>
void resample_gray(const uint8_t* from, size_t row_bytes, const Pair* pairs, int count, uint8_t* to,
                   size_t to_row_bytes) {
  Sums sums[kRows];
  for (int i = 0; i < count; i += 8, from += 8, pairs += 4) {
    for (size_t row = 0; row < kRows; ++row) {
      sums[row].add_eight(wasm_u16x8_load8x8(from + row * row_bytes), pairs);
    }
  }
  // Lanes may wrap around; their total does not.
  const v128_t rows[] = {sums[0].total(), sums[1].total(), sums[2].total(), sums[3].total()};
  const v128_t wide = Sums::rounded(sums_of(rows));
  const v128_t pixels = wasm_u8x16_narrow_i16x8(wasm_i16x8_narrow_i32x4(wide, wide), wide);
  const int32_t four = wasm_i32x4_extract_lane(pixels, 0);
  for (size_t row = 0; row < kRows; ++row) {
    to[row * to_row_bytes] = uint8_t(four >> (8 * row));
  }
}

void resample_rows_simd(const Plane<uint8_t>& in, const Plane<uint8_t>& out, const Taps& taps) {
  const auto channels = size_t(in.channels);
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
      const uint8_t* from = top + size_t(first) * channels;
      if (size_t(first + count) * channels >= room) {
        for (int row = 0; row < rows; ++row) {
          resample_pixel<uint8_t>(in.row(y + row), taps, x, in.channels, 255,
                                  to + size_t(row) * out.stride);
        }
      } else if (taps.weight_bits == kShortWeightBits) {
        const auto* pairs = pairs_of<ShortPair>(taps, x);
        resample_gray<ShortSums>(from, in.stride, pairs, count, to, out.stride);
      } else if (channels == 3) {
        const auto* pairs = pairs_of<WeightPair>(taps, x);
        resample_rgb(from, in.stride, pairs, count, to, out.stride);
      } else {
        const auto* pairs = pairs_of<WeightPair>(taps, x);
        resample_gray<Sums>(from, in.stride, pairs, count, to, out.stride);
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
  return taps.weight_bits == kWeightBits ? make_pairs<WeightPair>(taps)
                                         : make_pairs<ShortPair>(taps);
#else
  return std::nullopt;
#endif
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
  const Sample* from = in.row(taps.spans[size_t(y)].first - top);
  for (size_t x = 0; x < in.row_samples(); ++x) {
    out[x] = resample_sample(from + x, in.stride, taps, y, max);
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
      const auto resample = taps.weight_bits == kWeightBits
                                ? resample_column_simd<Sums, WeightPair>
                                : resample_column_simd<ShortSums, ShortPair>;
      resample(in, top, taps, y, out);
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
