#include "job/layout.h"

#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "codecs/registry.h"
#include "job/plan.h"
#include "support/plans.h"

namespace crop64 {
namespace {

TEST_CASE("samples have the channels that were asked for") {
  struct Case {
    std::optional<Channels> channels;
    Layout source;
    bool has_alpha;
    Layout layout;
    bool lossless;
  };
  const Case cases[] = {
      {std::nullopt, kRgb8, false, kRgba8, true},
      {std::nullopt, kRgba16, true, kRgba8, false},
      {Channels::kRgba, kPalette4, true, kRgba8, true},
      {Channels::kRgba, kGray1, false, kRgba8, true},
      {Channels::kRgb, kRgb8, false, kRgb8, true},
      {Channels::kRgb, kRgba8, true, kRgb8, false},
      {Channels::kRgb, kGray8, false, kRgb8, true},
      {Channels::kRgb, kGray8, true, kRgb8, false},
      {Channels::kBgra, kRgba8, true, kBgra8, true},
      {Channels::kBgr, kRgb8, false, kBgr8, true},
      {Channels::kBgr, kRgb16, false, kBgr8, false},
      {Channels::kGray, kRgb8, false, kGray8, false},
      {Channels::kGray, kGray1, false, kGray8, true},
      {Channels::kGray, kGrayAlpha8, true, kGray8, false},
      {Channels::kGrayAlpha, kGray8, false, kGrayAlpha8, true},
      {Channels::kGrayAlpha, kPalette4, false, kGrayAlpha8, false},
      {Channels::kKeep, kGray1, false, kGray8, true},
      {Channels::kKeep, kGray8, true, kGrayAlpha8, true},
      {Channels::kKeep, kPalette4, false, kRgb8, true},
      {Channels::kKeep, kPalette4, true, kRgba8, true},
      {Channels::kKeep, kRgb16, true, kRgba8, false},
      {Channels::kKeep, kBgra8, true, kBgra8, true},
  };
  for (const Case& expected : cases) {
    Options options = as(ImageFormat::kRaw);
    options.channels = expected.channels;
    const Result<Plan> result =
        plan(picture(ImageFormat::kPng, expected.source, expected.has_alpha), options);
    INFO("from ", to_string(expected.source), " to ", to_string(expected.layout));
    REQUIRE(result.ok());
    CHECK(to_string(result.value().layout) == to_string(expected.layout));
    CHECK(result.value().lossless == expected.lossless);
  }
}

TEST_CASE("a file's layout changes as little as its format, padding and background allow") {
  struct Case {
    Layout source;
    bool has_alpha;
    ImageFormat format;
    bool pads;
    Color background;
    Layout layout;
    bool lossless;
  };
  constexpr Color kTransparent = {};
  constexpr Color kGrayColor = {9, 9, 9, 1};
  const Case cases[] = {
      // A PNG keeps its colour type and depth.
      {kGray1, false, ImageFormat::kPng, false, kTransparent, kGray1, true},
      {kPalette4, true, ImageFormat::kPng, false, kRed, kPalette4, true},
      {kRgba16, true, ImageFormat::kPng, false, kRed, kRgba16, true},
      {kRgb8, true, ImageFormat::kPng, false, kRed, kRgb8, true},
      {kBgr8, false, ImageFormat::kPng, false, kRed, kRgb8, true},
      {kBgra8, true, ImageFormat::kPng, false, kRed, kRgba8, true},
      // Padding adds what the background needs.
      {kGray1, false, ImageFormat::kPng, true, kTransparent, kGrayAlpha8, true},
      {kGray1, false, ImageFormat::kPng, true, kGrayColor, kGray8, true},
      {kGray16, false, ImageFormat::kPng, true, kRed, kRgb16, true},
      {kGray16, true, ImageFormat::kPng, true, kGrayColor, kGrayAlpha16, true},
      {kGrayAlpha8, true, ImageFormat::kPng, true, kRed, kRgba8, true},
      {kPalette4, false, ImageFormat::kPng, true, kGrayColor, kRgb8, true},
      {kPalette4, true, ImageFormat::kPng, true, kRed, kRgba8, true},
      {kRgb8, false, ImageFormat::kPng, true, kTransparent, kRgba8, true},
      {kRgb8, false, ImageFormat::kPng, true, {255, 0, 0, 0.5}, kRgba8, true},
      {kRgb8, false, ImageFormat::kPng, true, kRed, kRgb8, true},
      {kRgb16, true, ImageFormat::kPng, true, kRed, kRgba16, true},
      // A JPEG is 8-bit grey or RGB, and never lossless.
      {kGray1, false, ImageFormat::kJpeg, false, kTransparent, kGray8, false},
      {kGray16, false, ImageFormat::kJpeg, false, kTransparent, kGray8, false},
      {kPalette4, false, ImageFormat::kJpeg, false, kTransparent, kRgb8, false},
      {kRgba16, true, ImageFormat::kJpeg, false, kTransparent, kRgb8, false},
      {kBgra8, true, ImageFormat::kJpeg, false, kTransparent, kBgr8, false},
      {kGray8, false, ImageFormat::kJpeg, true, kTransparent, kGray8, false},
      {kGray8, false, ImageFormat::kJpeg, true, kRed, kRgb8, false},
      {kGrayAlpha8, true, ImageFormat::kJpeg, false, kTransparent, kGray8, false},
      {kGrayAlpha8, true, ImageFormat::kJpeg, false, kRed, kRgb8, false},
      {kGray8, false, ImageFormat::kJpeg, false, kRed, kGray8, false},
  };
  for (const Case& expected : cases) {
    const RectF edges = expected.pads ? RectF{-5, 0, 10, 10} : RectF{0, 0, 10, 10};
    Options options = crop_to(edges, OutOfBounds::kPad);
    options.format = expected.format;
    options.background = expected.background;
    INFO("from ", to_string(expected.source), expected.has_alpha ? " with alpha" : "", " to ",
         std::string(to_string(expected.format)), " as ", to_string(expected.layout));
    const Result<Plan> result =
        plan(picture(ImageFormat::kPng, expected.source, expected.has_alpha), options);
    REQUIRE(result.ok());
    CHECK(to_string(result.value().layout) == to_string(expected.layout));
    CHECK(result.value().lossless == expected.lossless);
  }
}

TEST_CASE("the background of a JPEG is white unless one is given") {
  struct Case {
    ImageFormat format;
    Color background;
    Color used;
  };
  const Case cases[] = {
      {ImageFormat::kJpeg, {}, kWhite}, {ImageFormat::kJpeg, {1, 2, 3, 0}, kWhite},
      {ImageFormat::kJpeg, kRed, kRed}, {ImageFormat::kPng, {}, {}},
      {ImageFormat::kRaw, {}, {}},
  };
  for (const Case& behind : cases) {
    Options options = crop_to({-5, 0, 10, 10}, OutOfBounds::kPad);
    options.format = behind.format;
    options.background = behind.background;
    const Color used = plan(picture(ImageFormat::kPng), options).value().background;
    CAPTURE(std::string(to_string(behind.format)));
    CHECK(used.r == behind.used.r);
    CHECK(used.g == behind.used.g);
    CHECK(used.b == behind.used.b);
    CHECK(used.alpha == behind.used.alpha);
  }
}

TEST_CASE("padding and resampling work in a layout that has any colour") {
  struct Case {
    std::string name;
    Layout source;
    bool has_alpha;
    ImageFormat format;
    Color background;
    std::function<void(Options&)> change;
    Layout working;
    Layout layout;
    bool flattens = false;
  };
  const auto nothing = [](Options&) {};
  const auto smaller = [](Options& o) { o.resize = size_of(5, {}); };
  const auto boxed = [](Options& o) { o.resize = size_of(5, 5, Fit::kContain); };
  const auto pads = [](Options& o) { o.crop.edges.left = -5; };
  const auto to_rgb = [](Options& o) { o.channels = Channels::kRgb; };
  const auto padded_rgb = [&](Options& o) { pads(o), to_rgb(o); };
  const Color none = {};
  const Case cases[] = {
      {"not needed", kPalette4, true, ImageFormat::kPng, kRed, nothing, kPalette4, kPalette4},
      {"not needed", kCmyk8, false, ImageFormat::kPng, kRed, nothing, kCmyk8, kRgb8},
      {"not needed", kCmyk8, false, ImageFormat::kJpeg, kRed, nothing, kCmyk8, kRgb8},
      {"resized", kGray1, false, ImageFormat::kPng, kRed, smaller, kGray8, kGray8},
      {"resized", kGray16, false, ImageFormat::kPng, kRed, smaller, kGray16, kGray16},
      {"resized", kGray8, true, ImageFormat::kPng, kRed, smaller, kGrayAlpha8, kGrayAlpha8},
      {"resized", kPalette4, false, ImageFormat::kPng, kRed, smaller, kRgb8, kRgb8},
      {"resized", kPalette4, true, ImageFormat::kPng, kRed, smaller, kRgba8, kRgba8},
      {"resized", kCmyk8, false, ImageFormat::kPng, kRed, smaller, kRgb8, kRgb8},
      {"resized", kRgb16, true, ImageFormat::kPng, kRed, smaller, kRgba16, kRgba16},
      {"resized", kBgra8, true, ImageFormat::kPng, kRed, smaller, kBgra8, kRgba8},
      {"resized", kRgba8, true, ImageFormat::kJpeg, kRed, smaller, kRgba8, kRgb8, true},
      {"resized", kGrayAlpha8, true, ImageFormat::kJpeg, kRed, smaller, kGrayAlpha8, kRgb8, true},
      {"resized", kGrayAlpha8, true, ImageFormat::kJpeg, kWhite, smaller, kGrayAlpha8, kGray8,
       true},
      {"letterboxed", kGray8, false, ImageFormat::kPng, kRed, boxed, kRgb8, kRgb8},
      {"letterboxed", kGray8, false, ImageFormat::kPng, kWhite, boxed, kGray8, kGray8},
      {"letterboxed", kGray8, false, ImageFormat::kPng, none, boxed, kGrayAlpha8, kGrayAlpha8},
      {"letterboxed", kRgb8, false, ImageFormat::kJpeg, none, boxed, kRgb8, kRgb8},
      {"letterboxed", kCmyk8, false, ImageFormat::kPng, none, boxed, kRgba8, kRgba8},
      {"padded", kPalette4, false, ImageFormat::kPng, none, pads, kRgba8, kRgba8},
      {"padded", kRgb8, false, ImageFormat::kRaw, none, pads, kRgba8, kRgba8},
      {"padded", kRgb8, false, ImageFormat::kRaw, none, padded_rgb, kRgb8, kRgb8},
      {"padded", kRgba16, true, ImageFormat::kRaw, none, padded_rgb, kRgba16, kRgb8, true},
      {"handed out", kRgb8, true, ImageFormat::kRaw, none, to_rgb, kRgb8, kRgb8, true},
      {"handed out", kGray8, false, ImageFormat::kRaw, kRed, to_rgb, kGray8, kRgb8},
  };
  for (const Case& expected : cases) {
    INFO(expected.name, ", ", to_string(expected.source), expected.has_alpha ? " with alpha" : "",
         " to ", std::string(to_string(expected.format)));
    Options options = crop_to({0, 0, 20, 10}, OutOfBounds::kPad);
    options.format = expected.format;
    options.background = expected.background;
    expected.change(options);
    const Result<Plan> result =
        plan(picture(ImageFormat::kPng, expected.source, expected.has_alpha), options);
    REQUIRE(result.ok());
    CHECK(to_string(result.value().working) == to_string(expected.working));
    CHECK(to_string(result.value().layout) == to_string(expected.layout));
    CHECK(result.value().flattens == expected.flattens);
  }
}

TEST_CASE("samples have the depth that was asked for, or 8 bits") {
  struct Case {
    Layout source;
    std::optional<int> asked;
    int depth;
    bool lossless;
  };
  const Case cases[] = {
      {kRgba8, {}, 8, true},     {kRgba16, {}, 8, false}, {kRgba8, 8, 8, true},
      {kRgba16, 8, 8, false},    {kRgba8, 16, 16, true},  {kRgba16, 16, 16, true},
      {kRgba8, 0, 8, true},      {kRgba16, 0, 16, true},  {kGray1, 0, 8, true},
      {kGray1, 16, 16, true},    {kGray16, 0, 16, true},  {kPalette4, 0, 8, true},
      {kPalette4, 16, 16, true}, {kCmyk8, 16, 16, false}, {kCmyk8, 0, 8, false},
  };
  for (const Case& expected : cases) {
    INFO(to_string(expected.source), ", asked for ", expected.asked.value_or(-1));
    Options options = as(ImageFormat::kRaw);
    options.bit_depth = expected.asked;
    const Result<Plan> result = plan(picture(ImageFormat::kPng, expected.source), options);
    REQUIRE(result.ok());
    CHECK(to_string(result.value().layout) == to_string(Layout{Model::kRgba, expected.depth}));
    CHECK(result.value().lossless == expected.lossless);
  }
}

TEST_CASE("a palette is kept by a resize without new colours") {
  const ImageInfo info = picture(ImageFormat::kPng, {Model::kPalette, 4});
  Options options;
  options.resize = size_of(20, {});
  CHECK(plan(info, options).value().layout == kRgb8);
  options.resize->kernel = Kernel::kNearest;
  CHECK(plan(info, options).value().layout == info.layout);
  CHECK(!plan(info, options).value().lossless);
  options.resize = size_of(20, 20, Fit::kContain);  // padded, in a colour that it may not have
  options.resize->kernel = Kernel::kNearest;
  options.background = kRed;
  CHECK(plan(info, options).value().layout == kRgb8);
}

TEST_CASE("a palette is expanded on request") {
  ImageInfo info = picture(ImageFormat::kPng, {Model::kPalette, 4});
  Options options;
  options.palette = true;
  CHECK(plan(info, options).value().strategy == Strategy::kCopyImageData);
  options.palette = false;
  const Plan wide = plan(info, options).value();
  CHECK(wide.strategy == Strategy::kTranscode);
  CHECK(wide.layout == kRgb8);
  CHECK(wide.lossless);
  CHECK(!wide.metadata.same_layout);
  CHECK(wide.metadata.same_image);
  info.has_alpha = true;
  CHECK(plan(info, options).value().layout == kRgba8);
  // Of no other layout: nothing to widen.
  CHECK(plan(picture(ImageFormat::kPng, kGray8), options).value().strategy ==
        Strategy::kCopyImageData);
  options.format = ImageFormat::kJpeg;
  CHECK(code_of(plan(info, options)) == "INVALID_ARGUMENT");
}

}  // namespace
}  // namespace crop64
