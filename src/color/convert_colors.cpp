#include "color/convert_colors.h"

#include <algorithm>

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
  return entry_at(table, static_cast<float>(sample) * (float{kColorSteps} / 65535));
}

// Where a pixel's colours are: those of grey are one.
struct Pixel {
  explicit Pixel(size_t channels) : step(channels > 2 ? 1 : 0), alpha(channels - 1) {}
  size_t step;
  size_t alpha;
  bool has_alpha() const { return alpha % 2 != 0; }
};

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
      const float inside = std::min(std::max(mixed, 0.0F), float{kColorSteps});
      out[i] = static_cast<Sample>(static_cast<int>(entry_at(tables.encoded, inside) + 0.5F));
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
  const v128_t steps = wasm_f32x4_splat(kColorSteps);
  const v128_t half = wasm_f32x4_splat(0.5F);
  for (size_t x = 0; x < count; ++x, in += channels, out += channels) {
    const auto mix = [&](size_t i) {
      const float light = light_of(tables.linear[i], in[i * pixel.step]);
      return wasm_f32x4_mul(columns[i], wasm_f32x4_splat(light));
    };
    // From 0 to kColorSteps. The fourth lane is 0.
    const v128_t light = wasm_f32x4_pmin(
        wasm_f32x4_pmax(wasm_f32x4_add(wasm_f32x4_add(mix(0), mix(1)), mix(2)), zero), steps);
    const v128_t below = wasm_i32x4_trunc_sat_f32x4(light);
    const v128_t rest = wasm_f32x4_sub(light, wasm_f32x4_convert_i32x4(below));
    const float* const entries[3] = {tables.encoded + wasm_i32x4_extract_lane(below, 0),
                                     tables.encoded + wasm_i32x4_extract_lane(below, 1),
                                     tables.encoded + wasm_i32x4_extract_lane(below, 2)};
    const v128_t low = wasm_f32x4_make(entries[0][0], entries[1][0], entries[2][0], 0);
    const v128_t high = wasm_f32x4_make(entries[0][1], entries[1][1], entries[2][1], 0);
    const v128_t value = wasm_f32x4_add(low, wasm_f32x4_mul(wasm_f32x4_sub(high, low), rest));
    const v128_t samples = wasm_i32x4_trunc_sat_f32x4(wasm_f32x4_add(value, half));
    out[0] = static_cast<Sample>(wasm_i32x4_extract_lane(samples, 0));
    if (pixel.step != 0) {
      out[1] = static_cast<Sample>(wasm_i32x4_extract_lane(samples, 1));
      out[2] = static_cast<Sample>(wasm_i32x4_extract_lane(samples, 2));
    }
    if (pixel.has_alpha()) {
      out[pixel.alpha] = in[pixel.alpha];
    }
  }
#else
  convert_colors_scalar(tables, in, count, channels, out);
#endif
}

#define INSTANTIATE(Sample)                                                                 \
  template void convert_colors(const ColorTables&, const Sample*, size_t, size_t, Sample*); \
  template void convert_colors_scalar(const ColorTables&, const Sample*, size_t, size_t, Sample*);

INSTANTIATE(uint8_t)
INSTANTIATE(uint16_t)

}  // namespace crop64
