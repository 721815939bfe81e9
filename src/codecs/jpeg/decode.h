// JPEG files to samples, by region, with libjpeg-turbo.
#pragma once

#include "codecs/codec.h"

namespace crop64::jpeg {

// The samples of the region, grey, RGB or CMYK, equal bit for bit to those of a full decode with
// the accurate integer inverse DCT and fancy upsampling (djpeg -dct int; reduced: djpeg -scale 1/2,
// 1/4, 1/8).
//
// Rows above the region are Huffman-decoded and no more, columns beside it likewise, and the file
// is not read beyond the last row. If damage is accepted, the samples are what djpeg makes of the
// file. Errors: TRUNCATED_IMAGE (data that the region needs is missing), CORRUPT_IMAGE,
// UNSUPPORTED_FORMAT, LIMIT_EXCEEDED (more than 100 scans), OUT_OF_MEMORY.
Result<Decoded> decode(Bytes file, const DecodeRequest& request);

// The same while the file is arriving (Codec::begin): of baseline pictures of one scan.
std::unique_ptr<IncrementalDecoder> start(Bytes file, size_t there, const DecodeRequest& request);

}  // namespace crop64::jpeg
