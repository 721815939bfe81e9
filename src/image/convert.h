// Conversion between sample layouts, and padding.
#pragma once

#include "image/image.h"

namespace crop64 {

// Returns a copy of `image` in `layout`, which has a depth of 8 or 16 and is neither kPalette nor
// kCmyk. Palette entries and transparent colours become samples.
//
// - 16 to 8 bits is v >> 8 (as in Pillow and OpenCV). From fewer bits to more, samples are scaled
// so that
//   the largest value stays the largest.
// - Colour to grey is Pillow's L: (19595 R + 38470 G + 7471 B + 2^15) >> 16.
// - If the new layout has no alpha, samples are blended with `background`, as far as that is
// opaque; over
//   a transparent background the colour stays unchanged.
// - CMYK to RGB is Pillow's conversion without a profile: each ink times black.
//
// Errors: OUT_OF_MEMORY.
Result<Image> convert(const ImageView& image, Layout layout, const Color& background);

// Where an image lies on a larger canvas.
struct Padding {
  Size canvas;
  int left = 0;  // of the image on the canvas, in pixels
  int top = 0;
};

// Returns a canvas of `background` with the image on it, in the image's layout, which has a depth
// of 8 or 16 and is not kPalette. Errors: OUT_OF_MEMORY.
Result<Image> pad(const ImageView& image, const Padding& padding, const Color& background);

}  // namespace crop64
