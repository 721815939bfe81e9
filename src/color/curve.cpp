#include "color/curve.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/byte_order.h"

namespace crop64 {
namespace {

// A double and its bits (IEEE 754). Emscripten 3.1.6 has no std::bit_cast.
template <class To, class From>
To bit_cast(From from) {
  To to;
  static_assert(sizeof to == sizeof from);
  std::memcpy(&to, &from, sizeof to);
  return to;
}

}  // namespace

double power(double base, double exponent) {
  if (!(base > 0)) {
    return 0;
  }
  // base = mantissa * 2^shift, with a mantissa between the roots of 1/2 and 2.
  constexpr uint64_t kRootOfHalf = 0x3fe6a09e667f3bcd;
  const auto bits = bit_cast<uint64_t>(base);
  const int64_t shift = static_cast<int64_t>(bits - kRootOfHalf) >> 52;
  const double mantissa = bit_cast<double>(bits - (static_cast<uint64_t>(shift) << 52));
  // ln(mantissa) = 2 artanh(t), as a series.
  const double t = (mantissa - 1) / (mantissa + 1);
  double sum = 0;
  for (int n = 13; n > 0; n -= 2) {
    sum = sum * t * t + 1.0 / n;
  }
  const double log2 = double(shift) + 2 * t * sum * M_LOG2E;
  const double whole_exponent = std::clamp(log2 * exponent, -1000.0, 1000.0);
  // 2^y = 2^n e^r, the latter as a series.
  const double n = std::floor(whole_exponent + 0.5);
  const double r = (whole_exponent - n) * M_LN2;
  double result = 1;
  for (int k = 10; k > 0; --k) {
    result = 1 + r / k * result;
  }
  return result * bit_cast<double>(static_cast<uint64_t>(n + 1023) << 52);
}

double Curve::at(double x) const {
  double y = 0;
  if (table.empty()) {
    const auto& [gamma, a, b, c, d, e, f] = numbers;
    y = x < d ? c * x + f : power(a * x + b, gamma) + e;
  } else {
    const size_t last = table.size() / 2 - 1;
    const double position = x * double(last);
    const auto below = static_cast<size_t>(position);
    const double low = load_be16(&table[2 * below]);
    const double high = load_be16(&table[2 * std::min(below + 1, last)]);
    y = (low + (high - low) * (position - double(below))) / 65535;
  }
  return std::clamp(y, 0.0, 1.0);
}

double encode_srgb(double light) {
  return light <= 0.0031308 ? 12.92 * light : 1.055 * power(light, 1 / 2.4) - 0.055;
}

}  // namespace crop64
