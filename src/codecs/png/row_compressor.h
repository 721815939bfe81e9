// The zlib stream of a PNG's rows: filtered and deflated.
#pragma once

#include "codecs/png/filters.h"
#include "deflate/deflater.h"
#include "image/image.h"

namespace crop64::png {

class RowCompressor {
 public:
  // The image is borrowed; `level` is from 0 to 9. The sink is called by run(). Errors:
  // OUT_OF_MEMORY.
  static Result<RowCompressor> make(const ImageView& image, int level, deflate::Deflater::Sink sink,
                                    void* context);

  // To be called once. The sink may jump out of it: nothing here is owned by a frame.
  void run();

 private:
  RowCompressor() = default;
  bool is_drawn(const uint8_t* row) const;
  Filter choose_filter(const uint8_t* row, const uint8_t* above);

  ImageView image_;
  size_t row_bytes_ = 0;
  size_t unit_ = 1;
  unsigned filters_ = 0;  // those to choose from, a bit for each
  std::unique_ptr<deflate::Deflater> deflater_;
  Buffer rows_;  // two of the image, and one filtered
};

}  // namespace crop64::png
