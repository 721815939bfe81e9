// zlib streams to inflate: made by zlib, or bit by bit.
#pragma once

#include <zlib.h>

#include <optional>
#include <string>

#include "deflate/inflater.h"
#include "support/pictures.h"

namespace crop64 {

struct ZlibSettings {
  int level = 6;
  int strategy = Z_DEFAULT_STRATEGY;
};

// The stream that zlib makes of `bytes`.
File zlib_deflated(const File& bytes, const ZlibSettings& settings = {});

// What zlib makes of a stream; nullopt if it is invalid, is followed by anything, or has more than
// `max_size` bytes.
std::optional<File> zlib_inflated(const File& stream, size_t max_size);

// Bytes like the filtered rows of a photograph: small differences, some larger ones, with codes of
// all lengths; and one in `one_in` begins a copy of earlier bytes, near or far.
File filtered_photograph(size_t size, int one_in, Random& random);

// A stream in pieces of a size, of which the first `available` bytes have been received.
class PieceInput final : public deflate::InflateInput {
 public:
  PieceInput(const File& stream, size_t piece)
      : stream_(stream), piece_(piece), available_(stream.size()) {}

  void set_available(size_t available) { available_ = available; }

  Bytes next_piece() override {
    begin_ = end_;
    end_ = std::min(begin_ + piece_, stream_.size());
    return {stream_.data() + begin_, piece_end()};
  }
  const uint8_t* piece_end() const override {
    return end_ == 0 ? nullptr : stream_.data() + std::max(begin_, std::min(end_, available_));
  }
  bool needs_input(const uint8_t* position, size_t count) const override {
    const size_t from = position != nullptr ? size_t(position - stream_.data()) : 0;
    return available_ < stream_.size() && available_ < from + count;
  }
  bool is_valid() const override { return true; }

 private:
  const File& stream_;
  size_t piece_;
  size_t available_;
  size_t begin_ = 0;
  size_t end_ = 0;
};

// Writes bits, the first one lowest, as RFC 1951 has them.
class StreamBits {
 public:
  StreamBits& put(uint32_t value, int count) {
    for (int i = 0; i < count; ++i, ++bit_) {
      if (bit_ % 8 == 0) {
        bytes_.push_back(0);
      }
      bytes_.back() = static_cast<uint8_t>(bytes_.back() | (value >> i & 1) << bit_ % 8);
    }
    return *this;
  }
  // A Huffman code, whose first bit is its highest.
  StreamBits& code(uint32_t value, int count) {
    for (int i = count - 1; i >= 0; --i) {
      put(value >> i & 1, 1);
    }
    return *this;
  }
  const File& bytes() const { return bytes_; }
  // A whole zlib stream, with the Adler-32 of what it inflates to.
  File stream(const File& output) const;

 private:
  File bytes_;
  int bit_ = 0;
};

}  // namespace crop64
