// The loops of color/transform.h, with their tables.
#pragma once

#include <cstddef>
#include <cstdint>

namespace crop64 {

// 16 bits: tables are interpolated. They have an entry more than steps and another one, so that the
// next entry can be read at the last one.
constexpr int kSteps16 = 4096;
constexpr int kEntries16 = kSteps16 + 2;
// 8 bits: light is rounded to the nearest step.
constexpr int kSteps8 = 16384;

struct ColorTables {
  // What each channel's light adds to the new channels and, 0, a fourth one, in steps.
  float columns[3][4];
  // Linear light by sample, for each channel in memory order: 256 entries for 8 bits, kEntries16
  // for 16.
  float linear[3][kEntries16];
  // New samples, by light.
  float encoded16[kEntries16];
  uint8_t encoded8[kSteps8 + 1];
};

// Converts `count` pixels of one to four channels. An even number of them ends with alpha, which is
// copied. Grey is converted by the first table and the first number of its column; the other
// columns are 0. `in` may be `out`.
template <class Sample>
void convert_colors(const ColorTables& tables, const Sample* in, size_t count, size_t channels,
                    Sample* out);

// The same without SIMD, bit for bit.
template <class Sample>
void convert_colors_scalar(const ColorTables& tables, const Sample* in, size_t count,
                           size_t channels, Sample* out);

}  // namespace crop64
