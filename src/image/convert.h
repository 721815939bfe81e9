// From one sample layout to another.
#pragma once

#include "image/image.h"

namespace crop64 {

// `image` in another layout, palettes and transparent colours resolved.
//
// Depth: 16 to 8 bits is v >> 8 (as Pillow and OpenCV have it); from fewer bits to more a sample is
// scaled so that full stays full. Grey of colour is Pillow's L: (19595 R + 38470 G + 7471 B + 2^15)
// >> 16. Alpha that the new layout has no room for: the background shows through as far as it is
// opaque itself; over a transparent background the colour stays as it is.
// CMYK becomes RGB as Pillow has it, without a profile: ink times black.
// `layout` has a depth of 8 or 16 and is neither a palette nor kCmyk.
Result<Image> convert(const ImageView& image, Layout layout, const Color& background);

// A picture laid on a larger one of the background's colour.
struct Padding {
  Size canvas;
  int left = 0;  // where the picture lies on it
  int top = 0;
};

// The image on its canvas. The layout is the image's, which is no palette and has at least 8 bits.
Result<Image> pad(const ImageView& image, const Padding& padding, const Color& background);

}  // namespace crop64
