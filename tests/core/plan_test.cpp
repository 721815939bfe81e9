#include "plan.h"

#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "support/pictures.h"

namespace crop64 {
namespace {

constexpr Size kSize = {100, 50};
constexpr Layout kGray1 = {Model::kGray, 1};
constexpr Layout kGray8 = {Model::kGray, 8};
constexpr Layout kGray16 = {Model::kGray, 16};
constexpr Layout kGrayAlpha8 = {Model::kGrayAlpha, 8};
constexpr Layout kGrayAlpha16 = {Model::kGrayAlpha, 16};
constexpr Layout kRgb8 = {Model::kRgb, 8};
constexpr Layout kRgb16 = {Model::kRgb, 16};
constexpr Layout kRgba8 = {Model::kRgba, 8};
constexpr Layout kRgba16 = {Model::kRgba, 16};
constexpr Layout kBgr8 = {Model::kBgr, 8};
constexpr Layout kBgra8 = {Model::kBgra, 8};
constexpr Layout kPalette4 = {Model::kPalette, 4};
constexpr Color kWhite = {255, 255, 255, 1};
constexpr Color kRed = {255, 0, 0, 1};
constexpr Outside kOutsides[] = {Outside::kError, Outside::kClamp, Outside::kPad};

ImageInfo picture(Format format, Layout layout = kRgb8, bool has_alpha = false) {
  ImageInfo info;
  info.format = format;
  info.name = "a picture";
  info.size = kSize;
  info.layout = layout;
  info.has_alpha = has_alpha || layout.has_alpha();
  info.byte_length = 1000;
  return info;
}

Options crop_to(const RectF& edges, Outside outside = Outside::kError) {
  Options options;
  options.crop = {edges, false};
  options.outside = outside;
  return options;
}

Options as(Format format) {
  Options options;
  options.format = format;
  return options;
}

Resize size_of(std::optional<int> width, std::optional<int> height, Fit fit = Fit::kCover) {
  Resize resize;
  resize.width = width;
  resize.height = height;
  resize.fit = fit;
  return resize;
}

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
    const Result<Plan> result = plan(picture(Format::kPng), crop_to(expected.asked));
    REQUIRE(result.ok());
    CHECK(result.value().region == expected.region);
    CHECK(result.value().size == expected.region.size());
  }
}

TEST_CASE("percent are of the picture's sides") {
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
    const Result<Plan> result = plan(picture(Format::kPng), options);
    REQUIRE(result.ok());
    CHECK(result.value().region == expected.region);
  }
}

TEST_CASE("an edge less than one pixel outside is clamped whatever may lie outside") {
  for (const Outside outside : kOutsides) {
    for (const double over : {0.0001, 0.5, 0.9999}) {
      CAPTURE(over);
      const RectF edges = {-over, -over, 100 + over, 50 + over};
      const Result<Plan> result = plan(picture(Format::kPng), crop_to(edges, outside));
      REQUIRE(result.ok());
      CHECK(result.value().region == whole(kSize));
      CHECK(result.value().size == kSize);
    }
  }
}

TEST_CASE("an empty crop is an invalid argument whatever may lie outside") {
  const RectF empty[] = {{10, 10, 10, 20},    {10, 10, 20, 10},      {20, 10, 10, 20},
                         {10.1, 0, 10.4, 20}, {100.4, 0, 100.9, 20}, {-0.7, 0, -0.5, 20}};
  for (const Outside outside : kOutsides) {
    for (const RectF& edges : empty) {
      CAPTURE(edges.left);
      const Result<Plan> result = plan(picture(Format::kPng), crop_to(edges, outside));
      REQUIRE(!result.ok());
      CHECK(result.error().code == ErrorCode::kInvalidArgument);
      REQUIRE(result.error().details.size() == 2);
      CHECK(result.error().details[0].value == 100);
      CHECK(result.error().details[1].value == 50);
    }
  }
}

TEST_CASE("beyond the picture's edge there is an error, nothing or padding") {
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
      {{-1, -2, 103, 54}, {0, 0, 100, 50}, {104, 56}, 1, 2},
      {{200, 5, 220, 25}, {}, {20, 20}, 0, 0},
      {{-20, -30, -10, -20}, {}, {10, 10}, 0, 0},
  };
  const ImageInfo info = picture(Format::kPng);
  for (const Case& expected : cases) {
    CAPTURE(expected.asked.left);
    const Result<Plan> refused = plan(info, crop_to(expected.asked, Outside::kError));
    REQUIRE(!refused.ok());
    CHECK(refused.error().code == ErrorCode::kCropOutOfBounds);
    REQUIRE(refused.error().details.size() == 2);
    CHECK(refused.error().details[0].value == 100);
    CHECK(refused.error().details[1].value == 50);

    const Result<Plan> clamped = plan(info, crop_to(expected.asked, Outside::kClamp));
    if (expected.region.empty()) {
      CHECK(code_of(clamped) == "CROP_OUT_OF_BOUNDS");
    } else {
      REQUIRE(clamped.ok());
      CHECK(clamped.value().region == expected.region);
      CHECK(clamped.value().size == expected.region.size());
    }

    const Result<Plan> padded = plan(info, crop_to(expected.asked, Outside::kPad));
    REQUIRE(padded.ok());
    CHECK(padded.value().region == expected.region);
    CHECK(padded.value().size == expected.padded);
    REQUIRE(padded.value().outside.has_value());
    CHECK(padded.value().outside->canvas == expected.padded);
    if (!expected.region.empty()) {
      CHECK(padded.value().outside->left == expected.pad_left);
      CHECK(padded.value().outside->top == expected.pad_top);
    }
  }
}

TEST_CASE("the format is kept unless another one is asked for; samples become a PNG") {
  struct Case {
    Format source;
    Format asked;
    Format result;
  };
  const Case cases[] = {
      {Format::kJpeg, Format::kKeep, Format::kJpeg}, {Format::kPng, Format::kKeep, Format::kPng},
      {Format::kRaw, Format::kKeep, Format::kPng},   {Format::kJpeg, Format::kPng, Format::kPng},
      {Format::kPng, Format::kJpeg, Format::kJpeg},  {Format::kPng, Format::kRaw, Format::kRaw},
      {Format::kBmp, Format::kKeep, Format::kPng},   {Format::kBmp, Format::kJpeg, Format::kJpeg},
  };
  for (const Case& expected : cases) {
    Options options = crop_to({0, 0, 10, 10});
    options.format = expected.asked;
    const Result<Plan> result = plan(picture(expected.source), options);
    REQUIRE(result.ok());
    CHECK(result.value().format == expected.result);
  }
}

TEST_CASE("a source passes as it is where the options change nothing") {
  using Change = std::function<void(Options&)>;
  struct Case {
    std::string name;
    Format source;
    bool passes;
    Change change;
  };
  const Change nothing = [](Options&) {};
  const Change whole_picture = [](Options& o) { o.crop = {{0, 0, 100, 50}, false}; };
  const Change part = [](Options& o) { o.crop = {{0, 0, 100, 49}, false}; };
  const Change beyond = [](Options& o) { o.crop = {{-9, 0, 100, 50}, false}; };
  const Change quality = [](Options& o) { o.quality = 85; };
  const Change level = [](Options& o) { o.compression_level = 6; };
  const Case cases[] = {
      {"nothing, JPEG", Format::kJpeg, true, nothing},
      {"nothing, PNG", Format::kPng, true, nothing},
      {"nothing, samples", Format::kRaw, false, nothing},
      {"the whole picture", Format::kPng, true, whole_picture},
      {"almost the whole picture", Format::kPng, false, part},
      {"clamped to the whole picture", Format::kPng, true,
       [&](Options& o) { beyond(o), o.outside = Outside::kClamp; }},
      {"padded", Format::kPng, false, [&](Options& o) { beyond(o), o.outside = Outside::kPad; }},
      {"padding that is not needed", Format::kPng, true,
       [](Options& o) { o.outside = Outside::kPad, o.background = kRed; }},
      {"its own format", Format::kPng, true, [](Options& o) { o.format = Format::kPng; }},
      {"another format", Format::kPng, false, [](Options& o) { o.format = Format::kJpeg; }},
      {"samples", Format::kPng, false, [](Options& o) { o.format = Format::kRaw; }},
      {"a quality for a JPEG", Format::kJpeg, false, quality},
      {"a quality for a PNG", Format::kPng, true, quality},
      {"a level for a PNG", Format::kPng, false, level},
      {"a level for a JPEG", Format::kJpeg, true, level},
      {"channels for a file", Format::kPng, true, [](Options& o) { o.channels = Channels::kGray; }},
      {"a depth for a file", Format::kPng, true, [](Options& o) { o.bit_depth = 16; }},
      {"a turn", Format::kPng, false, [](Options& o) { o.rotate = 180; }},
      {"a flip", Format::kPng, false, [](Options& o) { o.flip = Flip::kVertical; }},
      {"its own size", Format::kPng, true,
       [](Options& o) { o.resize = size_of(100, std::nullopt); }},
      {"its own size, contained", Format::kPng, true,
       [](Options& o) { o.resize = size_of(100, 50, Fit::kContain); }},
      {"a letterbox", Format::kPng, false,
       [](Options& o) { o.resize = size_of(100, 51, Fit::kContain); }},
      {"another size", Format::kPng, false,
       [](Options& o) { o.resize = size_of(101, std::nullopt); }},
      {"a larger size that is not wanted", Format::kPng, true,
       [](Options& o) {
         o.resize = size_of(101, std::nullopt), o.resize->without_enlargement = true;
       }},
      {"small enough", Format::kJpeg, true, [](Options& o) { o.max_bytes = 1000; }},
      {"too large", Format::kJpeg, false, [](Options& o) { o.max_bytes = 999; }},
      {"BMP", Format::kBmp, true, nothing},
      {"a quality for a BMP", Format::kBmp, true, quality},
      {"a part of a BMP", Format::kBmp, false, part},
      {"truncation accepted", Format::kJpeg, true,
       [](Options& o) { o.truncated = Truncated::kAccept; }},
  };
  for (const Case& expected : cases) {
    CAPTURE(expected.name);
    Options options;
    expected.change(options);
    const Result<Plan> result = plan(picture(expected.source), options);
    REQUIRE(result.ok());
    CHECK((result.value().way == Way::kPass) == expected.passes);
    if (expected.passes) {
      CHECK(result.value().lossless);
      CHECK(result.value().format == expected.source);
      CHECK(result.value().size == kSize);
    }
  }
}

TEST_CASE("an option of another format is an error with an explicit format only") {
  struct Case {
    std::string name;
    Format belongs_to;
    void (*set)(Options&);
  };
  const Case cases[] = {
      {"quality", Format::kJpeg, [](Options& o) { o.quality = 50; }},
      {"compressionLevel", Format::kPng, [](Options& o) { o.compression_level = 9; }},
      {"channels", Format::kRaw, [](Options& o) { o.channels = Channels::kRgb; }},
      {"bitDepth", Format::kRaw, [](Options& o) { o.bit_depth = 16; }},
  };
  for (const Case& option : cases) {
    for (const Format source : {Format::kJpeg, Format::kPng, Format::kRaw}) {
      for (const Format format : {Format::kKeep, Format::kJpeg, Format::kPng, Format::kRaw}) {
        INFO(option.name, " for ", std::string(to_string(source)), " to ",
             std::string(to_string(format)));
        Options options = crop_to({0, 0, 10, 10});
        options.format = format;
        option.set(options);
        const Result<Plan> result = plan(picture(source), options);
        const bool fits = format == Format::kKeep || format == option.belongs_to;
        CHECK(code_of(result) == (fits ? "ok" : "INVALID_ARGUMENT"));
        if (!result.ok()) {
          CHECK(result.error().message.find(option.name) != std::string::npos);
          CHECK(result.error().message.find(to_string(format)) != std::string::npos);
        }
      }
    }
  }
}

TEST_CASE("the settings are those asked for or the defaults") {
  Options options = crop_to({0, 0, 10, 10});
  CHECK(plan(picture(Format::kJpeg), options).value().settings.quality == 85);
  CHECK(plan(picture(Format::kPng), options).value().settings.compression_level == 6);
  options.quality = 1;
  options.compression_level = 0;
  CHECK(plan(picture(Format::kJpeg), options).value().settings.quality == 1);
  CHECK(plan(picture(Format::kPng), options).value().settings.compression_level == 0);
}

TEST_CASE("samples are handed out in the channels that were asked for") {
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
    Options options = as(Format::kRaw);
    options.channels = expected.channels;
    const Result<Plan> result =
        plan(picture(Format::kPng, expected.source, expected.has_alpha), options);
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
    Format format;
    bool pads;
    Color background;
    Layout layout;
    bool lossless;
  };
  constexpr Color kTransparent = {};
  constexpr Color kGrayColor = {9, 9, 9, 1};
  const Case cases[] = {
      // A PNG keeps its colour type and depth.
      {kGray1, false, Format::kPng, false, kTransparent, kGray1, true},
      {kPalette4, true, Format::kPng, false, kRed, kPalette4, true},
      {kRgba16, true, Format::kPng, false, kRed, kRgba16, true},
      {kRgb8, true, Format::kPng, false, kRed, kRgb8, true},
      {kBgr8, false, Format::kPng, false, kRed, kRgb8, true},
      {kBgra8, true, Format::kPng, false, kRed, kRgba8, true},
      // Padding adds what the background needs.
      {kGray1, false, Format::kPng, true, kTransparent, kGrayAlpha8, true},
      {kGray1, false, Format::kPng, true, kGrayColor, kGray8, true},
      {kGray16, false, Format::kPng, true, kRed, kRgb16, true},
      {kGray16, true, Format::kPng, true, kGrayColor, kGrayAlpha16, true},
      {kGrayAlpha8, true, Format::kPng, true, kRed, kRgba8, true},
      {kPalette4, false, Format::kPng, true, kGrayColor, kRgb8, true},
      {kPalette4, true, Format::kPng, true, kRed, kRgba8, true},
      {kRgb8, false, Format::kPng, true, kTransparent, kRgba8, true},
      {kRgb8, false, Format::kPng, true, {255, 0, 0, 0.5}, kRgba8, true},
      {kRgb8, false, Format::kPng, true, kRed, kRgb8, true},
      {kRgb16, true, Format::kPng, true, kRed, kRgba16, true},
      // A JPEG is 8-bit grey or RGB, and never lossless.
      {kGray1, false, Format::kJpeg, false, kTransparent, kGray8, false},
      {kGray16, false, Format::kJpeg, false, kTransparent, kGray8, false},
      {kPalette4, false, Format::kJpeg, false, kTransparent, kRgb8, false},
      {kRgba16, true, Format::kJpeg, false, kTransparent, kRgb8, false},
      {kBgra8, true, Format::kJpeg, false, kTransparent, kBgr8, false},
      {kGray8, false, Format::kJpeg, true, kTransparent, kGray8, false},
      {kGray8, false, Format::kJpeg, true, kRed, kRgb8, false},
      {kGrayAlpha8, true, Format::kJpeg, false, kTransparent, kGray8, false},
      {kGrayAlpha8, true, Format::kJpeg, false, kRed, kRgb8, false},
      {kGray8, false, Format::kJpeg, false, kRed, kGray8, false},
  };
  for (const Case& expected : cases) {
    const RectF edges = expected.pads ? RectF{-5, 0, 10, 10} : RectF{0, 0, 10, 10};
    Options options = crop_to(edges, Outside::kPad);
    options.format = expected.format;
    options.background = expected.background;
    INFO("from ", to_string(expected.source), expected.has_alpha ? " with alpha" : "", " to ",
         std::string(to_string(expected.format)), " as ", to_string(expected.layout));
    const Result<Plan> result =
        plan(picture(Format::kPng, expected.source, expected.has_alpha), options);
    REQUIRE(result.ok());
    CHECK(to_string(result.value().layout) == to_string(expected.layout));
    CHECK(result.value().lossless == expected.lossless);
  }
}

TEST_CASE("behind a JPEG is white unless a background is given") {
  struct Case {
    Format format;
    Color background;
    Color used;
  };
  const Case cases[] = {
      {Format::kJpeg, {}, kWhite}, {Format::kJpeg, {1, 2, 3, 0}, kWhite},
      {Format::kJpeg, kRed, kRed}, {Format::kPng, {}, {}},
      {Format::kRaw, {}, {}},
  };
  for (const Case& behind : cases) {
    Options options = crop_to({-5, 0, 10, 10}, Outside::kPad);
    options.format = behind.format;
    options.background = behind.background;
    const Color used = plan(picture(Format::kPng), options).value().background;
    CAPTURE(std::string(to_string(behind.format)));
    CHECK(used.r == behind.used.r);
    CHECK(used.g == behind.used.g);
    CHECK(used.b == behind.used.b);
    CHECK(used.alpha == behind.used.alpha);
  }
}

// The plan with one limit at that value.
Result<Plan> plan_with(double Limits::*limit, double value, Options options, ImageInfo info) {
  options.limits.*limit = value;
  return plan(info, options);
}

TEST_CASE("a limit is kept to the last one, and the error tells limit and value") {
  ImageInfo info = picture(Format::kPng);
  info.decode_memory = 5000;
  const Options kept = crop_to({0, 0, 10, 10});
  Options part = kept;
  part.format = Format::kRaw;
  struct Case {
    std::string name;
    double Limits::*limit;
    Options options;
    double value;
  };
  const Case cases[] = {
      {"bytes", &Limits::bytes, {}, 1000},
      {"pixels", &Limits::pixels, {}, 5000},
      {"pixels of a part", &Limits::pixels, part, 5000},
      {"memory of what passes", &Limits::memory, {}, 1000},
      {"memory: source, decoder and region", &Limits::memory, kept, 1000 + 5000 + 300},
  };
  for (const Case& expected : cases) {
    CAPTURE(expected.name);
    CHECK(plan_with(expected.limit, expected.value, expected.options, info).ok());
    const Result<Plan> result =
        plan_with(expected.limit, expected.value - 1, expected.options, info);
    REQUIRE(!result.ok());
    CHECK(result.error().code == ErrorCode::kLimitExceeded);
    REQUIRE(result.error().details.size() == 2);
    CHECK(std::string(result.error().details[0].name) == "limit");
    CHECK(result.error().details[0].value == expected.value - 1);
    CHECK(std::string(result.error().details[1].name) == "value");
    CHECK(result.error().details[1].value == expected.value);
  }
}

TEST_CASE("memory is what the largest step reads and makes") {
  using Change = std::function<void(Options&)>;
  struct Case {
    std::string name;
    ImageInfo info;
    Change change;
    double memory;
  };
  const ImageInfo rgb = picture(Format::kPng);
  const ImageInfo samples = picture(Format::kRaw);
  ImageInfo thirsty = rgb;
  thirsty.decode_memory = 100000;
  const auto to = [](int width, int height, Fit fit, Options& o) {
    o.resize = size_of(width, height, fit);
    o.resize->kernel = Kernel::kNearest;
  };
  const auto as_rgb = [](Options& o) { o.format = Format::kRaw, o.channels = Channels::kRgb; };
  constexpr double kPart = 300;  // 10 x 10
  const Case cases[] = {
      {"the region, handed out as it is", rgb, as_rgb, kPart},
      {"the decoder's own", thirsty, as_rgb, 100000 + kPart},
      {"the region, and the file", rgb, [](Options&) {}, kPart + kPart},
      {"converted", rgb, [](Options& o) { o.format = Format::kRaw; }, kPart + 400},
      {"turned", rgb, [&](Options& o) { as_rgb(o), o.rotate = 90; }, kPart + kPart},
      {"padded", rgb, [&](Options& o) { as_rgb(o), o.crop.edges.left = -10; }, kPart + 600},
      {"padded with alpha: widened first", rgb, [](Options& o) { o.crop.edges.left = -10; },
       800 + 800},
      {"nothing but padding", rgb,
       [&](Options& o) {
         as_rgb(o), o.crop.edges = {-20, 0, -10, 10};
       },
       kPart},
      {"resampled", rgb, [&](Options& o) { as_rgb(o), to(40, 20, Fit::kFill, o); },
       kPart + 2400 + 4 * (40 + 20)},
      {"letterboxed", rgb, [&](Options& o) { as_rgb(o), to(40, 20, Fit::kContain, o); },
       1200 + 2400},
      {"samples that are borrowed", samples, [](Options& o) { o.format = Format::kRaw; }, 400},
      {"samples that are borrowed, turned", samples, [&](Options& o) { as_rgb(o), o.rotate = 180; },
       kPart},
      {"samples that are borrowed, packed and resampled", samples,
       [&](Options& o) { as_rgb(o), to(4, 2, Fit::kFill, o); }, kPart + 24 + 4 * (4 + 2)},
  };
  for (const Case& expected : cases) {
    CAPTURE(expected.name);
    Options options = crop_to({0, 0, 10, 10}, Outside::kPad);
    expected.change(options);
    options.background = kWhite;
    if (expected.name == "padded with alpha: widened first") {
      options.background = {};
    }
    const double memory = double(expected.info.byte_length) + expected.memory;
    CHECK(code_of(plan_with(&Limits::memory, memory, options, expected.info)) == "ok");
    const Result<Plan> result = plan_with(&Limits::memory, memory - 1, options, expected.info);
    CHECK(code_of(result) == "LIMIT_EXCEEDED");
    CHECK((result.ok() ? 0 : result.error().details[1].value) == memory);
  }
}

TEST_CASE("the default limits are half a gibipixel and one gibibyte") {
  ImageInfo info = picture(Format::kPng);
  info.size = {32768, 16384};
  CHECK(code_of(plan(info, {})) == "ok");
  info.size = {32768, 16385};
  CHECK(code_of(plan(info, {})) == "LIMIT_EXCEEDED");
  info.size = {20000, 20000};
  CHECK(code_of(plan(info, as(Format::kRaw))) == "LIMIT_EXCEEDED");
}

TEST_CASE("a canvas of more bytes than can be counted exceeds the limit of memory") {
  // 8 bytes a pixel on about 2^61 pixels.
  const Options options = crop_to({0, 0, 1'431'655'765, 1'610'612'737}, Outside::kPad);
  CHECK(code_of(plan(picture(Format::kPng, kRgba16), options)) == "LIMIT_EXCEEDED");
  const Options far = crop_to({-1e9, -1e9, 1e9, 1e9}, Outside::kPad);
  CHECK(code_of(plan(picture(Format::kPng, kRgba16), far)) == "LIMIT_EXCEEDED");
}

TEST_CASE("an unknown format passes where nothing is asked of it") {
  ImageInfo info = picture(Format::kUnknown);
  info.size = {};
  info.name = "WebP";
  const Result<Plan> result = plan(info, {});
  REQUIRE(result.ok());
  CHECK(result.value().way == Way::kPass);
  CHECK(result.value().format == Format::kUnknown);
  CHECK(result.value().lossless);
  for (const Options& options :
       {as(Format::kPng), as(Format::kRaw), crop_to({0, 0, 10, 10}), crop_to({0, 0, 100, 100})}) {
    const Result<Plan> refused = plan(info, options);
    REQUIRE(!refused.ok());
    CHECK(refused.error().code == ErrorCode::kUnsupportedFormat);
    CHECK(refused.error().message.find("WebP") != std::string::npos);
  }
  Options limited;
  limited.limits.bytes = 999;
  CHECK(code_of(plan(info, limited)) == "LIMIT_EXCEEDED");
}

// What metadata has to know.

ImageInfo turned_picture(Format format, int tag) {
  ImageInfo info = picture(format);
  info.orientation = exif_orientation(tag);
  info.block = {8, 8};
  return info;
}

TEST_CASE("metadata alone moves a JPEG's coefficients, and keeps a PNG's samples") {
  for (const MetadataPolicy policy : {MetadataPolicy::kNone, MetadataPolicy::kColor}) {
    for (const bool auto_orient : {true, false}) {
      Options options;
      options.metadata = policy;
      options.auto_orient = auto_orient;
      const Plan jpeg = plan(turned_picture(Format::kJpeg, 6), options).value();
      CHECK(jpeg.way == Way::kMove);
      CHECK(jpeg.lossless);
      CHECK(jpeg.metadata.policy == policy);
      CHECK(jpeg.metadata.same_picture);
      CHECK(jpeg.metadata.size == kSize);
      CHECK(exif_tag(jpeg.metadata.orientation) == 6);
      const Plan png = plan(turned_picture(Format::kPng, 6), options).value();
      CHECK(png.way == Way::kSamples);
      CHECK(png.lossless);
      CHECK(png.metadata.same_picture == !auto_orient);
      CHECK(png.metadata.size == (auto_orient ? Size{50, 100} : kSize));
      CHECK(exif_tag(png.metadata.orientation) == (auto_orient ? 1 : 6));
    }
  }
  Options all;
  all.metadata = MetadataPolicy::kAll;
  CHECK(plan(turned_picture(Format::kJpeg, 6), all).value().way == Way::kPass);
  CHECK(plan(turned_picture(Format::kPng, 6), all).value().way == Way::kPass);
}

TEST_CASE("with quality, a limit or a resize metadata goes the samples' way") {
  for (const int change : {0, 1, 2, 3}) {
    Options options;
    options.metadata = MetadataPolicy::kNone;
    if (change == 0) {
      options.quality = 50;
    } else if (change == 1) {
      options.max_bytes = 500;
    } else if (change == 2) {
      options.resize = size_of(10, {});
    } else {
      options.rotate = 90;
    }
    const Plan planned = plan(turned_picture(Format::kJpeg, 6), options).value();
    CHECK(planned.way == Way::kSamples);
    CHECK(!planned.metadata.same_picture);
    CHECK(exif_tag(planned.metadata.orientation) == 1);
  }
}

TEST_CASE("whatever is turned, what is left brings it to where it was asked") {
  for (int tag = 1; tag <= 8; ++tag) {
    for (const int rotate : {0, 90, 180, 270}) {
      for (const Flip flip : {Flip::kNone, Flip::kHorizontal, Flip::kVertical}) {
        for (const bool auto_orient : {true, false}) {
          for (const bool lossless : {true, false}) {
            Options options = crop_to({8, 8, 40, 40});
            options.rotate = rotate;
            options.flip = flip;
            options.auto_orient = auto_orient;
            options.lossless = lossless;
            const ImageInfo info = turned_picture(Format::kJpeg, tag);
            const Plan planned = plan(info, options).value();
            const Orientation done =
                planned.way == Way::kMove ? Orientation{} : planned.orientation;
            const Orientation mirror = {false, flip == Flip::kHorizontal, flip == Flip::kVertical};
            const Orientation asked = then(quarter_turns(rotate / 90), mirror);
            CHECK(then(done, planned.metadata.orientation) == then(info.orientation, asked));
            if (auto_orient && !lossless) {
              CHECK(planned.metadata.orientation == Orientation{});
            }
            CHECK(!planned.metadata.same_picture);
            const Size stored = lossless ? planned.decode.region.size() : planned.size;
            CHECK(planned.metadata.size == stored);
          }
        }
      }
    }
  }
}

TEST_CASE("a palette is widened where that is asked for") {
  ImageInfo info = picture(Format::kPng, {Model::kPalette, 4});
  Options options;
  options.keep_palette = true;
  CHECK(plan(info, options).value().way == Way::kPass);
  options.keep_palette = false;
  const Plan wide = plan(info, options).value();
  CHECK(wide.way == Way::kSamples);
  CHECK(wide.layout == kRgb8);
  CHECK(wide.lossless);
  CHECK(!wide.metadata.same_layout);
  CHECK(wide.metadata.same_picture);
  info.has_alpha = true;
  CHECK(plan(info, options).value().layout == kRgba8);
  // Of no other layout: nothing to widen.
  CHECK(plan(picture(Format::kPng, kGray8), options).value().way == Way::kPass);
  options.format = Format::kJpeg;
  CHECK(code_of(plan(info, options)) == "INVALID_ARGUMENT");
}

TEST_CASE("an animation's other pictures are not kept") {
  ImageInfo info = picture(Format::kPng);
  info.frame_count = 3;
  CHECK(plan(info, {}).value().lossless);  // it passes
  Options options = crop_to({0, 0, 10, 10});
  CHECK(!plan(info, options).value().lossless);
  options.lossless = true;
  CHECK(code_of(plan(info, options)) == "LOSSLESS_IMPOSSIBLE");
}

}  // namespace
}  // namespace crop64
