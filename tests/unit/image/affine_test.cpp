#include "image/affine.h"

#include <doctest/doctest.h>

#include <cmath>

namespace crop64 {
namespace {

TEST_CASE("to_stored() maps corners as Orientation does, for all eight") {
  constexpr Size kStored = {7, 4};
  for (int tag = 1; tag <= 8; ++tag) {
    CAPTURE(tag);
    const Orientation orientation = exif_orientation(tag);
    const Affine map = to_stored(kStored, orientation);
    const Size shown = oriented(kStored, orientation);
    for (int y = 0; y < shown.height; ++y) {
      for (int x = 0; x < shown.width; ++x) {
        const Rect pixel = to_stored({x, y, x + 1, y + 1}, kStored, orientation);
        CHECK(map.x_at(x + 0.5, y + 0.5) == pixel.left + 0.5);
        CHECK(map.y_at(x + 0.5, y + 0.5) == pixel.top + 0.5);
      }
    }
  }
}

TEST_CASE("rotated() is the box of Pillow's rotate(expand=True)") {
  struct Case {
    Size size;
    double degrees;
    Size box;
  };
  // By Image.new('L', size).rotate(-degrees, expand=True).size.
  const Case cases[] = {{{1200, 800}, 17, {1382, 1116}},
                        {{1200, 800}, 45, {1416, 1416}},
                        {{100, 50}, 30, {112, 94}},
                        {{1, 1}, 45, {3, 3}},
                        {{37, 29}, 359.5, {39, 31}}};
  for (const Case& expected : cases) {
    CAPTURE(expected.degrees);
    CHECK(rotated(expected.size, expected.degrees) == expected.box);
  }
}

TEST_CASE("to_unrotated() turns clockwise about the centre") {
  const Affine map = to_unrotated({100, 100}, 30);
  const Size box = rotated({100, 100}, 30);
  CHECK(map.x_at(box.width / 2.0, box.height / 2.0) == doctest::Approx(50));
  CHECK(map.y_at(box.width / 2.0, box.height / 2.0) == doctest::Approx(50));
  // What is to the right of the centre comes from above it.
  CHECK(map.y_at(box.width / 2.0 + 10, box.height / 2.0) == doctest::Approx(45));
  CHECK(map.x_at(box.width / 2.0 + 10, box.height / 2.0) == doctest::Approx(50 + std::sqrt(75.0)));
}

}  // namespace
}  // namespace crop64
