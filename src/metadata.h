// What files say beside their samples.
#pragma once

#include <array>

#include "buffer.h"
#include "geometry.h"

namespace crop64 {

// The orientation, 1 to 8, in Exif data (a TIFF header and what follows; Exif 2.3, 4.6.4); 1 where
// there is none or it is not valid. Reads nothing outside `exif`.
int read_orientation(Bytes exif);

// A JPEG's APP1 payload that says how the picture is to be displayed, and nothing else.
using OrientationExif = std::array<uint8_t, 32>;
OrientationExif orientation_exif(Orientation orientation);

}  // namespace crop64
