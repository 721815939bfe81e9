// Turning and mirroring: samples are moved, never changed.
#pragma once

#include "image/image.h"

namespace crop64 {

// The image as displayed, in its own layout. Errors: OUT_OF_MEMORY.
Result<Image> orient(const ImageView& image, Orientation orientation);

}  // namespace crop64
