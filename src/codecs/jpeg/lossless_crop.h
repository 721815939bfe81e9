// Crops a JPEG without decoding it, by copying quantised coefficients (like jpegtran -crop).
#pragma once

#include "codecs/codec.h"

namespace crop64::jpeg {

// Returns a JPEG of the blocks of `region` with their coefficients, and with the tables, sampling
// factors and colour space of `file`. The region's left and top edges lie on the grid of iMCUs.
// Blocks at its right and bottom edges are kept whole, so they contain samples beyond the edge,
// which decoders do not show. Errors: those of open() (libjpeg_decompressor.h), and TRUNCATED_IMAGE
// for every incomplete file.
Result<Buffer> lossless_crop(Bytes file, const Rect& region, const EncodeSettings& settings,
                             const Metadata& metadata);

}  // namespace crop64::jpeg
