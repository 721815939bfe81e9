// The IDATs of a PNG file, read without libpng (PNG specification, third edition, section 11.2.3).
#pragma once

#include "buffer.h"

namespace crop64 {

class IdatReader {
 public:
  // `at` is where the first IDAT begins, with its length. The file is borrowed.
  IdatReader(Bytes file, size_t at) : file_(file), at_(at) {}

  // The data of the next IDAT that has any, all of which is in the file. Empty behind the last one,
  // or where something is wrong: that is all that is_sound() tells. An IDAT is checked against its
  // checksum when the next one is asked for, and not before, as libpng does.
  Bytes next();

  bool is_sound() const { return sound_; }

 private:
  bool check_last() const;

  Bytes file_;
  size_t at_;   // of the next chunk
  Bytes last_;  // the chunk that was given out last: its type and data
  bool sound_ = true;
};

}  // namespace crop64
