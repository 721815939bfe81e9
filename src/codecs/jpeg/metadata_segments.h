// The segments of a new JPEG file that contain metadata, for the encoder and for rewrite.cpp.
#pragma once

#include <functional>
#include <string_view>

#include "metadata/metadata.h"

namespace crop64::jpeg {

// The density fields of a JFIF segment (JFIF 1.02).
struct JfifDensity {
  uint8_t unit = 0;  // 0: an aspect ratio; 1: inch; 2: centimetre
  uint16_t x = 1;
  uint16_t y = 1;
};

JfifDensity jfif_density(const Metadata& metadata);

// Calls `write` for each segment with its marker and its payload in three parts: a name, further
// header bytes, and content. Content that exceeds a segment is left out. JFIF and Adobe segments
// are not included.
void for_each_segment(const Metadata& metadata,
                      const std::function<void(int marker, std::string_view name,
                                               std::string_view more, Bytes content)>& write);

}  // namespace crop64::jpeg
