// Conversion between sample layouts.
#pragma once

#include <array>
#include <optional>

#include "image/rows.h"

namespace crop64 {

// The bytes of the largest pixel: four samples of 16 bits.
constexpr size_t kMaxPixelBytes = 8;

// A step that passes rows on in `layout`, which has a depth of 8 or 16 and is neither kPalette nor
// kCmyk. Palette entries and transparent colours become samples. Rows that have the layout already
// are passed on as they are, with their colours; with `flattens` only if they have no transparent
// colour.
//
// - 16 to 8 bits is v >> 8 (as in Pillow and OpenCV).
// - From fewer bits to more, the largest value stays the largest.
// - Colour to grey is Pillow's L: (19595 R + 38470 G + 7471 B + 2^15) >> 16.
// - Without alpha in the new layout, samples are blended with `background`, as far as it is opaque.
// - Over a transparent background the colour stays unchanged.
// - CMYK to RGB is Pillow's conversion without a profile: each ink times black.
class ConvertStep : public RowSink {
 public:
  ConvertStep(Layout layout, const Color& background, bool flattens, RowSink& next)
      : layout_(layout), background_(background), flattens_(flattens), next_(next) {}
  Failure write(const ImageView& rows) override;
  Failure finish() override;

  static double memory(int width, Layout layout);

 private:
  Layout layout_;
  Color background_;
  bool flattens_;
  RowSink& next_;
  std::optional<RowBatch> batch_;  // if rows are converted
  Buffer pixels_;                  // of a row
  // If a pixel has one byte: the pixel that each value becomes, without gaps.
  std::array<uint8_t, size_t{256} * kMaxPixelBytes> table_;
};

// Writes a pixel of `color` in `layout`, of at most kMaxPixelBytes. The layout is as above.
void make_pixel(const Color& color, Layout layout, uint8_t* out);

}  // namespace crop64
