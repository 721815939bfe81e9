#include "codecs/png/unpack.h"

#include <cstring>

#include "base/byte_order.h"

namespace crop64::png {

void unpack_row(const uint8_t* row, const Layout& layout, int first, int count, int step,
                uint8_t* out) {
  if (layout.depth < 8) {
    const int per_byte = 8 / layout.depth;
    const int mask = layout.max_value();
    for (int i = first; i < first + count; ++i, out += step) {
      const int shift = 8 - layout.depth * (i % per_byte + 1);
      *out = static_cast<uint8_t>(row[i / per_byte] >> shift & mask);
    }
    return;
  }
  const size_t pixel_bytes = layout.pixel_bytes();
  const uint8_t* in = row + pixel_bytes * static_cast<size_t>(first);
  if (layout.depth == 8 && step == 1) {
    std::memcpy(out, in, pixel_bytes * static_cast<size_t>(count));
    return;
  }
  for (int i = 0; i < count;
       ++i, in += pixel_bytes, out += pixel_bytes * static_cast<size_t>(step)) {
    if (layout.depth == 8) {
      std::memcpy(out, in, pixel_bytes);
    } else {
      for (size_t k = 0; k < pixel_bytes; k += 2) {
        const uint16_t sample = load_be16(in + k);
        std::memcpy(out + k, &sample, sizeof sample);
      }
    }
  }
}

}  // namespace crop64::png
