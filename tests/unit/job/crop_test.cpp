#include "job/crop.h"

#include <doctest/doctest.h>

#include <string>

#include "codecs/registry.h"
#include "job/plan.h"
#include "support/plans.h"

namespace crop64 {
namespace {

TEST_CASE("a crop is rounded edge by edge, half up") {
  struct Case {
    RectF asked;
    Rect region;
  };
  const Case cases[] = {
      {{1, 2, 10, 20}, {1, 2, 10, 20}},
      {{1.5, 2.49, 10.49, 20.5}, {2, 2, 10, 21}},
      // Two and a half pixels wide: three or two, depending on where.
      {{10, 0, 12.5, 10}, {10, 0, 13, 10}},
      {{10.5, 0, 13, 10}, {11, 0, 13, 10}},
  };
  for (const Case& expected : cases) {
    const Result<Plan> result = plan(picture(ImageFormat::kPng), crop_to(expected.asked));
    REQUIRE(result.ok());
    CHECK(result.value().region == expected.region);
    CHECK(result.value().size == expected.region.size());
  }
}

TEST_CASE("a crop in percent is of the image's sides") {
  struct Case {
    RectF percent;
    Rect region;
  };
  const Case cases[] = {
      {{0, 0, 100, 100}, {0, 0, 100, 50}},
      {{25, 50, 75, 100}, {25, 25, 75, 50}},
      {{0, 0, 100.0 / 3, 100.0 / 3}, {0, 0, 33, 17}},
      {{100.0 / 3, 1, 50, 99}, {33, 1, 50, 50}},
      {{-0.9, -1.9, 100.9, 101.9}, {0, 0, 100, 50}},
  };
  for (const Case& expected : cases) {
    Options options;
    options.crop = {expected.percent, true};
    const Result<Plan> result = plan(picture(ImageFormat::kPng), options);
    REQUIRE(result.ok());
    CHECK(result.value().region == expected.region);
  }
}

TEST_CASE("a crop edge up to one pixel outside is clamped whatever outOfBounds is") {
  for (const OutOfBounds out_of_bounds : kOutOfBounds) {
    for (const double over : {0.0001, 0.5, 0.9999, 1.0}) {
      CAPTURE(over);
      const RectF edges = {-over, -over, 100 + over, 50 + over};
      const Result<Plan> result = plan(picture(ImageFormat::kPng), crop_to(edges, out_of_bounds));
      REQUIRE(result.ok());
      CHECK(result.value().region == whole(kSize));
      CHECK(result.value().size == kSize);
    }
  }
}

TEST_CASE("an empty crop is an invalid argument whatever outOfBounds is") {
  const RectF empty[] = {{10, 10, 10, 20},    {10, 10, 20, 10},      {20, 10, 10, 20},
                         {10.1, 0, 10.4, 20}, {100.4, 0, 100.9, 20}, {-0.7, 0, -0.5, 20}};
  for (const OutOfBounds out_of_bounds : kOutOfBounds) {
    for (const RectF& edges : empty) {
      CAPTURE(edges.left);
      const Result<Plan> result = plan(picture(ImageFormat::kPng), crop_to(edges, out_of_bounds));
      REQUIRE(!result.ok());
      CHECK(result.error().code == ErrorCode::kInvalidArgument);
      REQUIRE(result.error().details.size() == 2);
      CHECK(result.error().details[0].value == 100);
      CHECK(result.error().details[1].value == 50);
    }
  }
}

TEST_CASE("a crop beyond the image fails, is clamped or is padded") {
  struct Case {
    RectF asked;
    Rect region;  // empty: nothing of it lies inside
    Size padded;
    int pad_left;
    int pad_top;
  };
  const Case cases[] = {
      {{-10, 5, 20, 25}, {0, 5, 20, 25}, {30, 20}, 10, 0},
      {{5, -7, 20, 25}, {5, 0, 20, 25}, {15, 32}, 0, 7},
      {{90, 40, 120, 60}, {90, 40, 100, 50}, {30, 20}, 0, 0},
      {{-2, -3, 103, 54}, {0, 0, 100, 50}, {105, 57}, 2, 3},
      {{200, 5, 220, 25}, {}, {20, 20}, 0, 0},
      {{-20, -30, -10, -20}, {}, {10, 10}, 0, 0},
  };
  const ImageInfo info = picture(ImageFormat::kPng);
  for (const Case& expected : cases) {
    CAPTURE(expected.asked.left);
    const Result<Plan> refused = plan(info, crop_to(expected.asked, OutOfBounds::kError));
    REQUIRE(!refused.ok());
    CHECK(refused.error().code == ErrorCode::kCropOutOfBounds);
    REQUIRE(refused.error().details.size() == 2);
    CHECK(refused.error().details[0].value == 100);
    CHECK(refused.error().details[1].value == 50);

    const Result<Plan> clamped = plan(info, crop_to(expected.asked, OutOfBounds::kClamp));
    if (expected.region.empty()) {
      CHECK(code_of(clamped) == "CROP_OUT_OF_BOUNDS");
    } else {
      REQUIRE(clamped.ok());
      CHECK(clamped.value().region == expected.region);
      CHECK(clamped.value().size == expected.region.size());
    }

    const Result<Plan> padded = plan(info, crop_to(expected.asked, OutOfBounds::kPad));
    REQUIRE(padded.ok());
    CHECK(padded.value().region == expected.region);
    CHECK(padded.value().size == expected.padded);
    REQUIRE(padded.value().padding.has_value());
    CHECK(padded.value().padding->canvas == expected.padded);
    if (!expected.region.empty()) {
      CHECK(padded.value().padding->left == expected.pad_left);
      CHECK(padded.value().padding->top == expected.pad_top);
    }
  }
}

TEST_CASE("a crop is of the image as displayed, and decoded where it is stored") {
  struct Case {
    int exif;
    Rect stored;
  };
  // Of 100 x 50 as stored; (10, 20) to (30, 45) as displayed.
  const Case cases[] = {
      {1, {10, 20, 30, 45}}, {2, {70, 20, 90, 45}}, {3, {70, 5, 90, 30}},  {4, {10, 5, 30, 30}},
      {5, {20, 10, 45, 30}}, {6, {20, 20, 45, 40}}, {7, {55, 20, 80, 40}}, {8, {55, 10, 80, 30}},
  };
  for (const Case& expected : cases) {
    CAPTURE(expected.exif);
    ImageInfo info = picture(ImageFormat::kJpeg);
    info.orientation = exif_orientation(expected.exif);
    const Plan made = plan(info, crop_to({10, 20, 30, 45})).value();
    CHECK(made.region == Rect{10, 20, 30, 45});
    CHECK(made.decode.region == expected.stored);
    CHECK(made.size == Size{20, 25});
  }
}

TEST_CASE("a crop in percent, and the edges of a plan, are of the image as displayed") {
  ImageInfo info = picture(ImageFormat::kJpeg);
  info.orientation = exif_orientation(6);
  Options options;
  options.crop = {{50, 0, 100, 10}, true};
  CHECK(plan(info, options).value().region == Rect{25, 0, 50, 10});
  CHECK(plan(info, crop_to({0, 0, 50, 100})).value().strategy == Strategy::kCopyImageData);
  const Result<Plan> refused = plan(info, crop_to({0, 0, 60, 100}));
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == ErrorCode::kCropOutOfBounds);
  CHECK(refused.error().details[0].value == 50);
  CHECK(refused.error().details[1].value == 100);
}

}  // namespace
}  // namespace crop64
