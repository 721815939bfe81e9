// Adler-32, the checksum of zlib streams (RFC 1950, section 8.2), 16 bytes at a time with SIMD.
#pragma once

#include <cstdint>

#include "base/buffer.h"

namespace crop64::deflate {

// The checksum of no bytes.
constexpr uint32_t kAdler32Start = 1;

// Returns the checksum of the previous data, which is `adler`, followed by `bytes`.
uint32_t adler32_update(uint32_t adler, Bytes bytes);

}  // namespace crop64::deflate
