// PNG files to samples, by region: with libpng, and with own code (rows.h) where that gets through.
#pragma once

#include "codecs/codec.h"

namespace crop64::png {

// The samples of the region in the file's own layout, palette and transparent colour with it.
//
// Rows are inflated from the top, some at a time, and the file is not read beyond the last row that
// is needed, so memory is for the region and half a megabyte, interlaced or not.
//
// What only lacks a checksum or the file's end is complete, and a wrong Adler-32 is passed over, as
// browsers do. If damage is accepted, rows below it are fill_missing()'s, and the pixels of an
// interlaced image stand for their blocks, as browsers show it. Errors: TRUNCATED_IMAGE if rows of
// the region are missing, CORRUPT_IMAGE, OUT_OF_MEMORY.
Result<Decoded> decode(Bytes file, const DecodeRequest& request);

// The same while the file is arriving: of its bytes the first `there` are there. Null where the
// fast way has not all it needs to begin, or is none.
std::unique_ptr<Decoding> start_decoding(Bytes file, size_t there, const DecodeRequest& request);

// Both ways give the same samples and the same errors: libpng's alone is for tests to compare.
enum class PngWay : uint8_t { kFast, kLibpng };
Result<Decoded> decode(Bytes file, const DecodeRequest& request, PngWay way);

}  // namespace crop64::png
