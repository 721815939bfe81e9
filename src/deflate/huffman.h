// Huffman codes for DEFLATE (RFC 1951, section 3.2.2): their lengths from symbol counts, and their
// bits from lengths.
#pragma once

#include <cstdint>
#include <span>

namespace crop64::deflate {

// Computes the code length in bits of each symbol from how often it occurs: optimal lengths,
// shortened to `max_length` where they are longer; 0 for symbols that do not occur.
//
// The code is complete and has at least two symbols, since some decoders accept no other: if fewer
// occur, the first ones that do not are added. `counts` and `lengths` have the same size, from 2 to
// 288 and at most 2^`max_length`; counts are less than 2^23; `max_length` is at most 15.
void make_code_lengths(std::span<const uint32_t> counts, unsigned max_length,
                       std::span<uint8_t> lengths);

// A symbol's code, its first bit lowest, and its length in bits.
struct Code {
  uint16_t bits;
  uint16_t length;
};

// Computes the codes from their lengths. Both have the same size.
void make_codes(std::span<const uint8_t> lengths, std::span<Code> codes);

}  // namespace crop64::deflate
