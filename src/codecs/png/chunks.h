// The chunks of a PNG file (PNG specification, third edition, section 5), read without libpng: a
// bounds-checked walk over what stands before the samples.
#pragma once

#include <string_view>

#include "codecs/codec.h"

namespace crop64::png {

bool matches(Bytes file);

// Errors: TRUNCATED_IMAGE (the header is cut off), CORRUPT_IMAGE.
Result<ImageInfo> probe(Bytes file);

// What stands in a place where it counts, and is whole: of most chunks the first. Compressed
// profiles of more than 16 MB are left out. Errors: OUT_OF_MEMORY.
Result<SourceMetadata> read_metadata(Bytes file);

// The name of profiles in the files that are written here, without the zero that ends it.
constexpr std::string_view kProfileName = "ICC profile";

// The content of a pHYs chunk (PNG specification, third edition, 11.3.4.3).
constexpr size_t kDensityBytes = 9;
std::array<uint8_t, kDensityBytes> density_chunk(const Density& density);

}  // namespace crop64::png
