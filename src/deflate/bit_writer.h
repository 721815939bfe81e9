// Writes the bits of a DEFLATE stream (RFC 1951, section 3.1.1), the first bit of a byte lowest.
#pragma once

#include <cstdint>
#include <cstring>

#include "deflate/huffman.h"

namespace crop64::deflate {

class BitWriter {
 public:
  // `out` must have room for whatever is written, and for seven bytes more.
  explicit BitWriter(uint8_t* out) : out_(out) {}

  // Appends the lowest `count` bits of `bits`; its other bits must be 0. At most 56 bits between
  // two flushes.
  void put(uint64_t bits, uint32_t count) {
    bits_ |= bits << count_;
    count_ += count;
  }
  void put(Code code) { put(code.bits, code.length); }

  // Writes eight bytes to memory and keeps those bits that do not fill a byte.
  void flush() {
    std::memcpy(out_, &bits_, sizeof bits_);
    out_ += count_ / 8;
    bits_ >>= count_ & 56;
    count_ &= 7;
  }

  // Fills the last byte with zero bits, and flushes.
  void align() {
    count_ = (count_ + 7) & ~7u;
    flush();
  }

  // Where the next byte is written. May be changed after flush(), to write bytes or to start over.
  uint8_t*& out() { return out_; }

 private:
  uint8_t* out_;
  uint64_t bits_ = 0;
  uint32_t count_ = 0;
};

}  // namespace crop64::deflate
