// Writes the blocks of a DEFLATE stream.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "deflate/bit_writer.h"
#include "deflate/constants.h"
#include "deflate/huffman.h"

namespace crop64::deflate {

// A symbol for a length or a distance, and what is added to it.
struct Symbol {
  uint32_t symbol;
  uint32_t extra_bits;
  uint32_t extra;
};

inline uint32_t log_2(uint32_t value) { return 31u - static_cast<uint32_t>(__builtin_clz(value)); }

// RFC 1951, section 3.2.5: four symbols to an octave of lengths...
inline Symbol length_symbol(uint32_t length) {
  const uint32_t value = length - kMinMatch;
  if (length == kMaxMatch) {
    return {285, 0, 0};
  }
  if (value < 8) {
    return {257 + value, 0, 0};
  }
  const uint32_t extra_bits = log_2(value) - 2;
  return {257 + 4 * extra_bits + (value >> extra_bits), extra_bits,
          value & ((1u << extra_bits) - 1)};
}

// ... and two to an octave of distances.
inline Symbol distance_symbol(uint32_t distance) {
  const uint32_t value = distance - 1;
  if (value < 4) {
    return {value, 0, 0};
  }
  const uint32_t extra_bits = log_2(value) - 1;
  return {2 * extra_bits + (value >> extra_bits), extra_bits, value & ((1u << extra_bits) - 1)};
}

// Literals, and then a match, unless its length is 0.
struct Sequence {
  uint32_t literals;
  uint16_t length;
  uint16_t distance;
};

// One block of the stream: what it says, and its bits.
class Block {
 public:
  static constexpr size_t kMaxLiterals = size_t{64} * 1024 - 1;  // as many as can be stored
  // Shorter blocks, each with a code of its own, suit their bytes better and spend more on codes.
  static constexpr size_t kDefaultLiterals = size_t{32} * 1024;
  static constexpr size_t kMaxSequences = size_t{8} * 1024;
  // Fixed codes give the most bits: 9 for a literal, 8 + 5 and 5 + 13 for a match.
  static constexpr size_t kMaxBytes = kMaxLiterals * 9 / 8 + kMaxSequences * 4 + 1024;

  size_t room() const {
    const bool full = sequences_ + 1 == kMaxSequences || literals_ >= max_literals_;
    return full ? 0 : max_literals_ - literals_;
  }

  // At most kMaxLiterals; from now on.
  void set_max_literals(size_t most) { max_literals_ = most; }

  // At most room() of them.
  void add_literals(const uint8_t* bytes, size_t count) {
    std::memcpy(&literal_[literals_], bytes, count);
    literals_ += count;
  }

  // Where there is room.
  void add_match(uint32_t length, uint32_t distance) {
    end_sequence(length, distance);
    const Symbol by_length = length_symbol(length);
    const Symbol by_distance = distance_symbol(distance);
    ++litlen_counts_[by_length.symbol];
    ++distance_counts_[by_distance.symbol];
    extra_bits_ += by_length.extra_bits + by_distance.extra_bits;
  }

  void write(bool is_last, BitWriter& out);
  void write_stored(bool is_last, BitWriter& out);

 private:
  struct Codes {
    std::array<uint8_t, kLitlens + kDistances> lengths;
    std::array<Code, kLitlens> litlens;
    std::array<Code, kDistances> distances;
  };

  void end_sequence(uint32_t length, uint32_t distance) {
    sequence_[sequences_++] = {static_cast<uint32_t>(literals_ - in_sequences_),
                               static_cast<uint16_t>(length), static_cast<uint16_t>(distance)};
    in_sequences_ = literals_;
  }
  void count_literals();
  uint64_t cost(const uint8_t* litlens, const uint8_t* distances) const;
  void write_symbols(const Codes& codes, BitWriter& out) const;
  void clear();

  size_t max_literals_ = kDefaultLiterals;
  size_t literals_ = 0;
  size_t in_sequences_ = 0;  // literals that are in a sequence already
  size_t sequences_ = 0;
  uint64_t extra_bits_ = 0;
  std::array<uint32_t, 288> litlen_counts_ = {};
  std::array<uint32_t, 32> distance_counts_ = {};
  std::array<uint8_t, kMaxLiterals> literal_;
  std::array<Sequence, kMaxSequences> sequence_;
};

}  // namespace crop64::deflate
