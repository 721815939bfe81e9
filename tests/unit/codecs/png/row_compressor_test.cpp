#include "codecs/png/row_compressor.h"

#include <doctest/doctest.h>

#include <functional>

#include "support/pngs.h"
#include "support/zlib_streams.h"

namespace crop64::png {
namespace {

// The inflated stream: each row preceded by its filter type.
File compressed_rows(const ImageView& image, int level, size_t size) {
  File stream;
  const auto append = [](void* context, Bytes bytes) {
    File& to = *static_cast<File*>(context);
    to.insert(to.end(), bytes.begin(), bytes.end());
  };
  auto compressor = RowCompressor::make(image.size.width, image.layout, level, append, &stream);
  REQUIRE(compressor.ok());
  compressor.value().write(image);
  compressor.value().finish();
  const std::optional<File> rows = zlib_inflated(stream, size);
  REQUIRE(rows);
  REQUIRE(rows->size() == size);
  return *rows;
}

// The filters of an 8-bit grey image, by row.
std::vector<Filter> filters_of(Size size, const std::function<int(int x, int y)>& sample,
                               int level = 6) {
  Image image = std::move(Image::allocate(size, {Model::kGray, 8}).value());
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      set_sample(image, x, y, 0, static_cast<uint8_t>(sample(x, y)));
    }
  }
  const auto stride = static_cast<size_t>(size.width) + 1;
  const File rows = compressed_rows(image.view(), level, stride * static_cast<size_t>(size.height));
  std::vector<Filter> filters;
  for (size_t i = 0; i < rows.size(); i += stride) {
    filters.push_back(static_cast<Filter>(rows[i]));
  }
  return filters;
}

constexpr Size kSize = {64, 4};

TEST_CASE("RowCompressor leaves drawn rows unfiltered") {
  Random random(1);
  for (const Filter filter : filters_of(kSize, [&](int x, int y) {
         return (x / 5 + y) % 3 * 100 + (random.below(40) == 0 ? 50 : 0);
       })) {
    CHECK(filter == Filter::kNone);
  }
}

TEST_CASE("RowCompressor uses Up for a row that equals the one above") {
  Random random(2);
  std::vector<int> row(64);
  for (int& sample : row) {
    sample = random.below(3) * 100;
  }
  const auto filters = filters_of(kSize, [&](int x, int) { return row[size_t(x)]; });
  for (size_t y = 1; y < filters.size(); ++y) {
    CHECK(filters[y] == Filter::kUp);
  }
}

TEST_CASE("RowCompressor filters gradients") {
  CHECK(filters_of(kSize, [](int x, int) { return 3 * x; })[0] == Filter::kSub);
  for (const Filter filter : filters_of(kSize, [](int x, int y) { return 2 * x + 30 * y; })) {
    CHECK(filter != Filter::kNone);
  }
}

TEST_CASE("RowCompressor filters nothing at level 0, and never by Average at levels 1 and 2") {
  Random random(3);
  int previous = 0;
  const auto smooth = [&](int x, int y) {
    previous = 100 + x / 3 + 5 * y + random.below(6) + previous % 3;
    return previous;
  };
  for (const int level : {0, 1, 2}) {
    for (const Filter filter : filters_of({64, 40}, smooth, level)) {
      CHECK((level == 0 ? filter == Filter::kNone : filter != Filter::kAverage));
    }
  }
}

TEST_CASE("RowCompressor packs bits and 16-bit samples as PNG has them") {
  Image bits = std::move(Image::allocate({10, 1}, {Model::kGray, 1}).value());
  Image words = std::move(Image::allocate({2, 1}, {Model::kGray, 16}).value());
  for (int x = 0; x < 10; ++x) {
    set_sample(bits, x, 0, 0, x % 3 == 0);
  }
  set_sample(words, 0, 0, 0, 0x1234);
  set_sample(words, 1, 0, 0, 0xabcd);
  CHECK((compressed_rows(bits.view(), 6, 3) == File{0, 0b10010010, 0b01000000}));
  CHECK((compressed_rows(words.view(), 0, 5) == File{0, 0x12, 0x34, 0xab, 0xcd}));
}

}  // namespace
}  // namespace crop64::png
