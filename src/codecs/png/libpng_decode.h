// Decodes regions of PNG files with libpng: interlaced images, and files that the row reader
// (rows.h) does not accept. libpng also reads the header of every file, and its errors are those
// that callers get.
#pragma once

#include <cstdint>
#include <optional>

#include "codecs/codec.h"
#include "codecs/png/libpng.h"

namespace crop64::png {

// What decode() promises (decode.h), by libpng alone.
Result<Decoded> decode_with_libpng(Bytes file, const DecodeRequest& request, DecodeSink& sink);

// What is verified while libpng reads rows.
enum class Checks : uint8_t {
  kCrc,    // the CRC of each IDAT that is read
  kAdler,  // the Adler-32 of the image data, for which all rows are read
  kNone,
};

struct Pass;

// libpng's state while it reads a file, and the rows that it makes.
class LibpngReader {
 public:
  LibpngReader() = default;
  LibpngReader(const LibpngReader&) = delete;
  LibpngReader& operator=(const LibpngReader&) = delete;
  ~LibpngReader() { png_destroy_read_struct(&png, &info, nullptr); }

  // Reads the header, and allocates rows or, if the image is interlaced, the region. `bytes` are
  // borrowed.
  Failure open(Bytes bytes, const DecodeRequest& wanted, Checks verified);
  // Adds a row that has been written to rows.next(). False if the sink failed.
  bool pass_on(DecodeSink& sink);

  Size size() const {
    return {static_cast<int>(png_get_image_width(png, info)),
            static_cast<int>(png_get_image_height(png, info))};
  }
  size_t row_bytes() const { return png_get_rowbytes(png, info); }
  bool is_interlaced() const { return png_get_interlace_type(png, info) != PNG_INTERLACE_NONE; }
  // Where the first IDAT begins. Valid after open(): libpng has read its length and type.
  size_t first_idat() const { return offset - 8; }

  png_structp png = nullptr;
  png_infop info = nullptr;
  ErrorTrap trap;

  Bytes file;
  size_t offset = 0;       // of the next byte to read
  size_t next_chunk = 8;   // where the next chunk begins, at first after the signature
  uint64_t row_input = 0;  // bytes read for the current row
  DecodeRequest request;
  Checks checks = Checks::kCrc;
  Layout layout;
  RowBatch rows;      // of the region
  int rows_read = 0;  // how many of the region's rows have been passed on
  Image image;        // the region of an interlaced image
  DecodeSink* sink = nullptr;
  Failure sink_error;
  Buffer row;
  const Pass* pass = nullptr;  // of `row`
  int y = 0;                   // of `row`
};

}  // namespace crop64::png
