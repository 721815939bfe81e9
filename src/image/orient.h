// Rotation by multiples of 90° and mirroring. Samples are copied, never changed.
#pragma once

#include "image/image.h"

namespace crop64 {

// Returns the image as displayed, in the same layout. Errors: OUT_OF_MEMORY.
Result<Image> orient(const ImageView& image, Orientation orientation);

}  // namespace crop64
