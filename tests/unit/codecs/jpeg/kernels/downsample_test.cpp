#include <doctest/doctest.h>

#include "codecs/jpeg/kernels/codecs.h"

namespace crop64 {
namespace {

using Downsample = decltype(scalar_h2v1_downsample)*;

void check(Downsample scalar, Downsample kernel, int in_rows, int out_rows) {
  LibjpegEncoder encoder;
  Random random(6);
  for (int width = 1; width <= 70; ++width) {
    for (int round = 0; round < 20; ++round) {
      const int blocks = (width + 15) / 16;
      Rows in(in_rows, 16 * blocks), same_in(in_rows, 16 * blocks, 64, round % 16);
      Rows expected(out_rows, 8 * blocks), actual(out_rows, 8 * blocks, 64, (3 * round) % 16);
      in.fill(random, round % 4 == 0);
      same_in.copy_from(in);
      encoder.info.image_width = JDIMENSION(width);
      encoder.info.max_v_samp_factor = in_rows;
      encoder.component.width_in_blocks = JDIMENSION(blocks);
      encoder.component.v_samp_factor = out_rows;
      scalar(&encoder.info, &encoder.component, in.data(), expected.data());
      kernel(&encoder.info, &encoder.component, same_in.data(), actual.data());
      CAPTURE(width);
      CHECK(actual.same_as(expected));
      CHECK(actual.intact());
      CHECK(same_in.same_as(in));
    }
  }
}

TEST_CASE("downsampling across gives what libjpeg-turbo's scalar code gives") {
  check(scalar_h2v1_downsample, jsimd_h2v1_downsample, 1, 1);
  check(scalar_h2v1_downsample, jsimd_h2v1_downsample, 2, 2);
}

TEST_CASE("downsampling across and down gives what libjpeg-turbo's scalar code gives") {
  check(scalar_h2v2_downsample, jsimd_h2v2_downsample, 2, 1);
  check(scalar_h2v2_downsample, jsimd_h2v2_downsample, 4, 2);
}

}  // namespace
}  // namespace crop64
