// Images as samples, in the layout of their file.
//
// Each sample, palette indices included, takes one byte (depth 1, 2, 4 and 8) or one 16-bit word in
// native byte order (depth 16). Rows go from top to bottom, pixels are packed. So crops, rotations
// and flips copy samples of any layout, and samples are converted only if they are computed with.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/buffer.h"
#include "base/result.h"
#include "image/geometry.h"

namespace crop64 {

// kCmyk is inverted, as in Adobe's files: 255 is no ink.
enum class Model : uint8_t { kGray, kGrayAlpha, kRgb, kRgba, kBgr, kBgra, kPalette, kCmyk };

struct Layout {
  Model model = Model::kRgb;
  int depth = 8;  // bits per sample: 1, 2, 4, 8 or 16

  int channels() const;
  bool has_alpha() const;  // as a channel, not in a palette or as a transparent colour
  bool is_gray() const { return model == Model::kGray || model == Model::kGrayAlpha; }
  int max_value() const { return (1 << depth) - 1; }
  size_t pixel_bytes() const { return static_cast<size_t>(channels()) * (depth == 16 ? 2 : 1); }
  // The bytes of all samples; UINT64_MAX, which cannot be allocated, on overflow.
  uint64_t bytes(Size size) const {
    uint64_t bytes = 0;
    const bool too_many = __builtin_mul_overflow(size.area(), pixel_bytes(), &bytes);
    return too_many ? UINT64_MAX : bytes;
  }
  bool operator==(const Layout&) const = default;
};

// A colour given by the caller, in the colour space of the image.
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

// The colours that samples refer to.
struct Colors {
  // kPalette: up to 256 entries, in the file's order.
  std::vector<Rgba8> palette;
  // The number of leading entries for which the file gives alpha.
  int palette_alphas = 0;
  // kGray and kRgb: the colour that is fully transparent, at the image's depth (PNG's tRNS).
  std::optional<std::array<uint16_t, 3>> transparent;

  bool has_alpha() const { return palette_alphas > 0 || transparent.has_value(); }
};

// Borrowed samples.
struct ImageView {
  Size size;
  Layout layout;
  const uint8_t* data = nullptr;
  size_t stride = 0;               // bytes from one row to the next
  const Colors* colors = nullptr;  // never null in a view that is passed to a function

  const uint8_t* row(int y) const { return data + stride * static_cast<size_t>(y); }
  bool has_alpha() const { return layout.has_alpha() || colors->has_alpha(); }
};

// Owned samples. Views of an image are valid as long as it is neither moved nor destroyed.
struct Image {
  Size size;
  Layout layout;
  Buffer samples;
  Colors colors;

  // The samples are uninitialised. Errors: OUT_OF_MEMORY.
  static Result<Image> allocate(Size size, Layout layout);

  size_t stride() const { return layout.pixel_bytes() * static_cast<size_t>(size.width); }
  uint8_t* row(int y) { return samples.data() + stride() * static_cast<size_t>(y); }
  ImageView view() const { return {size, layout, samples.data(), stride(), &colors}; }
};

// Sets every pixel to the value for missing image data: transparent black if the layout, the
// palette or the transparent colour allows it, else black or the palette's darkest entry.
void fill_missing(Image& image);

// A view of `region`, which lies within the image. No samples are copied.
ImageView crop(const ImageView& image, const Rect& region);

}  // namespace crop64
