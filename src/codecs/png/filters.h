// The filters of PNG rows (PNG specification, third edition, section 9), on and off.
#pragma once

#include <cstddef>
#include <cstdint>

namespace crop64::png {

enum class Filter : uint8_t { kNone, kSub, kUp, kAverage, kPaeth };

constexpr int kFilters = 5;

// How many bytes in front of a row and behind it may be read, and behind an output written.
constexpr size_t kRowSlack = 16;

// Takes the filter off the first `size` bytes of a row: `in` to `out`, which do not overlap.
// `above` is the row above, without its filter (zeros for the first row); it is not read where the
// filter is kNone or kSub. `unit` is the bytes in a pixel, at least 1 (1 to 8). Up to kRowSlack
// bytes behind each row may be read and, of `out`, written.
void unfilter(Filter filter, const uint8_t* in, const uint8_t* above, size_t size, size_t unit,
              uint8_t* out);

// Puts a filter on a row: the other way around, with kRowSlack bytes in front of `row` and `above`
// that are zeros.
void apply_filter(Filter filter, const uint8_t* row, const uint8_t* above, size_t size, size_t unit,
                  uint8_t* out);

// The sum of the bytes of the row with that filter on, taken as signed, without their signs: what a
// filter is chosen by (the same specification, section 12.7). It may read what apply_filter() does.
uint64_t sum_of_magnitudes(Filter filter, const uint8_t* row, const uint8_t* above, size_t size,
                           size_t unit);

// How many bytes of a row differ by less than `limit` (1 to 128) from those of the pixel before,
// `unit` bytes earlier, which may be read in front of the row. Differences are those of kSub: 255
// and 1 differ by 2.
size_t count_near(const uint8_t* row, size_t size, size_t unit, uint8_t limit);

// The plain ways, without SIMD: what the others must equal.
void unfilter_scalar(Filter filter, const uint8_t* in, const uint8_t* above, size_t size,
                     size_t unit, uint8_t* out);
void apply_filter_scalar(Filter filter, const uint8_t* row, const uint8_t* above, size_t size,
                         size_t unit, uint8_t* out);
uint64_t sum_of_magnitudes_scalar(Filter filter, const uint8_t* row, const uint8_t* above,
                                  size_t size, size_t unit);
size_t count_near_scalar(const uint8_t* row, size_t size, size_t unit, uint8_t limit);

}  // namespace crop64::png
