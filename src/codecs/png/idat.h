// The image data of a PNG file: the content of its IDAT chunks (PNG specification, third edition,
// section 11.2.3), for an Inflater. The file may still be in the process of being received.
#pragma once

#include "base/buffer.h"
#include "deflate/inflater.h"

namespace crop64::png {

class IdatReader final : public deflate::InflateInput {
 public:
  // `file` is borrowed; its first `available` bytes have been received. The first IDAT begins, with
  // its length, at `offset`.
  IdatReader(Bytes file, size_t offset, size_t available)
      : file_(file), available_(available), offset_(offset) {}

  // The first `available` bytes have been received by now.
  void set_available(size_t available) { available_ = available; }

  // The data of the next IDAT that is not empty. Empty after the last IDAT and after an error. The
  // CRC of an IDAT is checked when the next one is requested, and not before, as in libpng.
  Bytes next_piece() override;
  const uint8_t* piece_end() const override;
  bool needs_input(const uint8_t* position, size_t count) const override;
  bool is_valid() const override { return is_valid_; }

 private:
  bool check_current() const;

  Bytes file_;
  size_t available_;
  size_t offset_;  // of the next chunk
  Bytes current_;  // type and data of the chunk that next_piece() returned last
  bool is_valid_ = true;
};

}  // namespace crop64::png
