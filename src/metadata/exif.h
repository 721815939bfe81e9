// Exif in TIFF form: a TIFF header and the directories after it (Exif 2.3, section 4.6.4; TIFF 6.0,
// section 2). No function reads outside the given bytes.
#pragma once

#include <optional>

#include "metadata/metadata.h"

namespace crop64 {

// The orientation, 1 to 8; 1 if it is missing or invalid.
int read_exif_orientation(Bytes exif);

// XResolution, YResolution and ResolutionUnit; nothing if they are missing or have no unit.
std::optional<Density> read_exif_density(Bytes exif);

// A copy with the orientation and, unless `facts.same_image`, the size of the new image, and
// without thumbnails, maker notes and positions in the image. Empty if the data are damaged, larger
// than a JPEG segment, or may still contain an image. Errors: OUT_OF_MEMORY.
Result<Buffer> update_exif(Bytes exif, const OutputFacts& facts);

// Exif that contains this orientation and nothing else. Errors: OUT_OF_MEMORY.
Result<Buffer> make_orientation_exif(Orientation orientation);

}  // namespace crop64
