// What the DEFLATE format fixes (RFC 1951), for both directions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace crop64::deflate {

constexpr uint32_t kWindow = 32768;
constexpr uint32_t kMinMatch = 3;
constexpr uint32_t kMaxMatch = 258;

constexpr size_t kLitlens = 286;
constexpr size_t kDistances = 30;
constexpr size_t kEndOfBlock = 256;

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
