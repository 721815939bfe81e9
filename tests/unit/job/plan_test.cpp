#include "job/plan.h"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <string>

#include "codecs/registry.h"
#include "job/group.h"
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
constexpr Layout kCmyk8 = {Model::kCmyk, 8};
constexpr Color kWhite = {255, 255, 255, 1};
constexpr Color kRed = {255, 0, 0, 1};
constexpr OutOfBounds kOutOfBounds[] = {OutOfBounds::kError, OutOfBounds::kClamp,
                                        OutOfBounds::kPad};

ImageInfo picture(ImageFormat format, Layout layout = kRgb8, bool has_alpha = false) {
  ImageInfo info;
  info.format = format;
  info.name = "a picture";
  info.size = kSize;
  info.layout = layout;
  info.has_alpha = has_alpha || layout.has_alpha();
  info.byte_length = 1000;
  return info;
}

Options crop_to(const RectF& edges, OutOfBounds out_of_bounds = OutOfBounds::kError) {
  Options options;
  options.crop = {edges, false};
  options.out_of_bounds = out_of_bounds;
  return options;
}

Options as(ImageFormat format) {
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
    const Result<Plan> result = plan(picture(ImageFormat::kPng), crop_to(expected.asked));
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
    const Result<Plan> result = plan(picture(ImageFormat::kPng), options);
    REQUIRE(result.ok());
    CHECK(result.value().region == expected.region);
  }
}

TEST_CASE("an edge up to one pixel outside is clamped whatever outOfBounds is") {
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

TEST_CASE("an empty crop is an invalid argument whatever may lie outside") {
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

TEST_CASE("the format is kept unless another one is asked for; samples become a PNG") {
  struct Case {
    ImageFormat source;
    std::optional<ImageFormat> asked;
    ImageFormat result;
  };
  const Case cases[] = {
      {ImageFormat::kJpeg, std::nullopt, ImageFormat::kJpeg},
      {ImageFormat::kPng, std::nullopt, ImageFormat::kPng},
      {ImageFormat::kRaw, std::nullopt, ImageFormat::kPng},
      {ImageFormat::kJpeg, ImageFormat::kPng, ImageFormat::kPng},
      {ImageFormat::kPng, ImageFormat::kJpeg, ImageFormat::kJpeg},
      {ImageFormat::kPng, ImageFormat::kRaw, ImageFormat::kRaw},
      {ImageFormat::kBmp, std::nullopt, ImageFormat::kPng},
      {ImageFormat::kBmp, ImageFormat::kJpeg, ImageFormat::kJpeg},
  };
  for (const Case& expected : cases) {
    Options options = crop_to({0, 0, 10, 10});
    options.format = expected.asked;
    const Result<Plan> result = plan(picture(expected.source), options);
    REQUIRE(result.ok());
    CHECK(result.value().format == expected.result);
  }
}

TEST_CASE("samples that had a lossy format keep it, unless nothing may be lost") {
  ImageInfo info = picture(ImageFormat::kRaw);
  info.kept_as = ImageFormat::kJpeg;
  Options options;
  CHECK(plan(info, options).value().format == ImageFormat::kJpeg);
  options.compression_level = 9;  // waits for an image that it fits
  CHECK(plan(info, options).value().format == ImageFormat::kJpeg);
  options.lossless = true;
  CHECK(plan(info, options).value().format == ImageFormat::kPng);
}

TEST_CASE("a file keeps its coded samples if the options change none of them") {
  using Change = std::function<void(Options&)>;
  struct Case {
    std::string name;
    ImageFormat source;
    bool keeps;
    Change change;
  };
  const Change nothing = [](Options&) {};
  const Change whole_picture = [](Options& o) { o.crop = {{0, 0, 100, 50}, false}; };
  const Change part = [](Options& o) { o.crop = {{0, 0, 100, 49}, false}; };
  const Change beyond = [](Options& o) { o.crop = {{-9, 0, 100, 50}, false}; };
  const Change quality = [](Options& o) { o.quality = 85; };
  const Change level = [](Options& o) { o.compression_level = 6; };
  const Case cases[] = {
      {"nothing, JPEG", ImageFormat::kJpeg, true, nothing},
      {"nothing, PNG", ImageFormat::kPng, true, nothing},
      {"nothing, samples", ImageFormat::kRaw, false, nothing},
      {"the whole picture", ImageFormat::kPng, true, whole_picture},
      {"almost the whole picture", ImageFormat::kPng, false, part},
      {"clamped to the whole picture", ImageFormat::kPng, true,
       [&](Options& o) { beyond(o), o.out_of_bounds = OutOfBounds::kClamp; }},
      {"padded", ImageFormat::kPng, false,
       [&](Options& o) { beyond(o), o.out_of_bounds = OutOfBounds::kPad; }},
      {"padding that is not needed", ImageFormat::kPng, true,
       [](Options& o) { o.out_of_bounds = OutOfBounds::kPad, o.background = kRed; }},
      {"its own format", ImageFormat::kPng, true, [](Options& o) { o.format = ImageFormat::kPng; }},
      {"another format", ImageFormat::kPng, false,
       [](Options& o) { o.format = ImageFormat::kJpeg; }},
      {"samples", ImageFormat::kPng, false, [](Options& o) { o.format = ImageFormat::kRaw; }},
      {"a quality for a JPEG", ImageFormat::kJpeg, false, quality},
      {"a quality for a PNG", ImageFormat::kPng, true, quality},
      {"a level for a PNG", ImageFormat::kPng, false, level},
      {"a level for a JPEG", ImageFormat::kJpeg, true, level},
      {"channels for a file", ImageFormat::kPng, true,
       [](Options& o) { o.channels = Channels::kGray; }},
      {"a depth for a file", ImageFormat::kPng, true, [](Options& o) { o.bit_depth = 16; }},
      {"a turn", ImageFormat::kPng, false, [](Options& o) { o.rotate = 180; }},
      {"a flip", ImageFormat::kPng, false, [](Options& o) { o.flip = Flip::kVertical; }},
      {"its own size", ImageFormat::kPng, true,
       [](Options& o) { o.resize = size_of(100, std::nullopt); }},
      {"its own size, contained", ImageFormat::kPng, true,
       [](Options& o) { o.resize = size_of(100, 50, Fit::kContain); }},
      {"a letterbox", ImageFormat::kPng, false,
       [](Options& o) { o.resize = size_of(100, 51, Fit::kContain); }},
      {"another size", ImageFormat::kPng, false,
       [](Options& o) { o.resize = size_of(101, std::nullopt); }},
      {"a larger size that is not wanted", ImageFormat::kPng, true,
       [](Options& o) {
         o.resize = size_of(101, std::nullopt), o.resize->without_enlargement = true;
       }},
      {"small enough", ImageFormat::kJpeg, true, [](Options& o) { o.max_bytes = 1000; }},
      {"BMP", ImageFormat::kBmp, true, nothing},
      {"a quality for a BMP", ImageFormat::kBmp, true, quality},
      {"a part of a BMP", ImageFormat::kBmp, false, part},
      {"truncation accepted", ImageFormat::kJpeg, true,
       [](Options& o) { o.damaged = Damaged::kAccept; }},
  };
  for (const Case& expected : cases) {
    CAPTURE(expected.name);
    for (const MetadataPolicy policy :
         {MetadataPolicy::kNone, MetadataPolicy::kColor, MetadataPolicy::kAll}) {
      Options options;
      options.metadata = policy;
      expected.change(options);
      const Result<Plan> result = plan(picture(expected.source), options);
      REQUIRE(result.ok());
      const bool all = policy == MetadataPolicy::kAll;
      // A BMP has no metadata that could be taken out without writing it as a PNG.
      const bool keeps = expected.keeps && (all || expected.source != ImageFormat::kBmp);
      CHECK((result.value().strategy == Strategy::kCopyFile) == (keeps && all));
      CHECK((result.value().strategy == Strategy::kCopyImageData) == (keeps && !all));
      if (keeps) {
        CHECK(result.value().lossless);
        CHECK(result.value().checks_samples);
        CHECK(result.value().format == expected.source);
        CHECK(result.value().size == kSize);
      }
    }
  }
}

TEST_CASE("a file that is too large with all its metadata is encoded, and rewritten with less") {
  Options options;
  options.max_bytes = 999;
  CHECK(plan(picture(ImageFormat::kJpeg), options).value().strategy == Strategy::kCopyImageData);
  CHECK(plan(picture(ImageFormat::kJpeg), options, true).value().strategy == Strategy::kTranscode);
  options.metadata = MetadataPolicy::kAll;
  CHECK(plan(picture(ImageFormat::kJpeg), options).value().strategy == Strategy::kTranscode);
}

TEST_CASE("without any option a file is copied, and its samples are not looked at") {
  Options options;
  options.copies_file = true;
  for (const ImageFormat format : {ImageFormat::kJpeg, ImageFormat::kPng, ImageFormat::kBmp}) {
    const Plan copy = plan(picture(format), options).value();
    CHECK(copy.strategy == Strategy::kCopyFile);
    CHECK(!copy.checks_samples);
    CHECK(copy.lossless);
    CHECK(copy.size == kSize);
  }
  CHECK(plan(picture(ImageFormat::kRaw), options).value().format == ImageFormat::kPng);
}

TEST_CASE("an option of another format is an error with an explicit format only") {
  struct Case {
    std::string name;
    ImageFormat belongs_to;
    void (*set)(Options&);
  };
  const Case cases[] = {
      {"quality", ImageFormat::kJpeg, [](Options& o) { o.quality = 50; }},
      {"compressionLevel", ImageFormat::kPng, [](Options& o) { o.compression_level = 9; }},
      {"channels", ImageFormat::kRaw, [](Options& o) { o.channels = Channels::kRgb; }},
      {"bitDepth", ImageFormat::kRaw, [](Options& o) { o.bit_depth = 16; }},
  };
  for (const Case& option : cases) {
    for (const ImageFormat source : {ImageFormat::kJpeg, ImageFormat::kPng, ImageFormat::kRaw}) {
      for (const std::optional<ImageFormat> format : {std::optional<ImageFormat>(),
                                                      {ImageFormat::kJpeg},
                                                      {ImageFormat::kPng},
                                                      {ImageFormat::kRaw}}) {
        INFO(option.name, " for ", std::string(to_string(source)), " to ",
             std::string(format ? to_string(*format) : "keep"));
        Options options = crop_to({0, 0, 10, 10});
        options.format = format;
        option.set(options);
        const Result<Plan> result = plan(picture(source), options);
        const bool fits = !format || format == option.belongs_to;
        CHECK(code_of(result) == (fits ? "ok" : "INVALID_ARGUMENT"));
        if (!result.ok()) {
          CHECK(result.error().message.find(option.name) != std::string::npos);
          CHECK(result.error().message.find(to_string(*format)) != std::string::npos);
        }
      }
    }
  }
}

TEST_CASE("the settings are those asked for or the defaults") {
  Options options = crop_to({0, 0, 10, 10});
  CHECK(plan(picture(ImageFormat::kJpeg), options).value().settings.quality == 85);
  CHECK(plan(picture(ImageFormat::kPng), options).value().settings.compression_level == 6);
  options.quality = 1;
  options.compression_level = 0;
  CHECK(plan(picture(ImageFormat::kJpeg), options).value().settings.quality == 1);
  CHECK(plan(picture(ImageFormat::kPng), options).value().settings.compression_level == 0);
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

TEST_CASE("behind a JPEG is white unless a background is given") {
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

// The plan with one limit at that value.
Result<Plan> plan_with(double Limits::*limit, double value, Options options, ImageInfo info) {
  options.limits.*limit = value;
  return plan(info, options);
}

TEST_CASE("a limit is kept to the last one, and the error tells limit and value") {
  ImageInfo info = picture(ImageFormat::kPng);
  info.decode_memory = 5000;
  const Options kept = crop_to({0, 0, 10, 10});
  Options part = kept;
  part.format = ImageFormat::kRaw;
  Options copy;
  copy.copies_file = true;
  const Options rewritten;
  struct Case {
    std::string name;
    double Limits::*limit;
    Options options;
    double value;
  };
  const Case cases[] = {
      {"bytes", &Limits::bytes, copy, 1000},
      {"pixels", &Limits::pixels, copy, 5000},
      {"pixels of a part", &Limits::pixels, part, 5000},
      {"memory of what is copied", &Limits::memory, copy, 1000},
      {"memory of what is rewritten: the source, and the decoder or the file", &Limits::memory,
       rewritten, 1000 + 5000},
      {"memory: source, decoder and region", &Limits::memory, part, 1000 + 5000 + 300},
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
  const ImageInfo rgb = picture(ImageFormat::kPng);
  const ImageInfo samples = picture(ImageFormat::kRaw);
  ImageInfo thirsty = rgb;
  thirsty.decode_memory = 100000;
  const auto to = [](int width, int height, Fit fit, Options& o) {
    o.resize = size_of(width, height, fit);
    o.resize->kernel = Kernel::kNearest;
  };
  const auto as_rgb = [](Options& o) { o.format = ImageFormat::kRaw, o.channels = Channels::kRgb; };
  constexpr double kPart = 300;  // 10 x 10
  const auto encoder = [](ImageFormat format, const Layout& layout, Size size,
                          const EncodeSettings& settings = {}) {
    return find_codec(format)->encode_memory(layout, size, settings);
  };
  const double png = encoder(ImageFormat::kPng, kRgb8, {10, 10});
  const double jpeg = encoder(ImageFormat::kJpeg, kRgb8, {10, 10});
  EncodeSettings kept;
  kept.optimize_coding = true;
  const double optimizer = encoder(ImageFormat::kJpeg, kRgb8, {10, 10}, kept);
  CHECK(png >= 1e6);
  CHECK(optimizer >= jpeg + 2 * kPart);
  const Case cases[] = {
      {"the region, handed out as it is", rgb, as_rgb, kPart},
      {"the decoder's own", thirsty, as_rgb, 100000 + kPart},
      {"the region, the deflater and the file", rgb, [](Options&) {}, kPart + png + kPart},
      {"the region, libjpeg and the file", rgb, [](Options& o) { o.format = ImageFormat::kJpeg; },
       kPart + jpeg + kPart},
      {"tables made to measure: all coefficients", rgb,
       [](Options& o) { o.format = ImageFormat::kJpeg, o.optimize_coding = true; },
       kPart + optimizer + kPart},
      {"a quality that is searched: two files", rgb,
       [](Options& o) { o.format = ImageFormat::kJpeg, o.max_bytes = 100; },
       kPart + jpeg + 2 * kPart},
      {"a PNG that is to be small: one file", rgb, [](Options& o) { o.max_bytes = 100; },
       kPart + png + kPart},
      {"converted", rgb, [](Options& o) { o.format = ImageFormat::kRaw; }, kPart + 400},
      {"turned", rgb, [&](Options& o) { as_rgb(o), o.rotate = 90; }, kPart + kPart},
      {"padded", rgb, [&](Options& o) { as_rgb(o), o.crop.edges.left = -10; }, kPart + 600},
      {"padded with alpha: widened first", rgb, [](Options& o) { o.crop.edges.left = -10; },
       800 + encoder(ImageFormat::kPng, kRgba8, {20, 10}) + 800},
      {"nothing but padding", rgb,
       [&](Options& o) {
         as_rgb(o), o.crop.edges = {-20, 0, -10, 10};
       },
       kPart},
      {"resampled", rgb, [&](Options& o) { as_rgb(o), to(40, 20, Fit::kFill, o); },
       kPart + 2400 + 4 * (40 + 20)},
      {"letterboxed", rgb, [&](Options& o) { as_rgb(o), to(40, 20, Fit::kContain, o); },
       1200 + 2400},
      {"samples that are borrowed", samples, [](Options& o) { o.format = ImageFormat::kRaw; }, 400},
      {"samples that are borrowed, turned", samples, [&](Options& o) { as_rgb(o), o.rotate = 180; },
       kPart},
      {"samples that are borrowed, packed and resampled", samples,
       [&](Options& o) { as_rgb(o), to(4, 2, Fit::kFill, o); }, kPart + 24 + 4 * (4 + 2)},
  };
  for (const Case& expected : cases) {
    CAPTURE(expected.name);
    Options options = crop_to({0, 0, 10, 10}, OutOfBounds::kPad);
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

TEST_CASE("a format that is not written here is refused, unless the file keeps its bytes") {
  for (const ImageFormat format : {ImageFormat::kBmp, ImageFormat::kUnknown}) {
    CHECK(code_of(plan(picture(ImageFormat::kPng), as(format))) == "INVALID_ARGUMENT");
    CHECK(code_of(plan(picture(ImageFormat::kRaw), as(format))) == "INVALID_ARGUMENT");
  }
  Options all = as(ImageFormat::kBmp);
  all.metadata = MetadataPolicy::kAll;
  CHECK(code_of(plan(picture(ImageFormat::kBmp), all)) == "ok");
}

TEST_CASE("the default limits are half a gibipixel and one gibibyte") {
  ImageInfo info = picture(ImageFormat::kPng);
  info.size = {32768, 16384};
  CHECK(code_of(plan(info, {})) == "ok");
  info.size = {32768, 16385};
  CHECK(code_of(plan(info, {})) == "LIMIT_EXCEEDED");
  info.size = {20000, 20000};
  CHECK(code_of(plan(info, as(ImageFormat::kRaw))) == "LIMIT_EXCEEDED");
}

TEST_CASE("a canvas of more bytes than can be counted exceeds the limit of memory") {
  // 8 bytes a pixel on about 2^61 pixels.
  const Options options = crop_to({0, 0, 1'431'655'765, 1'610'612'737}, OutOfBounds::kPad);
  CHECK(code_of(plan(picture(ImageFormat::kPng, kRgba16), options)) == "LIMIT_EXCEEDED");
  const Options far = crop_to({-1e9, -1e9, 1e9, 1e9}, OutOfBounds::kPad);
  CHECK(code_of(plan(picture(ImageFormat::kPng, kRgba16), far)) == "LIMIT_EXCEEDED");
}

// What a picture of 100 x 50 is resampled to, and where it then lies.
struct Fitted {
  RectF box;
  Size size;
  std::optional<Padding> letterbox;
};

void check_fit(const Resize& asked, const Fitted& expected) {
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

TEST_CASE("one side given, the other follows, rounded half up") {
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

TEST_CASE("both sides given, the fit says what becomes of other proportions") {
  struct Case {
    Fit fit;
    Size asked;
    Fitted fitted;
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

TEST_CASE("the position says which part stays, and where a smaller picture goes") {
  struct Case {
    Fit fit;
    double x;
    double y;
    Fitted fitted;  // in 50 x 50, or 40 x 10
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

TEST_CASE("without enlargement nothing grows") {
  struct Case {
    Fit fit;
    std::optional<int> width;
    std::optional<int> height;
    double position;
    Fitted fitted;
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

TEST_CASE("a size that no picture has is one pixel, or as large as there is room for") {
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

TEST_CASE("a decoder reduces a picture as long as twice the size that is asked for remains") {
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

TEST_CASE("without resizing nothing is reduced") {
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

TEST_CASE("the box of a reduced, cropped and turned picture shows what the whole one's shows") {
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

TEST_CASE("the file's orientation comes first, then the turn, then the flip") {
  struct Case {
    int exif;
    bool auto_orient;
    int rotate;
    Flip flip;
    int shown;
  };
  const Case cases[] = {
      {1, true, 0, Flip::kNone, 1},        {6, true, 0, Flip::kNone, 6},
      {6, false, 0, Flip::kNone, 1},       {1, true, 90, Flip::kNone, 6},
      {1, true, 180, Flip::kNone, 3},      {1, true, 270, Flip::kNone, 8},
      {1, true, 0, Flip::kHorizontal, 2},  {1, true, 0, Flip::kVertical, 4},
      {1, true, 90, Flip::kHorizontal, 5}, {1, true, 90, Flip::kVertical, 7},
      {6, true, 270, Flip::kNone, 1},      {6, false, 270, Flip::kNone, 8},
      {6, true, 90, Flip::kNone, 3},       {2, true, 0, Flip::kHorizontal, 1},
      {2, true, 90, Flip::kNone, 7},       {8, true, 90, Flip::kVertical, 4},
  };
  for (const Case& expected : cases) {
    INFO("Exif ", expected.exif, ", used: ", expected.auto_orient, ", ", expected.rotate,
         " degrees");
    ImageInfo info = picture(ImageFormat::kJpeg);
    info.orientation = exif_orientation(expected.exif);
    Options options = as(ImageFormat::kPng);
    options.auto_orient = expected.auto_orient;
    options.rotate = expected.rotate;
    options.flip = expected.flip;
    const Plan made = plan(info, options).value();
    CHECK(exif_tag(made.orientation) == expected.shown);
    CHECK(made.size == (expected.shown >= 5 ? Size{50, 100} : kSize));
    CHECK(made.decode.region == whole(kSize));
    CHECK(made.lossless);
  }
}

TEST_CASE("a crop is of the picture as displayed, and decoded where it is stored") {
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

TEST_CASE("percent and the edges are those of the picture as displayed") {
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

TEST_CASE("a file keeps its coded samples with its orientation, applied or not") {
  for (int tag = 1; tag <= 8; ++tag) {
    ImageInfo info = picture(ImageFormat::kJpeg);
    info.orientation = exif_orientation(tag);
    Options options;
    CHECK(plan(info, options).value().strategy == Strategy::kCopyImageData);
    options.auto_orient = false;
    CHECK(plan(info, options).value().strategy == Strategy::kCopyImageData);
    options.auto_orient = true;
    options.rotate = 180;
    CHECK(plan(info, options).value().strategy == Strategy::kTranscode);
  }
}

TEST_CASE("padding and resampling are done where any colour can be a sample") {
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

TEST_CASE("samples are handed out in the depth that was asked for, 8 bits otherwise") {
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

TEST_CASE("lossless is what keeps every sample of the region") {
  struct Case {
    std::string name;
    ImageFormat source;
    Layout layout;
    bool lossless;
    std::function<void(Options&)> change;
  };
  const auto part = [](Options& o) { o.crop.edges.right = 10; };
  const Case cases[] = {
      {"a part of a PNG", ImageFormat::kPng, kRgb16, true, part},
      {"a part of a BMP, as a PNG", ImageFormat::kBmp, kPalette4, true, part},
      {"a part of samples, as a PNG", ImageFormat::kRaw, kBgra8, true, part},
      {"a part of a JPEG, as a JPEG", ImageFormat::kJpeg, kRgb8, false, part},
      {"a part of a JPEG, as a PNG", ImageFormat::kJpeg, kRgb8, true,
       [](Options& o) { o.format = ImageFormat::kPng; }},
      {"CMYK, as a PNG", ImageFormat::kJpeg, kCmyk8, false,
       [](Options& o) { o.format = ImageFormat::kPng; }},
      {"turned", ImageFormat::kPng, kPalette4, true, [](Options& o) { o.rotate = 90; }},
      {"padded", ImageFormat::kPng, kPalette4, true, [](Options& o) { o.crop.edges.left = -10; }},
      {"resized", ImageFormat::kPng, kRgb8, false, [](Options& o) { o.resize = size_of(50, {}); }},
      {"resized by nearest", ImageFormat::kPng, kRgb8, false,
       [](Options& o) { o.resize = size_of(50, {}), o.resize->kernel = Kernel::kNearest; }},
      {"resized to its own size and turned", ImageFormat::kPng, kRgb8, true,
       [](Options& o) { o.resize = size_of({}, 100), o.rotate = 90; }},
  };
  for (const Case& expected : cases) {
    CAPTURE(expected.name);
    Options options = crop_to({0, 0, 100, 50}, OutOfBounds::kPad);
    if (expected.name.find("turned") != std::string::npos) {
      options.crop.edges = {0, 0, 50, 100};
    }
    expected.change(options);
    ImageInfo info = picture(expected.source, expected.layout);
    CHECK(plan(info, options).value().lossless == expected.lossless);
    // Not where the decoder itself had to drop bits.
    info.exact = false;
    CHECK(!plan(info, options).value().lossless);
  }
}

TEST_CASE("samples that are larger than maxBytes are refused before anything is read") {
  Options options = as(ImageFormat::kRaw);
  options.max_bytes = 100 * 50 * 4;
  CHECK(plan(picture(ImageFormat::kPng), options).ok());
  options.max_bytes = 100 * 50 * 4 - 1;
  const Result<Plan> refused = plan(picture(ImageFormat::kPng), options);
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == ErrorCode::kLimitExceeded);
  CHECK(refused.error().details[0].value == 100 * 50 * 4 - 1);
  CHECK(refused.error().details[1].value == 100 * 50 * 4);
  options.resize = size_of(50, {});
  CHECK(plan(picture(ImageFormat::kPng), options).ok());
  options = as(ImageFormat::kPng);
  options.crop = {{0, 0, 50, 100}, true};
  options.max_bytes = 1;
  const Result<Plan> planned = plan(picture(ImageFormat::kPng), options);
  REQUIRE(planned.ok());
  CHECK(planned.value().max_bytes == 1);
}

TEST_CASE("a format that is not decoded here is copied only if nothing is asked") {
  ImageInfo info = picture(ImageFormat::kUnknown);
  info.size = {};
  info.id = "webp";
  info.name = "WebP";
  Options options;
  options.copies_file = true;
  const Result<Plan> result = plan(info, options);
  REQUIRE(result.ok());
  CHECK(result.value().strategy == Strategy::kCopyFile);
  CHECK(result.value().format == ImageFormat::kUnknown);
  CHECK(result.value().lossless);
  const Result<Plan> refused = plan(info, {});
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == ErrorCode::kUnsupportedFormat);
  CHECK(refused.error().message.find("WebP") != std::string::npos);
  info.id = info.name = "";
  info.looks_like = "an HTML page";
  CHECK(code_of(plan(info, options)) == "UNSUPPORTED_FORMAT");
}

TEST_CASE("a resized JPEG has the coarser of its own quality and 85") {
  ImageInfo info = picture(ImageFormat::kJpeg);
  struct Case {
    int own;
    std::optional<int> asked;
    bool resizes;
    bool keeps;
    int quality;
  };
  const Case cases[] = {
      {95, {}, false, true, 95}, {60, {}, false, true, 60}, {95, {}, true, false, 85},
      {60, {}, true, true, 60},  {85, {}, true, false, 85}, {95, 0, true, true, 95},
      {60, 90, true, false, 90}, {0, {}, true, false, 85},  {0, {}, false, true, 85},
  };
  for (const Case& expected : cases) {
    CAPTURE(expected.own);
    info.quality = expected.own;
    Options options = crop_to({0, 0, 90, 45});
    options.quality = expected.asked;
    if (expected.resizes) {
      options.resize = size_of(20, {});
    }
    const Plan planned = plan(info, options).value();
    CHECK(planned.keeps_quantisation == expected.keeps);
    CHECK(planned.settings.quality == expected.quality);
  }
}

TEST_CASE("a CMYK JPEG keeps the nearest quality and its subsampling") {
  ImageInfo info = picture(ImageFormat::kJpeg, {Model::kCmyk, 8});
  info.quality = 97;
  info.chroma_subsampling = ChromaSubsampling{1, 1};
  Options options = crop_to({0, 0, 90, 45});
  const Plan kept = plan(info, options).value();
  CHECK(!kept.keeps_quantisation);
  CHECK(kept.settings.quality == 97);
  CHECK(kept.settings.chroma_subsampling == info.chroma_subsampling);
  options.quality = 50;
  const Plan asked = plan(info, options).value();
  CHECK(asked.settings.quality == 50);
  CHECK(!asked.settings.chroma_subsampling);
}

TEST_CASE("a palette stays if it is resized without new colours") {
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

// The places of the plans in each share.
std::vector<std::vector<size_t>> places(const std::vector<DecodeGroup>& groups) {
  std::vector<std::vector<size_t>> all;
  for (const DecodeGroup& group : groups) {
    all.push_back(group.job_indices);
  }
  return all;
}

Plan decoding(const Rect& region, int reduction = 1, Damaged damaged = Damaged::kError) {
  Plan plan;
  plan.decode = {reduction, region, damaged};
  plan.region = region;
  plan.size = region.size();
  return plan;
}

TEST_CASE("parts of a picture are decoded together where that is less work") {
  using Places = std::vector<std::vector<size_t>>;
  ImageInfo info = picture(ImageFormat::kJpeg);
  info.size = {1000, 1000};
  const Plan high = decoding({0, 0, 10, 10});
  const Plan middle = decoding({450, 450, 550, 550});
  const Plan below = decoding({460, 500, 560, 600});
  const Plan corner = decoding({990, 990, 1000, 1000});
  const auto shared = [&](const std::vector<Plan>& plans, double memory = 1e18) {
    return places(group_decodes(info, plans, memory));
  };
  CHECK(shared({middle, below}) == Places{{0, 1}});
  CHECK(group_decodes(info, std::vector{middle, below}, 1e18)[0].request.region ==
        Rect{450, 450, 560, 600});
  CHECK(shared({middle}) == Places{{0}});
  // All of the picture for two of its corners is more than each by itself.
  CHECK(shared({high, corner}) == Places{{0}, {1}});
  // Other sizes and what may be missing are decoded by themselves.
  const Plan reduced = decoding({100, 100, 200, 200}, 2);
  CHECK(shared({middle, reduced, below, reduced}) == Places{{0, 2}, {1, 3}});
  const Plan accepting = decoding({450, 450, 550, 550}, 1, Damaged::kAccept);
  CHECK(shared({accepting, accepting}) == Places{{0}, {1}});
  // Too much memory for both.
  CHECK(shared({middle, below}, 40000) == Places{{0}, {1}});
  // What is not decoded has no share.
  Plan passes = middle;
  passes.strategy = Strategy::kCopyFile;
  Plan moves = middle;
  moves.strategy = Strategy::kLosslessCrop;
  const Plan beyond = decoding({});
  CHECK(shared({passes, middle, moves, beyond, below}) == Places{{1, 4}});
}

// What metadata has to know.

ImageInfo turned_picture(ImageFormat format, int tag) {
  ImageInfo info = picture(format);
  info.orientation = exif_orientation(tag);
  info.block = {8, 8};
  return info;
}

TEST_CASE("metadata alone keeps the coded samples, and says how they are to be displayed") {
  for (const MetadataPolicy policy : {MetadataPolicy::kNone, MetadataPolicy::kColor}) {
    for (const bool auto_orient : {true, false}) {
      Options options;
      options.metadata = policy;
      options.auto_orient = auto_orient;
      for (const ImageFormat format : {ImageFormat::kJpeg, ImageFormat::kPng}) {
        const Plan planned = plan(turned_picture(format, 6), options).value();
        CHECK(planned.strategy == Strategy::kCopyImageData);
        CHECK(planned.lossless);
        CHECK(planned.size == (auto_orient ? Size{50, 100} : kSize));
        CHECK(planned.metadata.policy == policy);
        CHECK(planned.metadata.same_image);
        CHECK(planned.metadata.size == kSize);
        CHECK(exif_tag(planned.metadata.orientation) == 6);
      }
    }
  }
  Options all;
  all.metadata = MetadataPolicy::kAll;
  CHECK(plan(turned_picture(ImageFormat::kJpeg, 6), all).value().strategy == Strategy::kCopyFile);
  CHECK(plan(turned_picture(ImageFormat::kPng, 6), all).value().strategy == Strategy::kCopyFile);
}

TEST_CASE("with a quality, a resize or a turn the samples are decoded and turned upright") {
  for (const int change : {0, 1, 2}) {
    Options options;
    options.metadata = MetadataPolicy::kNone;
    if (change == 0) {
      options.quality = 50;
    } else if (change == 1) {
      options.resize = size_of(10, {});
    } else {
      options.rotate = 90;
    }
    const Plan planned = plan(turned_picture(ImageFormat::kJpeg, 6), options).value();
    CHECK(planned.strategy == Strategy::kTranscode);
    CHECK(!planned.metadata.same_image);
    CHECK(exif_tag(planned.metadata.orientation) == 1);
  }
}

TEST_CASE("whatever is turned, the file says what is still to be turned") {
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
            const ImageInfo info = turned_picture(ImageFormat::kJpeg, tag);
            const Plan planned = plan(info, options).value();
            const Orientation done =
                planned.strategy == Strategy::kLosslessCrop ? Orientation{} : planned.orientation;
            const Orientation mirror = {false, flip == Flip::kHorizontal, flip == Flip::kVertical};
            const Orientation asked = then(quarter_turns(rotate / 90), mirror);
            // Without autoOrient the picture's own turn is still to come.
            CHECK(then(done, planned.metadata.orientation) ==
                  (auto_orient ? then(info.orientation, asked) : then(asked, info.orientation)));
            if (auto_orient && !lossless) {
              CHECK(planned.metadata.orientation == Orientation{});
            }
            CHECK(!planned.metadata.same_image);
            const Size stored = lossless ? planned.decode.region.size() : planned.size;
            CHECK(planned.metadata.size == stored);
          }
        }
      }
    }
  }
}

TEST_CASE("a palette is widened where that is asked for") {
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

TEST_CASE("an animation's other frames are kept only with its coded samples") {
  ImageInfo info = picture(ImageFormat::kPng);
  info.frame_count = 3;
  CHECK(plan(info, {}).value().lossless);
  Options options = crop_to({0, 0, 10, 10});
  CHECK(!plan(info, options).value().lossless);
  options.lossless = true;
  CHECK(code_of(plan(info, options)) == "LOSSLESS_IMPOSSIBLE");
}

}  // namespace
}  // namespace crop64
