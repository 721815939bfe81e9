#include "codecs/jpeg/segments.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "support/jpegs.h"

namespace crop64 {
namespace {

using namespace std::string_literals;

struct Segment {
  int marker;
  std::string payload;
};

File file_of(const std::vector<Segment>& segments) {
  File file = {0xff, 0xd8};
  for (const Segment& segment : segments) {
    const size_t length = segment.payload.size() + 2;
    file.insert(file.end(), {0xff, static_cast<uint8_t>(segment.marker),
                             static_cast<uint8_t>(length >> 8), static_cast<uint8_t>(length)});
    file.insert(file.end(), segment.payload.begin(), segment.payload.end());
  }
  return file;
}

// A frame header's payload; a component is its sampling factors: 0x21.
std::string frame(Size size, const std::vector<int>& components, int precision = 8) {
  std::string payload;
  for (const int byte : {precision, size.height >> 8, size.height & 255, size.width >> 8,
                         size.width & 255, static_cast<int>(components.size())}) {
    payload.push_back(static_cast<char>(byte));
  }
  for (const int factors : components) {
    payload += {'\1', static_cast<char>(factors), '\0'};
  }
  return payload;
}

const Segment kScan = {0xda, "\3\1\0\2\0\3\0\0\x3f\0"s};
const Segment kGrayScan = {0xda, "\1\1\0\0\x3f\0"s};

Result<ImageInfo> probe_of(const std::vector<Segment>& segments) {
  return probe_jpeg(file_of(segments));
}

TEST_CASE("the frame header tells size, layout and sampling") {
  struct Case {
    int marker;
    Size size;
    std::vector<int> components;
    Layout layout;
    bool progressive;
    std::optional<Size> subsampling;
    Size block;
  };
  constexpr Layout kRgb8 = {Model::kRgb, 8};
  constexpr Layout kGray8 = {Model::kGray, 8};
  constexpr Layout kCmyk8 = {Model::kCmyk, 8};
  const Case cases[] = {
      {0xc0, {300, 2}, {0x11, 0x11, 0x11}, kRgb8, false, Size{1, 1}, {8, 8}},
      {0xc1, {3, 200}, {0x21, 0x11, 0x11}, kRgb8, false, Size{2, 1}, {16, 8}},
      {0xc2, {65535, 65535}, {0x22, 0x11, 0x11}, kRgb8, true, Size{2, 2}, {16, 16}},
      {0xc0, {1, 1}, {0x12, 0x11, 0x11}, kRgb8, false, Size{1, 2}, {8, 16}},
      {0xc0, {9, 9}, {0x41, 0x11, 0x11}, kRgb8, false, Size{4, 1}, {32, 8}},
      {0xc0, {9, 9}, {0x22, 0x21, 0x21}, kRgb8, false, Size{1, 2}, {16, 16}},
      {0xc0, {9, 9}, {0x11, 0x11, 0x11, 0x11}, kCmyk8, false, Size{1, 1}, {8, 8}},
      {0xc2, {9, 9}, {0x22, 0x11, 0x11, 0x22}, kCmyk8, true, Size{2, 2}, {16, 16}},
      // A single component's factors mean nothing.
      {0xc0, {9, 9}, {0x11}, kGray8, false, std::nullopt, {8, 8}},
      {0xc2, {9, 9}, {0x22}, kGray8, true, std::nullopt, {8, 8}},
  };
  for (const Case& expected : cases) {
    const Result<ImageInfo> info =
        probe_of({{expected.marker, frame(expected.size, expected.components)},
                  expected.components.size() == 1 ? kGrayScan : kScan});
    REQUIRE(info.ok());
    CHECK(info.value().size == expected.size);
    CHECK(info.value().layout == expected.layout);
    CHECK(info.value().progressive == expected.progressive);
    CHECK(info.value().block == expected.block);
    CHECK(!info.value().has_alpha);
    CHECK(info.value().max_reduction == 8);
    CHECK(info.value().orientation == Orientation{});
    REQUIRE(info.value().chroma_subsampling.has_value() == expected.subsampling.has_value());
    if (expected.subsampling) {
      CHECK(info.value().chroma_subsampling->horizontal == expected.subsampling->width);
      CHECK(info.value().chroma_subsampling->vertical == expected.subsampling->height);
    }
  }
}

TEST_CASE("the application segments tell density, Exif and a profile") {
  const Segment sof = {0xc0, frame({9, 9}, {0x11})};
  struct Case {
    Segment segment;
    double density;
    bool exif;
    bool icc;
  };
  const Case cases[] = {
      {{0xe0, "JFIF\0\1\2\1\0\x48\0\x48\0\0"s}, 72, false, false},
      {{0xe0, "JFIF\0\1\2\2\0\x64\0\x64\0\0"s}, 254, false, false},
      {{0xe0, "JFIF\0\1\2\0\0\1\0\1\0\0"s}, 0, false, false},
      {{0xe0, "JFIF\0\1\2"s}, 0, false, false},
      {{0xe0, "AVI1\0\1\2\1\0\x48\0\x48\0\0"s}, 0, false, false},
      {{0xe1, "Exif\0\0MM"s}, 0, true, false},
      {{0xe1, "http://ns.adobe.com/xap/1.0/\0"s}, 0, false, false},
      {{0xe2, "ICC_PROFILE\0\1\1abc"s}, 0, false, true},
      {{0xe2, "MPF\0"s}, 0, false, false},
      {{0xfe, "JFIF\0 Exif\0\0 ICC_PROFILE\0"s}, 0, false, false},
  };
  for (const Case& expected : cases) {
    CAPTURE(expected.segment.payload);
    const Result<ImageInfo> info = probe_of({expected.segment, sof, kGrayScan});
    REQUIRE(info.ok());
    CHECK(info.value().density_per_inch == doctest::Approx(expected.density));
    CHECK(info.value().has_exif == expected.exif);
    CHECK(info.value().has_icc_profile == expected.icc);
  }
}

TEST_CASE("Exif tells the orientation, before and behind the frame") {
  const Segment sof = {0xc0, frame({9, 9}, {0x11})};
  const auto exif = [](int tag) {
    return Segment{0xe1, "Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0"s +
                             static_cast<char>(tag) + "\0\0\0\0\0\0"s};
  };
  for (int tag = 1; tag <= 8; ++tag) {
    CAPTURE(tag);
    CHECK(exif_tag(probe_of({exif(tag), sof, kGrayScan}).value().orientation) == tag);
    // Behind the frame, too.
    CHECK(exif_tag(probe_of({sof, exif(tag), kGrayScan}).value().orientation) == tag);
  }
  CHECK(exif_tag(probe_of({exif(9), sof, kGrayScan}).value().orientation) == 1);
  CHECK(exif_tag(probe_of({{0xe1, "Exif\0\0"s}, sof, kGrayScan}).value().orientation) == 1);
}

TEST_CASE("a broken or refused header is an error") {
  const std::string good = frame({9, 9}, {0x11, 0x11, 0x11});
  struct Case {
    std::string name;
    std::vector<Segment> segments;
    std::string code;
  };
  const Case cases[] = {
      {"no frame", {kScan}, "CORRUPT_IMAGE"},
      {"a frame that is too short", {{0xc0, good.substr(0, 14)}, kScan}, "CORRUPT_IMAGE"},
      {"a frame of nothing", {{0xc0, ""}, kScan}, "CORRUPT_IMAGE"},
      {"no width", {{0xc0, frame({0, 9}, {0x11})}, kGrayScan}, "CORRUPT_IMAGE"},
      {"no height: DNL", {{0xc0, frame({9, 0}, {0x11})}, kGrayScan}, "UNSUPPORTED_FORMAT"},
      {"a factor of 0", {{0xc0, frame({9, 9}, {0x01})}, kGrayScan}, "CORRUPT_IMAGE"},
      {"a factor of 5", {{0xc0, frame({9, 9}, {0x15})}, kGrayScan}, "CORRUPT_IMAGE"},
      {"12 bits", {{0xc1, frame({9, 9}, {0x11}, 12)}, kGrayScan}, "UNSUPPORTED_FORMAT"},
      {"lossless", {{0xc3, good}, kScan}, "UNSUPPORTED_FORMAT"},
      {"hierarchical", {{0xc5, good}, kScan}, "UNSUPPORTED_FORMAT"},
      {"arithmetic", {{0xc9, good}, kScan}, "UNSUPPORTED_FORMAT"},
      {"arithmetic, progressive", {{0xca, good}, kScan}, "UNSUPPORTED_FORMAT"},
      {"five components",
       {{0xc0, frame({9, 9}, {0x11, 0x11, 0x11, 0x11, 0x11})}, kScan},
       "UNSUPPORTED_FORMAT"},
      {"two components", {{0xc0, frame({9, 9}, {0x11, 0x11})}, kScan}, "UNSUPPORTED_FORMAT"},
      {"no component", {{0xc0, frame({9, 9}, {})}, kScan}, "UNSUPPORTED_FORMAT"},
      {"nothing behind the frame", {{0xc0, good}}, "TRUNCATED_IMAGE"},
  };
  for (const Case& expected : cases) {
    CAPTURE(expected.name);
    CHECK(code_of(probe_of(expected.segments)) == expected.code);
  }
}

TEST_CASE("an end marker or an impossible length in the header is corruption") {
  File ended = file_of({{0xfe, "comment"}});
  ended.insert(ended.end(), {0xff, 0xd9});
  CHECK(code_of(probe_jpeg(ended)) == "CORRUPT_IMAGE");
  File impossible = file_of({});
  impossible.insert(impossible.end(), {0xff, 0xdb, 0, 1, 0xff, 0xd9});
  CHECK(code_of(probe_jpeg(impossible)) == "CORRUPT_IMAGE");
}

TEST_CASE("a comment or application segment whose length is less than 2 is passed over") {
  const File good = make_jpeg({9, 7});
  const Image full = full_decode_with_libjpeg(good);
  for (const uint8_t marker : {0xe0, 0xe1, 0xee, 0xef, 0xfe, 0xdc}) {
    for (const uint8_t length : {0, 1}) {
      INFO("marker ", int{marker}, ", length ", int{length});
      File file = good;
      file.insert(file.begin() + 2, {0xff, marker, 0, length});
      const Result<ImageInfo> info = probe_jpeg(file);
      REQUIRE(info.ok());
      CHECK(info.value().size == Size{9, 7});
      CHECK(difference(full_decode_with_libjpeg(file).view(), full.view()) == "");
      CHECK(metadata_of_jpeg(file).value().blocks.empty());
    }
  }
  // Any number of them.
  File many = good;
  for (int i = 0; i < 100'000; ++i) {
    many.insert(many.end(), {0xff, 0xfe, 0, 0});
  }
  std::rotate(many.begin() + 2, many.begin() + static_cast<std::ptrdiff_t>(good.size()),
              many.end());
  CHECK(code_of(probe_jpeg(many)) == "ok");
}

TEST_CASE("fill bytes, stray bytes and empty markers before a segment are passed over") {
  const File good = file_of({{0xc0, frame({9, 7}, {0x11})}, kGrayScan});
  const File between[] = {{0xff, 0xff, 0xff}, {0, 1, 2}, {0xff, 0x01}, {0xff, 0xd0}, {0xff, 0}};
  for (const File& bytes : between) {
    File file = good;
    file.insert(file.begin() + 2, bytes.begin(), bytes.end());
    const Result<ImageInfo> info = probe_jpeg(file);
    REQUIRE(info.ok());
    CHECK(info.value().size == Size{9, 7});
  }
}

TEST_CASE("a header that is cut off is truncated, at every byte") {
  const File file = file_of({{0xe0, "JFIF\0\1\2\1\0\x48\0\x48\0\0"s},
                             {0xe1, "Exif\0\0MM"s},
                             {0xc0, frame({9, 9}, {0x11, 0x11, 0x11})},
                             kScan});
  for (size_t size = 0; size < file.size(); ++size) {
    CAPTURE(size);
    CHECK(code_of(probe_jpeg(first_bytes(file, size))) == "TRUNCATED_IMAGE");
  }
  CHECK(code_of(probe_jpeg(file)) == "ok");
}

TEST_CASE("decoding takes memory for all coefficients where there are several scans") {
  const Image picture = make_picture({160, 160}, {Model::kRgb, 8});
  const auto memory_of = [&](const JpegRecipe& recipe) {
    return probe_jpeg(encode_with_libjpeg(picture.view(), recipe)).value().decode_memory;
  };
  const uint64_t coefficients = 2 * 3 * 160 * 160;
  const uint64_t one_scan = memory_of({});
  CHECK(memory_of({.scans = progressive_scans(3)}) == one_scan + coefficients);
  CHECK(memory_of({.scans = separate_scans(3)}) == one_scan + coefficients);
  CHECK(memory_of({.restart_interval = 2}) == one_scan);
}

TEST_CASE("a file is taken for a JPEG by its first three bytes") {
  CHECK(matches_jpeg(make_jpeg({9, 9})));
  CHECK(!matches_jpeg(File{}));
  CHECK(!matches_jpeg(File{0xff, 0xd8}));
  CHECK(!matches_jpeg(File{0xff, 0xd8, 0}));
  CHECK(!matches_jpeg(File{0xff, 0xd9, 0xff}));
}

// What a file says beside its samples.

// Blocks look at the file, which is there until the next call.
SourceMetadata metadata_of(std::vector<Segment> segments) {
  static File file;
  segments.push_back({0xc0, frame({9, 9}, {0x11})});
  segments.push_back(kGrayScan);
  file = file_of(segments);
  return std::move(metadata_of_jpeg(file).value());
}

std::string text_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

TEST_CASE("a segment is known by its marker and its name") {
  const std::string xmp_name = "http://ns.adobe.com/xap/1.0/\0"s;
  struct Case {
    Segment segment;
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

TEST_CASE("a profile's parts are put together in their order, or not at all") {
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
    std::vector<Segment> segments;
    for (const std::string& payload : given.parts) {
      segments.push_back({0xe2, payload});
    }
    CHECK(text_of(metadata_of(segments).icc_profile) == given.profile);
  }
}

TEST_CASE("density is told in inches, centimetres or as proportions") {
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

TEST_CASE("of a million tiny segments no more than the most are kept") {
  File file = {0xff, 0xd8};
  for (int i = 0; i < 1000000; ++i) {
    file.insert(file.end(), {0xff, 0xfe, 0, 2});
  }
  CHECK(metadata_of_jpeg(file).value().blocks.size() == SourceMetadata::kMaxBlocks);
}

TEST_CASE("of two Exif segments the first tells the orientation") {
  const auto exif = [](char tag) {
    return Segment{0xe1,
                   "Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0"s + tag + "\0\0\0\0\0\0"s};
  };
  const std::vector<Segment> segments = {
      exif(6), exif(3), {0xc0, frame({9, 9}, {0x11})}, kGrayScan};
  CHECK(exif_tag(probe_of(segments).value().orientation) == 6);
}

TEST_CASE("a header cut or changed anywhere is walked within its bounds") {
  const File good = file_of({{0xe1, "Exif\0\0MM"s},
                             {0xe2, part(1, 2, "abc")},
                             {0xfe, "words"},
                             {0xe2, part(2, 2, "de")},
                             {0xed, "Photoshop 3.0\0008BIM"s},
                             {0xc0, frame({9, 9}, {0x11})},
                             kGrayScan});
  for (size_t size = 0; size < good.size(); ++size) {
    CHECK(metadata_of_jpeg(first_bytes(good, size)).ok());
  }
  Random random(1);
  for (int round = 0; round < 20000; ++round) {
    File changed = good;
    for (int i = random.below(6); i >= 0; --i) {
      const auto any = static_cast<uint8_t>(random.below(3) == 0 ? 0xff : random.next());
      changed[size_t(random.below(int(changed.size())))] = any;
    }
    changed.shrink_to_fit();
    CHECK(metadata_of_jpeg(changed).ok());
  }
}

}  // namespace
}  // namespace crop64
