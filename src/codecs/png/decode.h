// Decodes regions of PNG files: with this library's own row reader, and with libpng if that fails.
#pragma once

#include <memory>

#include "codecs/codec.h"

namespace crop64::png {

// Decodes the region in the file's own layout, with its palette and transparent colour.
//
// Rows are inflated from the top in batches, and nothing is read below the last row of the region,
// so memory is half a megabyte, and that of the region if the image is interlaced.
//
// An image of which only a CRC or the file's end is missing after its last row is complete, and a
// wrong Adler-32 is ignored, as in browsers. If damage is accepted, rows after it are filled by
// fill_missing(), and a pixel of an interlaced image fills its block until the block's other pixels
// are known, as in browsers. Errors: TRUNCATED_IMAGE if rows of the region are missing,
// CORRUPT_IMAGE, OUT_OF_MEMORY.
Result<Decoded> decode(Bytes file, const DecodeRequest& request, DecodeSink& sink);

// The same for a file of which the first `available` bytes have been received; `file` is borrowed.
// Null if the header is not complete, or if only libpng can decode the file.
std::unique_ptr<IncrementalDecoder> start(Bytes file, size_t available,
                                          const DecodeRequest& request);

}  // namespace crop64::png
