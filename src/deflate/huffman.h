// Huffman codes for deflate (RFC 1951, section 3.2.2).
#pragma once

#include <cstdint>
#include <span>

namespace crop64::deflate {

// Lengths in bits, of `longest` at most (up to 15), of a code for symbols that occur that often
// (less than 2^23 times each): 0 for those that do not occur, optimal but for the limit. It has two
// symbols at least, and uses up all bit patterns: some decoders take no other.
// For up to 288 symbols, at least two, and no more than 2^longest.
void make_code_lengths(std::span<const uint32_t> counts, unsigned longest,
                       std::span<uint8_t> lengths);

// A symbol's code, its first bit lowest, and its length.
struct Code {
  uint16_t bits;
  uint16_t length;
};

void make_codes(std::span<const uint8_t> lengths, std::span<Code> codes);

}  // namespace crop64::deflate
