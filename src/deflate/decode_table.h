// Tables that tell what the next bits of a deflated block stand for (RFC 1951, section 3.2): a
// length, a distance, or up to two literals with one lookup; after Eric Biggers' libdeflate, which
// they follow in how they are indexed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace crop64::deflate {

// An entry of a table:
//   bits 0-5    bits to take, extra bits among them
//   bits 6-9    bits of the code alone; of a pointer, how many index its subtable
//   bits 10-13  kExceptional, and with it kSubtablePointer, kInvalid or kEnd
//   bits 14-29  the literals, the first one lowest; the smallest length or distance; or where a
//               subtable begins
//   bits 30-31  how many literals: 0, 1 or 2
using Entry = uint32_t;
constexpr unsigned kCodeBitsShift = 6;
constexpr unsigned kValueShift = 14;
constexpr unsigned kLiteralsShift = 30;
constexpr Entry kExceptional = 1 << 10;
constexpr Entry kSubtablePointer = kExceptional | 1 << 11;
constexpr Entry kInvalid = kExceptional | 1 << 12;
constexpr Entry kEnd = kExceptional | 1 << 13;

inline bool has_literals(Entry entry) { return entry >= 1u << kLiteralsShift; }
inline bool is_exceptional(Entry entry) { return (entry & kExceptional) != 0; }
inline bool is_subtable_pointer(Entry entry) {
  return (entry & kSubtablePointer) == kSubtablePointer;
}
inline bool is_end(Entry entry) { return (entry & kEnd) == kEnd; }
inline unsigned bits_of(Entry entry) { return entry & 63; }
inline unsigned code_bits_of(Entry entry) { return entry >> kCodeBitsShift & 15; }
// Of an entry without literals: its value, and the extra bits of its symbol.
inline uint32_t value_of(Entry entry) { return entry >> kValueShift; }
inline uint32_t extra_bits(uint64_t bits, Entry entry) {
  const uint64_t taken = bits & ((uint64_t{1} << bits_of(entry)) - 1);
  return static_cast<uint32_t>(taken >> code_bits_of(entry));
}
// Writes two bytes, of which one or both count, and gives where the next ones go.
inline uint8_t* put_literals(Entry entry, uint8_t* out) {
  const auto literals = static_cast<uint16_t>(entry >> kValueShift);
  std::memcpy(out, &literals, sizeof literals);
  return out + (entry >> kLiteralsShift);
}

// A table that the next kBits bits index, the first one lowest; behind it, in kEntries entries
// altogether, are subtables for longer codes.
template <unsigned kBits, size_t kEntries>
struct Table {
  // What the next bits stand for; of a longer code, a pointer.
  Entry lookup(uint64_t bits) const { return entries[bits & ((1u << kBits) - 1)]; }
  Entry follow(Entry pointer, uint64_t bits) const {
    const uint32_t mask = (1u << code_bits_of(pointer)) - 1;
    return entries[value_of(pointer) + (static_cast<uint32_t>(bits >> kBits) & mask)];
  }

  std::array<Entry, kEntries> entries;
};

struct DecodeTables {
  static constexpr size_t kMaxLitlens = 286;
  static constexpr size_t kMaxDistances = 30;
  static constexpr unsigned kLitlenBits = 12;
  static constexpr unsigned kDistanceBits = 8;

  // From the lengths of codes: up to 288 for literals and lengths, up to 32 for distances. False
  // where the codes are not sound: where zlib would not take them.
  bool make(std::span<const uint8_t> litlen_lengths, std::span<const uint8_t> distance_lengths);

  // A subtable has at most twice as many entries as codes.
  Table<kLitlenBits, (1 << kLitlenBits) + 2 * 288> litlens;
  Table<kDistanceBits, 402> distances;  // as zlib's program `enough` tells for 30 8 15
  bool matches_are_rare;                // by the codes: at most one symbol in 32 is a length
};

// The code that the lengths of the others are told by, of up to 19 symbols and up to 7 bits; its
// symbols are its values.
using PrecodeTable = Table<7, 1 << 7>;
bool make_precode_table(std::span<const uint8_t> lengths, PrecodeTable& table);

}  // namespace crop64::deflate
