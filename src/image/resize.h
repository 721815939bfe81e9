// Resizing by separable convolution, with the results of Pillow.
#pragma once

#include <memory>

#include "image/component.h"
#include "image/rows.h"

namespace crop64 {

enum class Kernel : uint8_t { kNearest, kLinear, kCubic, kLanczos3 };

struct Resampling {
  RectF box;  // the region of the image that is resized, in pixels
  Size size;
  Kernel kernel = Kernel::kLanczos3;
};

// What the rows of an image are samples of: pixels, or a component (then kGray, 8 bits).
struct Samples {
  Layout layout;
  bool is_component = false;
  Component from = {};  // of the stored image
  Component to = {};    // of the displayed result
};

// A step that passes on `resampling.box` of an image, resized to `resampling.size`, in the image's
// layout, which has a depth of 8 or 16 and is neither kPalette nor kCmyk (except for kNearest).
//
// `resampling` is that of the displayed image; the rows, whose image has the size `stored`, are
// those of the stored image, and so are the resized rows. The samples are those of the displayed
// image, resized.
//
// The box is at least 0.01 pixels wide and high. Its edges may lie between pixels, and up to one
// pixel outside the image, where no samples contribute. Samples around the box contribute as far as
// the kernel reaches; to prevent that, crop the image first.
//
// kLinear, kCubic (a = -0.5) and kLanczos3 equal Pillow's BILINEAR, BICUBIC and LANCZOS sample for
// sample in 8-bit grey and RGB: pixel centres, support scaled for reduction, 22-bit coefficients,
// rows before columns (of the displayed image), each rounded to the image's depth. kNearest equals
// its NEAREST. If there is alpha, colours are premultiplied in twice the bits, so that transparent
// pixels do not bleed.
//
// The samples of a component are those that come of making pixels of `from`, resizing them, and
// averaging the pixels of each sample of `to`, without rounding in between. Not for kNearest.
//
// Holds the rows that contribute to a row of the result. Errors: OUT_OF_MEMORY.
Result<std::unique_ptr<RowSink>> resize_step(Size stored, const Samples& samples,
                                             Orientation orientation, const Resampling& resampling,
                                             RowSink& next);

// The memory of that step in bytes, at most.
double resize_memory(Size stored, const Samples& samples, Orientation orientation,
                     const Resampling& resampling);

}  // namespace crop64
