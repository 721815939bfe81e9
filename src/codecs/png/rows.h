// The fast way to the rows of a PNG that is not interlaced: own inflate, own filters, and no more
// work on a row than what is wanted of it needs. The file may still be arriving.
#pragma once

#include <functional>
#include <memory>

#include "codecs/codec.h"
#include "codecs/png/idat.h"
#include "deflate/adler32.h"
#include "deflate/inflater.h"

namespace crop64::png {

struct WantedRows {
  size_t row_bytes;    // of a whole row as the file has it, without its filter's byte
  size_t filter_unit;  // bytes in a pixel, at least 1
  int height;          // of the picture
  int top;             // the first row that is wanted,
  int bottom;          // the one behind the last,
  size_t bytes;        // and how much of each, from the left
};

class RowReader {
 public:
  // The file is borrowed; of its bytes the first `there` are there. `at` is where the first IDAT
  // begins. Null where there is no room.
  static std::unique_ptr<RowReader> open(Bytes file, size_t at, size_t there,
                                         const WantedRows& wanted);
  RowReader(const RowReader&) = delete;
  RowReader& operator=(const RowReader&) = delete;

  // Gives rows that are wanted to `take`, from the top, without their filters, as far as a file of
  // which `there` bytes are there has them. Where all of it is, it does not wait. It may fail after
  // having given rows.
  Advance advance(size_t there, const std::function<void(int y, const uint8_t* row)>& take);

  // How far into the file it went.
  size_t end() const { return static_cast<size_t>(inflater_.position() - file_.data()); }

 private:
  RowReader(Bytes file, size_t at, size_t there, const WantedRows& wanted, Buffer inflated,
            Buffer rows);

  bool inflate_batch();
  const uint8_t* row(int index) const { return batch_ + stride_ * static_cast<size_t>(index); }
  bool finish();

  Bytes file_;
  WantedRows wanted_;
  IdatReader source_;
  deflate::Inflater inflater_;
  uint32_t adler_ = deflate::kAdler32Start;

  // Inflated rows, a batch at a time, each with its filter first. They stay as they are: matches
  // refer to them.
  size_t stride_;
  uint64_t left_;  // bytes to inflate
  Buffer inflated_;
  const uint8_t* batch_;  // its first row
  uint8_t* batch_end_;    // of what is inflated
  int count_ = 0;         // its whole rows

  // The same without filters, as far as they are wanted: one row, and the one above it.
  Buffer rows_;
  uint8_t* here_;
  uint8_t* above_;
  int y_ = 0;  // the batch's first row in the picture
};

// What a RowReader takes in memory for rows of that many bytes.
uint64_t read_rows_memory(uint64_t row_bytes);

}  // namespace crop64::png
