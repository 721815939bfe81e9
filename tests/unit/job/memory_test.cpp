#include "job/memory.h"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <string>

#include "codecs/registry.h"
#include "job/plan.h"
#include "support/plans.h"

namespace crop64 {
namespace {

// The plan with one limit at that value.
Result<Plan> plan_with(double Limits::*limit, double value, Options options, ImageInfo info) {
  options.limits.*limit = value;
  return plan(info, options);
}

TEST_CASE("a limit is exact, and its error has the limit and the value") {
  ImageInfo info = picture(ImageFormat::kPng);
  info.decode_memory = 5000;
  const Options kept = crop_to({0, 0, 10, 10});
  Options part = kept;
  part.format = ImageFormat::kRaw;
  part.channels = Channels::kRgb;
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
      {"memory: source, decoder and samples", &Limits::memory, part, 1000 + 5000 + 300},
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

TEST_CASE("memory is that of the source, of decoding, and of each step") {
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
  ImageInfo held = rgb;
  held.holds_region = true;
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
  // Sixteen rows of 8 bits, and a row of pixels of four samples.
  const auto converted = [](double width, double pixel_bytes) {
    return 16 * width * pixel_bytes + 4 * width;
  };
  const auto padded = [](double width, double pixel_bytes) { return 17 * width * pixel_bytes; };
  const auto nearest = [](double width, double height) {
    return 16 * width * 3 + 4 * (width + height);
  };
  const Case cases[] = {
      {"the region, handed out as it is", rgb, as_rgb, kPart},
      {"the decoder's own", thirsty, as_rgb, 100000 + kPart},
      {"a decoder that holds the region", held, as_rgb, kPart + kPart},
      {"the deflater and the file", rgb, [](Options&) {}, png + kPart},
      {"libjpeg and the file", rgb, [](Options& o) { o.format = ImageFormat::kJpeg; },
       jpeg + kPart},
      {"tables made to measure: all coefficients", rgb,
       [](Options& o) { o.format = ImageFormat::kJpeg, o.optimize_coding = true; },
       optimizer + kPart},
      {"a quality that is searched: the samples and two files", rgb,
       [](Options& o) { o.format = ImageFormat::kJpeg, o.max_bytes = 100; },
       kPart + jpeg + 2 * kPart},
      {"a PNG that is to be small: one file", rgb, [](Options& o) { o.max_bytes = 100; },
       png + kPart},
      {"converted", rgb, [](Options& o) { o.format = ImageFormat::kRaw; }, converted(10, 4) + 400},
      {"turned: the turned image", rgb, [&](Options& o) { as_rgb(o), o.rotate = 90; },
       kPart + kPart},
      {"mirrored: some rows", rgb, [&](Options& o) { as_rgb(o), o.flip = Flip::kHorizontal; },
       16 * 30 + kPart},
      {"padded", rgb, [&](Options& o) { as_rgb(o), o.crop.edges.left = -10; }, padded(20, 3) + 600},
      {"padded with alpha: widened first", rgb, [](Options& o) { o.crop.edges.left = -10; },
       converted(10, 4) + padded(20, 4) + encoder(ImageFormat::kPng, kRgba8, {20, 10}) + 800},
      {"nothing but padding", rgb,
       [&](Options& o) {
         as_rgb(o), o.crop.edges = {-20, 0, -10, 10};
       },
       padded(10, 3) + kPart},
      {"resampled", rgb, [&](Options& o) { as_rgb(o), to(40, 20, Fit::kFill, o); },
       nearest(40, 20) + 2400},
      {"letterboxed", rgb, [&](Options& o) { as_rgb(o), to(40, 20, Fit::kContain, o); },
       nearest(20, 20) + padded(40, 3) + 2400},
      {"resampled, then turned: the small image", rgb,
       [&](Options& o) { as_rgb(o), to(4, 2, Fit::kFill, o), o.rotate = 90; },
       nearest(2, 4) + 24 + 24},
      {"samples that are borrowed", samples, [](Options& o) { o.format = ImageFormat::kRaw; },
       converted(10, 4) + 400},
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

TEST_CASE("the default limits are half a gibipixel and one gibibyte") {
  ImageInfo info = picture(ImageFormat::kPng);
  info.size = {32768, 16384};
  CHECK(code_of(plan(info, {})) == "ok");
  info.size = {32768, 16385};
  CHECK(code_of(plan(info, {})) == "LIMIT_EXCEEDED");
  info.size = {20000, 20000};
  CHECK(code_of(plan(info, as(ImageFormat::kRaw))) == "LIMIT_EXCEEDED");
}

TEST_CASE("a canvas of more bytes than an integer holds exceeds the limit of memory") {
  // 8 bytes a pixel on about 2^61 pixels.
  const Options options = crop_to({0, 0, 1'431'655'765, 1'610'612'737}, OutOfBounds::kPad);
  CHECK(code_of(plan(picture(ImageFormat::kPng, kRgba16), options)) == "LIMIT_EXCEEDED");
  const Options far = crop_to({-1e9, -1e9, 1e9, 1e9}, OutOfBounds::kPad);
  CHECK(code_of(plan(picture(ImageFormat::kPng, kRgba16), far)) == "LIMIT_EXCEEDED");
}

TEST_CASE("samples that exceed maxBytes are refused by the plan") {
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

}  // namespace
}  // namespace crop64
