// BMP files to samples, by region.
#pragma once

#include "codecs/codec.h"

namespace crop64::bmp {

bool matches(Bytes file);

// Errors: TRUNCATED_IMAGE (the header is cut off), CORRUPT_IMAGE, UNSUPPORTED_FORMAT (Huffman-coded
// OS/2 bitmaps, JPEG or PNG within a BMP).
Result<ImageInfo> probe(Bytes file);

// The samples of the region: a palette of 1, 4 or 8 bits (2 too, as Windows CE has it), or RGB;
// RGBA if the header has a mask for alpha. Errors: TRUNCATED_IMAGE if pixels of the region are
// missing (if damage is accepted, they are fill_missing()'s), CORRUPT_IMAGE, OUT_OF_MEMORY.
Result<Decoded> decode(Bytes file, const DecodeRequest& request);

}  // namespace crop64::bmp
