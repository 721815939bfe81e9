// The chunks of a PNG file (PNG specification, third edition, section 5), read without libpng: a
// bounds-checked walk over what stands before the samples.
#pragma once

#include "codec.h"

namespace crop64 {

bool matches_png(Bytes file);

// Errors: TRUNCATED_IMAGE (the header is cut off), CORRUPT_IMAGE.
Result<ImageInfo> probe_png(Bytes file);

// What stands in a place where it counts, and is whole: of most chunks the first. Compressed
// profiles of more than 16 MB are left out. Errors: OUT_OF_MEMORY.
Result<SourceMetadata> metadata_of_png(Bytes file);

}  // namespace crop64
