#include "codecs/jpeg/encode.h"

#include <doctest/doctest.h>

#include "support/images.h"
#include "support/jpegs.h"

namespace crop64::jpeg {
namespace {

Result<Buffer> encoded(const ImageView& image, const EncodeSettings& settings,
                       const Metadata& metadata) {
  return encode_image(jpeg::encode, image, settings, metadata);
}

constexpr Layout kLayouts[] = {{Model::kGray, 8}, {Model::kRgb, 8}, {Model::kBgr, 8}};
// The last one is larger than the writer's first guess.
constexpr Size kSizes[] = {{1, 1}, {2, 3}, {7, 5}, {8, 8}, {17, 33}, {64, 48}, {301, 299}};

File bytes_of(const Result<Buffer>& buffer) {
  REQUIRE(buffer.ok());
  return {buffer.value().data(), buffer.value().data() + buffer.value().size()};
}

JpegRecipe like_cjpeg(Layout layout, int quality) {
  return {.sampling = layout.is_gray() ? kGray : k420, .quality = quality};
}

TEST_CASE("encode() writes the bytes of libjpeg") {
  for (const Layout& layout : kLayouts) {
    for (const Size& size : kSizes) {
      const Image picture = make_picture(size, layout);
      for (const int quality : {1, 50, 85, 100}) {
        INFO(to_string(layout), ", ", size.width, " x ", size.height, ", quality ", quality);
        const File expected = encode_with_libjpeg(picture.view(), like_cjpeg(layout, quality));
        const File written = bytes_of(encoded(picture.view(), {.quality = quality}, {}));
        CHECK(written.size() == expected.size());
        CHECK((written == expected));
      }
    }
  }
}

TEST_CASE("encode() of BGR equals that of RGB") {
  const Image rgb = make_picture({33, 21}, {Model::kRgb, 8});
  Image bgr = make_picture({33, 21}, {Model::kBgr, 8});
  for (int y = 0; y < 21; ++y) {
    for (int x = 0; x < 33; ++x) {
      for (int channel = 0; channel < 3; ++channel) {
        set_sample(bgr, x, y, 2 - channel, sample_at(rgb.view(), x, y, channel));
      }
    }
  }
  CHECK((bytes_of(encoded(bgr.view(), {}, {})) == bytes_of(encoded(rgb.view(), {}, {}))));
}

// A file's 16-bit tables may have them.
TEST_CASE("encode() accepts quantisation values beyond every coefficient") {
  const Image picture = make_picture({33, 21}, {Model::kGray, 8});
  const auto encode_with = [&](uint16_t value) {
    Quantisation quantisation;
    quantisation.count = 1;
    quantisation.components[0].table.fill(16);
    quantisation.components[0].table[9] = value;
    return bytes_of(encoded(picture.view(), {.quantisation = quantisation}, {}));
  };
  const File expected = encode_with(8191);
  for (const unsigned value : {8192U, 8193U, 16384U, 24576U, 32767U, 32768U, 40960U, 65535U}) {
    CHECK_MESSAGE((encode_with(uint16_t(value)) == expected), value);
  }
}

TEST_CASE("encode() writes a view of a region as that region") {
  const Image picture = make_picture({64, 48}, {Model::kRgb, 8});
  const ImageView part = crop(picture.view(), {5, 7, 42, 40});
  CHECK(
      (bytes_of(encoded(part, {}, {})) == encode_with_libjpeg(part, like_cjpeg(part.layout, 85))));
}

TEST_CASE("encode() rejects more than 65500 pixels a side") {
  const Layout gray = {Model::kGray, 8};
  CHECK(encoded(make_picture({65500, 1}, gray).view(), {}, {}).ok());
  CHECK(code_of(encoded(make_picture({65501, 1}, gray).view(), {}, {})) == "INVALID_ARGUMENT");
  const Result<Buffer> refused = encoded(make_picture({1, 65501}, gray).view(), {}, {});
  REQUIRE(code_of(refused) == "INVALID_ARGUMENT");
  CHECK(refused.error().message.find("at most 65500 pixels") != std::string::npos);
}

TEST_CASE("encoder_layout() returns 8-bit grey, RGB or BGR") {
  struct Case {
    Layout layout;
    Layout stored;
  };
  const Case cases[] = {
      {{Model::kGray, 1}, {Model::kGray, 8}},   {{Model::kGrayAlpha, 16}, {Model::kGray, 8}},
      {{Model::kRgb, 16}, {Model::kRgb, 8}},    {{Model::kRgba, 8}, {Model::kRgb, 8}},
      {{Model::kBgr, 8}, {Model::kBgr, 8}},     {{Model::kBgra, 8}, {Model::kBgr, 8}},
      {{Model::kPalette, 4}, {Model::kRgb, 8}},
  };
  for (const auto& [layout, stored] : cases) {
    CHECK(to_string(encoder_layout(layout)) == to_string(stored));
  }
}

}  // namespace
}  // namespace crop64::jpeg
