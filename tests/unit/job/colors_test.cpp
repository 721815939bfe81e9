#include "job/colors.h"

#include <doctest/doctest.h>

#include <string>

#include "support/plans.h"

namespace crop64 {
namespace {

// How a source says what its samples mean.
enum class By { kProfile, kOwn };
// What becomes of colours: kept, converted to sRGB, to Display P3, or an error.
enum class Then { kKept, kToSrgb, kToP3, kError };

constexpr auto kNoChoice = std::optional<ColorSpace>();
constexpr ColorSpace kSrgbSpace = ColorSpace::kSrgb;
constexpr ColorSpace kP3Space = ColorSpace::kDisplayP3;
constexpr ColorSpace kOtherSpace = ColorSpace::kOther;
constexpr MetadataPolicy kWithout = MetadataPolicy::kNone;
constexpr MetadataPolicy kWith = MetadataPolicy::kColor;
constexpr ProfileChoice kNo = ProfileChoice::kNone;
constexpr ProfileChoice kSame = ProfileChoice::kSource;
constexpr ProfileChoice kP3Profile = ProfileChoice::kDisplayP3;
constexpr ImageFormat kPng = ImageFormat::kPng;
constexpr ImageFormat kJpeg = ImageFormat::kJpeg;
constexpr ImageFormat kRaw = ImageFormat::kRaw;

struct Case {
  std::string name;
  ColorSpace space;
  By by;
  ImageFormat format;  // of the result; the source is a PNG
  MetadataPolicy metadata;
  std::optional<ColorSpace> asked;
  Then then;
  ProfileChoice profile;
};

Result<ColorPlan> planned(const Case& known, bool is_convertible, Layout from, Layout to) {
  ImageInfo info = picture(kPng, from);
  info.color = {known.space, known.by == By::kProfile, is_convertible};
  Options options;
  options.metadata = known.metadata;
  options.color_space = known.asked;
  Plan plan;
  plan.format = known.format;
  plan.layout = to;
  if (auto error = plan_colors(info, options, plan)) {
    return error;
  }
  return plan.colors;
}

void check(const Case& known, bool is_convertible, Layout from, Layout to) {
  CAPTURE(known.name);
  const Result<ColorPlan> colors = planned(known, is_convertible, from, to);
  CHECK(colors.ok() == (known.then != Then::kError));
  if (!colors.ok()) {
    CHECK(colors.error().code == ErrorCode::kUnsupportedFormat);
    return;
  }
  CHECK(colors.value().converts == (known.then != Then::kKept));
  CHECK(colors.value().space == (known.then == Then::kToSrgb ? kSrgbSpace
                                 : known.then == Then::kToP3 ? kP3Space
                                                             : known.space));
  CHECK(colors.value().profile == known.profile);
}

TEST_CASE("colours are converted to sRGB only if the result cannot say what they are") {
  const Case cases[] = {
      {"sRGB", kSrgbSpace, By::kOwn, kJpeg, kWithout, kNoChoice, Then::kKept, kNo},
      {"sRGB's profile", kSrgbSpace, By::kProfile, kJpeg, kWith, kNoChoice, Then::kKept, kSame},
      {"the same, without", kSrgbSpace, By::kProfile, kJpeg, kWithout, kNoChoice, Then::kKept, kNo},
      {"a profile", kOtherSpace, By::kProfile, kJpeg, kWith, kNoChoice, Then::kKept, kSame},
      {"as samples", kOtherSpace, By::kProfile, kRaw, kWith, kNoChoice, Then::kKept, kSame},
      {"without", kOtherSpace, By::kProfile, kPng, kWithout, kNoChoice, Then::kToSrgb, kNo},
      {"samples without", kOtherSpace, By::kProfile, kRaw, kWithout, kNoChoice, Then::kToSrgb, kNo},
      {"P3's profile", kP3Space, By::kProfile, kJpeg, kWith, kNoChoice, Then::kKept, kSame},
      {"P3 without", kP3Space, By::kProfile, kJpeg, kWithout, kNoChoice, Then::kToSrgb, kNo},
      {"P3 samples without", kP3Space, By::kProfile, kRaw, kWithout, kNoChoice, Then::kKept, kNo},
      {"P3 by cICP", kP3Space, By::kOwn, kPng, kWith, kNoChoice, Then::kKept, kNo},
      {"the same as JPEG", kP3Space, By::kOwn, kJpeg, kWith, kNoChoice, Then::kKept, kP3Profile},
      {"the same without", kP3Space, By::kOwn, kPng, kWithout, kNoChoice, Then::kToSrgb, kNo},
      {"gAMA", kOtherSpace, By::kOwn, kPng, kWith, kNoChoice, Then::kKept, kNo},
      {"gAMA without", kOtherSpace, By::kOwn, kPng, kWithout, kNoChoice, Then::kToSrgb, kNo},
      {"gAMA as JPEG", kOtherSpace, By::kOwn, kJpeg, kWith, kNoChoice, Then::kToSrgb, kNo},
      {"gAMA as samples", kOtherSpace, By::kOwn, kRaw, kWith, kNoChoice, Then::kKept, kNo},
      {"without", kOtherSpace, By::kOwn, kRaw, kWithout, kNoChoice, Then::kToSrgb, kNo},
  };
  for (const Case& known : cases) {
    check(known, true, kRgb8, kRgb8);
  }
}

TEST_CASE("colours become what is asked for, and Display P3 is always said") {
  const Case cases[] = {
      {"sRGB", kSrgbSpace, By::kOwn, kJpeg, kWith, kSrgbSpace, Then::kKept, kNo},
      {"sRGB's profile", kSrgbSpace, By::kProfile, kJpeg, kWith, kSrgbSpace, Then::kKept, kSame},
      {"other", kOtherSpace, By::kProfile, kJpeg, kWith, kSrgbSpace, Then::kToSrgb, kNo},
      {"P3", kP3Space, By::kProfile, kRaw, kWith, kSrgbSpace, Then::kToSrgb, kNo},
      {"to P3", kSrgbSpace, By::kOwn, kPng, kWith, kP3Space, Then::kToP3, kP3Profile},
      {"without", kSrgbSpace, By::kOwn, kPng, kWithout, kP3Space, Then::kToP3, kP3Profile},
      {"as samples", kOtherSpace, By::kProfile, kRaw, kWith, kP3Space, Then::kToP3, kP3Profile},
      {"without", kOtherSpace, By::kProfile, kRaw, kWithout, kP3Space, Then::kToP3, kNo},
      {"P3 already", kP3Space, By::kProfile, kPng, kWith, kP3Space, Then::kKept, kSame},
      {"without", kP3Space, By::kProfile, kPng, kWithout, kP3Space, Then::kKept, kP3Profile},
      {"by cICP", kP3Space, By::kOwn, kPng, kWith, kP3Space, Then::kKept, kNo},
      {"without", kP3Space, By::kOwn, kPng, kWithout, kP3Space, Then::kKept, kP3Profile},
  };
  for (const Case& known : cases) {
    check(known, true, kRgb8, kRgb8);
  }
}

TEST_CASE("grey is the same in sRGB and Display P3, and has no profile for colours") {
  const Case cases[] = {
      {"P3", kP3Space, By::kProfile, kPng, kWith, kNoChoice, Then::kToSrgb, kNo},
      {"asked for", kOtherSpace, By::kProfile, kPng, kWith, kP3Space, Then::kToSrgb, kNo},
      {"sRGB's profile", kSrgbSpace, By::kProfile, kPng, kWith, kNoChoice, Then::kKept, kNo},
  };
  for (const Case& known : cases) {
    check(known, true, kRgb8, kGray8);
  }
  const Case from_gray = {"",    kOtherSpace, By::kProfile,  kJpeg,
                          kWith, kNoChoice,   Then::kToSrgb, kNo};
  check(from_gray, true, kGray8, kRgb8);
  const Case stays = {"", kOtherSpace, By::kProfile, kJpeg, kWith, kNoChoice, Then::kKept, kSame};
  check(stays, true, kGray8, kGray8);
}

TEST_CASE("colours that cannot be converted keep their profile, or are refused if that is asked") {
  const Case cases[] = {
      {"a table", kOtherSpace, By::kProfile, kJpeg, kWith, kNoChoice, Then::kKept, kSame},
      {"without", kOtherSpace, By::kProfile, kJpeg, kWithout, kNoChoice, Then::kKept, kSame},
      {"samples", kOtherSpace, By::kProfile, kRaw, kWithout, kNoChoice, Then::kKept, kSame},
      {"asked for", kOtherSpace, By::kProfile, kJpeg, kWith, kSrgbSpace, Then::kError, kNo},
      {"PQ", kOtherSpace, By::kOwn, kPng, kWith, kNoChoice, Then::kKept, kNo},
      {"PQ as JPEG", kOtherSpace, By::kOwn, kJpeg, kWith, kNoChoice, Then::kError, kNo},
      {"PQ as samples", kOtherSpace, By::kOwn, kRaw, kWith, kNoChoice, Then::kKept, kNo},
      {"without", kOtherSpace, By::kOwn, kRaw, kWithout, kNoChoice, Then::kError, kNo},
      {"PQ without", kOtherSpace, By::kOwn, kPng, kWithout, kNoChoice, Then::kError, kNo},
      {"PQ to P3", kOtherSpace, By::kOwn, kPng, kWith, kP3Space, Then::kError, kNo},
  };
  for (const Case& known : cases) {
    check(known, false, kRgb8, kRgb8);
  }
  // A profile that no longer fits is left out, and nobody knows what the samples mean.
  const Case gone = {"", kOtherSpace, By::kProfile, kJpeg, kWith, kNoChoice, Then::kKept, kNo};
  check(gone, false, kRgb8, kGray8);
}

TEST_CASE("CMYK keeps its profile, and becomes sRGB without it") {
  const Case stays = {"", kOtherSpace, By::kProfile, kJpeg, kWith, kNoChoice, Then::kKept, kSame};
  check(stays, false, kCmyk8, kCmyk8);
  const auto becomes = [](std::optional<ColorSpace> asked, Layout to) {
    return planned({"", kOtherSpace, By::kProfile, kJpeg, kWith, asked, {}, kNo}, false, kCmyk8, to)
        .value();
  };
  CHECK(!becomes(kNoChoice, kRgb8).converts);
  CHECK(becomes(kNoChoice, kRgb8).space == kSrgbSpace);
  CHECK(becomes(kNoChoice, kRgb8).profile == kNo);
  CHECK(!becomes(kSrgbSpace, kRgb8).converts);
  CHECK(becomes(kP3Space, kRgb8).converts);
  CHECK(becomes(kSrgbSpace, kCmyk8).converts);  // so it cannot stay CMYK
}

}  // namespace
}  // namespace crop64
