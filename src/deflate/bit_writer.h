// Writes the bits of a DEFLATE stream.
#pragma once

#include <cstdint>
#include <cstring>

#include "deflate/huffman.h"

namespace crop64::deflate {

// Bits into bytes, the first bit lowest.
class BitWriter {
 public:
  explicit BitWriter(uint8_t* out) : out_(out) {}

  // Up to 56 bits between flushes.
  void put(uint64_t bits, uint32_t count) {
    bits_ |= bits << count_;
    count_ += count;
  }
  void put(Code code) { put(code.bits, code.length); }

  // Writes eight bytes, of which the whole ones count.
  void flush() {
    std::memcpy(out_, &bits_, sizeof bits_);
    out_ += count_ / 8;
    bits_ >>= count_ & 56;
    count_ &= 7;
  }

  // Fills the last byte.
  void align() {
    count_ = (count_ + 7) & ~7u;
    flush();
  }

  uint8_t*& out() { return out_; }

 private:
  uint8_t* out_;
  uint64_t bits_ = 0;
  uint32_t count_ = 0;
};

}  // namespace crop64::deflate
