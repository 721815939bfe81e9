// Samples to JPEG files, with libjpeg-turbo.
#pragma once

#include "codecs/codec.h"

namespace crop64 {

// A baseline JPEG (JFIF) with the accurate integer DCT, libjpeg's standard tables scaled to
// `quality`, and 4:2:0 for colour: what cjpeg and Pillow write. Errors: INVALID_ARGUMENT (a side of
// more than 65 500 pixels), OUT_OF_MEMORY.
Result<Buffer> encode_jpeg(const ImageView& image, const EncodeSettings& settings,
                           const Metadata& metadata);

// Rows of a few MCUs, and all coefficients where there is more to a file than one pass: its tables
// are made to measure, or it has several scans.
double jpeg_encode_memory(const Layout& layout, Size size, const EncodeSettings& settings);

// 8-bit grey for grey, 8-bit RGB or BGR for all else.
Layout storable_jpeg(Layout layout);

}  // namespace crop64
