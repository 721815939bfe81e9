// What the header of a PNG file states.
#pragma once

#include "codecs/codec.h"

namespace crop64::png {

// True if the file begins with PNG's signature.
bool matches(Bytes file);

// Reads the chunks before the image data, of which the file need not have more than the first
// chunk's start. If the file has more, also finds Exif after the image data. `file` matches().
// Errors: TRUNCATED_IMAGE (the header is cut off), CORRUPT_IMAGE, UNSUPPORTED_FORMAT (Apple's
// CgBI).
Result<ImageInfo> probe(Bytes file);

}  // namespace crop64::png
