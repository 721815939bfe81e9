// Which pixels a crop takes.
#pragma once

#include "base/result.h"
#include "image/geometry.h"
#include "job/options.h"

namespace crop64 {

// The crop in whole pixels of an image whose displayed size is `displayed`. Reaches beyond the
// image only if `out_of_bounds` is kPad. Errors: INVALID_ARGUMENT (less than one pixel),
// CROP_OUT_OF_BOUNDS, both with the image's width and height in their details.
Result<Rect> choose_region(Size displayed, const Options& options);

}  // namespace crop64
