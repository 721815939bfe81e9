// Metadata as a JPEG's segments: what is written by whoever writes a file, with libjpeg or without.
#pragma once

#include <functional>
#include <string_view>

#include "metadata/metadata.h"

namespace crop64 {

// As a JFIF segment has it (JFIF 1.02).
struct JfifDensity {
  uint8_t unit = 0;  // 0: proportions only; 1: inch; 2: centimetre
  uint16_t x = 1;
  uint16_t y = 1;
};

JfifDensity jfif_density(const Metadata& metadata);

// Calls `write` with the marker of each segment and its payload in three parts: a name, a few more
// bytes, and content. What does not fit into a segment is left out. JFIF's and Adobe's are not
// among them.
void for_each_segment(const Metadata& metadata,
                      const std::function<void(int marker, std::string_view name,
                                               std::string_view more, Bytes content)>& write);

}  // namespace crop64
