#include "codecs/png/metadata.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "support/pngs.h"
#include "support/profiles.h"

namespace crop64::png {
namespace {

const PngChunk kData = {"IDAT", {1, 2, 3}};
const PngChunk kEnd = {"IEND", {}};

using namespace std::string_literals;

File file_of(const std::string& text) { return {text.begin(), text.end()}; }
std::string text_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

// Blocks refer to the file, which lives until the next call.
SourceMetadata metadata_of(std::vector<PngChunk> chunks) {
  static File file;
  chunks.insert(chunks.begin(), png_header(7, 5, 8, 2));
  chunks.push_back(kEnd);
  file = join(chunks);
  return std::move(read_metadata(file).value());
}

const PngChunk kGamma = {"gAMA", {0, 0, 0xb1, 0x8f}};
const PngChunk kSuggestedPalette = {"sPLT", file_of("few\0\x08\1\2\3\xff\0\x09"s)};
// sRGB's, in units of 1/100 000 (PNG specification, third edition, 11.3.2.1).
const PngChunk kChromaticities = {
    "cHRM", {0, 0, 0x7a, 0x26, 0, 0, 0x80, 0x84, 0, 0, 0xfa, 0,    0, 0, 0x80, 0xe8,
             0, 0, 0x75, 0x30, 0, 0, 0xea, 0x60, 0, 0, 0x3a, 0x98, 0, 0, 0x17, 0x70}};

TEST_CASE("read_metadata() classifies chunks by their type and content") {
  const std::string xmp_name = "XML:com.adobe.xmp\0"s;
  struct Case {
    PngChunk chunk;
    std::optional<MetadataKind> kind;
    std::string data;
  };
  const Case cases[] = {
      {kGamma, MetadataKind::kColor, {}},
      {kChromaticities, MetadataKind::kColor, {}},
      {{"sRGB", File(1)}, MetadataKind::kColor, {}},
      {{"cICP", File(4)}, MetadataKind::kColor, {}},
      {{"sBIT", {8, 7, 8}}, MetadataKind::kLayout, {}},
      {{"bKGD", File(6)}, MetadataKind::kLayout, {}},
      {kSuggestedPalette, MetadataKind::kLayout, {}},
      {{"eXIf", file_of("MM")}, MetadataKind::kExif, "MM"},
      {{"tEXt", file_of("Title\0words"s)}, MetadataKind::kText, {}},
      {{"zTXt", file_of("Title\0\0..."s)}, MetadataKind::kText, {}},
      {{"iTXt", file_of("Title\0\0\0\0\0words"s)}, MetadataKind::kText, {}},
      {{"tEXt", file_of("Raw profile type exif\0..."s)}, MetadataKind::kOpaque, {}},
      {{"iTXt", file_of(xmp_name + "\0\0\0\0<x/>"s)}, MetadataKind::kXmp, "<x/>"},
      {{"iTXt", file_of(xmp_name + "\0\0en\0name\0<x/>"s)}, MetadataKind::kXmp, "<x/>"},
      {{"iTXt", file_of(xmp_name + "\1\0\0\0zip"s)}, MetadataKind::kOpaque, {}},
      {{"iTXt", file_of(xmp_name + "\0"s)}, MetadataKind::kOpaque, {}},
      {{"iTXt", file_of(xmp_name + "\0\0en\0"s)}, MetadataKind::kOpaque, {}},
      {{"tIME", {7, 0xe6, 1, 2, 3, 4, 5}}, MetadataKind::kOpaque, {}},
      {{"oFFs", File(9)}, MetadataKind::kOpaque, {}},
      {{"vpAg", File(9)}, MetadataKind::kText, {}},
      {{"hIST", File(6)}, std::nullopt, {}},
      {{"caBX", File(6)}, std::nullopt, {}},
      {{"iDOT", File(6)}, std::nullopt, {}},
      {{"acTL", File(8)}, std::nullopt, {}},
      {{"tRNS", File(6)}, std::nullopt, {}},
      {{"PLTE", File(6)}, std::nullopt, {}},
      {{"ABCd", File(6)}, std::nullopt, {}},
      {{"a\1cd", File(6)}, std::nullopt, {}},
  };
  for (const Case& known : cases) {
    CAPTURE(known.chunk.type);
    const SourceMetadata metadata = metadata_of({known.chunk, kData});
    REQUIRE(metadata.blocks.size() == (known.kind ? 1 : 0));
    if (known.kind) {
      const MetadataBlock& block = metadata.blocks[0];
      CHECK(block.kind == *known.kind);
      CHECK(block.raw.size() == known.chunk.data.size() + 12);
      const std::string all = text_of(known.chunk.data);
      CHECK(text_of(block.data) == (known.data.empty() ? all : known.data));
    }
  }
}

TEST_CASE("read_metadata() takes a chunk once, with a valid CRC, and where it is allowed") {
  const PngChunk palette = {"PLTE", File(3)};
  struct Case {
    PngChunk chunk;
    bool behind_palette;
    bool behind_samples;
    bool again;
  };
  const Case cases[] = {{kGamma, false, false, false},
                        {kChromaticities, false, false, false},
                        {{"sRGB", File(1)}, false, false, false},
                        {{"cICP", File(4)}, false, false, false},
                        {{"sBIT", {8, 7, 8}}, false, false, false},
                        {{"bKGD", File(6)}, true, false, false},
                        {kSuggestedPalette, true, false, true},
                        {{"eXIf", file_of("MM")}, true, true, false},
                        {{"tIME", {7, 0xe6, 1, 2, 3, 4, 5}}, true, true, false},
                        {{"tEXt", file_of("Title\0words"s)}, true, true, true}};
  for (const Case& known : cases) {
    const PngChunk& chunk = known.chunk;
    CAPTURE(chunk.type);
    CHECK(metadata_of({chunk, palette, kData}).blocks.size() == 1);
    CHECK(metadata_of({palette, chunk, kData}).blocks.size() == (known.behind_palette ? 1 : 0));
    CHECK(metadata_of({kData, chunk}).blocks.size() == (known.behind_samples ? 1 : 0));
    CHECK(metadata_of({kData, kData, chunk}).blocks.size() == (known.behind_samples ? 1 : 0));
    CHECK(metadata_of({chunk, chunk, kData}).blocks.size() == (known.again ? 2 : 1));
    File damaged = join({png_header(7, 5, 8, 2), chunk, kData, kEnd});
    damaged[find_chunk(damaged, chunk.type) + 8] ^= 1;
    CHECK(read_metadata(damaged).value().blocks.empty());
  }
}

TEST_CASE("read_metadata() ignores chunks whose content is invalid") {
  const PngChunk damaged[] = {
      {"gAMA", File(3)},
      {"gAMA", File(4)},  // 0
      {"cHRM", File(31)},
      {"cHRM", File(32, 0xff)},
      {"sRGB", {}},
      {"sRGB", {4}},
      {"cICP", File(3)},
      {"cICP", {1, 13, 0, 2}},
      {"mDCV", File(23)},
      {"cLLI", File(9)},
      {"sBIT", {8, 8}},
      {"sBIT", {8, 9, 8}},
      {"sBIT", {8, 0, 8}},
      {"bKGD", File(2)},
      {"sPLT", File(9)},
      {"sPLT", file_of("few\0\x08\1\2\3\xff\0"s)},
      {"tIME", File(6)},
      {"tIME", {7, 0xe6, 13, 2, 3, 4, 5}},
      {"tEXt", file_of("no zero")},
      {"tEXt", file_of("\0no keyword"s)},
      {"zTXt", file_of(std::string(80, 'k') + "\0"s)},
  };
  for (const PngChunk& chunk : damaged) {
    CAPTURE(chunk.type);
    CHECK(metadata_of({chunk, kData}).blocks.empty());
  }
  // A valid one after it counts as the first.
  CHECK(metadata_of({{"gAMA", File(4)}, kGamma, kData}).blocks.size() == 1);
}

PngChunk profile_chunk(const std::string& profile, const std::string& name = "name\0\0"s) {
  File data = file_of(name);
  const File compressed = deflated(file_of(profile));
  data.insert(data.end(), compressed.begin(), compressed.end());
  return {"iCCP", data};
}

TEST_CASE("read_metadata() drops sRGB if the file has a profile") {
  const PngChunk srgb = {"sRGB", File(1)};
  CHECK(metadata_of({srgb, profile_chunk("profile"), kData}).blocks.empty());
  CHECK(metadata_of({srgb, {"iCCP", file_of("damaged\0\0..."s)}, kData}).blocks.size() == 1);
}

TEST_CASE("read_metadata() decompresses profiles of any length") {
  for (const size_t size : {size_t{0}, size_t{1}, size_t{500}, size_t{100000}, size_t{3000000}}) {
    const std::string profile(size, 'p');
    CHECK(text_of(metadata_of({profile_chunk(profile), kData}).icc_profile) == profile);
  }
  Random random(1);
  std::string noise(200000, ' ');
  std::generate(noise.begin(), noise.end(), [&] { return char(random.next()); });
  CHECK(text_of(metadata_of({profile_chunk(noise), kData}).icc_profile) == noise);
}

TEST_CASE("read_metadata() ignores a profile that is damaged, too late or larger than 16 MB") {
  const PngChunk good = profile_chunk("profile");
  PngChunk cut = good;
  cut.data = first_bytes(good.data, good.data.size() - 5);
  PngChunk changed = good;
  changed.data[10] ^= 0x55;
  const PngChunk cases[] = {cut,
                            changed,
                            profile_chunk("profile", "name without an end"),
                            profile_chunk("profile", "name\0\1"s),
                            {"iCCP", {}},
                            {"iCCP", file_of("name\0"s)},
                            {"iCCP", file_of("name\0\0"s)},
                            profile_chunk(std::string(size_t{17} * 1024 * 1024, ' '))};
  for (const PngChunk& chunk : cases) {
    CHECK(metadata_of({chunk, kData}).icc_profile.size() == 0);
  }
  CHECK(metadata_of({{"PLTE", File(3)}, good, kData}).icc_profile.size() == 0);
  CHECK(metadata_of({kData, good}).icc_profile.size() == 0);
  CHECK(text_of(metadata_of({good, profile_chunk("other"), kData}).icc_profile) == "profile");
  const std::string most(size_t{16} * 1024 * 1024, ' ');
  CHECK(metadata_of({profile_chunk(most), kData}).icc_profile.size() == most.size());
}

// The colours of samples of RGB in a file of these chunks.
ColorProfile colors_of(const std::vector<PngChunk>& chunks) {
  return color_profile_of(metadata_of(chunks), {Model::kRgb, 8});
}

TEST_CASE("read_metadata() reads colours from code points") {
  struct Case {
    File points;
    ColorSpace space;
    bool is_convertible;
  };
  const Case cases[] = {
      {{1, 13, 0, 1}, ColorSpace::kSrgb, true},    {{12, 13, 0, 1}, ColorSpace::kDisplayP3, true},
      {{9, 13, 0, 1}, ColorSpace::kOther, true},   {{1, 1, 0, 1}, ColorSpace::kOther, true},
      {{1, 8, 0, 1}, ColorSpace::kOther, false},   {{9, 16, 0, 1}, ColorSpace::kOther, false},
      {{9, 18, 0, 1}, ColorSpace::kOther, false},  {{12, 13, 0, 0}, ColorSpace::kOther, false},
      {{12, 13, 1, 1}, ColorSpace::kOther, false}, {{2, 13, 0, 1}, ColorSpace::kOther, false},
  };
  for (const Case& given : cases) {
    const PngChunk points = {"cICP", given.points};
    CHECK(colors_of({points, kData}).space == given.space);
    CHECK(colors_of({points, kData}).is_convertible == given.is_convertible);
    CHECK(colors_of({kData, points}).space == ColorSpace::kSrgb);
  }
  CHECK(colors_of({{"cICP", {12, 13, 0}}, kData}).space == ColorSpace::kSrgb);
}

PngChunk numbers(const char* type, const std::vector<uint32_t>& values) {
  File data;
  for (const uint32_t value : values) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      data.push_back(static_cast<uint8_t>(value >> shift));
    }
  }
  return {type, data};
}

TEST_CASE("read_metadata() reads colours by cICP, then iCCP, then sRGB, then gAMA and cHRM") {
  const PngChunk p3 = {"cICP", {12, 13, 0, 1}};
  const File linear = matrix(kSrgb, gamma_of(1)).bytes();
  const PngChunk profile = profile_chunk({linear.begin(), linear.end()});
  const PngChunk srgb = {"sRGB", {0}};
  const PngChunk gamma = numbers("gAMA", {55556});
  const PngChunk primaries =
      numbers("cHRM", {31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000});
  CHECK(colors_of({p3, profile, srgb, gamma, kData}).space == ColorSpace::kDisplayP3);
  CHECK(colors_of({gamma, srgb, profile, p3, kData}).space == ColorSpace::kDisplayP3);
  CHECK(colors_of({gamma, srgb, profile, kData}).curves[0].at(0.5) == doctest::Approx(0.5));
  CHECK(colors_of({gamma, srgb, primaries, kData}).space == ColorSpace::kSrgb);
  CHECK(colors_of({primaries, kData}).space == ColorSpace::kDisplayP3);
  CHECK(colors_of({primaries, numbers("gAMA", {45455}), kData}).space == ColorSpace::kDisplayP3);
  const ColorProfile both = colors_of({primaries, gamma, kData});
  CHECK(both.space == ColorSpace::kOther);
  CHECK(both.curves[0].at(0.5) == doctest::Approx(std::pow(0.5, 1.8)).epsilon(1e-5));
  CHECK(both.matrix.rows[0][0] == doctest::Approx(0.51512).epsilon(1e-4));
  // A profile that does not fit the samples, or is damaged, says nothing.
  CHECK(colors_of({profile_chunk("profile"), gamma, kData}).space == ColorSpace::kOther);
  // sRGB's own gamma as encoders round it, and one that is not.
  CHECK(colors_of({numbers("gAMA", {45455}), kData}).space == ColorSpace::kSrgb);
  CHECK(colors_of({numbers("gAMA", {50000}), kData}).space == ColorSpace::kOther);
  CHECK(colors_of({kData}).space == ColorSpace::kSrgb);
}

TEST_CASE("read_metadata() ignores primaries that enclose no colours") {
  const std::vector<uint32_t> cases[] = {
      {31270, 32900, 64000, 33000, 64000, 33000, 15000, 6000},  // two are one
      {31270, 1, 64000, 33000, 30000, 60000, 15000, 6000},
      {0, 1, 0, 0, 0, 0, 0, 0},
  };
  for (const auto& values : cases) {
    const ColorProfile colors = colors_of({numbers("cHRM", values), kData});
    for (const auto& row : colors.matrix.rows) {
      for (const double value : row) {
        CHECK(std::isfinite(value));
      }
    }
  }
}

TEST_CASE("read_metadata() limits the number of blocks") {
  const File one = join({{"vpAg", {}}});
  File file = join({png_header(7, 5, 8, 2)});
  const size_t signature = 8;
  for (int i = 0; i < 1000000; ++i) {
    file.insert(file.end(), one.begin() + signature, one.end());
  }
  CHECK(read_metadata(file).value().blocks.size() == SourceMetadata::kMaxBlocks);
}

TEST_CASE("read_metadata() reads nothing outside of a file that is cut or changed anywhere") {
  const File good = join({png_header(7, 5, 8, 2),
                          profile_chunk("profile"),
                          {"pHYs", File(9)},
                          {"iTXt", file_of("XML:com.adobe.xmp\0\0\0\0\0<x/>"s)},
                          kData,
                          {"tEXt", File(3)},
                          kEnd});
  for (size_t size = 8; size < good.size(); ++size) {
    CHECK(read_metadata(first_bytes(good, size)).ok());
  }
  Random random(1);
  for (int round = 0; round < 10000; ++round) {
    std::vector<PngChunk> chunks = chunks_of(good);
    for (int i = random.below(4); i >= 0; --i) {
      File& data = chunks[size_t(random.between(1, int(chunks.size()) - 1))].data;
      if (!data.empty()) {
        data[size_t(random.below(int(data.size())))] = static_cast<uint8_t>(random.next());
      }
    }
    CHECK(read_metadata(join(chunks)).ok());
    File changed = good;
    changed[size_t(random.between(8, int(good.size()) - 1))] = static_cast<uint8_t>(random.next());
    CHECK(read_metadata(changed).ok());
  }
}

}  // namespace
}  // namespace crop64::png
