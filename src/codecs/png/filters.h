// The filters of PNG rows (PNG specification, third edition, section 9): applied and removed.
#pragma once

#include <cstddef>
#include <cstdint>

namespace crop64::png {

enum class Filter : uint8_t { kNone, kSub, kUp, kAverage, kPaeth };

constexpr int kFilters = 5;

// How many bytes may be read before and after a row, and written after an output.
constexpr size_t kRowSlack = 16;

// Removes the filter from the first `size` bytes of a row: from `in` to `out`, which do not
// overlap. `above` is the row above, unfiltered (zeros for the first row); it is not read if the
// filter is kNone or kSub. `unit` is the number of bytes of a pixel, 1 to 8, or 1 for smaller
// pixels. Up to kRowSlack bytes after each row may be read, and written after `out`.
void unfilter(Filter filter, const uint8_t* in, const uint8_t* above, size_t size, size_t unit,
              uint8_t* out);

// Applies a filter to a row: the inverse of unfilter(). `row` and `above` must be preceded by
// kRowSlack zeros.
void apply_filter(Filter filter, const uint8_t* row, const uint8_t* above, size_t size, size_t unit,
                  uint8_t* out);

// The sum of the absolute values of the filtered row's bytes, taken as signed: the measure by which
// a filter is chosen (section 12.7). Reads what apply_filter() reads.
uint64_t sum_of_magnitudes(Filter filter, const uint8_t* row, const uint8_t* above, size_t size,
                           size_t unit);

// How many bytes of a row differ by less than `limit` (1 to 128) from the byte of the previous
// pixel, `unit` bytes before, which is also read before the row. Differences are taken modulo 256,
// as by kSub: 255 and 1 differ by 2.
size_t count_near(const uint8_t* row, size_t size, size_t unit, uint8_t limit);

// The same without SIMD, for tests to compare and for builds without SIMD.
void unfilter_scalar(Filter filter, const uint8_t* in, const uint8_t* above, size_t size,
                     size_t unit, uint8_t* out);
void apply_filter_scalar(Filter filter, const uint8_t* row, const uint8_t* above, size_t size,
                         size_t unit, uint8_t* out);
uint64_t sum_of_magnitudes_scalar(Filter filter, const uint8_t* row, const uint8_t* above,
                                  size_t size, size_t unit);
size_t count_near_scalar(const uint8_t* row, size_t size, size_t unit, uint8_t limit);

}  // namespace crop64::png
