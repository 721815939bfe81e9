#include "png/chunks.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "support/pngs.h"

namespace crop64 {
namespace {

constexpr int kColorTypes = 8;

PngChunk header(uint32_t width, uint32_t height, int depth, int color_type, int interlace = 0) {
  File data;
  for (const uint32_t side : {width, height}) {
    for (const int shift : {24, 16, 8, 0}) {
      data.push_back(static_cast<uint8_t>(side >> shift));
    }
  }
  for (const int byte : {depth, color_type, 0, 0, interlace}) {
    data.push_back(static_cast<uint8_t>(byte));
  }
  return {"IHDR", data};
}

const PngChunk kData = {"IDAT", {1, 2, 3}};
const PngChunk kEnd = {"IEND", {}};

Result<ImageInfo> probe_of(const std::vector<PngChunk>& chunks) { return probe_png(join(chunks)); }

TEST_CASE("the header's colour type and depth are the layout, and no other pair is allowed") {
  struct Case {
    int color_type;
    std::vector<int> depths;
    Model model;
    bool has_alpha;
  };
  const Case cases[] = {
      {0, {1, 2, 4, 8, 16}, Model::kGray, false}, {1, {}, {}, false},
      {2, {8, 16}, Model::kRgb, false},           {3, {1, 2, 4, 8}, Model::kPalette, false},
      {4, {8, 16}, Model::kGrayAlpha, true},      {5, {}, {}, false},
      {6, {8, 16}, Model::kRgba, true},           {7, {}, {}, false},
  };
  static_assert(std::size(cases) == kColorTypes);
  for (const Case& expected : cases) {
    for (int depth = 0; depth <= 17; ++depth) {
      CAPTURE(expected.color_type);
      CAPTURE(depth);
      const Result<ImageInfo> info =
          probe_of({header(7, 5, depth, expected.color_type), kData, kEnd});
      const bool allowed =
          std::find(expected.depths.begin(), expected.depths.end(), depth) != expected.depths.end();
      CHECK(code_of(info) == (allowed ? "ok" : "CORRUPT_IMAGE"));
      if (info.ok()) {
        CHECK(info.value().size == Size{7, 5});
        CHECK(info.value().layout == Layout{expected.model, depth});
        CHECK(info.value().has_alpha == expected.has_alpha);
        CHECK(!info.value().interlaced);
      }
    }
  }
}

TEST_CASE("what stands before the samples is told") {
  const PngChunk ihdr = header(7, 5, 8, 2, 1);
  struct Case {
    PngChunk chunk;
    bool has_alpha;
    bool icc;
    bool exif;
    double density;
  };
  const Case cases[] = {
      {{"tRNS", File(6)}, true, false, false, 0},
      {{"iCCP", File(30)}, false, true, false, 0},
      {{"eXIf", File(30)}, false, false, true, 0},
      // 2835 to a metre are 72 to an inch.
      {{"pHYs", {0, 0, 0x0b, 0x13, 0, 0, 0x0b, 0x13, 1}}, false, false, false, 72.01},
      {{"pHYs", {0, 0, 0x0b, 0x13, 0, 0, 0x0b, 0x13, 0}}, false, false, false, 0},
      {{"pHYs", {0, 0, 0x0b}}, false, false, false, 0},
      {{"tEXt", File(30)}, false, false, false, 0},
  };
  for (const Case& expected : cases) {
    CAPTURE(expected.chunk.type);
    const Result<ImageInfo> info = probe_of({ihdr, expected.chunk, kData, kEnd});
    REQUIRE(info.ok());
    CHECK(info.value().interlaced);
    CHECK(info.value().has_alpha == expected.has_alpha);
    CHECK(info.value().has_icc_profile == expected.icc);
    CHECK(info.value().has_exif == expected.exif);
    CHECK(info.value().density_per_inch == doctest::Approx(expected.density));
  }
}

TEST_CASE("a broken PNG header is corruption") {
  PngChunk compressed = header(7, 5, 8, 2);
  compressed.data[10] = 1;
  PngChunk filtered = header(7, 5, 8, 2);
  filtered.data[11] = 1;
  struct Case {
    std::string name;
    std::vector<PngChunk> chunks;
  };
  const Case cases[] = {
      {"no width", {header(0, 5, 8, 2), kData}},
      {"no height", {header(7, 0, 8, 2), kData}},
      {"too wide", {header(0x80000000U, 5, 8, 2), kData}},
      {"another compression", {compressed, kData}},
      {"another filter method", {filtered, kData}},
      {"another interlace method", {header(7, 5, 8, 2, 2), kData}},
      {"a header that is too short", {{"IHDR", File(12)}, kData}},
      {"no header", {kData, kEnd}},
      {"another chunk first", {{"tEXt", File(13)}, header(7, 5, 8, 2), kData}},
      {"no samples", {header(7, 5, 8, 2), kEnd}},
  };
  for (const Case& broken : cases) {
    CAPTURE(broken.name);
    CHECK(code_of(probe_of(broken.chunks)) == "CORRUPT_IMAGE");
  }
  CHECK(code_of(probe_of({header(0x7fffffff, 0x7fffffff, 16, 6), kData})) == "ok");
}

TEST_CASE("a chunk longer than PNG allows is corruption") {
  File file = join({header(7, 5, 8, 2), {"tEXt", File(3)}, kData});
  file[find_chunk(file, "tEXt")] = 0x80;
  CHECK(code_of(probe_png(file)) == "CORRUPT_IMAGE");
}

TEST_CASE("a PNG header that is cut off is truncated, at every byte") {
  const File file = join({header(7, 5, 8, 2), {"tEXt", File(5)}, kData, kEnd});
  // What a chunk of no length takes is there: then its samples need not be.
  const size_t enough = find_chunk(file, "IDAT") + 12;
  for (size_t size = 8; size < file.size(); ++size) {
    CAPTURE(size);
    CHECK(code_of(probe_png(first_bytes(file, size))) ==
          (size < enough ? "TRUNCATED_IMAGE" : "ok"));
  }
}

TEST_CASE("a file is taken for a PNG by its signature") {
  const File file = join({});
  CHECK(matches_png(file));
  for (size_t i = 0; i < file.size(); ++i) {
    File other = file;
    other[i] ^= 1;
    CHECK(!matches_png(other));
    CHECK(!matches_png(first_bytes(file, i)));
  }
}

}  // namespace
}  // namespace crop64
