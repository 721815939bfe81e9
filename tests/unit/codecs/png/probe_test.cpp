#include "codecs/png/probe.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "support/pngs.h"

namespace crop64::png {
namespace {

using namespace std::string_literals;

constexpr int kColorTypes = 8;

const PngChunk kData = {"IDAT", {1, 2, 3}};
const PngChunk kEnd = {"IEND", {}};

File file_of(const std::string& text) { return {text.begin(), text.end()}; }

Result<ImageInfo> probe_of(const std::vector<PngChunk>& chunks) { return probe(join(chunks)); }

TEST_CASE(
    "probe() gives the layout of each pair of colour type and depth that PNG allows, and rejects "
    "others") {
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
          probe_of({png_header(7, 5, depth, expected.color_type), kData, kEnd});
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

TEST_CASE(
    "probe() reports transparency, profile, Exif and density of the chunks before the image data") {
  const PngChunk ihdr = png_header(7, 5, 8, 2, 1);
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

TEST_CASE("probe() reports an invalid header as corruption") {
  PngChunk compressed = png_header(7, 5, 8, 2);
  compressed.data[10] = 1;
  PngChunk filtered = png_header(7, 5, 8, 2);
  filtered.data[11] = 1;
  struct Case {
    std::string name;
    std::vector<PngChunk> chunks;
  };
  const Case cases[] = {
      {"no width", {png_header(0, 5, 8, 2), kData}},
      {"no height", {png_header(7, 0, 8, 2), kData}},
      {"too wide", {png_header(0x80000000U, 5, 8, 2), kData}},
      {"another compression", {compressed, kData}},
      {"another filter method", {filtered, kData}},
      {"another interlace method", {png_header(7, 5, 8, 2, 2), kData}},
      {"a header that is too short", {{"IHDR", File(12)}, kData}},
      {"no header", {kData, kEnd}},
      {"another chunk first", {{"tEXt", File(13)}, png_header(7, 5, 8, 2), kData}},
      {"no samples", {png_header(7, 5, 8, 2), kEnd}},
  };
  for (const Case& broken : cases) {
    CAPTURE(broken.name);
    CHECK(code_of(probe_of(broken.chunks)) == "CORRUPT_IMAGE");
  }
  CHECK(code_of(probe_of({png_header(0x7fffffff, 0x7fffffff, 16, 6), kData})) == "ok");
}

TEST_CASE("probe() names Apple's CgBI PNG instead of reporting corruption") {
  const Result<ImageInfo> info =
      probe_of({{"CgBI", {0x50, 0, 0x20, 2}}, png_header(7, 5, 8, 6), kData});
  CHECK(code_of(info) == "UNSUPPORTED_FORMAT");
  CHECK(info.error().message.find("CgBI") != std::string::npos);
}

TEST_CASE("probe() reports a chunk longer than PNG allows as corruption") {
  File file = join({png_header(7, 5, 8, 2), {"tEXt", File(3)}, kData});
  file[find_chunk(file, "tEXt")] = 0x80;
  CHECK(code_of(probe(file)) == "CORRUPT_IMAGE");
}

TEST_CASE("probe() reports a header that is cut off at any byte as truncated") {
  const File file = join({png_header(7, 5, 8, 2), {"tEXt", File(5)}, kData, kEnd});
  // Twelve bytes of IDAT, as an empty chunk has them, are enough.
  const size_t enough = find_chunk(file, "IDAT") + 12;
  for (size_t size = 8; size < file.size(); ++size) {
    CAPTURE(size);
    CHECK(code_of(probe(first_bytes(file, size))) == (size < enough ? "TRUNCATED_IMAGE" : "ok"));
  }
}

TEST_CASE("matches() accepts files with PNG's signature only") {
  const File file = join({});
  CHECK(matches(file));
  for (size_t i = 0; i < file.size(); ++i) {
    File other = file;
    other[i] ^= 1;
    CHECK(!matches(other));
    CHECK(!matches(first_bytes(file, i)));
  }
}

TEST_CASE("probe() ignores chunks whose CRC is wrong") {
  const File exif = file_of("MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"s);
  for (const char* type : {"eXIf", "tRNS", "iCCP", "pHYs", "acTL"}) {
    File file = join({png_header(7, 5, 8, 2), {type, exif}, kData});
    CHECK(exif_tag(probe(file).value().orientation) == (type == "eXIf"s ? 6 : 1));
    file[find_chunk(file, type) + 8 + exif.size()] ^= 1;
    const ImageInfo info = probe(file).value();
    CHECK(exif_tag(info.orientation) == 1);
    CHECK(!info.has_exif);
    CHECK(!info.has_alpha);
    CHECK(!info.has_icc_profile);
  }
}

TEST_CASE("probe() finds Exif after the image data, without its orientation") {
  const File exif = file_of("MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"s);
  const File file = join({png_header(7, 5, 8, 2), kData, {"eXIf", exif}, kEnd});
  CHECK(probe(file).value().has_exif);
  CHECK(exif_tag(probe(file).value().orientation) == 1);
  CHECK(!probe(first_bytes(file, find_chunk(file, "eXIf") + 11)).value().has_exif);
}

}  // namespace
}  // namespace crop64::png
