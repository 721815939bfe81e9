// The symbols of lengths and distances (RFC 1951, section 3.2.5), for writing.
#pragma once

#include <cstdint>

#include "deflate/constants.h"

namespace crop64::deflate {

// A symbol and the extra bits that follow its code.
struct Symbol {
  uint32_t symbol;
  uint32_t extra_bits;
  uint32_t extra;
};

inline uint32_t log_2(uint32_t value) { return 31u - static_cast<uint32_t>(__builtin_clz(value)); }

// `length` is from kMinMatch to kMaxMatch. Each power of two has four symbols, except for the last
// length, which has one of its own.
inline Symbol length_symbol(uint32_t length) {
  const uint32_t value = length - kMinMatch;
  if (length == kMaxMatch) {
    return {285, 0, 0};
  }
  if (value < 8) {
    return {257 + value, 0, 0};
  }
  const uint32_t extra_bits = log_2(value) - 2;
  return {257 + 4 * extra_bits + (value >> extra_bits), extra_bits,
          value & ((1u << extra_bits) - 1)};
}

// `distance` is from 1 to kWindowSize. Each power of two has two symbols.
inline Symbol distance_symbol(uint32_t distance) {
  const uint32_t value = distance - 1;
  if (value < 4) {
    return {value, 0, 0};
  }
  const uint32_t extra_bits = log_2(value) - 1;
  return {2 * extra_bits + (value >> extra_bits), extra_bits, value & ((1u << extra_bits) - 1)};
}

}  // namespace crop64::deflate
