// The metadata of a PNG file.
#pragma once

#include "codecs/codec.h"

namespace crop64::png {

// Reads the ancillary chunks that are valid, whose CRC is right, and that are where the
// specification allows them (5.6); of those that may occur once, the first. Blocks are borrowed
// from `file`. Compressed profiles of more than 16 MB are left out. A file that ends early gives
// what precedes. Errors: OUT_OF_MEMORY.
Result<SourceMetadata> read_metadata(Bytes file);

}  // namespace crop64::png
