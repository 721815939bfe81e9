// Collects the literals and matches of a block and writes it the shortest way: with codes of its
// own, with the fixed codes, or stored (RFC 1951, section 3.2.3).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "deflate/bit_writer.h"
#include "deflate/constants.h"
#include "deflate/precode.h"
#include "deflate/symbols.h"
#include "deflate/tuning.h"

namespace crop64::deflate {

class BlockWriter {
 public:
  // A stored block can hold this many bytes.
  static constexpr size_t kMaxLiterals = size_t{64} * 1024 - 1;
  // What a block takes at most. The fixed codes are the longest that are used: 9 bits for a
  // literal, and 8 + 5 and 5 + 13 for a match.
  static constexpr size_t kMaxBytes = kMaxLiterals * 9 / 8 + (kMaxBlockMatches + 1) * 4 + 1024;

  // How many literals can be added. If it is not 0, a match can be added, too.
  size_t room() const {
    const bool is_full = num_sequences_ == kMaxBlockMatches || num_literals_ >= max_literals_;
    return is_full ? 0 : max_literals_ - num_literals_;
  }

  // Sets how many literals this block and the following ones hold, up to kMaxLiterals. It is
  // kMaxBlockLiterals at first.
  void set_max_literals(size_t count) { max_literals_ = count; }

  // Adds up to room() literals.
  void add_literals(const uint8_t* bytes, size_t count) {
    std::memcpy(&literals_[num_literals_], bytes, count);
    num_literals_ += count;
  }

  // Adds a match; room() must not be 0.
  void add_match(const Match& match) {
    end_sequence(match);
    const Symbol length = length_symbol(match.length);
    const Symbol distance = distance_symbol(match.distance);
    ++litlen_counts_[length.symbol];
    ++distance_counts_[distance.symbol];
    extra_bits_ += length.extra_bits + distance.extra_bits;
  }

  // Writes the block and begins a new one. `is_last` ends the stream.
  void write(bool is_last, BitWriter& out);
  // The same as a stored block, which must have no matches.
  void write_stored(bool is_last, BitWriter& out);

 private:
  // Literals, followed by a match unless its length is 0.
  struct Sequence {
    uint32_t literals;
    uint16_t length;
    uint16_t distance;
  };

  void end_sequence(const Match& match) {
    sequences_[num_sequences_++] = {static_cast<uint32_t>(num_literals_ - literals_in_sequences_),
                                    static_cast<uint16_t>(match.length),
                                    static_cast<uint16_t>(match.distance)};
    literals_in_sequences_ = num_literals_;
  }
  struct Codes {
    std::array<Code, kNumLitlens> litlens;
    std::array<Code, kNumDistances> distances;
  };

  void count_literals();
  uint64_t cost(const uint8_t* litlen_lengths, const uint8_t* distance_lengths) const;
  void write_symbols(const Codes& codes, BitWriter& out) const;
  void clear();

  size_t max_literals_ = kMaxBlockLiterals;
  size_t num_literals_ = 0;
  size_t literals_in_sequences_ = 0;
  size_t num_sequences_ = 0;
  uint64_t extra_bits_ = 0;
  std::array<uint32_t, kNumFixedLitlens> litlen_counts_ = {};
  std::array<uint32_t, kNumFixedDistances> distance_counts_ = {};
  std::array<uint8_t, kMaxLiterals> literals_;
  std::array<Sequence, kMaxBlockMatches + 1> sequences_;  // the last one may have no match
};

}  // namespace crop64::deflate
