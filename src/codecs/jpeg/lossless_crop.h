// A part of a JPEG as a JPEG, without decoding it: quantised coefficients are moved.
#pragma once

#include "codecs/codec.h"

namespace crop64 {

// A file of the region's blocks, with every coefficient as it was, the source's tables, sampling
// and colour space. The region begins on the grid of iMCUs; blocks that its right and bottom edges
// cut through stay whole, with the samples beyond the cut hidden in them. An orientation other than
// upright is written as an Exif tag. Errors: those of a JpegDecoder; truncated files are refused.
Result<Buffer> move_jpeg(Bytes file, const Rect& region, const EncodeSettings& settings,
                         const Metadata& metadata);

}  // namespace crop64
