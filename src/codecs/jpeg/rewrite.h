// Replaces the metadata of a JPEG file without changing its coded samples.
#pragma once

#include "base/buffer.h"
#include "metadata/metadata.h"

namespace crop64::jpeg {

// Returns a file with the tables, frame header and scans of `file`, byte for byte, and `metadata`
// instead of all other segments. The Adobe segment is kept, because it determines the colour space.
// Bytes between segments and after the end of the image are dropped; a missing end-of-image marker
// is added. Errors: CORRUPT_IMAGE, TRUNCATED_IMAGE (a segment is not complete), OUT_OF_MEMORY.
Result<Buffer> rewrite(Bytes file, const Metadata& metadata);

}  // namespace crop64::jpeg
