// The checksum of zlib streams (RFC 1950, section 8.2), 16 bytes at a time where there is SIMD.
#pragma once

#include <cstdint>

#include "base/buffer.h"

namespace crop64::deflate {

// Of no bytes.
constexpr uint32_t kAdler32Start = 1;

// The checksum of what `adler` is that of, followed by `bytes`.
uint32_t adler32_update(uint32_t adler, Bytes bytes);

}  // namespace crop64::deflate
