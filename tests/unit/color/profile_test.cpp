#include "color/profile.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>

#include "support/profiles.h"

namespace crop64 {
namespace {

// Reads all that a profile borrows.
void evaluate(const ColorProfile& profile) {
  for (const Curve& curve : profile.curves) {
    for (int i = 0; i <= 4; ++i) {
      const double y = curve.at(i / 4.0);
      CHECK((y >= 0 && y <= 1));
    }
  }
}

TEST_CASE("read_profile() recognises sRGB and Display P3 by their values") {
  std::vector<double> more = kNumbers;
  more.insert(more.end(), {0, 0});
  std::vector<double> lifted = kNumbers;
  lifted.insert(lifted.end(), {0.1, 0});
  const File curve = formula(3, kNumbers);
  struct Case {
    std::string name;
    File profile;
    ColorSpace expected;
  };
  const Case cases[] = {
      {"no profile", {}, ColorSpace::kOther},
      {"sRGB, a formula", matrix(kSrgb, curve).bytes(), ColorSpace::kSrgb},
      {"sRGB, a formula of seven numbers", matrix(kSrgb, formula(4, more)).bytes(),
       ColorSpace::kSrgb},
      {"sRGB, a table of 1024", matrix(kSrgb, table(1024, srgb)).bytes(), ColorSpace::kSrgb},
      {"sRGB, a table of 26", matrix(kSrgb, table(26, srgb)).bytes(), ColorSpace::kSrgb},
      {"Display P3, a formula", matrix(kP3, curve).bytes(), ColorSpace::kDisplayP3},
      {"Display P3, a table", matrix(kP3, table(256, srgb)).bytes(), ColorSpace::kDisplayP3},
      {"Adobe RGB", matrix(kAdobe, gamma_of(2.19921875)).bytes(), ColorSpace::kOther},
      {"sRGB's colorants, gamma 2.2", matrix(kSrgb, gamma_of(2.2)).bytes(), ColorSpace::kOther},
      {"sRGB's colorants, a table of gamma 2.2",
       matrix(kSrgb, table(1024, [](double x) { return std::pow(x, 2.2); })).bytes(),
       ColorSpace::kOther},
      {"sRGB's colorants, linear", matrix(kSrgb, table(0, srgb)).bytes(), ColorSpace::kOther},
      {"sRGB's colorants, a lifted curve", matrix(kSrgb, formula(4, lifted)).bytes(),
       ColorSpace::kOther},
      {"Adobe RGB's colorants, sRGB's curve", matrix(kAdobe, curve).bytes(), ColorSpace::kOther},
      {"a table for the whole conversion", matrix(kSrgb, curve).tag("A2B0", begin("mft2")).bytes(),
       ColorSpace::kOther},
      {"grey, sRGB's curve", gray(curve).bytes(), ColorSpace::kSrgb},
      {"grey, gamma 2.2", gray(gamma_of(2.2)).bytes(), ColorSpace::kOther},
      {"grey without a curve", ProfileMaker("GRAY").bytes(), ColorSpace::kOther},
      {"CMYK", ProfileMaker("CMYK").tag("A2B0", begin("mft2")).bytes(), ColorSpace::kOther},
      {"Lab", ProfileMaker("Lab ").bytes(), ColorSpace::kOther},
      {"RGB without tags", ProfileMaker("RGB ").bytes(), ColorSpace::kOther},
      {"a header alone", File(128), ColorSpace::kOther},
      {"one byte", File(1), ColorSpace::kOther},
  };
  for (const Case& known : cases) {
    CAPTURE(known.name);
    CHECK(read_profile(known.profile).space == known.expected);
  }
}

TEST_CASE("read_profile() returns kOther if one curve or primary differs") {
  const File curve = formula(3, kNumbers);
  for (const std::string changed : {"rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC"}) {
    for (const bool missing : {false, true}) {
      ProfileMaker maker("RGB ");
      const std::array<std::string, 3> colors = {"r", "g", "b"};
      for (size_t i = 0; i < 3; ++i) {
        const bool other = changed == colors[i] + "XYZ";
        if (!other || !missing) {
          maker.tag(colors[i] + "XYZ", colorant(other ? kAdobe[i] : kP3[i]));
        }
        const bool bent = changed == colors[i] + "TRC";
        if (!bent || !missing) {
          maker.tag(colors[i] + "TRC", bent ? gamma_of(2.2) : curve);
        }
      }
      CAPTURE(changed);
      // Blue's colorant in Adobe RGB is near that of P3, but not that near.
      CHECK(read_profile(maker.bytes()).space == ColorSpace::kOther);
    }
  }
}

TEST_CASE("is_profile_for() compares the profile's colour space with the samples' model") {
  struct Case {
    std::string name;
    std::vector<Model> models;
  };
  const Case cases[] = {
      {"RGB ", {Model::kRgb, Model::kRgba, Model::kBgr, Model::kBgra, Model::kPalette}},
      {"GRAY", {Model::kGray, Model::kGrayAlpha}},
      {"CMYK", {Model::kCmyk}},
      {"Lab ", {}},
  };
  constexpr Model kModels[] = {Model::kGray, Model::kGrayAlpha, Model::kRgb,     Model::kRgba,
                               Model::kBgr,  Model::kBgra,      Model::kPalette, Model::kCmyk};
  for (const Case& known : cases) {
    for (const Model model : kModels) {
      const bool expected =
          std::find(known.models.begin(), known.models.end(), model) != known.models.end();
      CHECK(is_profile_for(ProfileMaker(known.name).bytes(), model) == expected);
      CHECK(!is_profile_for(File(), model));
      CHECK(!is_profile_for(File(19), model));
    }
  }
}

TEST_CASE("display_p3_profile() is a valid Display P3 profile") {
  const Result<Buffer> made = display_p3_profile();
  REQUIRE(made.ok());
  const Bytes profile = made.value();
  CHECK(read_profile(profile).space == ColorSpace::kDisplayP3);
  CHECK(is_profile_for(profile, Model::kRgb));
  CHECK((profile[0] << 24 | profile[1] << 16 | profile[2] << 8 | profile[3]) ==
        int(profile.size()));
  // Every tag lies within it, and the colorants add up to the white point.
  const auto u32 = [&](size_t at) {
    return uint32_t{profile[at]} << 24 | uint32_t{profile[at + 1]} << 16 |
           uint32_t{profile[at + 2]} << 8 | profile[at + 3];
  };
  for (size_t i = 0; i < u32(128); ++i) {
    CHECK(u32(136 + 12 * i) % 4 == 0);
    CHECK(u32(136 + 12 * i) + u32(140 + 12 * i) <= profile.size());
  }
  for (size_t k = 0; k < 3; ++k) {
    const auto part = [&](size_t at) { return static_cast<int32_t>(u32(at + 8 + 4 * k)); };
    CHECK(std::abs(part(400) + part(420) + part(440) - part(336)) <= 3);
  }
}

TEST_CASE("read_profile() stays within a profile that is truncated or changed anywhere") {
  const File good = matrix(kP3, table(26, srgb)).bytes();
  for (size_t size = 0; size < good.size(); ++size) {
    const File cut = first_bytes(good, size);
    if (size > 0 && size < good.size() - 26 * 2 * 3) {
      CHECK(read_profile(cut).space == ColorSpace::kOther);
    }
    read_profile(cut);
    is_profile_for(cut, Model::kRgb);
  }
  Random random(1);
  for (int round = 0; round < 20000; ++round) {
    File changed = good;
    for (int i = random.below(6); i >= 0; --i) {
      const auto any = static_cast<uint8_t>(random.below(3) == 0 ? 0xff : random.next());
      changed[size_t(random.below(random.below(2) == 0 ? 220 : int(good.size())))] = any;
    }
    changed.shrink_to_fit();
    evaluate(read_profile(changed));
  }
}

}  // namespace
}  // namespace crop64
