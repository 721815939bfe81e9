// Integers in files, whose byte order is the format's and not the machine's. Nothing is checked:
// the caller has made sure that all bytes are in memory.
#pragma once

#include <cstdint>

namespace crop64 {

constexpr uint16_t load_be16(const uint8_t* bytes) { return uint16_t(bytes[0] << 8 | bytes[1]); }
constexpr uint16_t load_le16(const uint8_t* bytes) { return uint16_t(bytes[1] << 8 | bytes[0]); }

constexpr uint32_t load_be32(const uint8_t* bytes) {
  return uint32_t{load_be16(bytes)} << 16 | load_be16(bytes + 2);
}
constexpr uint32_t load_le32(const uint8_t* bytes) {
  return uint32_t{load_le16(bytes + 2)} << 16 | load_le16(bytes);
}

constexpr void store_be16(uint8_t* bytes, uint32_t value) {
  bytes[0] = uint8_t(value >> 8);
  bytes[1] = uint8_t(value);
}
constexpr void store_be32(uint8_t* bytes, uint32_t value) {
  store_be16(bytes, value >> 16);
  store_be16(bytes + 2, value);
}

}  // namespace crop64
