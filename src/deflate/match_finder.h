#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "deflate/constants.h"

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#endif

namespace crop64::deflate {

// A bit for each of 16 bytes, the first one lowest: whether it is the same in both.
inline uint32_t equal_bytes(const uint8_t* a, const uint8_t* b) {
#ifdef __wasm_simd128__
  return wasm_i8x16_bitmask(wasm_i8x16_eq(wasm_v128_load(a), wasm_v128_load(b)));
#else
  uint32_t equal = 0;
  for (unsigned i = 0; i < 16; ++i) {
    equal |= static_cast<uint32_t>(a[i] == b[i]) << i;
  }
  return equal;
#endif
}

// How long two places are equal, up to `most`. Reads up to 15 bytes behind that.
inline uint32_t equal_length(const uint8_t* a, const uint8_t* b, uint32_t most) {
  for (uint32_t length = 0; length < most; length += 16) {
    const uint32_t different = ~equal_bytes(a + length, b + length) & 0xffff;
    if (different != 0) {
      return std::min(most, length + static_cast<uint32_t>(__builtin_ctz(different)));
    }
  }
  return most;
}

struct Match {
  uint32_t length = 0;
  uint32_t distance = 0;
};

// Where sequences of bytes were seen before: chains of the places whose six bytes have the same
// hash, the nearest first, and the nearest place with the same three bytes. A chain of fewer bytes
// has many more places, nearly all of which are no better than the nearest.
class HashChainMatchFinder {
 public:
  // As zlib's configuration_table: how many places are tried, and when to be content.
  struct Effort {
    uint16_t good;       // with a match of this length, a quarter of the places
    uint16_t lazy;       // and with one of this length, the next byte does not get a search
    uint16_t nice;       // a match of this length ends the search
    uint16_t max_chain;  // that are tried: at least 4
  };

  // The nearest places where three bytes, and six, of the same hash stood.
  struct Nearest {
    uint32_t of_3;
    uint32_t of_6;
  };

  // Places are counted from where `data` is.
  Nearest insert(const uint8_t* data, uint32_t at) {
    const uint32_t place = at + first_;
    const uint64_t bytes = load_64(data + at);
    uint32_t& of_3 = head3_[hash_3(bytes)];
    const Nearest before = {of_3, insert_6(bytes, place)};
    of_3 = place;
    return before;
  }

  // The places from `at` up to `until`.
  void insert_all(const uint8_t* data, uint32_t at, uint32_t until) {
    const uint32_t first = first_;  // a local one stays in a register
    for (; at < until; ++at) {
      const uint64_t bytes = load_64(data + at);
      head3_[hash_3(bytes)] = at + first;
      insert_6(bytes, at + first);
    }
  }

  // The same, as places of six bytes only.
  void insert_all_6(const uint8_t* data, uint32_t at, uint32_t until) {
    const uint32_t first = first_;
    for (; at < until; ++at) {
      insert_6(load_64(data + at), at + first);
    }
  }

  // The longest match for what stands at `at`, longer than `least`, or one of length 0; `nearest`
  // is what its insertion gave, and `most` bytes are there from it on.
  Match find(const uint8_t* data, uint32_t at, Nearest nearest, uint32_t most, uint32_t least,
             const Effort& effort) const {
    const uint32_t place = at + first_;
    Match best = {std::max(least, kHashed - 1), 0};
    most = std::min(most, kMaxMatch);
    const uint8_t* here = data + at;
    // The place a whole window away has lost its link to the one that is being looked for.
    uint32_t distance = place - nearest.of_6;
    if (distance < kWindow) {
      uint32_t places = least >= effort.good ? effort.max_chain / 4u : effort.max_chain;
      // Of a run nearly all places are alike.
      const uint32_t word = load_32(here);
      if (effort.nice < kMaxMatch && word == (word << 8 | word >> 24)) {
        places = std::min(places, kRunPlaces);
      }
      const uint32_t nice = std::min<uint32_t>(effort.nice, most);
      do {
        const uint8_t* there = here - distance;
        // A longer one has the last three bytes of the best so far, and one more.
        const uint32_t tail = best.length - 3;
        if (best.length < most && load_32(there + tail) == load_32(here + tail)) {
          const uint32_t length = equal_length(here, there, most);
          if (length > best.length) {
            best = {length, distance};
          }
        }
        if (best.length >= nice) {
          break;
        }
        distance = place - prev_[(place - distance) % kWindow];
      } while (--places > 0 && distance < kWindow);
    }
    if (best.distance > 0) {
      return best;
    }
    const uint32_t near = place - nearest.of_3;
    if (least < kMinMatch && near <= kWindow) {
      const uint32_t length = equal_length(here, here - near, most);
      // Three bytes from very far away take more bits than as literals.
      if (length > kMinMatch || (length == kMinMatch && near <= kFarOf3)) {
        return {length, near};
      }
    }
    return {};
  }

  // The data has moved down by that many bytes.
  void slide(uint32_t count) { first_ += count; }

 private:
  static constexpr unsigned kHashBits = 15;
  static constexpr uint32_t kHashed = 6;  // bytes, for a chain
  static constexpr uint32_t kRunPlaces = 8;
  static constexpr uint32_t kFarOf3 = kWindow / 2;

  // Gives the place before.
  uint32_t insert_6(uint64_t bytes, uint32_t place) {
    uint32_t& newest = head6_[hash_6(bytes)];
    const uint32_t before = newest;
    prev_[place % kWindow] = before;
    newest = place;
    return before;
  }

  // Of the first bytes of eight.
  static uint32_t hash_3(uint64_t bytes) {
    return (static_cast<uint32_t>(bytes) << 8) * 0x9e3779b1u >> (32 - kHashBits);
  }
  static uint32_t hash_6(uint64_t bytes) {
    return static_cast<uint32_t>((bytes << 16) * 0x9e3779b97f4a7c15u >> (64 - kHashBits));
  }

  std::array<uint32_t, 1 << kHashBits> head3_ = {};
  std::array<uint32_t, 1 << kHashBits> head6_ = {};
  std::array<uint32_t, kWindow> prev_;
  // The place of what is at 0: places are counted from further back than a match can reach from the
  // stream's begin, so that 0 is out of reach of all. A picture in memory ends before they come
  // around to 0 again.
  uint32_t first_ = kWindow + 1;
};

}  // namespace crop64::deflate
