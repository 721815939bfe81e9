// Lookup tables for the Huffman codes of DEFLATE (RFC 1951, section 3.2): one lookup decodes a
// length, a distance, or up to two literals. Their indexing follows Eric Biggers' libdeflate.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "deflate/constants.h"
#include "deflate/tuning.h"

namespace crop64::deflate {

// An entry of a table:
//   bits 0-5    bits to drop, extra bits included
//   bits 6-9    bits of the code alone; of a subtable pointer, the bits that index the subtable
//   bits 10-13  kExceptional, and with it kSubtablePointer, kInvalidEntry or kEndEntry
//   bits 14-29  the literals, the first one lowest; the base of a length or distance; or the
//               index at which a subtable begins
//   bits 30-31  the number of literals: 0, 1 or 2
using Entry = uint32_t;
constexpr unsigned kCodeBitsShift = 6;
constexpr unsigned kValueShift = 14;
constexpr unsigned kLiteralsShift = 30;
constexpr Entry kExceptional = 1 << 10;
constexpr Entry kSubtablePointer = kExceptional | 1 << 11;
constexpr Entry kInvalidEntry = kExceptional | 1 << 12;
constexpr Entry kEndEntry = kExceptional | 1 << 13;

inline bool has_literals(Entry entry) { return entry >= 1u << kLiteralsShift; }
inline bool is_exceptional(Entry entry) { return (entry & kExceptional) != 0; }
inline bool is_subtable_pointer(Entry entry) {
  return (entry & kSubtablePointer) == kSubtablePointer;
}
inline bool is_end_of_block(Entry entry) { return (entry & kEndEntry) == kEndEntry; }
inline unsigned bits_of(Entry entry) { return entry & 63; }
inline unsigned code_bits_of(Entry entry) { return entry >> kCodeBitsShift & 15; }
// The base of a length or distance, or the symbol of a precode's entry.
inline uint32_t value_of(Entry entry) { return entry >> kValueShift; }
// The value of the extra bits that follow the entry's code in `bits`.
inline uint32_t extra_bits(uint64_t bits, Entry entry) {
  const uint64_t taken = bits & ((uint64_t{1} << bits_of(entry)) - 1);
  return static_cast<uint32_t>(taken >> code_bits_of(entry));
}
// Writes two bytes, of which as many are valid as the entry has literals. Returns where the next
// literal is to be written.
inline uint8_t* put_literals(Entry entry, uint8_t* out) {
  const auto literals = static_cast<uint16_t>(entry >> kValueShift);
  std::memcpy(out, &literals, sizeof literals);
  return out + (entry >> kLiteralsShift);
}

// A table that is indexed by the next kBits bits of the stream, the first bit lowest. Subtables for
// longer codes follow it in the same array of kEntries entries.
template <unsigned kBits, size_t kEntries>
struct Table {
  // The entry of the next code: a subtable pointer if the code is longer than kBits.
  Entry lookup(uint64_t bits) const { return entries[bits & ((1u << kBits) - 1)]; }
  // The entry in the subtable that `pointer` points to.
  Entry follow(Entry pointer, uint64_t bits) const {
    const uint32_t mask = (1u << code_bits_of(pointer)) - 1;
    return entries[value_of(pointer) + (static_cast<uint32_t>(bits >> kBits) & mask)];
  }

  std::array<Entry, kEntries> entries;
};

// The tables of a block.
struct DecodeTables {
  // Fills the tables from code lengths: up to kNumFixedLitlens for literals and lengths, up to
  // kNumFixedDistances for distances. Returns false if zlib would reject these codes.
  bool make(std::span<const uint8_t> litlen_lengths, std::span<const uint8_t> distance_lengths);

  // A subtable has at most twice as many entries as codes.
  Table<kLitlenTableBits, (1 << kLitlenTableBits) + 2 * kNumFixedLitlens> litlens;
  Table<kDistanceTableBits, 402> distances;  // what zlib's program `enough` prints for 30 8 15
  // True if the lengths of the codes imply at most one match in kSymbolsPerRareMatch
  // symbols.
  bool matches_are_rare;
};

// The table of a precode; the values of its entries are symbols.
using PrecodeTable = Table<kMaxPrecodeBits, 1 << kMaxPrecodeBits>;
// Returns false if zlib would reject this precode. `lengths` are kNumPrecodeSymbols.
bool make_precode_table(std::span<const uint8_t> lengths, PrecodeTable& table);

}  // namespace crop64::deflate
