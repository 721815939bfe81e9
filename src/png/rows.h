// The fast way to the rows of a PNG that is not interlaced: own inflate, own filters, and no more
// work on a row than what is wanted of it needs.
#pragma once

#include <functional>
#include <optional>

#include "buffer.h"

namespace crop64 {

struct WantedRows {
  size_t row_bytes;    // of a whole row as the file has it, without its filter's byte
  size_t filter_unit;  // bytes in a pixel, at least 1
  int height;          // of the picture
  int top;             // the first row that is wanted,
  int bottom;          // the one behind the last,
  size_t bytes;        // and how much of each, from the left
};

// Gives the rows that are wanted to `take`, from the top, without their filters, and tells how far
// into the file it went. `at` is where the first IDAT begins. Ends with nothing where anything is
// wrong or doubtful, or there is no room: libpng's way is then to begin anew and to say what it is.
// It may end after having given rows.
std::optional<size_t> read_rows(Bytes file, size_t at, const WantedRows& wanted,
                                const std::function<void(int y, const uint8_t* row)>& take);

// What read_rows() takes in memory for rows of that many bytes.
uint64_t read_rows_memory(uint64_t row_bytes);

}  // namespace crop64
