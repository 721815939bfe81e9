#include "image/image.h"

#include <doctest/doctest.h>

#include "support/pictures.h"

namespace crop64 {
namespace {

TEST_CASE("Layout reports channels and bytes of every model") {
  struct Case {
    Layout layout;
    int channels;
    size_t pixel_bytes;
    bool has_alpha;
  };
  const Case cases[] = {
      {{Model::kGray, 1}, 1, 1, false},     {{Model::kGray, 16}, 1, 2, false},
      {{Model::kGrayAlpha, 8}, 2, 2, true}, {{Model::kGrayAlpha, 16}, 2, 4, true},
      {{Model::kRgb, 8}, 3, 3, false},      {{Model::kRgb, 16}, 3, 6, false},
      {{Model::kBgr, 8}, 3, 3, false},      {{Model::kRgba, 8}, 4, 4, true},
      {{Model::kRgba, 16}, 4, 8, true},     {{Model::kBgra, 8}, 4, 4, true},
      {{Model::kPalette, 4}, 1, 1, false},  {{Model::kCmyk, 8}, 4, 4, false},
  };
  for (const Case& expected : cases) {
    CAPTURE(to_string(expected.layout));
    CHECK(expected.layout.channels() == expected.channels);
    CHECK(expected.layout.pixel_bytes() == expected.pixel_bytes);
    CHECK(expected.layout.bytes({10, 7}) == 70 * expected.pixel_bytes);
    CHECK(expected.layout.has_alpha() == expected.has_alpha);
  }
}

TEST_CASE("Image::allocate() reports OUT_OF_MEMORY if the number of bytes overflows") {
  // The area is 2^61, and 8 bytes a pixel make 2^64: zero, were it to wrap.
  const Size size = {1 << 30, 0x7fffffff};
  const Size wraps = {1'431'655'765, 1'610'612'737};
  for (const Size& huge : {size, wraps}) {
    CAPTURE(huge.width);
    CHECK(code_of(Image::allocate(huge, {Model::kRgba, 16})) == "OUT_OF_MEMORY");
    CHECK(double(Layout{Model::kRgba, 16}.bytes(huge)) >= 1e19);
  }
}

TEST_CASE("crop() returns a view of the same samples") {
  constexpr Layout kLayouts[] = {{Model::kGray, 1}, {Model::kRgb, 8}, {Model::kRgba, 16}};
  for (const Layout& layout : kLayouts) {
    CAPTURE(to_string(layout));
    const Image image = make_picture({9, 7}, layout);
    const ImageView part = crop(image.view(), {2, 3, 8, 6});
    CHECK(part.size == Size{6, 3});
    CHECK(part.stride == image.stride());
    for (int channel = 0; channel < layout.channels(); ++channel) {
      CHECK(sample_at(part, 0, 0, channel) == sample_at(image.view(), 2, 3, channel));
      CHECK(sample_at(part, 5, 2, channel) == sample_at(image.view(), 7, 5, channel));
    }
  }
}

TEST_CASE("fill_missing() writes transparent black as far as the image allows it") {
  struct Case {
    Layout layout;
    std::vector<uint32_t> pixel;
    std::optional<std::array<uint16_t, 3>> transparent = {};
  };
  const Case cases[] = {
      {{Model::kGray, 1}, {0}},
      {{Model::kGray, 4}, {5}, {{5, 5, 5}}},
      {{Model::kGray, 16}, {0}},
      {{Model::kGrayAlpha, 8}, {0, 0}},
      {{Model::kGrayAlpha, 16}, {0, 0}},
      {{Model::kRgb, 8}, {0, 0, 0}},
      {{Model::kRgb, 8}, {1, 2, 3}, {{1, 2, 3}}},
      {{Model::kRgb, 16}, {0x102, 2, 0xfedc}, {{0x102, 2, 0xfedc}}},
      {{Model::kRgba, 16}, {0, 0, 0, 0}},
      {{Model::kPalette, 2}, {2}},
  };
  for (const Case& expected : cases) {
    CAPTURE(to_string(expected.layout));
    Image image = make_picture({5, 3}, expected.layout);
    image.colors.palette = {
        {0, 0, 0, 255}, {255, 0, 128, 255}, {120, 140, 120, 9}, {255, 255, 255, 255}};
    image.colors.transparent = expected.transparent;
    fill_missing(image);
    for (int y = 0; y < 3; ++y) {
      for (int x = 0; x < 5; ++x) {
        for (int channel = 0; channel < expected.layout.channels(); ++channel) {
          CHECK(sample_at(image.view(), x, y, channel) == expected.pixel[size_t(channel)]);
        }
      }
    }
  }
  Image opaque = make_picture({5, 3}, {Model::kPalette, 8});
  opaque.colors.palette = {{255, 255, 255, 255}, {1, 2, 3, 255}, {90, 0, 0, 255}};
  fill_missing(opaque);
  CHECK(sample_at(opaque.view(), 4, 2, 0) == 1);
}

}  // namespace
}  // namespace crop64
