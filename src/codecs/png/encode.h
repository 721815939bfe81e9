// Samples to PNG files: libpng's chunks around own code's IDATs (compress.h).
#pragma once

#include "codecs/codec.h"

namespace crop64::png {

// A PNG of the image's own colour type and depth, palette and transparent colour with it, not
// interlaced. Errors: OUT_OF_MEMORY.
Result<Buffer> encode(const ImageView& image, const EncodeSettings& settings,
                      const Metadata& metadata);

// The deflater, two rows, and one for each of the five filters.
double encode_memory(const Layout& layout, Size size, const EncodeSettings& settings);

// The layout itself; RGB(A) for BGR(A) and for CMYK.
Layout encoder_layout(Layout layout);

}  // namespace crop64::png
