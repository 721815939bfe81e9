#include "image/rotate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/simd.h"
#include "image/convert.h"

namespace crop64 {
namespace {

// Weights are fixed-point numbers of 14 bits, for this many positions between two samples.
constexpr int kPhaseBits = 10;
constexpr int kPhases = 1 << kPhaseBits;
constexpr int kWeightBits = 14;
// Sums of a row are rounded to this many fractional bits: they fit 16 bits.
constexpr int kRowBits = 6;

using Weights = std::array<int16_t, 4>;

void make_weights(Weights* weights) {
  for (int phase = 0; phase < kPhases; ++phase) {
    const double t = double(phase) / kPhases;
    const double cubic[4] = {((2 - t) * t - 1) * t, (t - 2) * t * t + 1, ((1 - t) * t + 1) * t,
                             (t - 1) * t * t};
    int sum = 0;
    for (size_t i = 0; i < 4; ++i) {
      weights[phase][i] = static_cast<int16_t>(std::lrint(cubic[i] * (1 << kWeightBits)));
      sum += weights[phase][i];
    }
    // Of a plain colour comes that colour.
    weights[phase][t < 0.5 ? 1 : 2] += static_cast<int16_t>((1 << kWeightBits) - sum);
  }
}

// Where a pixel of the result lies among the samples of the image: the second of the four samples
// on each axis, and the phase after it.
struct Position {
  int x, y;
  int x_phase, y_phase;
};

Position position_of(double x, double y) {
  const auto fixed_x = static_cast<int64_t>(std::floor((x - 0.5) * kPhases + 0.5));
  const auto fixed_y = static_cast<int64_t>(std::floor((y - 0.5) * kPhases + 0.5));
  return {static_cast<int>(fixed_x >> kPhaseBits), static_cast<int>(fixed_y >> kPhaseBits),
          static_cast<int>(fixed_x & (kPhases - 1)), static_cast<int>(fixed_y & (kPhases - 1))};
}

int clamped(int value, int count) { return std::clamp(value, 0, count - 1); }

#ifdef CROP64_SIMD
// Two samples of each channel, in turn, of pixels `i` and `i + 1`.
template <int kPixel>
v128_t pair_up(v128_t pixels) {
  constexpr int kFirst = 4 * kPixel;
  return wasm_i8x16_shuffle(pixels, wasm_i8x16_const_splat(0), kFirst, 16, kFirst + 4, 16,
                            kFirst + 1, 16, kFirst + 5, 16, kFirst + 2, 16, kFirst + 6, 16,
                            kFirst + 3, 16, kFirst + 7, 16);
}

v128_t pair_of(const int16_t* weights) {
  int32_t pair;
  std::memcpy(&pair, weights, sizeof pair);
  return wasm_i32x4_splat(pair);
}

void interpolate(const uint8_t* const rows[4], const Weights& across, const Weights& down,
                 uint8_t* out) {
  const v128_t first = pair_of(&across[0]);
  const v128_t second = pair_of(&across[2]);
  v128_t sums[4];
  for (int i = 0; i < 4; ++i) {
    const v128_t pixels = wasm_v128_load(rows[i]);
    const v128_t sum = wasm_i32x4_add(wasm_i32x4_dot_i16x8(pair_up<0>(pixels), first),
                                      wasm_i32x4_dot_i16x8(pair_up<2>(pixels), second));
    constexpr int kShift = kWeightBits - kRowBits;
    sums[i] =
        wasm_i32x4_shr(wasm_i32x4_add(sum, wasm_i32x4_const_splat(1 << (kShift - 1))), kShift);
  }
  const auto pair_rows = [](v128_t a, v128_t b) {
    const v128_t both = wasm_i16x8_narrow_i32x4(a, b);
    return wasm_i16x8_shuffle(both, both, 0, 4, 1, 5, 2, 6, 3, 7);
  };
  const v128_t sum =
      wasm_i32x4_add(wasm_i32x4_dot_i16x8(pair_rows(sums[0], sums[1]), pair_of(&down[0])),
                     wasm_i32x4_dot_i16x8(pair_rows(sums[2], sums[3]), pair_of(&down[2])));
  constexpr int kShift = kWeightBits + kRowBits;
  const v128_t rounded =
      wasm_i32x4_shr(wasm_i32x4_add(sum, wasm_i32x4_const_splat(1 << (kShift - 1))), kShift);
  const v128_t words = wasm_i16x8_narrow_i32x4(rounded, rounded);
  const v128_t bytes = wasm_u8x16_narrow_i16x8(words, words);
  const uint32_t pixel = wasm_u32x4_extract_lane(bytes, 0);
  std::memcpy(out, &pixel, sizeof pixel);
}
#else
void interpolate(const uint8_t* const rows[4], const Weights& across, const Weights& down,
                 uint8_t* out) {
  for (int channel = 0; channel < 4; ++channel) {
    int sum = 0;
    for (size_t i = 0; i < 4; ++i) {
      int of_row = 0;
      for (size_t k = 0; k < 4; ++k) {
        of_row += across[k] * rows[i][4 * k + size_t(channel)];
      }
      constexpr int kShift = kWeightBits - kRowBits;
      sum += down[i] * ((of_row + (1 << (kShift - 1))) >> kShift);
    }
    constexpr int kShift = kWeightBits + kRowBits;
    out[channel] = static_cast<uint8_t>(std::clamp((sum + (1 << (kShift - 1))) >> kShift, 0, 255));
  }
}
#endif

void rotate_pixel(const Image& image, const Weights* weights, const Position& at, uint8_t* out) {
  const uint8_t* rows[4];
  uint8_t edge[4][16];
  const bool is_inside = at.x >= 1 && at.x + 2 < image.size.width;
  for (int i = 0; i < 4; ++i) {
    const int y = clamped(at.y - 1 + i, image.size.height);
    const uint8_t* row = image.samples.data() + image.stride() * size_t(y);
    rows[i] = row + (is_inside ? 4 * size_t(at.x - 1) : 0);
    if (!is_inside) {
      for (int k = 0; k < 4; ++k) {
        std::memcpy(&edge[i][4 * size_t(k)],
                    row + 4 * size_t(clamped(at.x - 1 + k, image.size.width)), 4);
      }
      rows[i] = edge[i];
    }
  }
  interpolate(rows, weights[at.x_phase], weights[at.y_phase], out);
}

// The same of 16 bits, premultiplied.
void rotate_pixel16(const Image& image, const Weights* weights, const Position& at,
                    std::array<double, 4>& out) {
  constexpr double kOne = 1 << kWeightBits;
  out = {};
  for (int i = 0; i < 4; ++i) {
    const int y = clamped(at.y - 1 + i, image.size.height);
    const auto* row =
        reinterpret_cast<const uint16_t*>(image.samples.data() + image.stride() * size_t(y));
    for (int k = 0; k < 4; ++k) {
      const uint16_t* pixel = row + 4 * size_t(clamped(at.x - 1 + k, image.size.width));
      const double weight =
          weights[at.x_phase][size_t(k)] / kOne * weights[at.y_phase][size_t(i)] / kOne;
      for (size_t channel = 0; channel < 4; ++channel) {
        out[channel] += weight * pixel[channel];
      }
    }
  }
}

// How far the interval from 0 to `end` covers a pixel at `value` whose side is 1 / `scale`.
double covers(double value, double end, double scale) {
  return std::clamp(std::min(value, end - value) * scale + 0.5, 0.0, 1.0);
}

// Premultiplied, of samples up to `max`, as straight alpha.
template <class Sample>
void put_straight(const std::array<double, 4>& pixel, double scale, Sample* out) {
  constexpr double kMax = std::numeric_limits<Sample>::max();
  const auto rounded = [kMax](double value) {
    return static_cast<Sample>(std::lrint(std::clamp(value, 0.0, kMax)));
  };
  const double alpha = std::clamp(pixel[3] * scale, 0.0, kMax);
  const double straight = alpha > 0 ? scale * kMax / alpha : 0;
  for (size_t channel = 0; channel < 3; ++channel) {
    out[channel] = rounded(pixel[channel] * straight);
  }
  out[3] = rounded(alpha);
}

// Samples as premultiplied 16-bit samples.
template <class Sample>
void premultiply(const Sample* from, int width, uint16_t* to) {
  constexpr uint32_t kMax = std::numeric_limits<Sample>::max();
  constexpr uint32_t kScale = 65535 / kMax;
  for (int x = 0; x < width; ++x, from += 4, to += 4) {
    const uint64_t alpha = from[3];
    for (size_t channel = 0; channel < 3; ++channel) {
      to[channel] = static_cast<uint16_t>((from[channel] * alpha * kScale + kMax / 2) / kMax);
    }
    to[3] = static_cast<uint16_t>(alpha * kScale);
  }
}

}  // namespace

Failure RotateStep::write(const ImageView& rows) {
  if (y_ == 0) {
    Result<Image> image = Image::allocate(rotation_.from, {Model::kRgba, is_opaque_ ? depth_ : 16});
    if (!image.ok()) {
      return image.error();
    }
    image_ = std::move(image.value());
  }
  for (int y = 0; y < rows.size.height; ++y) {
    uint8_t* to = image_.row(y_++);
    if (is_opaque_) {
      std::memcpy(to, rows.row(y), image_.stride());
    } else if (depth_ == 8) {
      premultiply(rows.row(y), rows.size.width, reinterpret_cast<uint16_t*>(to));
    } else {
      premultiply(reinterpret_cast<const uint16_t*>(rows.row(y)), rows.size.width,
                  reinterpret_cast<uint16_t*>(to));
    }
  }
  return std::nullopt;
}

void RotateStep::rotate_row(int row, uint8_t* out) const {
  const auto* weights = reinterpret_cast<const Weights*>(weights_.data());
  const Affine& map = rotation_.to_source;
  const double width = rotation_.from.width;
  const double height = rotation_.from.height;
  const double scale = 1 / std::sqrt(map.x_by_x * map.x_by_x + map.y_by_x * map.y_by_x);
  const double half = 0.5 / scale;
  const bool is_opaque8 = image_.layout.depth == 8 && image_.samples.size() > 0;
  const Layout layout = {Model::kRgba, depth_};
  uint8_t background[kMaxPixelBytes];
  make_pixel(background_, layout, background);
  for (int column = 0; column < rotation_.to.width; ++column, out += layout.pixel_bytes()) {
    const double x = map.x_at(column + 0.5, row + 0.5);
    const double y = map.y_at(column + 0.5, row + 0.5);
    if (is_opaque8 && x >= half && x <= width - half && y >= half && y <= height - half) {
      rotate_pixel(image_, weights, position_of(x, y), out);
      continue;
    }
    const double covered =
        image_.samples.size() == 0 ? 0 : covers(x, width, scale) * covers(y, height, scale);
    if (covered == 0) {
      std::memcpy(out, background, layout.pixel_bytes());
      continue;
    }
    const Position at = position_of(x, y);
    std::array<double, 4> pixel;
    if (image_.layout.depth == 8) {
      uint8_t bytes[4];
      rotate_pixel(image_, weights, at, bytes);
      std::copy(bytes, bytes + 4, pixel.begin());
      for (double& sample : pixel) {
        sample *= 257;
      }
    } else {
      rotate_pixel16(image_, weights, at, pixel);
    }
    const double colors[4] = {background_.r * background_.alpha, background_.g * background_.alpha,
                              background_.b * background_.alpha, 255 * background_.alpha};
    for (size_t channel = 0; channel < 4; ++channel) {
      pixel[channel] = pixel[channel] * covered + colors[channel] * 257 * (1 - covered);
    }
    if (depth_ == 8) {
      put_straight(pixel, 1 / 257.0, out);
    } else {
      put_straight(pixel, 1, reinterpret_cast<uint16_t*>(out));
    }
  }
}

Failure RotateStep::finish() {
  Result<RowBatch> batch = RowBatch::allocate(rotation_.to.width, {Model::kRgba, depth_});
  Result<Buffer> weights = Buffer::allocate(kPhases * sizeof(Weights));
  if (!batch.ok() || !weights.ok()) {
    return batch.ok() ? weights.error() : batch.error();
  }
  weights_ = std::move(weights.value());
  make_weights(reinterpret_cast<Weights*>(weights_.data()));
  for (int y = 0; y < rotation_.to.height; ++y) {
    rotate_row(y, batch.value().next());
    if (auto error = batch.value().add(1, next_)) {
      return error;
    }
  }
  if (auto error = batch.value().flush(next_)) {
    return error;
  }
  return next_.finish();
}

double RotateStep::memory(const Rotation& rotation, int depth, bool is_opaque) {
  const Layout held = {Model::kRgba, is_opaque ? depth : 16};
  return double(held.bytes(rotation.from)) + kPhases * sizeof(Weights) +
         RowBatch::memory(rotation.to.width, {Model::kRgba, depth});
}

}  // namespace crop64
