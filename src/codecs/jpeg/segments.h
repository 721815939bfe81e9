// The marker segments of a JPEG file (ITU-T T.81, annex B), read without libjpeg: a bounds-checked
// walk over the header.
#pragma once

#include "codecs/codec.h"

namespace crop64 {

bool matches_jpeg(Bytes file);

// Errors: TRUNCATED_IMAGE (the header is cut off), CORRUPT_IMAGE, UNSUPPORTED_FORMAT (12 bits,
// lossless, hierarchical or arithmetic coding, a number of components other than 1, 3 and 4).
Result<ImageInfo> probe_jpeg(Bytes file);

// A profile of which a part is missing is left out, and so is what only this file can have: what is
// signed, and what is said of further pictures behind this one. Errors: OUT_OF_MEMORY.
Result<SourceMetadata> metadata_of_jpeg(Bytes file);

}  // namespace crop64
