// The headers of BMP files (Microsoft, "Bitmap Storage": BITMAPCOREHEADER, BITMAPINFOHEADER and its
// later versions; IBM, "Bitmap File Format": BITMAPINFOHEADER2, whose end may be left out).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/buffer.h"
#include "base/result.h"
#include "image/image.h"

namespace crop64::bmp {

enum class Compression : uint32_t {
  kNone = 0,
  kRle8 = 1,
  kRle4 = 2,
  kBitFields = 3,
  kRle24 = 4,  // OS/2 2; in a Windows header a JPEG, whose bits per pixel are 0
  kAlphaFields = 6
};

// A channel's position and width in a pixel of 16 or 32 bits. A width of 0: no such channel.
struct Channel {
  int shift = 0;
  int bits = 0;

  // The channel of a pixel, scaled to 8 bits: wider channels lose their lower bits.
  uint8_t of(uint32_t pixel) const {
    if (bits == 0) {
      return 0;
    }
    const uint32_t value = pixel >> shift & static_cast<uint32_t>((uint64_t{1} << bits) - 1);
    return static_cast<uint8_t>(bits >= 8 ? value >> (bits - 8) : value * 255 / ((1U << bits) - 1));
  }
};

struct Header {
  Size size;              // at least one pixel
  bool bottom_up = true;  // the usual order: the last row of the image is the first in the file
  int bits = 0;           // per pixel
  Compression compression = Compression::kNone;
  size_t palette_offset = 0;
  int palette_entries = 0;
  int palette_entry_bytes = 4;
  size_t samples_offset = 0;        // as the file states it: possibly beyond its end
  std::array<Channel, 4> channels;  // red, green, blue and alpha, for 16 and 32 bits per pixel
  double density_per_inch = 0;

  bool is_rle() const {
    return compression == Compression::kRle8 || compression == Compression::kRle4 ||
           compression == Compression::kRle24;
  }
  bool has_palette() const { return bits <= 8; }
  // True if a channel has more bits than are decoded.
  bool is_deep() const {
    return std::any_of(channels.begin(), channels.end(),
                       [](const Channel& c) { return c.bits > 8; });
  }
  uint64_t row_bytes() const { return (uint64_t(size.width) * uint64_t(bits) + 31) / 32 * 4; }
  Layout layout() const {
    if (has_palette()) {
      return {Model::kPalette, bits};
    }
    return {channels[3].bits > 0 ? Model::kRgba : Model::kRgb, 8};
  }
  // The image row of a row of the file, and the reverse.
  int flip_row(int row) const { return bottom_up ? size.height - 1 - row : row; }
};

// Reads everything up to the samples, except for the palette, which is complete in the file.
// Errors: TRUNCATED_IMAGE, CORRUPT_IMAGE, UNSUPPORTED_FORMAT.
Result<Header> read_header(Bytes file);

}  // namespace crop64::bmp
