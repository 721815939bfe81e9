// Compresses the rows of an image into the zlib stream of a PNG file: chooses a filter for each
// row, applies it, and deflates the result.
#pragma once

#include <memory>

#include "codecs/png/filters.h"
#include "deflate/deflater.h"
#include "image/image.h"

namespace crop64::png {

class RowCompressor {
 public:
  // For rows of `width` pixels; `level` is from 0 to 9. `sink` receives the stream during write()
  // and finish(). Takes a deflater and three rows of memory. Errors: OUT_OF_MEMORY.
  static Result<RowCompressor> make(int width, const Layout& layout, int level,
                                    deflate::Deflater::Sink sink, void* context);

  // Compresses the next rows. The sink may leave it, and finish(), by longjmp: no local owns
  // anything.
  void write(const ImageView& rows);
  // Ends the stream.
  void finish() { deflater_->finish(); }

 private:
  RowCompressor() = default;
  bool is_drawn(const uint8_t* row) const;
  Filter choose_filter(const uint8_t* row, const uint8_t* above);

  Layout layout_;
  size_t row_bytes_ = 0;
  size_t unit_ = 1;
  unsigned filters_ = 0;  // the filters that are tried, a bit for each
  std::unique_ptr<deflate::Deflater> deflater_;
  Buffer rows_;  // a packed row, the one above it, and a filtered row
  uint8_t* row_ = nullptr;
  uint8_t* above_ = nullptr;
  uint8_t* filtered_ = nullptr;
};

}  // namespace crop64::png
