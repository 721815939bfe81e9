// Gives a PNG file other metadata without decoding it.
#pragma once

#include "base/buffer.h"
#include "metadata/metadata.h"

namespace crop64::png {

// A new file with the source's header, palette, transparency, image data and animation frames as
// they are coded, and with `metadata` in place of all other chunks. Of `metadata`, the profile only
// says whether the source's iCCP is copied, and `raw` are chunks of `file`. Chunks whose CRC is
// wrong are dropped, except for IDAT, which gets the right one; so is everything after IEND or
// after the first chunk that is cut off. Errors: OUT_OF_MEMORY.
Result<Buffer> rewrite(Bytes file, const Metadata& metadata);

}  // namespace crop64::png
