#include "codecs/jpeg/quality.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace crop64::jpeg {
namespace {

// ITU-T T.81, table K.1, in zigzag order.
constexpr uint8_t kLuminance[] = {16,  11, 12, 14,  12,  10,  16,  14,  13, 14,  18,  17,  16,
                                  19,  24, 40, 26,  24,  22,  22,  24,  49, 35,  37,  29,  40,
                                  58,  51, 61, 60,  57,  51,  56,  55,  64, 72,  92,  78,  64,
                                  68,  87, 69, 55,  56,  80,  109, 81,  87, 95,  98,  103, 104,
                                  103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99};

// The entry that jpeg_set_quality() computes.
int scaled(int entry, int quality) {
  const int scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  return std::clamp((entry * scale + 50) / 100, 1, 255);
}

}  // namespace

int nearest_quality(const QuantisationTable& table) {
  int nearest = 0;
  int least = std::numeric_limits<int>::max();
  for (int quality = 100; quality >= 1; --quality) {
    int difference = 0;
    for (size_t i = 0; i < table.size(); ++i) {
      difference += std::abs(int{table[i]} - scaled(kLuminance[i], quality));
    }
    if (difference < least) {
      least = difference;
      nearest = quality;
    }
  }
  return nearest;
}

}  // namespace crop64::jpeg
