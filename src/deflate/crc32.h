// The checksum of PNG chunks (PNG specification, third edition, section 5.5), without a look into a
// table for most of it.
#pragma once

#include <cstdint>

#include "base/buffer.h"

namespace crop64::deflate {

// Of no bytes.
constexpr uint32_t kCrc32Start = 0;

// The checksum of what `crc` is that of, followed by `bytes`.
uint32_t crc32_update(uint32_t crc, Bytes bytes);

}  // namespace crop64::deflate
