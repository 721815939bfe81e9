#pragma once

#include <algorithm>
#include <iterator>

#include "base/buffer.h"

namespace crop64 {

// Whether the bytes contain the beginning of a JPEG file, as thumbnails are stored.
inline bool contains_jpeg(Bytes bytes) {
  constexpr uint8_t kStart[] = {0xff, 0xd8, 0xff};
  return std::search(bytes.begin(), bytes.end(), std::begin(kStart), std::end(kStart)) !=
         bytes.end();
}

}  // namespace crop64
