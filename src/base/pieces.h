// A file that is put together of parts of another one and of a few new bytes.
#pragma once

#include <vector>

#include "base/buffer.h"

namespace crop64 {

// Collects pieces, and copies them into one buffer when all sizes are known.
class Pieces {
 public:
  // Bytes that are borrowed until join().
  void add(Bytes bytes) {
    pieces_.push_back(bytes);
    size_ += bytes.size();
  }
  // A few bytes that are kept here.
  void add_own(std::vector<uint8_t> bytes) {
    own_.push_back(std::move(bytes));
    add(own_.back());
  }
  // Errors: OUT_OF_MEMORY.
  Result<Buffer> join() const;

 private:
  std::vector<Bytes> pieces_;
  std::vector<std::vector<uint8_t>> own_;  // moving a vector leaves its bytes where they are
  uint64_t size_ = 0;
};

}  // namespace crop64
