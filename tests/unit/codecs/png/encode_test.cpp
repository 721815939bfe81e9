#include "codecs/png/encode.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "support/images.h"
#include "support/pngs.h"

namespace crop64::png {
namespace {

Result<Buffer> encoded(const ImageView& image, const EncodeSettings& settings,
                       const Metadata& metadata) {
  return encode_image(png::encode, image, settings, metadata);
}

constexpr Layout kLayouts[] = {
    {Model::kGray, 1},       {Model::kGray, 2},    {Model::kGray, 4},    {Model::kGray, 8},
    {Model::kGray, 16},      {Model::kRgb, 8},     {Model::kRgb, 16},    {Model::kPalette, 1},
    {Model::kPalette, 2},    {Model::kPalette, 4}, {Model::kPalette, 8}, {Model::kGrayAlpha, 8},
    {Model::kGrayAlpha, 16}, {Model::kRgba, 8},    {Model::kRgba, 16},
};

File bytes_of(const Result<Buffer>& buffer) {
  REQUIRE(buffer.ok());
  return {buffer.value().data(), buffer.value().data() + buffer.value().size()};
}

void check_round_trip(const ImageView& picture, int level) {
  INFO(to_string(picture.layout), ", ", picture.size.width, " x ", picture.size.height, ", level ",
       level);
  const File file = bytes_of(encoded(picture, {.compression_level = level}, {}));
  const Image read = full_decode_with_libpng(file);
  CHECK(difference(read.view(), picture) == "");
  CHECK((read.colors.palette == picture.colors->palette));
  CHECK(read.colors.palette_alphas == picture.colors->palette_alphas);
  CHECK((read.colors.transparent == picture.colors->transparent));
  CHECK(chunks_of(file).back().type == "IEND");
}

TEST_CASE("encode() keeps every sample, for every layout, size and level") {
  for (const Layout& layout : kLayouts) {
    for (int level = 0; level <= 9; ++level) {
      check_round_trip(make_picture({33, 21}, layout).view(), level);
    }
    for (const Size& size : {Size{1, 1}, Size{1, 9}, Size{9, 1}, Size{7, 3}}) {
      check_round_trip(make_picture(size, layout).view(), 6);
    }
  }
}

TEST_CASE("encode() keeps every sample of images of one colour and of large areas") {
  for (const Layout& layout : kLayouts) {
    for (const int level : {0, 1, 6, 9}) {
      Image picture = make_picture({40, 30}, layout);
      std::fill_n(picture.samples.data(), picture.samples.size(), uint8_t{1});
      check_round_trip(picture.view(), level);
      std::fill_n(picture.samples.data(), picture.samples.size() / 2, uint8_t{0});
      check_round_trip(picture.view(), level);
    }
  }
}

TEST_CASE("encode() keeps every sample of a file larger than its first buffer") {
  check_round_trip(make_picture({257, 199}, {Model::kRgba, 16}).view(), 0);
  check_round_trip(make_picture({257, 199}, {Model::kRgba, 16}).view(), 6);
}

TEST_CASE("encode() keeps every sample of a view into a larger image") {
  for (const Layout& layout : kLayouts) {
    const Image picture = make_picture({33, 21}, layout);
    check_round_trip(crop(picture.view(), {3, 5, 28, 20}), 6);
  }
}

TEST_CASE("encode() keeps palettes of any length, their alphas and a transparent colour") {
  for (const size_t entries : {1, 2, 100, 256}) {
    for (const int alphas : {0, 1, static_cast<int>(entries)}) {
      Image picture = make_picture({9, 9}, {Model::kPalette, 8});
      picture.colors.palette.resize(entries);
      for (int i = 0; i < alphas; ++i) {
        picture.colors.palette[static_cast<size_t>(i)].a = static_cast<uint8_t>(i);
      }
      picture.colors.palette_alphas = alphas;
      for (size_t i = 0; i < picture.samples.size(); ++i) {
        picture.samples.data()[i] = static_cast<uint8_t>(i % entries);
      }
      check_round_trip(picture.view(), 6);
    }
  }
  for (const Layout& layout : {Layout{Model::kGray, 2}, Layout{Model::kGray, 16}}) {
    Image picture = make_picture({9, 9}, layout);
    picture.colors.transparent = {3, 3, 3};
    check_round_trip(picture.view(), 6);
  }
  Image picture = make_picture({9, 9}, {Model::kRgb, 16});
  picture.colors.transparent = {1, 0x8000, 0xffff};
  check_round_trip(picture.view(), 6);
}

TEST_CASE("encode() extends the palette by black for an index beyond it") {
  for (const int depth : {2, 8}) {
    CAPTURE(depth);
    Image picture = make_picture({9, 9}, {Model::kPalette, depth});
    picture.colors.palette.resize(2);
    picture.colors.palette_alphas = 1;
    const Bytes samples = picture.samples;
    std::vector<Rgba8> palette = picture.colors.palette;
    palette.resize(size_t{*std::max_element(samples.begin(), samples.end())} + 1, {0, 0, 0, 255});
    const Image read = full_decode_with_libpng(bytes_of(encoded(picture.view(), {}, {})));
    CHECK(difference(read.view(), picture.view()) == "");
    CHECK((read.colors.palette == palette));
    CHECK(read.colors.palette_alphas == 1);
  }
}

TEST_CASE("encode() at a higher level gives no larger file") {
  const Image picture = make_picture({200, 150}, {Model::kRgb, 8});
  const auto size_at = [&](int level) {
    return bytes_of(encoded(picture.view(), {.compression_level = level}, {})).size();
  };
  CHECK(size_at(0) > picture.samples.size());
  CHECK(size_at(1) < picture.samples.size());
  CHECK(size_at(9) <= size_at(6));
  CHECK(size_at(6) <= size_at(1));
}

// Some words of a few letters in each line, on white.
Image make_text(Size size) {
  constexpr int kLetters = 30, kWidth = 8, kHeight = 12;
  const Image letters = make_picture({kLetters * kWidth, kHeight}, {Model::kRgb, 8});
  Image text = make_picture(size, {Model::kRgb, 8});
  std::fill_n(text.samples.data(), text.samples.size(), uint8_t{255});
  Random random(5);
  for (int top = 0; top + kHeight <= size.height; top += 2 * kHeight) {
    for (int left = 0; left + kWidth <= size.width; left += kWidth * random.between(1, 20)) {
      const int from = kWidth * random.below(kLetters);
      for (int i = 0; i < kWidth * kHeight; ++i) {
        const int x = i % kWidth, y = i / kWidth;
        // Strokes that are thick, and whose height is not that of the line.
        if ((from + x * x + 3 * y) % 7 < 2 && y >= from % 5) {
          for (int channel = 0; channel < 3; ++channel) {
            set_sample(text, left + x, top + y, channel,
                       sample_at(letters.view(), from + x, y, channel) / 2);
          }
        }
      }
    }
  }
  return text;
}

// The rows of a picture of 8 bits, each behind a zero.
File rows_without_filters(const ImageView& picture) {
  File rows;
  for (int y = 0; y < picture.size.height; ++y) {
    rows.push_back(0);
    rows.insert(rows.end(), picture.row(y),
                picture.row(y) + picture.size.width * picture.layout.channels());
  }
  return rows;
}

TEST_CASE("encode() makes drawings at least as small as unfiltered rows deflated by zlib") {
  const Image text = make_text({600, 300});
  const size_t size = bytes_of(encoded(text.view(), {}, {})).size();
  CHECK(size <= deflated(rows_without_filters(text.view())).size());
}

TEST_CASE("encode() needs at most eight bytes for a row that equals the one above") {
  const Size size = {1000, 400};
  Image bars = make_picture(size, {Model::kRgb, 8});
  Random random(6);
  std::vector<bool> is_bar(static_cast<size_t>(size.width));
  std::generate(is_bar.begin(), is_bar.end(), [&] { return random.below(8) == 0; });
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      for (int channel = 0; channel < 3; ++channel) {
        set_sample(bars, x, y, channel, is_bar[static_cast<size_t>(x)] ? 90 : 255);
      }
    }
  }
  const size_t of_all = bytes_of(encoded(bars.view(), {}, {})).size();
  const ImageView first = crop(bars.view(), {0, 0, size.width, 1});
  const size_t of_first = bytes_of(encoded(first, {}, {})).size();
  CHECK(of_all < of_first + 8 * size_t(size.height));
}

TEST_CASE("encode() reduces 16-bit ramps that the row above predicts to a hundredth") {
  const Size size = {600, 400};
  Image ramps = make_picture(size, {Model::kRgb, 16});
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const int across = x * 65535 / (size.width - 1);
      set_sample(ramps, x, y, 0, uint32_t(across));
      set_sample(ramps, x, y, 1, uint32_t(y * 65535 / (size.height - 1)));
      set_sample(ramps, x, y, 2, uint32_t(65535 - across));
    }
  }
  for (const int level : {1, 6, 9}) {
    const File file = bytes_of(encoded(ramps.view(), {.compression_level = level}, {}));
    CHECK(file.size() < ramps.samples.size() / 100);
  }
}

TEST_CASE("encoder_layout() is the layout itself, except for BGR and BGRA") {
  for (const Layout& layout : kLayouts) {
    CHECK(to_string(encoder_layout(layout)) == to_string(layout));
  }
  CHECK(to_string(encoder_layout({Model::kBgr, 8})) == "8-bit RGB");
  CHECK(to_string(encoder_layout({Model::kBgra, 8})) == "8-bit RGBA");
}

}  // namespace
}  // namespace crop64::png
