// Encodes PNG files: libpng writes the chunks, this library the image data (row_compressor.h).
#pragma once

#include "codecs/codec.h"

namespace crop64::png {

// An encoder of the image in its own colour type and depth, with its palette and transparent
// colour, not interlaced. Its layout is one that encoder_layout() returns. `metadata.raw` are
// chunks of a PNG file. Errors: OUT_OF_MEMORY.
Result<std::unique_ptr<Encoder>> encode(const ImageView& image, const EncodeSettings& settings,
                                        const Metadata& metadata);

// About how many bytes an encoder takes apart from the file: a deflater and three rows.
double encode_memory(const Layout& layout, Size size, const EncodeSettings& settings);

// The layout closest to `layout` that encode() accepts: RGB or RGBA for BGR, BGRA and CMYK, and
// otherwise the layout itself.
Layout encoder_layout(Layout layout);

}  // namespace crop64::png
