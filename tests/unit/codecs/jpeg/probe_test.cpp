#include "codecs/jpeg/probe.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "codecs/jpeg/metadata.h"
#include "support/jpeg_segments.h"

namespace crop64::jpeg {
namespace {

Result<ImageInfo> probe_of(const std::vector<RawSegment>& segments) {
  return probe(file_of(segments));
}

TEST_CASE("probe() reads size, layout and sampling from the frame header") {
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

TEST_CASE("probe() reads density, Exif and profile from application segments") {
  const RawSegment sof = {0xc0, frame({9, 9}, {0x11})};
  struct Case {
    RawSegment segment;
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

TEST_CASE("probe() reads the orientation from Exif before and after the frame header") {
  const RawSegment sof = {0xc0, frame({9, 9}, {0x11})};
  const auto exif = [](int tag) {
    return RawSegment{0xe1, "Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0"s +
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

TEST_CASE("probe() rejects damaged and unsupported headers") {
  const std::string good = frame({9, 9}, {0x11, 0x11, 0x11});
  struct Case {
    std::string name;
    std::vector<RawSegment> segments;
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

TEST_CASE("probe() reports an end marker or an impossible length in the header as CORRUPT_IMAGE") {
  File ended = file_of({{0xfe, "comment"}});
  ended.insert(ended.end(), {0xff, 0xd9});
  CHECK(code_of(probe(ended)) == "CORRUPT_IMAGE");
  File impossible = file_of({});
  impossible.insert(impossible.end(), {0xff, 0xdb, 0, 1, 0xff, 0xd9});
  CHECK(code_of(probe(impossible)) == "CORRUPT_IMAGE");
}

TEST_CASE("probe() skips comments and application segments whose length is below 2") {
  const File good = make_jpeg({9, 7});
  const Image full = full_decode_with_libjpeg(good);
  for (const uint8_t marker : {0xe0, 0xe1, 0xee, 0xef, 0xfe, 0xdc}) {
    for (const uint8_t length : {0, 1}) {
      INFO("marker ", int{marker}, ", length ", int{length});
      File file = good;
      file.insert(file.begin() + 2, {0xff, marker, 0, length});
      const Result<ImageInfo> info = probe(file);
      REQUIRE(info.ok());
      CHECK(info.value().size == Size{9, 7});
      CHECK(difference(full_decode_with_libjpeg(file).view(), full.view()) == "");
      CHECK(read_metadata(file).value().blocks.empty());
    }
  }
  // Any number of them.
  File many = good;
  for (int i = 0; i < 100'000; ++i) {
    many.insert(many.end(), {0xff, 0xfe, 0, 0});
  }
  std::rotate(many.begin() + 2, many.begin() + static_cast<std::ptrdiff_t>(good.size()),
              many.end());
  CHECK(code_of(probe(many)) == "ok");
}

TEST_CASE("probe() skips fill bytes, stray bytes and empty markers before a segment") {
  const File good = file_of({{0xc0, frame({9, 7}, {0x11})}, kGrayScan});
  const File between[] = {{0xff, 0xff, 0xff}, {0, 1, 2}, {0xff, 0x01}, {0xff, 0xd0}, {0xff, 0}};
  for (const File& bytes : between) {
    File file = good;
    file.insert(file.begin() + 2, bytes.begin(), bytes.end());
    const Result<ImageInfo> info = probe(file);
    REQUIRE(info.ok());
    CHECK(info.value().size == Size{9, 7});
  }
}

TEST_CASE("probe() reports a header truncated at any byte as TRUNCATED_IMAGE") {
  const File file = file_of({{0xe0, "JFIF\0\1\2\1\0\x48\0\x48\0\0"s},
                             {0xe1, "Exif\0\0MM"s},
                             {0xc0, frame({9, 9}, {0x11, 0x11, 0x11})},
                             kScan});
  for (size_t size = 0; size < file.size(); ++size) {
    CAPTURE(size);
    CHECK(code_of(probe(first_bytes(file, size))) == "TRUNCATED_IMAGE");
  }
  CHECK(code_of(probe(file)) == "ok");
}

TEST_CASE("probe() counts all coefficients as memory if there are several scans") {
  const Image picture = make_picture({160, 160}, {Model::kRgb, 8});
  const auto memory_of = [&](const JpegRecipe& recipe) {
    return probe(encode_with_libjpeg(picture.view(), recipe)).value().decode_memory;
  };
  const uint64_t coefficients = 2 * 3 * 160 * 160;
  const uint64_t one_scan = memory_of({});
  CHECK(memory_of({.scans = progressive_scans(3)}) == one_scan + coefficients);
  CHECK(memory_of({.scans = separate_scans(3)}) == one_scan + coefficients);
  CHECK(memory_of({.restart_interval = 2}) == one_scan);
}

TEST_CASE("matches() tests the first three bytes") {
  CHECK(matches(make_jpeg({9, 9})));
  CHECK(!matches(File{}));
  CHECK(!matches(File{0xff, 0xd8}));
  CHECK(!matches(File{0xff, 0xd8, 0}));
  CHECK(!matches(File{0xff, 0xd9, 0xff}));
}

TEST_CASE("probe() takes the orientation of the first of two Exif segments") {
  const auto exif = [](char tag) {
    return RawSegment{0xe1,
                      "Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0"s + tag + "\0\0\0\0\0\0"s};
  };
  const std::vector<RawSegment> segments = {
      exif(6), exif(3), {0xc0, frame({9, 9}, {0x11})}, kGrayScan};
  CHECK(exif_tag(probe_of(segments).value().orientation) == 6);
}

}  // namespace
}  // namespace crop64::jpeg
