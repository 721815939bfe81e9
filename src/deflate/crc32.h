// CRC-32, the checksum of PNG chunks (PNG specification, third edition, section 5.5).
//
// Uses the Chorba algorithm (K. Russell, "Chorba: A novel CRC32 implementation", 2024), which
// needs exclusive ors and no table for all but the last bytes.
#pragma once

#include <cstdint>

#include "base/buffer.h"

namespace crop64::deflate {

// The checksum of no bytes.
constexpr uint32_t kCrc32Start = 0;

// Returns the checksum of the previous data, which is `crc`, followed by `bytes`.
uint32_t crc32_update(uint32_t crc, Bytes bytes);

}  // namespace crop64::deflate
