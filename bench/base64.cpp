// How long crop64's own base64 encoder takes for a megabyte, with nothing else around it: several
// means in microseconds, one to a line.
#include "base/base64.h"

#include <chrono>
#include <cstdio>
#include <vector>

using Clock = std::chrono::steady_clock;
using Microseconds = std::chrono::duration<double, std::micro>;

int main() {
  constexpr int kMeans = 20;
  constexpr int kTimes = 100;
  std::vector<uint8_t> bytes(1'000'000);
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<uint8_t>(i * 2'654'435'761 >> 13);
  }
  std::vector<char> text(crop64::base64_length(bytes.size()));
  // A function of its own, as in the module: engines go on from their first, slow code to better
  // one only where a function is called anew, and main() never is.
  void (*volatile const encode)(crop64::Bytes, char*) = crop64::base64_encode;
  for (int mean = 0; mean < kMeans; ++mean) {
    const Clock::time_point start = Clock::now();
    for (int time = 0; time < kTimes; ++time) {
      encode(bytes, text.data());
    }
    std::printf("%.1f\n", Microseconds(Clock::now() - start).count() / kTimes);
  }
}
