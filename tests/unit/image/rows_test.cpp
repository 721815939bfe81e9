#include "image/rows.h"

#include <doctest/doctest.h>

#include <cstring>
#include <vector>

#include "support/pictures.h"

namespace crop64 {
namespace {

constexpr Layout kRgb8 = {Model::kRgb, 8};

// How many rows came at a time, and the image.
struct Counting : RowSink {
  explicit Counting(Size size) : image(size) {}
  Failure write(const ImageView& rows) override {
    counts.push_back(rows.size.height);
    return image.write(rows);
  }
  Failure finish() override { return std::nullopt; }

  std::vector<int> counts;
  ImageSink image;
};

TEST_CASE("RowBatch passes all rows on, several at a time") {
  const Image picture = make_picture({30, 37}, kRgb8);
  RowBatch batch = std::move(RowBatch::allocate(30, kRgb8).value());
  Counting sink({30, 37});
  for (int y = 0; y < 37; ++y) {
    std::memcpy(batch.next(), picture.view().row(y), batch.row_bytes());
    REQUIRE(!batch.add(1, sink));
  }
  REQUIRE(!batch.flush(sink));
  REQUIRE(!batch.flush(sink));
  CHECK(sink.counts == std::vector{16, 16, 5});
  CHECK(difference(sink.image.image().view(), picture.view()) == "");
}

TEST_CASE("RowBatch passes on the pixels of each row that narrow() names") {
  const Image picture = make_picture({30, 20}, kRgb8);
  RowBatch batch = std::move(RowBatch::allocate(30, kRgb8).value());
  batch.narrow(7, 11);
  Counting sink({11, 20});
  for (int y = 0; y < 20; ++y) {
    std::memcpy(batch.next(), picture.view().row(y), batch.row_bytes());
    REQUIRE(!batch.add(1, sink));
  }
  REQUIRE(!batch.flush(sink));
  CHECK(difference(sink.image.image().view(), crop(picture.view(), {7, 0, 18, 20})) == "");
}

TEST_CASE("RowBatch holds a quarter of a megabyte, and at least four rows") {
  CHECK(RowBatch::memory(1000, kRgb8) == 16 * 3000);
  CHECK(RowBatch::memory(10'000, kRgb8) == 8 * 30'000);
  CHECK(RowBatch::memory(1'000'000, kRgb8) == 4 * 3e6);
}

TEST_CASE("ImageSink keeps samples and colours") {
  Image picture = make_picture({9, 5}, {Model::kPalette, 4});
  picture.colors.palette_alphas = 3;
  ImageSink sink({9, 5});
  REQUIRE(!sink.write(crop(picture.view(), {0, 0, 9, 2})));
  REQUIRE(!sink.write(crop(picture.view(), {0, 2, 9, 5})));
  CHECK(difference(sink.image().view(), picture.view()) == "");
  CHECK((sink.image().colors.palette == picture.colors.palette));
  CHECK(sink.image().colors.palette_alphas == 3);
}

}  // namespace
}  // namespace crop64
