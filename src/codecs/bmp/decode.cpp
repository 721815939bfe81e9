#include "codecs/bmp/decode.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "codecs/bmp/header.h"
#include "codecs/bmp/rle.h"

namespace crop64::bmp {
namespace {

void read_palette(Bytes file, const Header& header, Colors& colors) {
  for (int i = 0; i < header.palette_entries; ++i) {
    const uint8_t* entry =
        file.data() + header.palette_offset + size_t(i) * size_t(header.palette_entry_bytes);
    colors.palette.push_back({entry[2], entry[1], entry[0], 255});
  }
}

// Writes the region's pixels of an uncompressed row.
void unpack_row(const uint8_t* in, const Header& header, const Rect& region, uint8_t* out) {
  const int bits = header.bits;
  for (int x = region.left; x < region.right; ++x) {
    if (bits <= 8) {
      const int per_byte = 8 / bits;
      const int shift = 8 - bits * (x % per_byte + 1);
      *out++ = static_cast<uint8_t>(in[x / per_byte] >> shift & ((1 << bits) - 1));
    } else if (bits == 24) {
      const uint8_t* pixel = in + 3 * size_t(x);
      *out++ = pixel[2];
      *out++ = pixel[1];
      *out++ = pixel[0];
    } else {
      uint32_t pixel = 0;
      std::memcpy(&pixel, in + size_t(bits / 8) * size_t(x), size_t(bits / 8));
      const size_t count = header.channels[3].bits > 0 ? 4 : 3;
      for (const Channel& channel : std::span(header.channels).first(count)) {
        *out++ = channel.of(pixel);
      }
    }
  }
}

// Decodes the region of a file that is not run-length coded.
RowsRead decode_plain(Bytes file, const Header& header, const Rect& region, Image& image) {
  RowsRead result;
  const uint64_t row_bytes = header.row_bytes();
  const uint64_t needed = (uint64_t(region.right) * uint64_t(header.bits) + 7) / 8;
  for (int y = region.top; y < region.bottom; ++y) {
    const uint64_t offset = header.samples_offset + row_bytes * uint64_t(header.flip_row(y));
    if (offset + needed > file.size()) {
      result.complete = false;
      continue;
    }
    result.bytes_read = std::max(result.bytes_read, offset + needed);
    unpack_row(file.data() + offset, header, region, image.row(y - region.top));
  }
  return result;
}

}  // namespace

bool matches(Bytes file) { return file.size() >= 2 && file[0] == 'B' && file[1] == 'M'; }

Result<ImageInfo> probe(Bytes file) {
  const Result<Header> header = read_header(file);
  if (!header.ok()) {
    return header.error();
  }
  ImageInfo info;
  info.size = header.value().size;
  info.layout = header.value().layout();
  info.has_alpha = info.layout.has_alpha();
  info.exact = !header.value().is_deep();
  info.density_per_inch = header.value().density_per_inch;
  info.holds_region = true;  // rows may come from the bottom up
  return info;
}

Result<Decoded> decode(Bytes file, const DecodeRequest& request, DecodeSink& sink) {
  const Result<Header> parsed = read_header(file);
  if (!parsed.ok()) {
    return parsed.error();
  }
  const Header& header = parsed.value();
  Result<Image> allocated = Image::allocate(request.region.size(), header.layout());
  if (!allocated.ok()) {
    return allocated.error();
  }
  Image& image = allocated.value();
  read_palette(file, header, image.colors);
  if (request.damaged == Damaged::kAccept) {
    fill_missing(image);
  }
  const RowsRead rows = header.is_rle() ? decode_rle(file, header, request.region, image)
                                        : decode_plain(file, header, request.region, image);
  if (!rows.complete && request.damaged == Damaged::kError) {
    return make_error(
        ErrorCode::kTruncatedImage,
        "The BMP ends before the end of the region. Use damaged: 'accept' to take the "
        "rows that it has.");
  }
  sink.begin(std::nullopt);
  if (auto error = sink.write(image.view())) {
    return error;
  }
  Decoded decoded;
  decoded.complete = rows.complete;
  decoded.bytes_read = rows.bytes_read;
  return decoded;
}

}  // namespace crop64::bmp
