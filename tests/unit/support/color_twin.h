// The conversion of colours in double precision, written apart from src/color: for tests and fuzz
// targets.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "color/profile.h"

namespace crop64 {

// A sample of 0 to 1 as light, by ICC.1, 10.6 and 10.18.
inline double twin_light(const Curve& curve, double x) {
  double y = 0;
  if (!curve.table.empty()) {
    const auto count = static_cast<int>(curve.table.size() / 2);
    const auto entry = [&](int i) {
      const auto offset = static_cast<size_t>(2 * std::min(i, count - 1));
      return (curve.table[offset] * 256 + curve.table[offset + 1]) / 65535.0;
    };
    const double at = x * (count - 1);
    const int low = static_cast<int>(std::floor(at));
    y = entry(low) * (low + 1 - at) + entry(low + 1) * (at - low);
  } else {
    const auto& [gamma, a, b, c, d, e, f] = curve.numbers;
    const double base = a * x + b;
    y = x < d ? c * x + f : (base > 0 ? std::pow(base, gamma) : 0) + e;
  }
  return std::min(1.0, std::max(0.0, y));
}

inline double twin_srgb(double light) {
  const double x = std::min(1.0, std::max(0.0, light));
  return x <= 0.0031308 ? 12.92 * x : 1.055 * std::pow(x, 1 / 2.4) - 0.055;
}

// XYZ relative to D50 to linear sRGB or Display P3, computed with numpy from their chromaticities
// and Bradford's transform.
inline constexpr double kTwinToSrgb[3][3] = {{3.1341863642, -1.6172089590, -0.4906940640},
                                             {-0.9787485042, 1.9161300968, 0.0334333992},
                                             {0.0719639278, -0.2289938735, 1.4057537329}};
inline constexpr double kTwinToP3[3][3] = {{2.4039840049, -0.9899068992, -0.3976415061},
                                           {-0.8422229263, 1.7988437375, 0.0160354079},
                                           {0.0482058519, -0.0974067538, 1.2740049356}};

// Samples of 0 to 1.
inline std::array<double, 3> twin_convert(const ColorProfile& from, ColorSpace to,
                                          const std::array<double, 3>& samples) {
  double xyz[3] = {};
  for (size_t i = 0; i < 3; ++i) {
    const double light = twin_light(from.curves[i], samples[i]);
    for (size_t k = 0; k < 3; ++k) {
      xyz[k] += from.matrix.rows[k][i] * light;
    }
  }
  const auto& matrix = to == ColorSpace::kDisplayP3 ? kTwinToP3 : kTwinToSrgb;
  std::array<double, 3> result = {};
  for (size_t i = 0; i < 3; ++i) {
    result[i] = twin_srgb(matrix[i][0] * xyz[0] + matrix[i][1] * xyz[1] + matrix[i][2] * xyz[2]);
  }
  return result;
}

}  // namespace crop64
