// PNG files to samples, by region: with libpng, and with own code (rows.h) where that gets through.
#pragma once

#include "codec.h"

namespace crop64 {

// The samples of the region in the file's own layout, palette and transparent colour with it.
//
// Rows are inflated from the top, some at a time, and the file is not read beyond the last row that
// is needed, so memory is for the region and half a megabyte, interlaced or not. Errors:
// TRUNCATED_IMAGE where the missing part is needed (missing samples are grey where that is
// accepted), CORRUPT_IMAGE, OUT_OF_MEMORY.
Result<Decoded> decode_png(Bytes file, const DecodeRequest& request);

// The same while the file is arriving: of its bytes the first `there` are there. Null where the
// fast way has not all it needs to begin, or is none.
std::unique_ptr<Decoding> begin_png(Bytes file, size_t there, const DecodeRequest& request);

// Both ways give the same samples and the same errors: libpng's alone is for tests to compare.
enum class PngWay : uint8_t { kFast, kLibpng };
Result<Decoded> decode_png(Bytes file, const DecodeRequest& request, PngWay way);

}  // namespace crop64
