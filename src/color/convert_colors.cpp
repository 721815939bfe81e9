#include "color/convert_colors.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "base/simd.h"

namespace crop64 {
namespace {

float entry_at(const float* table, float position) {
  const auto below = static_cast<int>(position);
  const float low = table[below];
  return low + (table[below + 1] - low) * (position - static_cast<float>(below));
}

float light_of(const float* table, uint8_t sample) { return table[sample]; }

// Not inlined: 16 bits are rare, and it would be there three times.
[[gnu::noinline]] float light_of(const float* table, uint16_t sample) {
  return entry_at(table, static_cast<float>(sample) * (float{kSteps16} / 65535));
}

// Where a pixel's colours are: those of grey are one.
struct Pixel {
  explicit Pixel(size_t channels) : step(channels > 2 ? 1 : 0), alpha(channels - 1) {}
  size_t step;
  size_t alpha;
  bool has_alpha() const { return alpha % 2 != 0; }
};

// A float of this size has no bits for fractions, so that to add it rounds to an integer, which the
// lowest bits are.
constexpr float kRounds = 1 << 23;

template <class Sample>
constexpr int kSteps = std::is_same_v<Sample, uint8_t> ? kSteps8 : kSteps16;

// A number from 0 to 65,535, rounded.
uint32_t rounded(float value) {
  const float sum = value + kRounds;
  uint32_t bits;
  std::memcpy(&bits, &sum, sizeof bits);
  return bits & 0xffff;
}

// Light, from 0 to kSteps, as a sample.
void encode(const ColorTables& tables, float light, uint8_t& out) {
  out = tables.encoded8[rounded(light)];
}
void encode(const ColorTables& tables, float light, uint16_t& out) {
  out = static_cast<uint16_t>(rounded(entry_at(tables.encoded16, light)));
}

#ifdef CROP64_SIMD
v128_t rounded(v128_t values) {
  const v128_t sums = wasm_f32x4_add(values, wasm_f32x4_splat(kRounds));
  return wasm_v128_and(sums, wasm_i32x4_splat(0xffff));
}

// The first `count` lanes of `light`, 1 or 3.
void encode(const ColorTables& tables, v128_t light, size_t count, uint8_t* out) {
  const v128_t steps = rounded(light);
  out[0] = tables.encoded8[wasm_i32x4_extract_lane(steps, 0)];
  if (count > 1) {
    out[1] = tables.encoded8[wasm_i32x4_extract_lane(steps, 1)];
    out[2] = tables.encoded8[wasm_i32x4_extract_lane(steps, 2)];
  }
}
void encode(const ColorTables& tables, v128_t light, size_t count, uint16_t* out) {
  const v128_t below = wasm_i32x4_trunc_sat_f32x4(light);
  const v128_t rest = wasm_f32x4_sub(light, wasm_f32x4_convert_i32x4(below));
  const float* const entries[3] = {tables.encoded16 + wasm_i32x4_extract_lane(below, 0),
                                   tables.encoded16 + wasm_i32x4_extract_lane(below, 1),
                                   tables.encoded16 + wasm_i32x4_extract_lane(below, 2)};
  const v128_t low = wasm_f32x4_make(entries[0][0], entries[1][0], entries[2][0], 0);
  const v128_t high = wasm_f32x4_make(entries[0][1], entries[1][1], entries[2][1], 0);
  const v128_t value = wasm_f32x4_add(low, wasm_f32x4_mul(wasm_f32x4_sub(high, low), rest));
  const v128_t samples = rounded(value);
  out[0] = static_cast<uint16_t>(wasm_i32x4_extract_lane(samples, 0));
  if (count > 1) {
    out[1] = static_cast<uint16_t>(wasm_i32x4_extract_lane(samples, 1));
    out[2] = static_cast<uint16_t>(wasm_i32x4_extract_lane(samples, 2));
  }
}
#endif

}  // namespace

template <class Sample>
void convert_colors_scalar(const ColorTables& tables, const Sample* in, size_t count,
                           size_t channels, Sample* out) {
  const Pixel pixel(channels);
  for (size_t x = 0; x < count; ++x, in += channels, out += channels) {
    float light[3];
    for (size_t i = 0; i < 3; ++i) {
      light[i] = light_of(tables.linear[i], in[i * pixel.step]);
    }
    for (size_t i = 0; i <= 2 * pixel.step; ++i) {
      const float mixed = tables.columns[0][i] * light[0] + tables.columns[1][i] * light[1] +
                          tables.columns[2][i] * light[2];
      encode(tables, std::min(std::max(mixed, 0.0F), float{kSteps<Sample>}), out[i]);
    }
    if (pixel.has_alpha()) {
      out[pixel.alpha] = in[pixel.alpha];
    }
  }
}

template <class Sample>
void convert_colors(const ColorTables& tables, const Sample* in, size_t count, size_t channels,
                    Sample* out) {
#ifdef CROP64_SIMD
  const Pixel pixel(channels);
  const v128_t columns[3] = {wasm_v128_load(tables.columns[0]), wasm_v128_load(tables.columns[1]),
                             wasm_v128_load(tables.columns[2])};
  const v128_t zero = wasm_f32x4_splat(0);
  const v128_t steps = wasm_f32x4_splat(kSteps<Sample>);
  for (size_t x = 0; x < count; ++x, in += channels, out += channels) {
    const auto mix = [&](size_t i) {
      const float light = light_of(tables.linear[i], in[i * pixel.step]);
      return wasm_f32x4_mul(columns[i], wasm_f32x4_splat(light));
    };
    // The fourth lane is 0.
    const v128_t mixed = wasm_f32x4_add(wasm_f32x4_add(mix(0), mix(1)), mix(2));
    encode(tables, wasm_f32x4_pmin(wasm_f32x4_pmax(mixed, zero), steps), 1 + 2 * pixel.step, out);
    if (pixel.has_alpha()) {
      out[pixel.alpha] = in[pixel.alpha];
    }
  }
#else
  convert_colors_scalar(tables, in, count, channels, out);
#endif
}

// NOLINTBEGIN(bugprone-macro-parentheses): types
#define INSTANTIATE(Sample)                                                                 \
  template void convert_colors(const ColorTables&, const Sample*, size_t, size_t, Sample*); \
  template void convert_colors_scalar(const ColorTables&, const Sample*, size_t, size_t, Sample*);

// NOLINTEND(bugprone-macro-parentheses)

INSTANTIATE(uint8_t)
INSTANTIATE(uint16_t)

}  // namespace crop64
