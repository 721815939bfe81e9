// The IDATs of a PNG file, read without libpng (PNG specification, third edition, section 11.2.3).
// The file may still be arriving.
#pragma once

#include "base/buffer.h"

namespace crop64::png {

class IdatReader {
 public:
  // `at` is where the first IDAT begins, with its length. The file is borrowed; of its bytes the
  // first `there` are there.
  IdatReader(Bytes file, size_t at, size_t there) : file_(file), there_(there), at_(at) {}

  // More of the file is there.
  void arrived(size_t there) { there_ = there; }

  // The data of the next IDAT that has any, as far as it is there; all of it is in the file. Empty
  // behind the last one, or where something is wrong: that is all that is_sound() tells. An IDAT is
  // checked against its checksum when the next one is asked for, and not before, as libpng does.
  Bytes next();

  // Where the data that next() gave last ends by now: what was not there of it may have arrived.
  const uint8_t* end() const;

  // Whether more of the file is to come, and less than `count` bytes of it are left from `position`
  // on, or from the next chunk on where that is null.
  bool waits(const uint8_t* position, size_t count) const;

  bool is_sound() const { return sound_; }

 private:
  bool check_last() const;

  Bytes file_;
  size_t there_;
  size_t at_;   // of the next chunk
  Bytes last_;  // the chunk that was given out last: its type and data
  bool sound_ = true;
};

}  // namespace crop64::png
