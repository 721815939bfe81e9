#include <doctest/doctest.h>

#include "codecs/jpeg/kernels/codecs.h"

namespace crop64 {
namespace {

constexpr int kRows = 2;

struct Planes {
  explicit Planes(int width) : y(kRows, width), cb(kRows, width), cr(kRows, width) {}
  JSAMPIMAGE data() { return all_; }
  bool same_as(const Planes& other) const {
    return y.same_as(other.y) && cb.same_as(other.cb) && cr.same_as(other.cr);
  }
  bool intact() const { return y.intact() && cb.intact() && cr.intact(); }

  Rows y, cb, cr;

 private:
  JSAMPARRAY all_[3] = {y.data(), cb.data(), cr.data()};
};

TEST_CASE("YCbCr to RGB gives what libjpeg-turbo's scalar code gives, for every colour") {
  Decoder decoder;
  decoder.info.output_width = 256;
  Planes in(256);
  Rows expected(kRows, 3 * 256, 1), actual(kRows, 3 * 256, 1);
  for (int cb = 0; cb < 256; ++cb) {
    for (int cr = 0; cr < 256; ++cr) {
      for (int y = 0; y < 256; ++y) {
        in.y.data()[0][y] = uint8_t(y);
        in.cb.data()[0][y] = uint8_t(cb);
        in.cr.data()[0][y] = uint8_t(cr);
      }
      scalar_ycc_rgb_convert(&decoder.info, in.data(), 0, expected.data(), 1);
      jsimd_ycc_rgb_convert(&decoder.info, in.data(), 0, actual.data(), 1);
      CHECK_MESSAGE(actual.same_as(expected), "cb ", cb, ", cr ", cr);
    }
  }
}

TEST_CASE("YCbCr to RGB gives the same at every width, and writes nothing beyond") {
  Decoder decoder;
  Random random(4);
  for (int width = 1; width <= 70; ++width) {
    for (int alignment = 0; alignment < 16; ++alignment) {
      decoder.info.output_width = JDIMENSION(width);
      Planes in(width);
      in.y.fill(random, false);
      in.cb.fill(random, false);
      in.cr.fill(random, false);
      Rows expected(kRows, 3 * width, 1), actual(kRows, 3 * width, 1, alignment);
      scalar_ycc_rgb_convert(&decoder.info, in.data(), 0, expected.data(), kRows);
      jsimd_ycc_rgb_convert(&decoder.info, in.data(), 0, actual.data(), kRows);
      CAPTURE(width);
      CHECK(actual.same_as(expected));
      CHECK(actual.intact());
    }
  }
}

TEST_CASE("RGB and BGR to YCbCr give what libjpeg-turbo's scalar code gives, for every colour") {
  for (const J_COLOR_SPACE colors : {JCS_RGB, JCS_EXT_BGR}) {
    LibjpegEncoder encoder(colors);
    encoder.info.image_width = 256;
    Rows in(kRows, 3 * 256, 1);
    Planes expected(256), actual(256);
    for (int red = 0; red < 256; ++red) {
      for (int green = 0; green < 256; ++green) {
        for (int blue = 0; blue < 256; ++blue) {
          uint8_t* pixel = in.data()[0] + 3 * blue;
          pixel[0] = uint8_t(red);
          pixel[1] = uint8_t(green);
          pixel[2] = uint8_t(blue);
        }
        scalar_rgb_ycc_convert(&encoder.info, in.data(), expected.data(), 0, 1);
        jsimd_rgb_ycc_convert(&encoder.info, in.data(), actual.data(), 0, 1);
        CHECK_MESSAGE(actual.same_as(expected), "red ", red, ", green ", green);
      }
    }
  }
}

TEST_CASE("RGB and BGR to YCbCr give the same at every width, and read nothing beyond") {
  Random random(5);
  for (const J_COLOR_SPACE colors : {JCS_RGB, JCS_EXT_BGR}) {
    LibjpegEncoder encoder(colors);
    for (int width = 1; width <= 70; ++width) {
      for (int alignment = 0; alignment < 16; ++alignment) {
        encoder.info.image_width = JDIMENSION(width);
        Rows in(kRows, 3 * width, 1, alignment);
        in.fill(random, false);
        Planes expected(width), actual(width);
        scalar_rgb_ycc_convert(&encoder.info, in.data(), expected.data(), 0, kRows);
        jsimd_rgb_ycc_convert(&encoder.info, in.data(), actual.data(), 0, kRows);
        CAPTURE(width);
        CHECK(actual.same_as(expected));
        CHECK(actual.intact());
      }
    }
  }
}

}  // namespace
}  // namespace crop64
