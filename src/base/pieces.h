// Assembles a file from parts of another file and a few new bytes.
#pragma once

#include <vector>

#include "base/buffer.h"

namespace crop64 {

// A list of byte ranges that is copied into one buffer at the end.
class Pieces {
 public:
  // `bytes` are borrowed until join().
  void add(Bytes bytes) {
    pieces_.push_back(bytes);
    size_ += bytes.size();
  }
  // Owned by this object.
  void add_own(std::vector<uint8_t> bytes) {
    own_.push_back(std::move(bytes));
    add(own_.back());
  }
  // All pieces in one buffer. Errors: OUT_OF_MEMORY.
  Result<Buffer> join() const;

 private:
  std::vector<Bytes> pieces_;
  std::vector<std::vector<uint8_t>> own_;  // moving a vector leaves its bytes where they are
  uint64_t size_ = 0;
};

}  // namespace crop64
