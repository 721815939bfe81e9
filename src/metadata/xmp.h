// XMP packets (ISO 16684-1), edited as text.
#pragma once

#include "metadata/metadata.h"

namespace crop64 {

// A copy with the orientation of the new image and, unless `facts.same_image`, without sizes,
// thumbnails and positions in the image. Empty if the packet is damaged, not UTF-8, or describes
// something that the new file does not contain (gain maps, motion photos, depth). Errors:
// OUT_OF_MEMORY.
Result<Buffer> update_xmp(Bytes packet, const OutputFacts& facts);

}  // namespace crop64
