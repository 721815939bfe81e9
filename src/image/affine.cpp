#include "image/affine.h"

#include <cmath>

#include "base/math.h"

namespace crop64 {
namespace {

double sine_of(double degrees) {
  constexpr double kPi = 3.141592653589793;
  return sine((degrees - 360 * std::floor((degrees + 180) / 360)) * (kPi / 180));
}

}  // namespace

Affine then(const Affine& first, const Affine& second) {
  return {second.x_by_x * first.x_by_x + second.x_by_y * first.y_by_x,
          second.x_by_x * first.x_by_y + second.x_by_y * first.y_by_y,
          second.x_at(first.x, first.y),
          second.y_by_x * first.x_by_x + second.y_by_y * first.y_by_x,
          second.y_by_x * first.x_by_y + second.y_by_y * first.y_by_y,
          second.y_at(first.x, first.y)};
}

Affine to_stored(Size stored, Orientation orientation) {
  const Size size = oriented(stored, orientation);
  Affine map;
  if (orientation.mirror_x) {
    map.x_by_x = -1, map.x = size.width;
  }
  if (orientation.mirror_y) {
    map.y_by_y = -1, map.y = size.height;
  }
  return orientation.swap_axes ? then(map, {0, 1, 0, 1, 0, 0}) : map;
}

Affine to_unrotated(Size size, double degrees) {
  const double cosine = sine_of(degrees + 90);
  const double sine = sine_of(degrees);
  const Size box = rotated(size, degrees);
  const Affine from_centre = {1, 0, -box.width / 2.0, 0, 1, -box.height / 2.0};
  return then(from_centre, {cosine, sine, size.width / 2.0, -sine, cosine, size.height / 2.0});
}

Size rotated(Size size, double degrees) {
  const double cosine = std::abs(sine_of(degrees + 90));
  const double sine = std::abs(sine_of(degrees));
  const double reach_x = (size.width * cosine + size.height * sine) / 2;
  const double reach_y = (size.width * sine + size.height * cosine) / 2;
  // From the pixel that contains one side of the box to that which contains the other.
  const auto side = [](double half, double reach) {
    return static_cast<int>(std::ceil(half + reach) - std::floor(half - reach));
  };
  return {side(size.width / 2.0, reach_x), side(size.height / 2.0, reach_y)};
}

}  // namespace crop64
