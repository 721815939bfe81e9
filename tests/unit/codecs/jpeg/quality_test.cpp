#include "codecs/jpeg/quality.h"

#include <doctest/doctest.h>

#include "codecs/jpeg/encode.h"
#include "codecs/jpeg/segments.h"
#include "support/pictures.h"

namespace crop64 {
namespace {

TEST_CASE("the quality of libjpeg's own tables is found, all hundred of them") {
  const Image picture = make_picture({16, 16}, {Model::kRgb, 8});
  for (int quality = 1; quality <= 100; ++quality) {
    CAPTURE(quality);
    const Result<Buffer> file = encode_jpeg(picture.view(), {.quality = quality}, {});
    REQUIRE(file.ok());
    CHECK(probe_jpeg(file.value()).value().quality == quality);
  }
}

TEST_CASE("other tables have the quality whose table is nearest") {
  QuantisationTable table;
  table.fill(1);
  CHECK(nearest_quality(table) == 100);
  table.fill(255);
  CHECK(nearest_quality(table) < 10);
  table.fill(65535);
  CHECK(nearest_quality(table) == 1);
}

}  // namespace
}  // namespace crop64
