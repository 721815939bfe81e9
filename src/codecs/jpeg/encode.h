// Encodes JPEG files, with libjpeg-turbo.
#pragma once

#include "codecs/codec.h"

namespace crop64::jpeg {

// An encoder of a JPEG (JFIF) with the accurate integer DCT. Unless `settings` say otherwise it is
// baseline, with libjpeg's standard tables scaled to `quality`, and 4:2:0 for colour: the same
// bytes as cjpeg and Pillow write. `image` has a layout that encoder_layout() returns. Errors:
// INVALID_ARGUMENT (more than 65 500 pixels a side), OUT_OF_MEMORY.
Result<std::unique_ptr<Encoder>> encode(const ImageView& image, const EncodeSettings& settings,
                                        const Metadata& metadata);

// Luma and chroma, in the sampling of the settings.
Components encoder_components(const EncodeSettings& settings);

// The memory of an encoder beside its result, in bytes, at most: a few rows of MCUs, and all
// coefficients if the file takes several passes (optimised tables, or several scans).
double encode_memory(const Layout& layout, Size size, const EncodeSettings& settings);

// The layout that encode() takes for samples of `layout`: 8-bit grey for grey, else 8-bit RGB
// or BGR.
Layout encoder_layout(Layout layout);

}  // namespace crop64::jpeg
