// The two passes of a separable convolution: rows, then columns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "base/buffer.h"

namespace crop64 {

// Weights are fixed-point numbers with this many fractional bits. With the fewer ones they fit 16
// bits, and a sum of samples of 8 bits takes half of the work; its error is about 0.02.
constexpr int kWeightBits = 22;
constexpr int kShortWeightBits = 14;

// For each output sample of a row or column: the input samples that contribute to it, and their
// weights.
struct Taps {
  struct Span {
    int first;
    int count;
  };
  int weight_bits = kWeightBits;
  std::span<Span> spans;
  std::span<int32_t> weights;  // `stride` for each span; magnitudes below 2
  int stride = 0;              // at least the largest count; weights beyond a count are 0
  Buffer memory;               // owns both
  Buffer paired;               // the weights for the SIMD code, from prepare()

  // `count` empty spans. Errors: OUT_OF_MEMORY.
  static Result<Taps> allocate(int count, int stride);

  const int32_t* weights_of(size_t i) const { return weights.data() + i * size_t(stride); }
};

// Makes `paired` of complete taps, which resample_rows() and resample_column() need for samples of
// 8 bits. Errors: OUT_OF_MEMORY.
Failure prepare(Taps& taps);

// The memory of prepared taps in bytes, at most.
double taps_memory(int count, int stride);

// Borrowed samples of type uint8_t, uint16_t or uint32_t.
template <class Sample>
struct Plane {
  Sample* data;
  int width;  // in pixels
  int height;
  int channels;
  size_t stride = row_samples();  // samples from one row to the next

  size_t row_samples() const { return size_t(width) * size_t(channels); }
  Sample* row(int y) const { return data + size_t(y) * stride; }
  // One after the last sample.
  const Sample* end() const { return row(height - 1) + row_samples(); }
};

// Computes each row of `out` from the same row of `in`. Sums are rounded to the nearest integer,
// half up, and clamped to 0..`max`. Four rows at a time cost least.
template <class Sample>
void resample_rows(const Plane<Sample>& in, const Plane<Sample>& out, const Taps& taps,
                   uint32_t max);
// Computes row `y` of an image each of whose columns is made of the same column of `in`. Span `y`
// lies within `in`, whose first row is row `top` of the columns. Sums as above.
template <class Sample>
void resample_column(const Plane<Sample>& in, int top, const Taps& taps, int y, Sample* out,
                     uint32_t max);

// The same without SIMD, as a reference for tests.
template <class Sample>
void resample_rows_scalar(const Plane<Sample>& in, const Plane<Sample>& out, const Taps& taps,
                          uint32_t max);
template <class Sample>
void resample_column_scalar(const Plane<Sample>& in, int top, const Taps& taps, int y, Sample* out,
                            uint32_t max);

}  // namespace crop64
