// Run-length coded BMP samples (Microsoft, "Bitmap Compression"; IBM, "Bitmap File Format" for 24
// bits): runs of equal pixels, and runs of literal pixels.
#pragma once

#include "codecs/bmp/header.h"

namespace crop64::bmp {

struct RowsRead {
  uint64_t bytes_read = 0;  // how far into the file
  bool complete = true;     // false if pixels of the region are missing
};

// Decodes the region of a file whose header is_rle() into `image`, which has its size. Pixels that
// the runs skip have index 0 or are black. Pixels that are missing remain as they are.
RowsRead decode_rle(Bytes file, const Header& header, const Rect& region, Image& image);

}  // namespace crop64::bmp
