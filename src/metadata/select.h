// Chooses the metadata of a new file.
#pragma once

#include "metadata/metadata.h"

namespace crop64 {

// The metadata that `facts.policy` keeps, updated to match the new image:
// - Orientation and image sizes are those of the new image. If an orientation is still to be
// applied,
//   it is written under every policy, in new Exif data if the source has none that can hold it.
// - If the image was changed (`same_image` is false), whatever may show the old one is dropped:
//   thumbnails, maker notes, blocks of unknown content.
// - Of several Exif or XMP blocks the first counts. Damaged ones, and Exif above 64 KB, are
// dropped.
// - The ICC profile is `facts.profile`. If colours were converted, the format's own description of
//   them is dropped.
//
// The result borrows from `source`. Errors: OUT_OF_MEMORY.
Result<Metadata> select_metadata(const SourceMetadata& source, const OutputFacts& facts);

}  // namespace crop64
