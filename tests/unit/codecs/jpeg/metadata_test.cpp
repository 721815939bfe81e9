#include "codecs/jpeg/metadata.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "support/jpeg_segments.h"

namespace crop64::jpeg {
namespace {

// Blocks look at the file, which is there until the next call.
SourceMetadata metadata_of(std::vector<RawSegment> segments) {
  static File file;
  segments.push_back({0xc0, frame({9, 9}, {0x11})});
  segments.push_back(kGrayScan);
  file = file_of(segments);
  return std::move(read_metadata(file).value());
}

std::string text_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

TEST_CASE("read_metadata() recognises segments by marker and name") {
  const std::string xmp_name = "http://ns.adobe.com/xap/1.0/\0"s;
  struct Case {
    RawSegment segment;
    std::optional<MetadataKind> kind;
    std::string data;
  };
  const Case cases[] = {
      {{0xe1, "Exif\0\0MM"s}, MetadataKind::kExif, "MM"},
      {{0xe1, "Exif\0\0"s}, MetadataKind::kExif, ""},
      {{0xe1, xmp_name + "<x/>"}, MetadataKind::kXmp, "<x/>"},
      {{0xe1, "http://ns.adobe.com/xmp/extension/\0more"s}, MetadataKind::kOpaque, {}},
      {{0xe1, "something"}, MetadataKind::kOpaque, {}},
      {{0xed, "Photoshop 3.0\0008BIM"s}, MetadataKind::kPhotoshop, "8BIM"},
      {{0xed, "Adobe_Photoshop2.5:"}, MetadataKind::kOpaque, {}},
      {{0xfe, "words"}, MetadataKind::kText, "words"},
      {{0xfe, ""}, MetadataKind::kText, ""},
      {{0xe0, "JFXX\0\x10 thumbnail"s}, MetadataKind::kOpaque, {}},
      {{0xe2, "FPXR\0"s}, MetadataKind::kOpaque, {}},
      {{0xef, ""}, MetadataKind::kOpaque, {}},
      {{0xe0, "JFIF\0\1\2\1\0\x48\0\x48\0\0"s}, std::nullopt, {}},
      {{0xee, "Adobe\0\x64\0\0\0\0\0"s}, std::nullopt, {}},
      {{0xe2, "MPF\0II*\0"s}, std::nullopt, {}},
      {{0xe2, "urn:iso:std:iso:ts:21496:-1\0\0\0\0\0"s}, std::nullopt, {}},
      {{0xeb, "JP\0\1\0\0\0\1"s}, std::nullopt, {}},
      {{0xe2, "ICC_PROFILE\0\1\1abc"s}, std::nullopt, {}},
      {{0xdb, "Exif\0\0"s}, std::nullopt, {}},
  };
  for (const Case& known : cases) {
    CAPTURE(known.segment.payload);
    const SourceMetadata metadata = metadata_of({known.segment});
    REQUIRE(metadata.blocks.size() == (known.kind ? 1 : 0));
    if (known.kind) {
      const MetadataBlock& block = metadata.blocks[0];
      CHECK(block.kind == *known.kind);
      CHECK(text_of(block.data) ==
            (known.kind == MetadataKind::kOpaque ? known.segment.payload : known.data));
      CHECK(block.raw.size() == known.segment.payload.size() + 4);
      CHECK(block.raw[0] == 0xff);
      CHECK(block.raw[1] == known.segment.marker);
    }
  }
}

std::string part(int number, int of, const std::string& content) {
  return "ICC_PROFILE\0"s + char(number) + char(of) + content;
}

TEST_CASE("read_metadata() joins the parts of a profile in order, or drops it") {
  struct Case {
    std::string name;
    std::vector<std::string> parts;
    std::string profile;
  };
  std::vector<std::string> most;
  std::string most_text;
  for (int i = 1; i <= 255; ++i) {
    most.push_back(part(i, 255, std::to_string(i)));
    most_text += std::to_string(i);
  }
  std::vector<std::string> too_many = most;
  too_many.push_back(part(255, 255, "more"));
  const Case cases[] = {
      {"one", {part(1, 1, "abc")}, "abc"},
      {"one, empty", {part(1, 1, "")}, ""},
      {"two", {part(1, 2, "abc"), part(2, 2, "de")}, "abcde"},
      {"out of order", {part(3, 3, "c"), part(1, 3, "a"), part(2, 3, "b")}, "abc"},
      {"one missing", {part(1, 3, "a"), part(3, 3, "c")}, ""},
      {"one twice", {part(1, 2, "a"), part(1, 2, "a")}, ""},
      {"one too often", {part(1, 2, "a"), part(2, 2, "b"), part(2, 2, "b")}, ""},
      {"differing counts", {part(1, 2, "a"), part(2, 3, "b")}, ""},
      {"a part 0", {part(0, 1, "a")}, ""},
      {"a count of 0", {part(1, 0, "a")}, ""},
      {"a part beyond the count", {part(2, 1, "a")}, ""},
      {"cut within its numbers", {"ICC_PROFILE\0\1"s}, ""},
      {"255 parts", most, most_text},
      {"256 parts", too_many, ""},
  };
  for (const Case& given : cases) {
    CAPTURE(given.name);
    std::vector<RawSegment> segments;
    for (const std::string& payload : given.parts) {
      segments.push_back({0xe2, payload});
    }
    CHECK(text_of(metadata_of(segments).icc_profile) == given.profile);
  }
}

TEST_CASE("read_metadata() reads density per inch, per centimetre and as an aspect ratio") {
  struct Case {
    std::string jfif;
    std::optional<Density> density;
  };
  const Case cases[] = {
      {"JFIF\0\1\2\1\0\x48\0\x60\0\0"s, Density{72, 96, Density::Unit::kInch}},
      {"JFIF\0\1\2\2\0\x48\0\x60\0\0"s, Density{7200, 9600, Density::Unit::kMetre}},
      {"JFIF\0\1\2\0\0\4\0\3\0\0"s, Density{4, 3, Density::Unit::kNone}},
      {"JFIF\0\1\2\3\0\4\0\3\0\0"s, std::nullopt},
      {"JFIF\0\1\2"s, std::nullopt},
  };
  for (const Case& given : cases) {
    const std::optional<Density> density = metadata_of({{0xe0, given.jfif}}).density;
    REQUIRE(density.has_value() == given.density.has_value());
    if (density) {
      CHECK(density->x == given.density->x);
      CHECK(density->y == given.density->y);
      CHECK(density->unit == given.density->unit);
    }
  }
}

TEST_CASE("read_metadata() keeps at most kMaxBlocks of a million segments") {
  File file = {0xff, 0xd8};
  for (int i = 0; i < 1000000; ++i) {
    file.insert(file.end(), {0xff, 0xfe, 0, 2});
  }
  CHECK(read_metadata(file).value().blocks.size() == SourceMetadata::kMaxBlocks);
}

TEST_CASE("read_metadata() stays within a header that is truncated or changed anywhere") {
  const File good = file_of({{0xe1, "Exif\0\0MM"s},
                             {0xe2, part(1, 2, "abc")},
                             {0xfe, "words"},
                             {0xe2, part(2, 2, "de")},
                             {0xed, "Photoshop 3.0\0008BIM"s},
                             {0xc0, frame({9, 9}, {0x11})},
                             kGrayScan});
  for (size_t size = 0; size < good.size(); ++size) {
    CHECK(read_metadata(first_bytes(good, size)).ok());
  }
  Random random(1);
  for (int round = 0; round < 20000; ++round) {
    File changed = good;
    for (int i = random.below(6); i >= 0; --i) {
      const auto any = static_cast<uint8_t>(random.below(3) == 0 ? 0xff : random.next());
      changed[size_t(random.below(int(changed.size())))] = any;
    }
    changed.shrink_to_fit();
    CHECK(read_metadata(changed).ok());
  }
}

}  // namespace
}  // namespace crop64::jpeg
