// The metadata of a JPEG file, collected from its segments.
#pragma once

#include "codecs/codec.h"

namespace crop64::jpeg {

// Collects the metadata before the first scan. Left out are an ICC profile with missing parts, and
// segments that are valid for this file only: signatures, and references to further images behind
// this one. Errors: OUT_OF_MEMORY.
Result<SourceMetadata> read_metadata(Bytes file);

// The density of an APP0 segment's payload (JFIF 1.02).
std::optional<Density> read_jfif_density(Bytes jfif);

// The density to use if both are present: JFIF's, unless it has no unit. Cameras write theirs to
// Exif only.
std::optional<Density> choose_density(const std::optional<Density>& jfif,
                                      const std::optional<Density>& exif);

}  // namespace crop64::jpeg
