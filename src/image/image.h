// Pictures as samples, in the layout that their file has.
//
// Samples stand one to a byte (depth 1, 2, 4, 8) or one to a 16-bit word in native order (depth
// 16), palette indices included, rows from the top, pixels packed. So a crop, a turn or a flip
// moves samples, whatever the layout, and nothing is widened that nobody computes with.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/buffer.h"
#include "base/result.h"
#include "image/geometry.h"

namespace crop64 {

// kCmyk is inverted, as Adobe writes it: 255 is no ink.
enum class Model : uint8_t { kGray, kGrayAlpha, kRgb, kRgba, kBgr, kBgra, kPalette, kCmyk };

struct Layout {
  Model model = Model::kRgb;
  int depth = 8;  // bits in a sample: 1, 2, 4, 8 or 16

  int channels() const;
  bool has_alpha() const;  // as a channel; a palette or a transparent colour is not one
  bool is_gray() const { return model == Model::kGray || model == Model::kGrayAlpha; }
  int max_value() const { return (1 << depth) - 1; }
  size_t pixel_bytes() const { return static_cast<size_t>(channels()) * (depth == 16 ? 2 : 1); }
  // UINT64_MAX, which no allocation gives, where there are more than can be counted.
  uint64_t bytes(Size size) const {
    uint64_t bytes = 0;
    const bool too_many = __builtin_mul_overflow(size.area(), pixel_bytes(), &bytes);
    return too_many ? UINT64_MAX : bytes;
  }
  bool operator==(const Layout&) const = default;
};

// A colour that a caller names: 8-bit sRGB or whatever the image's samples are, and its opacity.
struct Color {
  uint8_t r = 0;
  uint8_t g = 0;
  uint8_t b = 0;
  double alpha = 0;  // 0 (transparent) to 1 (opaque)
};

struct Rgba8 {
  uint8_t r, g, b, a;
  bool operator==(const Rgba8&) const = default;
};

// What samples mean beyond their values.
struct Colors {
  // Of a palette picture: up to 256 entries, in the file's order.
  std::vector<Rgba8> palette;
  // How many leading entries the file gave an alpha for.
  int palette_alphas = 0;
  // Of a grey or RGB picture: the one colour (at the picture's depth) that is fully transparent.
  std::optional<std::array<uint16_t, 3>> transparent;

  bool has_alpha() const { return palette_alphas > 0 || transparent.has_value(); }
};

// Samples that somebody else owns.
struct ImageView {
  Size size;
  Layout layout;
  const uint8_t* data = nullptr;
  size_t stride = 0;  // bytes from one row to the next
  const Colors* colors = nullptr;

  const uint8_t* row(int y) const { return data + stride * static_cast<size_t>(y); }
  bool has_alpha() const { return layout.has_alpha() || colors->has_alpha(); }
};

struct Image {
  Size size;
  Layout layout;
  Buffer samples;
  Colors colors;

  // Samples are not set to anything. OUT_OF_MEMORY where there is no room.
  static Result<Image> allocate(Size size, Layout layout);

  size_t stride() const { return layout.pixel_bytes() * static_cast<size_t>(size.width); }
  uint8_t* row(int y) { return samples.data() + stride() * static_cast<size_t>(y); }
  ImageView view() const { return {size, layout, samples.data(), stride(), &colors}; }
};

// Sets every pixel to what stands for a missing one: transparent black, or black if the image is
// opaque. A palette or a transparent colour is used as far as the image has one.
void fill_missing(Image& image);

// The samples in one piece, row after row. Errors: OUT_OF_MEMORY.
Result<Image> copy_of(const ImageView& image);

// The part of `image` inside `region`, which lies within it. No sample is copied.
ImageView crop(const ImageView& image, const Rect& region);

}  // namespace crop64
