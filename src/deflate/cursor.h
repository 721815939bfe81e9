// A position in a DEFLATE stream and in the output, and the steps of a decoding loop. They are
// inline so that both decoders (block_decoder.cpp, speculative_decoder.cpp) keep them in registers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "deflate/constants.h"
#include "deflate/decode_table.h"
#include "deflate/load.h"

namespace crop64::deflate {

struct Cursor {
  uint64_t bits;      // the next bit is the lowest; bits above `count` may be those that follow
  unsigned count;     // valid bits in `bits`, less than 64
  const uint8_t* in;  // the next byte to load
  uint8_t* out;       // where the next byte is written

  // The position in bits, relative to `byte` of the same stream.
  ptrdiff_t bits_past(const uint8_t* byte) const {
    return 8 * (in - byte) - static_cast<ptrdiff_t>(count);
  }
};

// How many bytes copy_match() may write past the end of a match.
constexpr size_t kMatchSlack = 16;

// Copies `match` to `out`, and up to kMatchSlack bytes more. Returns false, without copying, if the
// match begins before `first`, the first byte of the output, or if its distance is 0.
[[gnu::always_inline]] inline bool copy_match_inline(const uint8_t* first, uint8_t* out,
                                                     const Match& match) {
  const size_t distance = match.distance;
  if (distance - 1 >= static_cast<size_t>(out - first)) {
    return false;
  }
  const uint8_t* from = out - distance;
  const uint8_t* const end = out + match.length;
  if (distance >= 16) {
    do {
      // Two words instead of a vector: consecutive loads and stores of this size overlap here.
      const uint64_t words[2] = {load_64(from), load_64(from + 8)};
      std::memcpy(out, words, sizeof words);
      out += 16;
      from += 16;
    } while (out < end);
  } else if (distance == 1) {
    const uint64_t run = 0x0101010101010101u * *from;
    do {
      std::memcpy(out, &run, sizeof run);
      std::memcpy(out + 8, &run, sizeof run);
      out += 16;
    } while (out < end);
  } else if (distance >= 8) {
    do {
      std::memcpy(out, from, 8);
      out += 8;
      from += 8;
    } while (out < end);
  } else {
    do {
      const uint64_t word = load_64(from);  // only its first `distance` bytes are final
      std::memcpy(out, &word, sizeof word);
      out += distance;
      from += distance;
    } while (out < end);
  }
  return true;
}

// The same as a call, for code that runs seldom.
bool copy_match(const uint8_t* first, uint8_t* out, const Match& match);

// Removes an entry's bits. A 64-bit shift in wasm ignores all but the lowest six bits of its count,
// so the whole entry serves as the count; the asm statement keeps LLVM from masking it again.
inline uint64_t drop_bits(uint64_t bits, Entry entry) {
  uint64_t count = entry;
  asm("" : "+r"(count));
  return bits >> (count & 63);
}

// A cursor in a loop. Only the lowest six bits of its count are valid.
class FastCursor : private Cursor {
 public:
  explicit FastCursor(const Cursor& at) : Cursor(at) {}
  Cursor cursor() const { return {bits, count & 63, in, out}; }

  using Cursor::in;
  using Cursor::out;

  // Makes at least 56 bits valid. Reads 8 bytes at `in`.
  void refill() {
    bits |= load_64(in) << (count & 63);
    in += (~count & 63) / 8;
    count |= 56;
  }
  // The entry of the next code: a subtable pointer if the code is longer than the table's index.
  template <class Table>
  Entry lookup(const Table& table) const {
    return table.lookup(bits);
  }
  // The entry that `entry` points to, if it is a subtable pointer, or else `entry`.
  template <class Table>
  Entry follow(const Table& table, Entry entry) const {
    return is_subtable_pointer(entry) ? table.follow(entry, bits) : entry;
  }
  void drop(Entry entry) {
    bits = drop_bits(bits, entry);
    count -= entry;
  }
  // Writes the literals of `entry`, up to two. Returns false if it has none.
  bool take_literals(Entry entry) {
    if (!has_literals(entry)) {
      return false;
    }
    drop(entry);
    out = put_literals(entry, out);
    return true;
  }
  // Reads the rest of a match whose length has `entry`. Leaves at least 28 valid bits.
  template <class Distances>
  [[gnu::always_inline]] Match take_match(Entry entry, const Distances& distances) {
    const uint32_t length = value_of(entry) + extra_bits(bits, entry);
    drop(entry);
    refill();
    entry = follow(distances, lookup(distances));
    const uint32_t distance = value_of(entry) + extra_bits(bits, entry);
    drop(entry);
    return {length, distance};
  }
};

}  // namespace crop64::deflate
