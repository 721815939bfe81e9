#include "base/math.h"

#include <array>
#include <cstddef>

namespace crop64 {

double sine(double x) {
  static constexpr std::array kFactorials = [] {
    std::array<double, 14> inverse = {1};
    for (std::size_t i = 1; i < inverse.size(); ++i) {
      inverse[i] = -inverse[i - 1] / double(2 * i * (2 * i + 1));
    }
    return inverse;
  }();
  double sum = 0;
  for (std::size_t i = kFactorials.size(); i-- > 0;) {
    sum = sum * (x * x) + kFactorials[i];
  }
  return sum * x;
}

}  // namespace crop64
