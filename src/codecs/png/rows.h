// Reads rows of a PNG that is not interlaced, with this library's inflater and filters, and does no
// more work for a row than what is used of it requires. The file may still be in the process of
// being received.
#pragma once

#include <functional>
#include <memory>

#include "codecs/codec.h"
#include "codecs/png/idat.h"
#include "deflate/adler32.h"
#include "deflate/inflater.h"

namespace crop64::png {

struct RowRequest {
  size_t row_bytes;    // of a whole row in the file, without its filter type
  size_t filter_unit;  // bytes of a pixel, at least 1
  int height;          // of the image
  int top;             // the first row that is used
  int bottom;          // one after the last row that is used
  size_t used_bytes;   // of each row, from its start
};

class RowReader {
 public:
  // How much memory a reader takes for rows of `row_bytes`, at most.
  static uint64_t memory(uint64_t row_bytes);

  // `file` is borrowed; its first `available` bytes have been received. The first IDAT begins at
  // `offset`. Returns null if memory is insufficient.
  static std::unique_ptr<RowReader> open(Bytes file, size_t offset, size_t available,
                                         const RowRequest& request);
  RowReader(const RowReader&) = delete;
  RowReader& operator=(const RowReader&) = delete;

  // Passes the requested rows to `take`, from the top and unfiltered, as far as the first
  // `available` bytes of the file allow. Never returns kNeedInput once the file is complete. kError
  // means that the file is invalid or unusual, even after rows have been passed, or that `take`
  // returned false.
  DecodeStatus read(size_t available, const std::function<bool(const uint8_t* row)>& take);

  // How many bytes of the file have been read.
  size_t bytes_read() const { return static_cast<size_t>(inflater_.position() - file_.data()); }

 private:
  RowReader(Bytes file, size_t offset, size_t available, const RowRequest& request, Buffer inflated,
            Buffer rows);

  bool inflate_batch();
  const uint8_t* row(int index) const { return batch_ + stride_ * static_cast<size_t>(index); }
  bool finish();

  Bytes file_;
  RowRequest request_;
  IdatReader idat_;
  deflate::Inflater inflater_;
  uint32_t adler_ = deflate::kAdler32Start;

  // A batch of inflated rows, each preceded by its filter type. They remain filtered, since matches
  // refer to them.
  size_t stride_;
  uint64_t bytes_left_;  // to inflate
  Buffer inflated_;
  const uint8_t* batch_;  // its first row
  uint8_t* batch_end_;    // of what has been inflated
  int batch_rows_ = 0;    // complete ones
  int batch_top_ = 0;     // the image row of its first row

  // The used bytes of a row and of the row above it, unfiltered.
  Buffer rows_;
  uint8_t* current_;
  uint8_t* above_;
};

}  // namespace crop64::png
