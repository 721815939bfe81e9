// Gives a PNG other metadata without touching its coded samples.
#pragma once

#include "base/buffer.h"
#include "metadata/metadata.h"

namespace crop64::png {

// A new file of the source's header, palette, transparency, samples and animation frames, as they
// are coded, and of `metadata` in place of all its other chunks. Chunks whose checksum is wrong,
// and bytes behind the last chunk, are dropped. Errors: CORRUPT_IMAGE, TRUNCATED_IMAGE (a chunk is
// cut off), OUT_OF_MEMORY.
Result<Buffer> rewrite(Bytes file, const Metadata& metadata);

}  // namespace crop64::png
