// Probes BMP files, and decodes regions of them.
#pragma once

#include "codecs/codec.h"

namespace crop64::bmp {

// True if the file begins as BMP files do.
bool matches(Bytes file);

// Reads the header. `exact` is false if channels have more than 8 bits. Errors: TRUNCATED_IMAGE
// (the header is cut off), CORRUPT_IMAGE, UNSUPPORTED_FORMAT (Huffman-coded OS/2 bitmaps; JPEG or
// PNG in a BMP).
Result<ImageInfo> probe(Bytes file);

// Decodes the region as a whole and passes it on: as a palette image of 1, 2 (Windows CE), 4 or 8
// bits; or as RGB of 8 bits, with alpha if the header has a mask for it. Channels of other widths
// are scaled to 8 bits. If damage is accepted, missing pixels are filled by fill_missing(). Errors:
// those of probe(), TRUNCATED_IMAGE if pixels of the region are missing, OUT_OF_MEMORY.
Result<Decoded> decode(Bytes file, const DecodeRequest& request, DecodeSink& sink);

}  // namespace crop64::bmp
