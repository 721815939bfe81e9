// Curves between samples and linear light, both from 0 to 1.
#pragma once

#include "base/buffer.h"

namespace crop64 {

// What samples of a channel are as linear light. By default sRGB's curve (IEC 61966-2-1).
struct Curve {
  // gamma, a, b, c, d, e, f of the parametricCurveType (ICC.1, 10.18): (a x + b)^gamma + e from d
  // on, c x + f below it.
  float numbers[7] = {2.4F, 1 / 1.055F, 0.055F / 1.055F, 1 / 12.92F, 0.04045F, 0, 0};
  // If it is not empty, it replaces the formula: 16-bit numbers, big-endian, at equal distances.
  // Borrowed.
  Bytes table = {};

  // The value at `x`, which is from 0 to 1. It is, too, whatever the numbers are.
  double at(double x) const;
};

// x to the power of `gamma`.
constexpr Curve gamma_curve(double gamma) { return {{static_cast<float>(gamma), 1}}; }

// `base` to the power of `exponent`, to 9 digits; 0 if `base` is not positive. (The C library's
// would be 5 KB of the download.)
double power(double base, double exponent);

// The inverse of sRGB's curve.
double encode_srgb(double light);

}  // namespace crop64
