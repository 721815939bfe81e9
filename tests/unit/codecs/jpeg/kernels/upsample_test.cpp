#include <doctest/doctest.h>

#include "codecs/jpeg/kernels/codecs.h"

namespace crop64 {
namespace {

using Upsample = decltype(scalar_h2v1_fancy_upsample)*;

void check(Upsample scalar, Upsample kernel, int in_rows) {
  Decoder decoder;
  Random random(3);
  for (int width = 2; width <= 70; ++width) {
    for (int round = 0; round < 20; ++round) {
      // The rows above and below are context.
      Rows in(in_rows + 2, width, 64, round % 16);
      Rows expected(2, 2 * width), actual(2, 2 * width, 64, (3 * round) % 16);
      in.fill(random, round % 4 == 0);
      decoder.info.max_v_samp_factor = 2;
      decoder.component.downsampled_width = JDIMENSION(width);
      JSAMPARRAY expected_rows = expected.data(), actual_rows = actual.data();
      scalar(&decoder.info, &decoder.component, in.data() + 1, &expected_rows);
      kernel(&decoder.info, &decoder.component, in.data() + 1, &actual_rows);
      CAPTURE(width);
      CHECK(actual.same_as(expected));
      CHECK(actual.intact());
      CHECK(in.intact());
    }
  }
}

TEST_CASE("fancy upsampling across gives what libjpeg-turbo's scalar code gives") {
  check(scalar_h2v1_fancy_upsample, jsimd_h2v1_fancy_upsample, 2);
}

TEST_CASE("fancy upsampling across and down gives what libjpeg-turbo's scalar code gives") {
  check(scalar_h2v2_fancy_upsample, jsimd_h2v2_fancy_upsample, 1);
}

}  // namespace
}  // namespace crop64
