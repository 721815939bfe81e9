// PNG files to samples, by region, with libpng.
#pragma once

#include "codec.h"

namespace crop64 {

// The samples of the region in the file's own layout, palette and transparent colour with it.
//
// Rows are inflated and unfiltered one at a time from the top and the file is not read beyond the
// last row that is needed, so memory is for the region and a few rows, interlaced or not. Errors:
// TRUNCATED_IMAGE where the missing part is needed (missing samples are grey where that is
// accepted), CORRUPT_IMAGE, OUT_OF_MEMORY.
Result<Decoded> decode_png(Bytes file, const DecodeRequest& request);

}  // namespace crop64
