// The code lengths of a dynamic block, as they are written: run-length coded, by symbols that have
// Huffman codes of their own, the precode (RFC 1951, section 3.2.7).
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "deflate/bit_writer.h"
#include "deflate/constants.h"
#include "deflate/huffman.h"
#include "deflate/symbols.h"

namespace crop64::deflate {

// Code lengths of literals and lengths, then of distances.
using CodeLengths = std::array<uint8_t, kNumLitlens + kNumDistances>;

class Precode {
 public:
  explicit Precode(const CodeLengths& lengths);

  // How many bits write() writes.
  uint64_t bits() const;
  // Writes everything of the block's header that follows its type.
  void write(BitWriter& out) const;

 private:
  void add(uint32_t symbol, uint32_t extra_bits = 0, uint32_t extra = 0);
  void find_repeats(std::span<const uint8_t> lengths);

  size_t num_litlens_ = kNumLitlens;
  size_t num_distances_ = kNumDistances;
  size_t num_explicit_lengths_ = kNumPrecodeSymbols;
  size_t num_items_ = 0;
  std::array<Symbol, kNumLitlens + kNumDistances> items_;
  std::array<uint32_t, kNumPrecodeSymbols> counts_ = {};
  std::array<uint8_t, kNumPrecodeSymbols> lengths_;
  std::array<Code, kNumPrecodeSymbols> codes_;
};

}  // namespace crop64::deflate
