#include "metadata/select.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "metadata/exif.h"
#include "support/metadata.h"

namespace crop64 {
namespace {

using namespace std::string_literals;

TEST_CASE("select_metadata() takes the first of several Exif and XMP blocks") {
  const File first = one_entry(true, 6).bytes();
  File second = first;
  second.push_back(0);  // so that the size tells which one was taken
  SourceMetadata source;
  for (const File* exif : {&first, static_cast<const File*>(&second)}) {
    source.blocks.push_back({MetadataKind::kExif, *exif, *exif});
  }
  const File xmps[] = {file_of("<first/>"), file_of("<second/>")};
  for (const File& xmp : xmps) {
    source.blocks.push_back({MetadataKind::kXmp, xmp, xmp});
  }
  const Metadata metadata = std::move(select_metadata(source, unchanged_image()).value());
  CHECK(metadata.exif.size() == first.size());
  CHECK(text_of(metadata.xmp) == "<first/>");
}

TEST_CASE("select_metadata() writes a remaining orientation under every policy") {
  for (const MetadataPolicy policy :
       {MetadataPolicy::kNone, MetadataPolicy::kColor, MetadataPolicy::kAll}) {
    for (const bool same : {true, false}) {
      OutputFacts facts = unchanged_image();
      facts.policy = policy;
      facts.same_image = facts.same_format = same;
      CHECK(select_metadata({}, facts).value().exif.size() == 0);
      facts.orientation = exif_orientation(8);
      const Metadata metadata = std::move(select_metadata({}, facts).value());
      CHECK(metadata.exif.size() == 26);
      CHECK(read_exif_orientation(metadata.exif) == 8);
    }
  }
}

TEST_CASE("select_metadata() copies blocks by kind, policy, format, layout and image") {
  struct Case {
    MetadataKind kind;
    MetadataPolicy least;
    bool needs_layout;
    bool needs_image;
  };
  const Case cases[] = {
      {MetadataKind::kColor, MetadataPolicy::kColor, false, false},
      {MetadataKind::kLayout, MetadataPolicy::kColor, true, false},
      {MetadataKind::kText, MetadataPolicy::kAll, false, false},
      {MetadataKind::kPhotoshop, MetadataPolicy::kAll, false, true},
      {MetadataKind::kOpaque, MetadataPolicy::kAll, false, true},
  };
  const File data = file_of("anything");
  for (const Case& block : cases) {
    for (int bits = 0; bits < 24; ++bits) {
      OutputFacts facts;
      facts.policy = static_cast<MetadataPolicy>(bits / 8);
      facts.same_format = (bits & 1) != 0;
      facts.same_layout = (bits & 2) != 0;
      facts.same_image = (bits & 4) != 0;
      const bool kept = facts.same_format && facts.policy >= block.least &&
                        (facts.same_layout || !block.needs_layout) &&
                        (facts.same_image || !block.needs_image);
      CHECK(select(block.kind, data, facts).raw.size() == (kept ? 1 : 0));
    }
  }
}

TEST_CASE("select_metadata() keeps a profile that matches the samples, and the density") {
  File rgb(132);
  const std::string name = "RGB ";
  std::copy(name.begin(), name.end(), rgb.begin() + 16);
  const auto select_profile = [&](const File& profile, const OutputFacts& facts) {
    SourceMetadata source;
    source.icc_profile = std::move(Buffer::allocate(profile.size()).value());
    std::copy(profile.begin(), profile.end(), source.icc_profile.data());
    source.color_space = ColorSpace::kOther;
    source.density = Density{72, 72, Density::Unit::kInch};
    return std::move(select_metadata(source, facts).value());
  };
  OutputFacts facts = unchanged_image();
  for (const MetadataPolicy policy :
       {MetadataPolicy::kNone, MetadataPolicy::kColor, MetadataPolicy::kAll}) {
    facts.policy = policy;
    const bool kept = policy != MetadataPolicy::kNone;
    const Metadata metadata = select_profile(rgb, facts);
    CHECK(metadata.icc_profile.size() == (kept ? rgb.size() : 0));
    CHECK(metadata.density.has_value() == kept);
    CHECK(metadata.color_space == ColorSpace::kOther);
  }
  // Colour has become grey: the profile is none of its own.
  facts.model = Model::kGray;
  CHECK(select_profile(rgb, facts).icc_profile.size() == 0);
  CHECK(select_profile(rgb, facts).color_space == ColorSpace::kSrgb);
  // Grey has become R = G = B: it still means what it did.
  File gray = rgb;
  const std::string gray_name = "GRAY";
  std::copy(gray_name.begin(), gray_name.end(), gray.begin() + 16);
  facts.model = Model::kRgba;
  CHECK(select_profile(gray, facts).icc_profile.size() == 0);
  CHECK(select_profile(gray, facts).color_space == ColorSpace::kOther);
}

TEST_CASE(
    "select_metadata() adds a Display P3 profile if the new format cannot name the colour space") {
  for (const Model model :
       {Model::kRgb, Model::kRgba, Model::kPalette, Model::kGray, Model::kGrayAlpha}) {
    for (const bool same_format : {false, true}) {
      for (const MetadataPolicy policy : {MetadataPolicy::kNone, MetadataPolicy::kColor}) {
        SourceMetadata source;
        source.color_space = ColorSpace::kDisplayP3;
        OutputFacts facts;
        facts.policy = policy;
        facts.same_format = same_format;
        facts.model = model;
        const bool is_gray = Layout{model}.is_gray();
        const bool made = !same_format && policy != MetadataPolicy::kNone && !is_gray;
        const Metadata metadata = std::move(select_metadata(source, facts).value());
        CHECK(metadata.icc_profile.size() == (made ? 492 : 0));
      }
    }
  }
}

}  // namespace
}  // namespace crop64
