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

TEST_CASE("select_metadata() takes the profile that was chosen, and the density by the policy") {
  const File profile = file_of("a profile");
  for (const MetadataPolicy policy :
       {MetadataPolicy::kNone, MetadataPolicy::kColor, MetadataPolicy::kAll}) {
    for (const auto& [choice, bytes] : {std::pair{ProfileChoice::kNone, size_t{0}},
                                        {ProfileChoice::kSource, profile.size()},
                                        {ProfileChoice::kDisplayP3, size_t{492}}}) {
      SourceMetadata source;
      source.icc_profile = std::move(Buffer::copy_of(profile).value());
      source.density = Density{72, 72, Density::Unit::kInch};
      OutputFacts facts = unchanged_image();
      facts.policy = policy;
      facts.profile = choice;
      const Metadata metadata = std::move(select_metadata(source, facts).value());
      CHECK(metadata.icc_profile.size() == bytes);
      CHECK(metadata.density.has_value() == (policy != MetadataPolicy::kNone));
    }
  }
}

TEST_CASE("select_metadata() drops the format's description of colours that were converted") {
  const File data = file_of("anything");
  OutputFacts facts = unchanged_image();
  CHECK(select(MetadataKind::kColor, data, facts).raw.size() == 1);
  facts.same_colors = false;
  CHECK(select(MetadataKind::kColor, data, facts).raw.empty());
  CHECK(select(MetadataKind::kText, data, facts).raw.size() == 1);
}

}  // namespace
}  // namespace crop64
