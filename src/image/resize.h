// Resizing by separable convolution, with the results of Pillow.
#pragma once

#include "image/image.h"

namespace crop64 {

enum class Kernel : uint8_t { kNearest, kLinear, kCubic, kLanczos3 };

struct Resampling {
  RectF box;  // the region of the image that is resized, in pixels
  Size size;
  Kernel kernel = Kernel::kLanczos3;
};

// Returns `resampling.box` of the image, resized to `resampling.size`, in the image's layout, which
// has a depth of 8 or 16 and is neither kPalette nor kCmyk.
//
// The box is at least 0.01 pixels wide and high. Its edges may lie between pixels, and up to one
// pixel outside the image, where no samples contribute. Samples around the box contribute as far as
// the kernel reaches; to prevent that, crop the view first.
//
// kLinear, kCubic (a = -0.5) and kLanczos3 equal Pillow's BILINEAR, BICUBIC and LANCZOS sample for
// sample in 8-bit grey and RGB: pixel centres, support scaled for reduction, 22-bit coefficients,
// rows before columns, each rounded to the image's depth. kNearest equals its NEAREST. If there is
// alpha, colours are premultiplied in twice the bits, so that transparent pixels do not bleed.
//
// Errors: OUT_OF_MEMORY.
Result<Image> resize(const ImageView& image, const Resampling& resampling);

// The memory of resize() beside its result, in bytes, at most.
double resize_memory(Layout layout, Size from, const Resampling& resampling);

}  // namespace crop64
