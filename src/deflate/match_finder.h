// Finds earlier occurrences of the bytes at a position, by hash chains as in zlib and libdeflate.
// Inline, because its functions are the steps of the compressor's innermost loop.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/simd.h"
#include "deflate/constants.h"
#include "deflate/load.h"
#include "deflate/tuning.h"

namespace crop64::deflate {

// How far functions of this file may read past the data: those bytes can have any value.
constexpr size_t kReadSlack = 16;

// Compares 16 bytes: bit i of the result is set if a[i] == b[i].
inline uint32_t equal_bytes(const uint8_t* a, const uint8_t* b) {
#ifdef CROP64_SIMD
  return wasm_i8x16_bitmask(wasm_i8x16_eq(wasm_v128_load(a), wasm_v128_load(b)));
#else
  uint32_t equal = 0;
  for (unsigned i = 0; i < 16; ++i) {
    equal |= static_cast<uint32_t>(a[i] == b[i]) << i;
  }
  return equal;
#endif
}

// How many bytes `a` and `b` have in common at their start, up to `max_length`. Reads up to
// kReadSlack bytes past that.
inline uint32_t equal_length(const uint8_t* a, const uint8_t* b, uint32_t max_length) {
  for (uint32_t length = 0; length < max_length; length += 16) {
    const uint32_t different = ~equal_bytes(a + length, b + length) & 0xffff;
    if (different != 0) {
      return std::min(max_length, length + static_cast<uint32_t>(__builtin_ctz(different)));
    }
  }
  return max_length;
}

// Keeps a chain of the positions at which six bytes with the same hash begin, the nearest first,
// and in a second table the nearest position of three bytes with the same hash. (A chain of three
// bytes would have many more entries, nearly all of them no better than the nearest.)
//
// Functions take `data` and an index into it. Internally, positions are counted from the start of
// the stream, so that the tables remain valid when the data moves.
class HashChainMatchFinder {
 public:
  // The nearest earlier positions with the same hash.
  struct Heads {
    uint32_t of_3;
    uint32_t of_6;
  };

  // Inserts the position, and returns the heads that it replaces. Reads 8 bytes.
  Heads insert(const uint8_t* data, uint32_t index) {
    const uint32_t position = index + first_;
    const uint64_t bytes = load_64(data + index);
    uint32_t& head3 = head3_[hash_3(bytes)];
    const Heads before = {head3, insert_6(bytes, position)};
    head3 = position;
    return before;
  }

  // Inserts the positions from `index` up to `until`.
  void insert_all(const uint8_t* data, uint32_t index, uint32_t until) {
    const uint32_t first = first_;  // a local copy stays in a register
    for (; index < until; ++index) {
      const uint64_t bytes = load_64(data + index);
      head3_[hash_3(bytes)] = index + first;
      insert_6(bytes, index + first);
    }
  }

  // The same, into the chains of six bytes only.
  void insert_all_6(const uint8_t* data, uint32_t index, uint32_t until) {
    const uint32_t first = first_;
    for (; index < until; ++index) {
      insert_6(load_64(data + index), index + first);
    }
  }

  // Returns the longest match at `index` that is longer than `min_length`, or one of length 0.
  // `heads` are what insert() returned for this position; `left` bytes follow from `index` on.
  Match find(const uint8_t* data, uint32_t index, Heads heads, uint32_t left, uint32_t min_length,
             const Effort& effort) const {
    const uint32_t position = index + first_;
    const uint32_t max_length = std::min(left, kMaxMatch);
    Match best = {std::max(min_length, kHashedBytes - 1), 0};
    const uint8_t* here = data + index;
    // prev_ holds one window: the entry exactly one window back has been overwritten.
    uint32_t distance = position - heads.of_6;
    if (distance < kWindowSize) {
      uint32_t entries = min_length >= effort.good ? effort.max_chain / 4u : effort.max_chain;
      const uint32_t word = load_32(here);
      if (effort.nice < kMaxMatch && word == (word << 8 | word >> 24)) {
        entries = std::min(entries, kMaxChainOfRun);
      }
      const uint32_t nice = std::min<uint32_t>(effort.nice, max_length);
      do {
        const uint8_t* earlier = here - distance;
        // A longer match has the last three bytes of the best one so far, and one more.
        const uint32_t tail = best.length - 3;
        if (best.length < max_length && load_32(earlier + tail) == load_32(here + tail)) {
          const uint32_t length = equal_length(here, earlier, max_length);
          if (length > best.length) {
            best = {length, distance};
          }
        }
        if (best.length >= nice) {
          break;
        }
        distance = position - prev_[(position - distance) % kWindowSize];
      } while (--entries > 0 && distance < kWindowSize);
    }
    if (best.distance > 0) {
      return best;
    }
    const uint32_t distance3 = position - heads.of_3;
    if (min_length < kMinMatch && distance3 <= kWindowSize) {
      const uint32_t length = equal_length(here, here - distance3, max_length);
      if (length > kMinMatch || (length == kMinMatch && distance3 <= kMaxDistanceOf3)) {
        return {length, distance3};
      }
    }
    return {0, 0};
  }

  // The data has moved by `count` bytes towards its start: what was at `count` is at 0 now.
  void slide(uint32_t count) { first_ += count; }

 private:
  // Returns the head that `position` replaces.
  uint32_t insert_6(uint64_t bytes, uint32_t position) {
    uint32_t& head = head6_[hash_6(bytes)];
    const uint32_t before = head;
    prev_[position % kWindowSize] = before;
    head = position;
    return before;
  }

  // Hashes of the first three and the first six of eight bytes.
  static uint32_t hash_3(uint64_t bytes) {
    return (static_cast<uint32_t>(bytes) << 8) * 0x9e3779b1u >> (32 - kHashBits);
  }
  static uint32_t hash_6(uint64_t bytes) {
    static_assert(kHashedBytes == 6);
    return static_cast<uint32_t>((bytes << 16) * 0x9e3779b97f4a7c15u >> (64 - kHashBits));
  }

  std::array<uint32_t, 1 << kHashBits> head3_ = {};
  std::array<uint32_t, 1 << kHashBits> head6_ = {};
  std::array<uint32_t, kWindowSize> prev_;
  // The position of data[0]. The stream begins at more than a window, so that 0, an empty table
  // entry, is out of reach. An image in memory ends before positions wrap around.
  uint32_t first_ = kWindowSize + 1;
};

}  // namespace crop64::deflate
