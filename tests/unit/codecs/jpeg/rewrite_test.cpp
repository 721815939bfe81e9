#include "codecs/jpeg/rewrite.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "codecs/jpeg/probe.h"
#include "support/jpegs.h"

namespace crop64::jpeg {
namespace {

using namespace std::string_literals;

File segment(int marker, const std::string& payload) {
  const size_t length = payload.size() + 2;
  File bytes = {0xff, uint8_t(marker), uint8_t(length >> 8), uint8_t(length)};
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return bytes;
}

File insert(const File& file, size_t at, const File& bytes) {
  File longer = file;
  longer.insert(longer.begin() + ptrdiff_t(at), bytes.begin(), bytes.end());
  return longer;
}

bool holds(Bytes file, const std::string& text) {
  return std::search(file.begin(), file.end(), text.begin(), text.end()) != file.end();
}

File rewritten(const File& file, const Metadata& metadata = {}) {
  const Result<Buffer> made = rewrite(file, metadata);
  REQUIRE(made.ok());
  return {made.value().data(), made.value().data() + made.value().size()};
}

TEST_CASE("rewrite of a file without metadata returns the same bytes") {
  for (const JpegRecipe& recipe :
       {JpegRecipe{}, JpegRecipe{.scans = progressive_scans(3)}, JpegRecipe{.sampling = kGray}}) {
    const File file = make_jpeg({45, 37}, recipe);
    CHECK((rewritten(file) == file));
  }
}

TEST_CASE("rewrite drops segments that decoders do not need, wherever they are") {
  const File file = make_jpeg({45, 37}, {.scans = progressive_scans(3)});
  const File bare = rewritten(file);
  const size_t frame = find_marker(file, 0xc2);
  const size_t first_scan = find_marker(file, 0xda);
  for (const int marker : {0xe1, 0xe2, 0xed, 0xef, 0xfe}) {
    for (const size_t at : {frame, first_scan}) {
      CHECK((rewritten(insert(file, at, segment(marker, "a secret"s))) == bare));
    }
  }
  CHECK((rewritten(insert(file, frame, {'j', 'u', 'n', 'k'})) == bare));
  CHECK((rewritten(insert(file, frame, {0xff, 0xff, 0xff})) == bare));
  CHECK((rewritten(insert(file, file.size(), {0xff, 0xd8, 0xff, 's'})) == bare));
}

TEST_CASE("rewrite adds a missing end of image") {
  const File file = make_jpeg({45, 37});
  CHECK((rewritten(first_bytes(file, file.size() - 2)) == file));
  CHECK((rewritten(first_bytes(file, file.size() - 1)) == file));
}

TEST_CASE("rewrite keeps the Adobe segment without the bytes after its fields") {
  const File file = make_jpeg({45, 37}, {.sampling = kInkSamplings[0], .stored = JCS_YCCK});
  File longer = file;
  const size_t adobe = find_marker(longer, 0xee);
  longer[adobe + 3] = 2 + 12 + 6;
  longer = insert(longer, adobe + 4 + 12, {'s', 'e', 'c', 'r', 'e', 't'});
  CHECK(holds(rewritten(longer), "Adobe"));
  CHECK(!holds(rewritten(longer), "secret"));
  CHECK((rewritten(longer) == rewritten(file)));
}

TEST_CASE("rewrite keeps the JFIF version, drops its thumbnail and sets the density") {
  const File file = make_jpeg({45, 37});
  const size_t jfif = find_marker(file, 0xe0);
  File described = file;
  described.erase(described.begin() + ptrdiff_t(jfif), described.begin() + ptrdiff_t(jfif) + 18);
  described = insert(described, jfif, segment(0xe0, "JFIF\0\1\2\1\0\x48\0\x48\1\1abc"s));
  Metadata metadata;
  metadata.density = Density{300, 200, Density::Unit::kInch};
  const File made = rewritten(described, metadata);
  CHECK((first_bytes(made, 20) ==
         insert({0xff, 0xd8}, 2, segment(0xe0, "JFIF\0\1\2\1\1\x2c\0\xc8\0\0"s))));
  CHECK(!holds(rewritten(described), "abc"));
}

TEST_CASE("rewrite of a truncated header is TRUNCATED_IMAGE") {
  const File file = make_jpeg({45, 37});
  const size_t scan = find_marker(file, 0xda);
  for (size_t size = 2; size < scan; size += 7) {
    CHECK(code_of(rewrite(first_bytes(file, size), {})) == "TRUNCATED_IMAGE");
  }
}

}  // namespace
}  // namespace crop64::jpeg
