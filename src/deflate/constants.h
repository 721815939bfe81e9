// The constants of the DEFLATE format (RFC 1951) that the compressor and the decompressor share.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace crop64::deflate {

// A match is at most this far back.
constexpr uint32_t kWindowSize = 32768;
constexpr uint32_t kMinMatch = 3;
constexpr uint32_t kMaxMatch = 258;

// Section 3.2.5: symbols 0 to 255 are literals, then come the end of the block and 29 lengths.
constexpr size_t kEndOfBlock = 256;
constexpr size_t kNumLitlens = 286;
constexpr size_t kNumDistances = 30;

// Section 3.2.6: the fixed codes also have symbols that never occur.
constexpr size_t kNumFixedLitlens = 288;
constexpr size_t kNumFixedDistances = 32;

// Section 3.2.7: the precode encodes the code lengths of a dynamic block. Symbols 0 to 15 are
// lengths; 16 repeats the previous length, 17 and 18 repeat zero.
constexpr size_t kNumPrecodeSymbols = 19;
constexpr unsigned kMaxPrecodeBits = 7;
// The order in which a block lists the lengths of the precode's own codes.
inline constexpr std::array<uint8_t, kNumPrecodeSymbols> kPrecodeOrder = {
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};

// No literal, length or distance has a longer code.
constexpr unsigned kMaxCodeBits = 15;

// The code lengths of a block with fixed codes.
constexpr std::array<uint8_t, kNumFixedLitlens> fixed_litlen_lengths() {
  std::array<uint8_t, kNumFixedLitlens> lengths = {};
  for (size_t i = 0; i < kNumFixedLitlens; ++i) {
    lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
  }
  return lengths;
}
constexpr std::array<uint8_t, kNumFixedDistances> fixed_distance_lengths() {
  std::array<uint8_t, kNumFixedDistances> lengths = {};
  for (uint8_t& length : lengths) {
    length = 5;
  }
  return lengths;
}

inline constexpr auto kFixedLitlenLengths = fixed_litlen_lengths();
inline constexpr auto kFixedDistanceLengths = fixed_distance_lengths();

// A copy of `length` bytes from `distance` bytes before.
struct Match {
  uint32_t length;
  uint32_t distance;
};

}  // namespace crop64::deflate
