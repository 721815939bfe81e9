// Reads the header of a JPEG file (ITU-T T.81, annex B) without libjpeg.
#pragma once

#include "codecs/codec.h"

namespace crop64::jpeg {

// Whether the file begins as a JPEG.
bool matches(Bytes file);

// `file` may be the beginning of a file. Errors: TRUNCATED_IMAGE (the header is not complete),
// CORRUPT_IMAGE, UNSUPPORTED_FORMAT (12 bits, lossless, hierarchical or arithmetic coding, a number
// of components other than 1, 3 and 4).
Result<ImageInfo> probe(Bytes file);

}  // namespace crop64::jpeg
