#include "codecs/png/rewrite.h"

#include <doctest/doctest.h>

#include <string>

#include "codecs/png/probe.h"
#include "support/pngs.h"

namespace crop64::png {
namespace {

using namespace std::string_literals;

File file_of(const std::string& text) { return {text.begin(), text.end()}; }

std::vector<std::string> types_of(const File& png) {
  std::vector<std::string> types;
  for (const PngChunk& chunk : chunks_of(png)) {
    types.push_back(chunk.type);
  }
  return types;
}

File rewritten(const File& file, const Metadata& metadata = {}) {
  const Result<Buffer> made = rewrite(file, metadata);
  REQUIRE(made.ok());
  return {made.value().data(), made.value().data() + made.value().size()};
}

TEST_CASE("rewrite() of a PNG without metadata gives the same file") {
  for (const Layout& layout : {Layout{Model::kPalette, 4}, {Model::kRgba, 16}, {Model::kGray, 1}}) {
    Image picture = make_picture({23, 17}, layout);
    const File file = make_png(picture.view(), {.idat_bytes = 50});
    CHECK((rewritten(file) == file));
  }
}

TEST_CASE("rewrite() keeps an animation's frames and drops chunks that do not code samples") {
  const File still = make_png(make_picture({23, 17}, {Model::kRgb, 8}).view());
  File file = insert_chunk(still, "IDAT", {"acTL", File(8)});
  file = insert_chunk(file, "IDAT", {"tEXt", file_of("Title\0words"s)});
  file = insert_chunk(file, "IDAT", {"fcTL", File(26)});
  file = insert_chunk(file, "IEND", {"fdAT", File(30)});
  file = insert_chunk(file, "IEND", {"prVt", file_of("secret")});
  file.insert(file.end(), {'s', 'e', 'c', 'r', 'e', 't'});
  CHECK(types_of(rewritten(file)) ==
        std::vector<std::string>{"IHDR", "acTL", "fcTL", "IDAT", "fdAT", "IEND"});
}

TEST_CASE("rewrite() keeps the carried chunks of the source where they were") {
  const File still = make_png(make_picture({23, 17}, {Model::kRgb, 8}).view());
  File file = insert_chunk(still, "IDAT", {"gAMA", {0, 0, 0xb1, 0x8f}});
  file = insert_chunk(file, "IDAT", {"cHRM", File(32)});
  const size_t at = find_chunk(file, "gAMA");
  Metadata metadata;
  metadata.raw.push_back(Bytes(file).subspan(at, 16));
  metadata.density = Density{300, 300, Density::Unit::kInch};
  CHECK(types_of(rewritten(file, metadata)) ==
        std::vector<std::string>{"IHDR", "pHYs", "gAMA", "IDAT", "IEND"});
  CHECK(probe(rewritten(file, metadata)).value().density_per_inch == doctest::Approx(300));
}

TEST_CASE("rewrite() copies a compressed profile under a neutral name") {
  const File still = make_png(make_picture({23, 17}, {Model::kRgb, 8}).view());
  const File coded = deflated(file_of("a profile"));
  File data = file_of("Anna's monitor\0\0"s);
  data.insert(data.end(), coded.begin(), coded.end());
  File expected = file_of("ICC profile\0\0"s);
  expected.insert(expected.end(), coded.begin(), coded.end());
  const File file = insert_chunk(still, "IDAT", {"iCCP", data});
  Metadata metadata;
  CHECK((rewritten(file, metadata) == still));
  metadata.icc_profile = std::move(Buffer::allocate(9).value());
  CHECK((rewritten(file, metadata) == insert_chunk(still, "IDAT", {"iCCP", expected})));
}

TEST_CASE(
    "rewrite() corrects a wrong or missing CRC of image data, and drops other chunks with one") {
  const File good = make_png(make_picture({23, 17}, {Model::kRgb, 8}).view());
  File wrong = good;
  wrong[wrong.size() - 12 - 1] ^= 1;  // the last byte of the IDAT
  CHECK((rewritten(wrong) == good));
  for (size_t missing = 1; missing <= 16; ++missing) {
    CAPTURE(missing);
    CHECK((rewritten(first_bytes(good, good.size() - missing)) == good));
  }
  const File keyed = insert_chunk(good, "IDAT", {"tRNS", File(6)});
  CHECK((rewritten(keyed) == keyed));
  File bad_key = keyed;
  bad_key[find_chunk(bad_key, "tRNS") + 8] ^= 1;
  CHECK((rewritten(bad_key) == good));
}

}  // namespace
}  // namespace crop64::png
