// From one sample layout to another.
#pragma once

#include "image.h"
#include "options.h"

namespace crop64 {

// `image` in another layout, palettes and transparent colours resolved.
//
// Depth: 16 to 8 bits is v >> 8 (as Pillow and OpenCV have it); from fewer bits to more a sample is
// scaled so that full stays full. Grey of colour is Pillow's L: (19595 R + 38470 G + 7471 B + 2^15)
// >> 16. Alpha that the new layout has no room for: the background shows through as far as it is
// opaque itself; over a transparent background the colour stays as it is.
// `layout` has a depth of 8 or 16 and is no palette, unless it is the image's own. kCmyk is not
// converted.
Result<Image> convert(const ImageView& image, Layout layout, const Color& background);

// An image of `canvas` size filled with `background`, and `image` in it with its top left corner at
// (left, top). The layout is the image's, which is no palette.
Result<Image> pad(const ImageView& image, Size canvas, int left, int top, const Color& background);

}  // namespace crop64
