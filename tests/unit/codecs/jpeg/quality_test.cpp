#include "codecs/jpeg/quality.h"

#include <doctest/doctest.h>

#include "codecs/jpeg/encode.h"
#include "codecs/jpeg/probe.h"
#include "support/images.h"
#include "support/pictures.h"

namespace crop64::jpeg {
namespace {

Result<Buffer> encoded(const ImageView& image, const EncodeSettings& settings,
                       const Metadata& metadata) {
  return encode_image(jpeg::encode, image, settings, metadata);
}

TEST_CASE("nearest_quality() finds the quality of all hundred libjpeg tables") {
  const Image picture = make_picture({16, 16}, {Model::kRgb, 8});
  for (int quality = 1; quality <= 100; ++quality) {
    CAPTURE(quality);
    const Result<Buffer> file = encoded(picture.view(), {.quality = quality}, {});
    REQUIRE(file.ok());
    CHECK(probe(file.value()).value().quality == quality);
  }
}

TEST_CASE("nearest_quality() of another table is that of the nearest one") {
  QuantisationTable table;
  table.fill(1);
  CHECK(nearest_quality(table) == 100);
  table.fill(255);
  CHECK(nearest_quality(table) < 10);
  table.fill(65535);
  CHECK(nearest_quality(table) == 1);
}

}  // namespace
}  // namespace crop64::jpeg
