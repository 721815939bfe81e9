// Resampling by separable convolution, as Pillow does it.
#pragma once

#include "image/image.h"

namespace crop64 {

enum class Kernel : uint8_t { kNearest, kLinear, kCubic, kLanczos3 };

struct Resampling {
  RectF box;  // what becomes the result, in pixels of the image
  Size size;
  Kernel kernel = Kernel::kLanczos3;
};

// The part of `image` inside the box, resampled.
//
// The box has at least a hundredth of a pixel a side; its edges may lie between samples and up to
// one pixel beyond the image's, where there are no samples to look at. Samples of the image around
// the box are looked at as far as the kernel reaches: what must not be, is not in the image.
//
// kLinear, kCubic (a = -0.5) and kLanczos3 are Pillow's BILINEAR, BICUBIC and LANCZOS: pixel
// centres, support scaled for reduction, 22-bit coefficients, rows first and then columns, each
// rounded to the image's depth; equal to Pillow sample for sample for 8-bit grey and RGB. kNearest
// is its NEAREST. Colour is weighted with alpha, in twice the bits, so that what is transparent
// does not bleed.
//
// The layout has a depth of 8 or 16 and is no palette and not kCmyk. Errors: OUT_OF_MEMORY.
Result<Image> resize(const ImageView& image, const Resampling& resampling);

// What resize() takes besides its result, in bytes, at most.
double resize_memory(Layout layout, Size from, const Resampling& resampling);

}  // namespace crop64
