#include "image/rotate.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "support/images.h"
#include "support/pictures.h"

namespace crop64 {
namespace {

Image rotate(const ImageView& image, const Rotation& rotation, bool is_opaque,
             const Color& background) {
  ImageSink made(rotation.to);
  RotateStep step(rotation, image.layout.depth, is_opaque, background, made);
  if (image.size.height > 0) {
    REQUIRE(!step.write(image));
  }
  REQUIRE(!step.finish());
  return std::move(made.image());
}

Rotation rotation_of(Size size, double degrees) {
  return {size, rotated(size, degrees), to_unrotated(size, degrees)};
}

// The cubic convolution with a = -1.
double cubic(double t) {
  t = std::fabs(t);
  if (t < 1) {
    return (t - 2) * t * t + 1;
  }
  return t < 2 ? ((5 - t) * t - 8) * t + 4 : 0;
}

// A sample of the rotated image times its alpha (of 0 to 1), in doubles.
double twin(const ImageView& image, double x, double y, int channel) {
  double sum = 0;
  for (int j = -1; j <= 2; ++j) {
    for (int i = -1; i <= 2; ++i) {
      const double column = std::floor(x - 0.5) + i;
      const double row = std::floor(y - 0.5) + j;
      const int from_x = std::clamp(static_cast<int>(column), 0, image.size.width - 1);
      const int from_y = std::clamp(static_cast<int>(row), 0, image.size.height - 1);
      const double alpha =
          channel == 3 ? 1 : double(sample_at(image, from_x, from_y, 3)) / image.layout.max_value();
      sum += sample_at(image, from_x, from_y, channel) * alpha * cubic(x - 0.5 - column) *
             cubic(y - 0.5 - row);
    }
  }
  return sum;
}

TEST_CASE("RotateStep equals a double-precision twin, inside and premultiplied") {
  for (const int depth : {8, 16}) {
    for (const bool is_opaque : {true, false}) {
      for (const double degrees : {17.0, 90.5, 201.0, 359.0}) {
        CAPTURE(depth);
        CAPTURE(is_opaque);
        CAPTURE(degrees);
        const Layout layout = {Model::kRgba, depth};
        const int max = layout.max_value();
        Image image = make_picture({37, 29}, layout);
        for (int i = 0; is_opaque && i < 37 * 29; ++i) {
          set_sample(image, i % 37, i / 37, 3, static_cast<uint32_t>(max));
        }
        const Rotation rotation = rotation_of(image.size, degrees);
        const Image result = rotate(image.view(), rotation, is_opaque, {});
        REQUIRE(result.size == rotation.to);
        int compared = 0;
        double worst = 0;
        for (int y = 0; y < result.size.height; ++y) {
          for (int x = 0; x < result.size.width; ++x) {
            const double from_x = rotation.to_source.x_at(x + 0.5, y + 0.5);
            const double from_y = rotation.to_source.y_at(x + 0.5, y + 0.5);
            if (from_x < 1 || from_y < 1 || from_x > 36 || from_y > 28) {
              continue;
            }
            ++compared;
            const double alpha =
                std::clamp(twin(image.view(), from_x, from_y, 3), 0.0, double(max));
            const double found = sample_at(result.view(), x, y, 3);
            worst = std::max(worst, std::fabs(found - alpha));
            for (int channel = 0; channel < 3; ++channel) {
              const double expected =
                  std::clamp(twin(image.view(), from_x, from_y, channel), 0.0, alpha);
              const double shown = sample_at(result.view(), x, y, channel) * found / max;
              worst = std::max(worst, std::fabs(shown - expected));
            }
          }
        }
        CHECK(compared > 500);
        CHECK(worst < (depth == 8 ? 1.2 : 300));
      }
    }
  }
}

TEST_CASE("RotateStep keeps a plain colour, and its edges go over to the background") {
  Image image = std::move(Image::allocate({20, 20}, {Model::kRgba, 8}).value());
  for (int i = 0; i < 400; ++i) {
    for (int channel = 0; channel < 4; ++channel) {
      set_sample(image, i % 20, i / 20, channel, channel == 3 ? 255 : 200);
    }
  }
  const Rotation rotation = rotation_of({20, 20}, 45);
  for (const bool is_opaque : {true, false}) {
    const Image shown = rotate(image.view(), rotation, is_opaque, {});
    const Image filled = rotate(image.view(), rotation, is_opaque, {0, 0, 0, 1});
    int edges = 0;
    for (int y = 0; y < shown.size.height; ++y) {
      for (int x = 0; x < shown.size.width; ++x) {
        const uint32_t alpha = sample_at(shown.view(), x, y, 3);
        edges += alpha > 0 && alpha < 255 ? 1 : 0;
        CHECK(sample_at(shown.view(), x, y, 0) == (alpha > 0 ? 200 : 0));
        CHECK(sample_at(filled.view(), x, y, 3) == 255);
        const double mixed = 200.0 * alpha / 255;
        CHECK(std::fabs(sample_at(filled.view(), x, y, 1) - mixed) <= 1.5);
      }
    }
    CHECK(edges > 40);
  }
}

TEST_CASE("RotateStep without rows passes on the background alone") {
  Image none;
  none.layout = {Model::kRgba, 16};
  const Rotation rotation = rotation_of({9, 9}, 30);
  const Image result = rotate(none.view(), rotation, true, {255, 0, 0, 1});
  CHECK(sample_at(result.view(), 5, 5, 0) == 65535);
  CHECK(sample_at(result.view(), 5, 5, 1) == 0);
}

}  // namespace
}  // namespace crop64
