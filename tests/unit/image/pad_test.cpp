#include "image/pad.h"

#include <doctest/doctest.h>

#include <vector>

#include "support/images.h"
#include "support/pictures.h"

namespace crop64 {
namespace {

TEST_CASE("pad() puts the image at its position and the background everywhere else") {
  constexpr Color kBackground = {200, 100, 50, 0.5};
  struct Case {
    Layout layout;
    std::vector<uint32_t> pixel;
  };
  const Case cases[] = {
      {{Model::kGray, 8}, {124}},
      {{Model::kGrayAlpha, 8}, {124, 128}},
      {{Model::kRgb, 8}, {200, 100, 50}},
      {{Model::kRgba, 8}, {200, 100, 50, 128}},
      {{Model::kBgra, 8}, {50, 100, 200, 128}},
      {{Model::kRgb, 16}, {51400, 25700, 12850}},
      {{Model::kRgba, 16}, {51400, 25700, 12850, 32768}},
  };
  for (const Case& filled : cases) {
    const Layout layout = filled.layout;
    CAPTURE(to_string(layout));
    const Image image = make_picture({7, 5}, layout);
    Image expected = std::move(Image::allocate({12, 9}, layout).value());
    for (int y = 0; y < 9; ++y) {
      for (int x = 0; x < 12; ++x) {
        const bool inside = x >= 3 && x < 10 && y >= 2 && y < 7;
        for (int channel = 0; channel < layout.channels(); ++channel) {
          set_sample(expected, x, y, channel,
                     inside ? sample_at(image.view(), x - 3, y - 2, channel)
                            : filled.pixel[static_cast<size_t>(channel)]);
        }
      }
    }
    CHECK(difference(pad(image.view(), {{12, 9}, 3, 2}, kBackground), expected.view()) == "");
  }
}

TEST_CASE("PadStep without rows passes on the background alone") {
  ImageSink made({5, 40});
  PadStep step({{5, 40}, 0, 0}, {Model::kGray, 8}, {9, 9, 9, 1}, made);
  REQUIRE(!step.finish());
  REQUIRE(made.image().size == Size{5, 40});
  for (int y = 0; y < 40; ++y) {
    CHECK(sample_at(made.image().view(), 4, y, 0) == 9);
  }
}

}  // namespace
}  // namespace crop64
