#include "job/fit.h"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <string>

#include "codecs/registry.h"
#include "job/plan.h"
#include "support/plans.h"

namespace crop64 {
namespace {

// What a picture of 100 x 50 is resampled to, and where it then lies.
struct ExpectedFit {
  RectF box;
  Size size;
  std::optional<Padding> letterbox;
};

void check_fit(const Resize& asked, const ExpectedFit& expected) {
  Options options = as(ImageFormat::kPng);
  options.resize = asked;
  const Result<Plan> result = plan(picture(ImageFormat::kPng), options);
  REQUIRE(result.ok());
  const Plan& made = result.value();
  const bool same = expected.size == kSize && expected.box == to_rectf(whole(kSize));
  CHECK(made.resampling.has_value() == !same);
  if (made.resampling) {
    CHECK(made.resampling->size == expected.size);
    CHECK(made.resampling->box == expected.box);
    CHECK(made.resampling->kernel == asked.kernel);
  }
  CHECK(made.size == (expected.letterbox ? expected.letterbox->canvas : expected.size));
  REQUIRE(made.letterbox.has_value() == expected.letterbox.has_value());
  if (made.letterbox) {
    CHECK(made.letterbox->canvas == expected.letterbox->canvas);
    CHECK(made.letterbox->left == expected.letterbox->left);
    CHECK(made.letterbox->top == expected.letterbox->top);
  }
  CHECK(made.lossless == same);
}

constexpr RectF kWhole = {0, 0, 100, 50};

TEST_CASE("a resize with one side keeps the proportions, rounded half up") {
  struct Case {
    std::optional<int> width;
    std::optional<int> height;
    Size size;
  };
  const Case cases[] = {
      {50, {}, {50, 25}},  {33, {}, {33, 17}},    {31, {}, {31, 16}},  {1, {}, {1, 1}},
      {{}, 25, {50, 25}},  {{}, 1, {2, 1}},       {{}, 33, {66, 33}},  {100, {}, {100, 50}},
      {{}, 50, {100, 50}}, {250, {}, {250, 125}}, {{}, 51, {102, 51}},
  };
  for (const Case& asked : cases) {
    for (const Fit fit : {Fit::kCover, Fit::kContain, Fit::kFill, Fit::kInside, Fit::kOutside}) {
      for (const Kernel kernel : {Kernel::kLanczos3, Kernel::kNearest}) {
        CAPTURE(asked.size.width);
        Resize resize = size_of(asked.width, asked.height, fit);
        resize.kernel = kernel;
        check_fit(resize, {kWhole, asked.size, {}});
      }
    }
  }
}

TEST_CASE("a resize with both sides treats other proportions as its fit says") {
  struct Case {
    Fit fit;
    Size asked;
    ExpectedFit fitted;
  };
  const Case cases[] = {
      {Fit::kFill, {30, 40}, {kWhole, {30, 40}, {}}},
      {Fit::kInside, {50, 50}, {kWhole, {50, 25}, {}}},
      {Fit::kInside, {500, 30}, {kWhole, {60, 30}, {}}},
      {Fit::kInside, {1, 1}, {kWhole, {1, 1}, {}}},
      {Fit::kOutside, {50, 50}, {kWhole, {100, 50}, {}}},
      {Fit::kOutside, {60, 20}, {kWhole, {60, 30}, {}}},
      {Fit::kOutside, {80, 80}, {kWhole, {160, 80}, {}}},
      {Fit::kCover, {50, 50}, {{25, 0, 75, 50}, {50, 50}, {}}},
      {Fit::kCover, {40, 10}, {{0, 12.5, 100, 37.5}, {40, 10}, {}}},
      {Fit::kCover, {40, 20}, {kWhole, {40, 20}, {}}},
      {Fit::kCover, {200, 200}, {{25, 0, 75, 50}, {200, 200}, {}}},
      {Fit::kContain, {50, 50}, {kWhole, {50, 25}, Padding{{50, 50}, 0, 13}}},
      {Fit::kContain, {30, 10}, {kWhole, {20, 10}, Padding{{30, 10}, 5, 0}}},
      {Fit::kContain, {50, 25}, {kWhole, {50, 25}, {}}},
      {Fit::kContain, {200, 200}, {kWhole, {200, 100}, Padding{{200, 200}, 0, 50}}},
      {Fit::kContain, {100, 60}, {kWhole, {100, 50}, Padding{{100, 60}, 0, 5}}},
  };
  for (const Case& expected : cases) {
    INFO("fit ", static_cast<int>(expected.fit), ", ", expected.asked.width, " x ",
         expected.asked.height);
    if (expected.fit == Fit::kContain && expected.fitted.size == kSize) {
      // Nothing is resampled: as lossless as any other padding.
      Options options;
      options.resize = size_of(expected.asked.width, expected.asked.height, expected.fit);
      const Plan made = plan(picture(ImageFormat::kPng), options).value();
      CHECK(!made.resampling);
      CHECK(made.letterbox->top == expected.fitted.letterbox->top);
      CHECK(made.lossless);
      continue;
    }
    check_fit(size_of(expected.asked.width, expected.asked.height, expected.fit), expected.fitted);
  }
}

TEST_CASE(
    "the position of a resize chooses the region that stays, and where a smaller image lies") {
  struct Case {
    Fit fit;
    double x;
    double y;
    ExpectedFit fitted;  // in 50 x 50, or 40 x 10
  };
  const Case cases[] = {
      {Fit::kCover, 0, 0.5, {{0, 0, 50, 50}, {50, 50}, {}}},
      {Fit::kCover, 1, 0, {{50, 0, 100, 50}, {50, 50}, {}}},
      {Fit::kCover, 0.5, 1, {{25, 0, 75, 50}, {50, 50}, {}}},
      {Fit::kCover, 0.5, 0, {{0, 0, 100, 25}, {40, 10}, {}}},
      {Fit::kCover, 0, 1, {{0, 25, 100, 50}, {40, 10}, {}}},
      {Fit::kContain, 0, 0, {kWhole, {50, 25}, Padding{{50, 50}, 0, 0}}},
      {Fit::kContain, 0.5, 1, {kWhole, {50, 25}, Padding{{50, 50}, 0, 25}}},
      {Fit::kContain, 1, 0.5, {kWhole, {20, 10}, Padding{{40, 10}, 20, 0}}},
      {Fit::kContain, 0, 1, {kWhole, {20, 10}, Padding{{40, 10}, 0, 0}}},
  };
  for (const Case& expected : cases) {
    INFO("fit ", static_cast<int>(expected.fit), ", position ", expected.x, ", ", expected.y);
    const auto& [box, size, letterbox] = expected.fitted;
    const Size asked = letterbox ? letterbox->canvas : size;
    Resize resize = size_of(asked.width, asked.height, expected.fit);
    resize.position_x = expected.x;
    resize.position_y = expected.y;
    check_fit(resize, expected.fitted);
  }
}

TEST_CASE("a resize without enlargement never grows an image") {
  struct Case {
    Fit fit;
    std::optional<int> width;
    std::optional<int> height;
    double position;
    ExpectedFit fitted;
  };
  const Case cases[] = {
      {Fit::kCover, 101, {}, 0.5, {kWhole, kSize, {}}},
      {Fit::kCover, {}, 500, 0.5, {kWhole, kSize, {}}},
      {Fit::kCover, 50, {}, 0.5, {kWhole, {50, 25}, {}}},
      {Fit::kFill, 200, 25, 0.5, {kWhole, {100, 25}, {}}},
      {Fit::kFill, 20, 250, 0.5, {kWhole, {20, 50}, {}}},
      {Fit::kInside, 200, 200, 0.5, {kWhole, kSize, {}}},
      {Fit::kInside, 200, 20, 0.5, {kWhole, {40, 20}, {}}},
      {Fit::kOutside, 60, 200, 0.5, {kWhole, kSize, {}}},
      {Fit::kOutside, 50, 20, 0.5, {kWhole, {50, 25}, {}}},
      {Fit::kCover, 200, 200, 0.5, {kWhole, kSize, {}}},
      {Fit::kCover, 40, 40, 0.5, {{25, 0, 75, 50}, {40, 40}, {}}},
      // A part at whole pixels, as far as there is one.
      {Fit::kCover, 61, 60, 0.5, {{19, 0, 80, 50}, {61, 50}, {}}},
      {Fit::kCover, 61, 60, 0, {{0, 0, 61, 50}, {61, 50}, {}}},
      {Fit::kCover, 61, 60, 1, {{39, 0, 100, 50}, {61, 50}, {}}},
      {Fit::kCover, 300, 20, 1, {{0, 30, 100, 50}, {100, 20}, {}}},
      {Fit::kContain, 200, 200, 0.5, {kWhole, kSize, Padding{{200, 200}, 50, 75}}},
      {Fit::kContain, 200, 20, 0, {kWhole, {40, 20}, Padding{{200, 20}, 0, 0}}},
  };
  for (const Case& expected : cases) {
    INFO("fit ", static_cast<int>(expected.fit), ", ", expected.width.value_or(0), " x ",
         expected.height.value_or(0));
    Resize resize = size_of(expected.width, expected.height, expected.fit);
    resize.without_enlargement = true;
    resize.position_x = resize.position_y = expected.position;
    check_fit(resize, expected.fitted);
  }
}

TEST_CASE("a resize to a size that no image has is clamped") {
  ImageInfo line = picture(ImageFormat::kPng);
  line.size = {100000, 1};
  Options options;
  options.limits.memory = 1e300;
  options.resize = size_of(10, std::nullopt);
  CHECK(plan(line, options).value().size == Size{10, 1});
  options.resize = size_of(std::nullopt, 2'000'000'000);
  CHECK(plan(line, options).value().size == Size{INT32_MAX, 2'000'000'000});
}

ImageInfo large_jpeg() {
  ImageInfo info = picture(ImageFormat::kJpeg);
  info.size = {1600, 800};
  info.max_reduction = 8;
  return info;
}

TEST_CASE("a decoder reduces an image as long as twice the requested size remains") {
  struct Case {
    std::string name;
    Resize resize;
    int reduction;
    std::function<void(Options&, ImageInfo&)> change = [](Options&, ImageInfo&) {};
  };
  Resize nearest = size_of(10, {});
  nearest.kernel = Kernel::kNearest;
  const Case cases[] = {
      {"hardly smaller", size_of(401, {}), 1},
      {"a quarter", size_of(400, {}), 2},
      {"less than a quarter", size_of(201, {}), 2},
      {"an eighth", size_of(200, {}), 4},
      {"a sixteenth", size_of(100, {}), 8},
      {"tiny", size_of(1, {}), 8},
      {"one side is not reduced that much", size_of(10, 201, Fit::kFill), 1},
      {"one side is not reduced that much, either", size_of(100, 200, Fit::kFill), 2},
      {"the part that covers counts", size_of(200, 200), 2},
      {"nearest samples are the picture's own", nearest, 1},
      {"a decoder that cannot", size_of(100, {}), 1,
       [](Options&, ImageInfo& i) { i.max_reduction = 1; }},
      {"a decoder that can only halve", size_of(100, {}), 2,
       [](Options&, ImageInfo& i) { i.max_reduction = 2; }},
      {"a crop counts, not the picture", size_of(100, {}), 2,
       [](Options& o, ImageInfo&) {
         o.crop = {{3, 0, 403, 300}, false};
       }},
      {"what is turned counts as it is turned", size_of(100, {}), 4,
       [](Options& o, ImageInfo&) { o.rotate = 90; }},
      {"padding needs the picture's own pixels", size_of(100, {}), 1,
       [](Options& o, ImageInfo&) {
         o.crop = {{-3, 0, 1600, 800}, false}, o.out_of_bounds = OutOfBounds::kPad;
       }},
      {"a letterbox does not", size_of(100, 100, Fit::kContain), 8},
  };
  for (const Case& expected : cases) {
    CAPTURE(expected.name);
    ImageInfo info = large_jpeg();
    Options options;
    options.resize = expected.resize;
    expected.change(options, info);
    const Result<Plan> result = plan(info, options);
    REQUIRE(result.ok());
    CHECK(result.value().decode.reduction == expected.reduction);
  }
}

TEST_CASE("a decoder reduces nothing without a resize") {
  CHECK(plan(large_jpeg(), crop_to({0, 0, 10, 10})).value().decode.reduction == 1);
}

bool near(const RectF& a, const RectF& b) {
  const auto is = [](double x, double y) { return std::abs(x - y) < 1e-6; };
  return is(a.left, b.left) && is(a.top, b.top) && is(a.right, b.right) && is(a.bottom, b.bottom);
}

Orientation inverse_of(Orientation orientation) {
  int tag = 1;
  while (then(orientation, exif_orientation(tag)) != Orientation{}) {
    ++tag;
  }
  return exif_orientation(tag);
}

// Checks that of the reduced picture those samples are decoded that lie wholly in [begin, end) of
// the picture's side, or at its edge, and all of them.
void check_reduced_span(int begin, int end, int length, int reduction, int first, int last) {
  CHECK(first * reduction >= begin);
  CHECK((first - 1) * reduction < begin);
  CHECK(first < last);
  if (end == length) {
    CHECK(last == (length + reduction - 1) / reduction);
  } else {
    CHECK(last * reduction <= end);
    CHECK((last + 1) * reduction > end);
  }
}

TEST_CASE("the box of a reduced, cropped and turned image is that of the whole image") {
  Random random(1);
  int reduced = 0;
  for (int round = 0; round < 3000; ++round) {
    CAPTURE(round);
    ImageInfo info = large_jpeg();
    info.size = {random.between(1, 700), random.between(1, 700)};
    info.orientation = exif_orientation(random.between(1, 8));
    Options options = as(ImageFormat::kPng);
    options.rotate = 90 * random.below(4);
    options.flip = static_cast<Flip>(random.below(3));
    options.auto_orient = random.below(2) == 0;
    Resize resize = size_of(random.between(1, 60), random.between(1, 60), Fit::kCover);
    resize.fit = static_cast<Fit>(random.below(5));
    resize.position_x = random.below(3) / 2.0;
    resize.position_y = random.below(3) / 2.0;
    options.resize = resize;
    const Orientation orientation = plan(info, options).value().orientation;
    const Size displayed = oriented(info.size, orientation);
    const int left = random.below(displayed.width);
    const int top = random.below(displayed.height);
    const int right = random.between(left + 1, displayed.width);
    const int bottom = random.between(top + 1, displayed.height);
    options.crop = {{double(left), double(top), double(right), double(bottom)}, false};

    info.max_reduction = 1;
    const Plan unreduced = plan(info, options).value();
    info.max_reduction = 8;
    const Plan made = plan(info, options).value();
    CHECK(made.orientation == orientation);
    CHECK(made.region == Rect{left, top, right, bottom});
    CHECK(made.size == unreduced.size);
    const Rect stored = to_stored(made.region, info.size, orientation);
    CHECK(unreduced.decode.region == stored);
    CHECK(unreduced.decode.reduction == 1);
    const int n = made.decode.reduction;
    reduced += n > 1;
    const Rect& part = made.decode.region;
    check_reduced_span(stored.left, stored.right, info.size.width, n, part.left, part.right);
    check_reduced_span(stored.top, stored.bottom, info.size.height, n, part.top, part.bottom);
    if (!made.resampling) {
      continue;
    }
    CHECK(made.resampling->size == unreduced.resampling->size);
    // From the crop to the picture as displayed, as stored, as reduced, as decoded, as turned.
    const RectF& box = unreduced.resampling->box;
    const RectF in_picture = {box.left + left, box.top + top, box.right + left, box.bottom + top};
    RectF at = oriented(in_picture, displayed, inverse_of(orientation));
    at = {at.left / n - part.left, at.top / n - part.top, at.right / n - part.left,
          at.bottom / n - part.top};
    CHECK(near(oriented(at, part.size(), orientation), made.resampling->box));
  }
  CHECK(reduced > 500);
}

}  // namespace
}  // namespace crop64
