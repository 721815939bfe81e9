// JPEG files put together segment by segment, without coded samples.
#pragma once

#include <string>
#include <vector>

#include "support/jpegs.h"

namespace crop64 {

using namespace std::string_literals;

struct RawSegment {
  int marker;
  std::string payload;
};

inline File file_of(const std::vector<RawSegment>& segments) {
  File file = {0xff, 0xd8};
  for (const RawSegment& segment : segments) {
    const size_t length = segment.payload.size() + 2;
    file.insert(file.end(), {0xff, static_cast<uint8_t>(segment.marker),
                             static_cast<uint8_t>(length >> 8), static_cast<uint8_t>(length)});
    file.insert(file.end(), segment.payload.begin(), segment.payload.end());
  }
  return file;
}

// A frame header's payload; a component is its sampling factors: 0x21.
inline std::string frame(Size size, const std::vector<int>& components, int precision = 8) {
  std::string payload;
  for (const int byte : {precision, size.height >> 8, size.height & 255, size.width >> 8,
                         size.width & 255, static_cast<int>(components.size())}) {
    payload.push_back(static_cast<char>(byte));
  }
  for (const int factors : components) {
    payload += {'\1', static_cast<char>(factors), '\0'};
  }
  return payload;
}

inline const RawSegment kScan = {0xda, "\3\1\0\2\0\3\0\0\x3f\0"s};
inline const RawSegment kGrayScan = {0xda, "\1\1\0\0\x3f\0"s};

}  // namespace crop64
