// The two passes of a separable convolution: rows, then columns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "base/buffer.h"

namespace crop64 {

// How many bits of a weight stand after the point.
constexpr int kWeightBits = 22;

// For each sample of a resampled line: which samples it is made of, and with what weights.
struct Taps {
  struct Span {
    int first;
    int count;
  };
  std::span<Span> spans;
  std::span<int32_t> weights;  // `stride` a span, kWeightBits after the point, below 2 in size
  int stride = 0;              // at least the largest count; weights beyond the count are 0
  Buffer memory;               // of both

  // `count` spans of nothing. Errors: OUT_OF_MEMORY.
  static Result<Taps> allocate(int count, int stride);

  const int32_t* weights_of(size_t i) const { return weights.data() + i * size_t(stride); }
};

// What taps take, and what resample_rows() and resample_columns() take for them, in bytes.
double taps_memory(int count, int stride);

// Samples of type uint8_t, uint16_t or uint32_t, rows packed.
template <class Sample>
struct Plane {
  Sample* data;
  int width;  // in pixels
  int height;
  int channels;

  size_t row_samples() const { return size_t(width) * size_t(channels); }
  Sample* row(int y) const { return data + size_t(y) * row_samples(); }
};

// Makes each row of `out` from the same row of `in`, or each of its columns from the same column.
// Sums are rounded to the nearest sample, half up, and kept within 0 and `max`.
template <class Sample>
void resample_rows(const Plane<Sample>& in, const Plane<Sample>& out, const Taps& taps,
                   uint32_t max);
template <class Sample>
void resample_columns(const Plane<Sample>& in, const Plane<Sample>& out, const Taps& taps,
                      uint32_t max);

// The plain ways, without SIMD: what the others must equal.
template <class Sample>
void resample_rows_scalar(const Plane<Sample>& in, const Plane<Sample>& out, const Taps& taps,
                          uint32_t max);
template <class Sample>
void resample_columns_scalar(const Plane<Sample>& in, const Plane<Sample>& out, const Taps& taps,
                             uint32_t max);

}  // namespace crop64
