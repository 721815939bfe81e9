// Rows as PNG files have them, with packed bits and big-endian samples, to rows of an Image.
#pragma once

#include <cstdint>

#include "image/image.h"

namespace crop64::png {

// Writes `count` pixels of an unfiltered row, from pixel `first` on, to every `step`th pixel from
// `out` on.
void unpack_row(const uint8_t* row, const Layout& layout, int first, int count, int step,
                uint8_t* out);

}  // namespace crop64::png
