// What files say beside their samples.
#pragma once

#include "buffer.h"

namespace crop64 {

// The orientation, 1 to 8, in Exif data (a TIFF header and what follows; Exif 2.3, 4.6.4); 1 where
// there is none or it is not valid. Reads nothing outside `exif`.
int read_orientation(Bytes exif);

}  // namespace crop64
