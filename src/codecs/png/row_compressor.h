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
  // `image` is borrowed; `level` is from 0 to 9. `sink` receives the stream during run(). Takes a
  // deflater and three rows of memory. Errors: OUT_OF_MEMORY.
  static Result<RowCompressor> make(const ImageView& image, int level, deflate::Deflater::Sink sink,
                                    void* context);

  // Compresses all rows. Call once. The sink may leave it by longjmp: no local owns anything.
  void run();

 private:
  RowCompressor() = default;
  bool is_drawn(const uint8_t* row) const;
  Filter choose_filter(const uint8_t* row, const uint8_t* above);

  ImageView image_;
  size_t row_bytes_ = 0;
  size_t unit_ = 1;
  unsigned filters_ = 0;  // the filters that are tried, a bit for each
  std::unique_ptr<deflate::Deflater> deflater_;
  Buffer rows_;  // a packed row, the one above it, and a filtered row
};

}  // namespace crop64::png
