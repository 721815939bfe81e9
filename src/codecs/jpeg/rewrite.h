// Gives a JPEG other metadata without touching its coded samples.
#pragma once

#include "base/buffer.h"
#include "metadata/metadata.h"

namespace crop64 {

// A new file of the source's tables, frame header and scans, byte for byte, and of `metadata` in
// place of all its other segments. Adobe's segment stays, for it tells how colours are coded. Bytes
// between segments and behind the end of the image are dropped; an end of image that is missing is
// added. Errors: CORRUPT_IMAGE, TRUNCATED_IMAGE (a segment is cut off), OUT_OF_MEMORY.
Result<Buffer> rewrite_jpeg(Bytes file, const Metadata& metadata);

}  // namespace crop64
