// Unaligned loads. The first byte is the lowest: wasm and the native builds are little-endian.
#pragma once

#include <cstdint>
#include <cstring>

namespace crop64::deflate {

inline uint32_t load_32(const uint8_t* bytes) {
  uint32_t value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

inline uint64_t load_64(const uint8_t* bytes) {
  uint64_t value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

}  // namespace crop64::deflate
