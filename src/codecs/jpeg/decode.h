// Decodes regions of JPEG files, with libjpeg-turbo.
#pragma once

#include "codecs/codec.h"

namespace crop64::jpeg {

// Decodes the region as grey, RGB or CMYK. The samples equal those of a full decode with the
// accurate integer inverse DCT and fancy upsampling, bit for bit (djpeg -dct int; reduced: djpeg
// -scale 1/2, 1/4, 1/8).
//
// Blocks above and beside the region are Huffman-decoded only, and nothing is read after the
// region's last row. If damage is accepted, the samples equal those of djpeg. Errors:
// TRUNCATED_IMAGE (data that the region needs is missing), CORRUPT_IMAGE, UNSUPPORTED_FORMAT,
// LIMIT_EXCEEDED (more than 100 scans), OUT_OF_MEMORY, and those of the sink.
Result<Decoded> decode(Bytes file, const DecodeRequest& request, DecodeSink& sink);

// The same for a file of which the first `available` bytes have been received; `file` is borrowed.
// Null if the header is not complete, or if the image has several scans, all of which any region
// needs.
std::unique_ptr<IncrementalDecoder> start(Bytes file, size_t available,
                                          const DecodeRequest& request);

}  // namespace crop64::jpeg
