#include "metadata/exif.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "support/metadata.h"

namespace crop64 {
namespace {

using namespace std::string_literals;

TEST_CASE("read_exif_orientation() reads both byte orders and accepts 1 to 8 only") {
  for (const bool little : {true, false}) {
    for (int value = 1; value <= 8; ++value) {
      CHECK(read_exif_orientation(one_entry(little, uint32_t(value)).bytes()) == value);
    }
    for (const uint32_t value : {0U, 9U, 256U, 0x600U, 65535U}) {
      CHECK(read_exif_orientation(one_entry(little, value).bytes()) == 1);
    }
  }
}

TEST_CASE("read_exif_orientation() finds the tag among other entries and at any directory offset") {
  for (const bool little : {true, false}) {
    Tiff many(little);
    many.u16(4).entry(0x010f, 2, 20, 0).entry(0x011a, 5, 1, 90);
    many.entry(kOrientation, kShort, 1, 6).entry(0x0213, kShort, 1, 1).u32(0);
    CHECK(read_exif_orientation(many.bytes()) == 6);
    Tiff far(little, 20);
    far.u32(0).u32(0).u32(0).u16(1).entry(kOrientation, kShort, 1, 3).u32(0);
    CHECK(read_exif_orientation(far.bytes()) == 3);
  }
}

TEST_CASE("read_exif_orientation() returns 1 for invalid data") {
  struct Case {
    std::string name;
    File exif;
  };
  for (const bool little : {true, false}) {
    File mixed = one_entry(little, 6).bytes();
    mixed[1] = little ? 'M' : 'I';
    File no_tiff = one_entry(little, 6).bytes();
    no_tiff[little ? 2 : 3] = 43;
    File lower_case = one_entry(little, 6).bytes();
    lower_case[0] = lower_case[1] = 'i';
    const Case cases[] = {
        {"nothing", {}},
        {"two byte orders", mixed},
        {"no 42", no_tiff},
        {"no byte order", lower_case},
        {"no entry", Tiff(little).u16(0).u32(0).bytes()},
        {"another tag", Tiff(little).u16(1).entry(0x0113, kShort, 1, 6).u32(0).bytes()},
        {"a long", Tiff(little).u16(1).entry(kOrientation, kLong, 1, 6).u32(0).bytes()},
        {"a byte", Tiff(little).u16(1).entry(kOrientation, 1, 1, 6).u32(0).bytes()},
        {"no such type", Tiff(little).u16(1).entry(kOrientation, 0xffff, 1, 6).u32(0).bytes()},
        {"one entry behind the last",
         Tiff(little).u16(1).entry(0x0113, kShort, 1, 6).entry(kOrientation, kShort, 1, 6).bytes()},
        {"a directory in the header", Tiff(little, 0).u32(0).u32(0).bytes()},
        {"a directory beyond the end", Tiff(little, 1000).u32(0).bytes()},
        {"a directory at the end", Tiff(little, 12).u32(0).bytes()},
        {"a directory as far as can be", Tiff(little, 0xffffffff).u32(0).bytes()},
        {"a directory that wraps around", Tiff(little, 0xfffffffe).u32(0).bytes()},
        {"65535 entries, one there", Tiff(little).u16(65535).entry(0x0113, kShort, 1, 6).bytes()},
    };
    for (const Case& broken : cases) {
      INFO(broken.name, ", little-endian: ", little);
      CHECK(read_exif_orientation(broken.exif) == 1);
    }
  }
}

TEST_CASE("read_exif_orientation() ignores an entry count that is too large") {
  for (const bool little : {true, false}) {
    const Tiff tiff = Tiff(little).u16(65535).entry(kOrientation, kShort, 1, 8);
    CHECK(read_exif_orientation(tiff.bytes()) == 8);
    CHECK(read_exif_orientation(Tiff(little).u16(1).entry(kOrientation, kShort, 9999, 8).bytes()) ==
          8);
  }
}

TEST_CASE("read_exif_orientation() of truncated data returns the orientation or 1") {
  for (const bool little : {true, false}) {
    Tiff tiff(little);
    tiff.u16(2).entry(0x010f, 2, 4, 0).entry(kOrientation, kShort, 1, 6).u32(0);
    const size_t value_end = 8 + 2 + 12 + 10;
    for (size_t size = 0; size <= tiff.bytes().size(); ++size) {
      CAPTURE(size);
      CHECK(read_exif_orientation(first_bytes(tiff.bytes(), size)) == (size >= value_end ? 6 : 1));
    }
  }
}

TEST_CASE("read_exif_orientation() of random bytes returns 1 to 8") {
  Random random(1);
  const auto check = [](const File& exif) {
    const int orientation = read_exif_orientation(exif);
    CHECK(orientation >= 1);
    CHECK(orientation <= 8);
  };
  for (int round = 0; round < 20000; ++round) {
    CAPTURE(round);
    // Noise behind a header that is valid, and a valid block with some bytes changed.
    File noise = Tiff(round % 2 == 0, static_cast<uint32_t>(random.below(60))).bytes();
    const int more = random.below(60);
    for (int i = 0; i < more; ++i) {
      const auto any = static_cast<uint8_t>(random.next());
      noise.push_back(random.below(2) == 0 ? any : static_cast<uint8_t>(any % 4));
    }
    noise.shrink_to_fit();
    check(noise);
    File changed = one_entry(round % 2 == 0, 6).bytes();
    for (int i = random.below(5); i >= 0; --i) {
      changed[size_t(random.below(int(changed.size())))] = static_cast<uint8_t>(random.next());
    }
    changed.shrink_to_fit();
    check(changed);
  }
}

File exif_of(const File& exif, const OutputFacts& facts) {
  const Metadata metadata = select(MetadataKind::kExif, exif, facts);
  const Bytes bytes = metadata.exif;
  return {bytes.begin(), bytes.end()};
}

// Exif as a camera writes it: a size, an orientation, details with a maker's note, another size and
// a place in the picture, and a thumbnail.
constexpr uint32_t kDetails = 62;
constexpr uint32_t kNote = 116;
constexpr uint32_t kThumbnail = 146;

Tiff put_value(Tiff tiff, uint32_t tag, uint32_t type, uint32_t count, uint32_t value) {
  tiff.u16(tag).u16(type).u32(count);
  return type == kShort && count == 1 ? tiff.u16(value).u16(0) : tiff.u32(value);
}

File camera_exif(bool little, const std::string& note, const std::string& thumbnail) {
  Tiff tiff(little);
  tiff.u16(4);
  tiff = put_value(tiff, 0x0100, kLong, 1, 4000);
  tiff = put_value(tiff, 0x0101, kShort, 1, 3000);
  tiff = put_value(tiff, kOrientation, kShort, 1, 6);
  tiff = put_value(tiff, 0x8769, kLong, 1, kDetails);
  tiff.u32(kNote);  // the second directory
  REQUIRE(tiff.bytes().size() == kDetails);
  tiff.u16(4);
  tiff = put_value(tiff, 0x9214, kShort, 4, kThumbnail + 20);
  tiff = put_value(tiff, 0x927c, 7, uint32_t(note.size()), kThumbnail + 30);
  tiff = put_value(tiff, 0xa002, kShort, 1, 4000);
  tiff = put_value(tiff, 0xa003, kLong, 1, 3000);
  tiff.u32(0);
  REQUIRE(tiff.bytes().size() == kNote);
  tiff.u16(2);
  tiff = put_value(tiff, 0x0201, kLong, 1, kThumbnail);
  tiff = put_value(tiff, 0x0202, kLong, 1, uint32_t(thumbnail.size()));
  tiff.u32(0);
  REQUIRE(tiff.bytes().size() == kThumbnail);
  File exif = tiff.bytes();
  exif.insert(exif.end(), thumbnail.begin(), thumbnail.end());
  exif.resize(kThumbnail + 20);
  exif.insert(exif.end(), {0x77, 0x77, 0x77, 0x77, 0x77, 0x77, 0x77, 0x77, 0, 0});
  exif.insert(exif.end(), note.begin(), note.end());
  exif.shrink_to_fit();
  return exif;
}

bool contains(const File& bytes, const std::string& text) {
  return text_of(bytes).find(text) != std::string::npos;
}

TEST_CASE("update_exif() of an unchanged image keeps all entries and sets the orientation") {
  for (const bool little : {true, false}) {
    const File exif = camera_exif(little, "a maker's note", "\xff\xd8\xff thumb");
    for (int tag = 1; tag <= 8; ++tag) {
      OutputFacts facts = unchanged_image();
      facts.orientation = exif_orientation(tag);
      File expected = exif;
      const size_t at = 8 + 2 + 2 * 12 + 8;
      expected[at + (little ? 0 : 1)] = uint8_t(tag);
      CHECK(exif_of(exif, facts) == expected);
    }
  }
}

TEST_CASE(
    "update_exif() of a cropped image removes thumbnails, maker notes and positions, and sets the "
    "size") {
  for (const bool little : {true, false}) {
    const File exif = camera_exif(little, "a maker's note", "\xff\xd8\xff thumb");
    const File made = exif_of(exif, cropped_image());
    CHECK(made.size() == exif.size());
    CHECK(read_exif_orientation(made) == 1);
    for (const char* gone : {"maker", "thumb", "\x77\x77", "\xff\xd8\xff"}) {
      CHECK(contains(exif, gone));
      CHECK(!contains(made, gone));
    }
    // The details have two entries fewer, and both sizes are right.
    Tiff expected(little);
    expected.u16(4);
    expected = put_value(expected, 0x0100, kLong, 1, 300);
    expected = put_value(expected, 0x0101, kShort, 1, 200);
    expected = put_value(expected, kOrientation, kShort, 1, 1);
    expected = put_value(expected, 0x8769, kLong, 1, kDetails);
    expected.u32(0).u16(2);
    expected = put_value(expected, 0xa002, kShort, 1, 300);
    expected = put_value(expected, 0xa003, kLong, 1, 200);
    expected.u32(0);
    File all = expected.bytes();
    all.resize(exif.size());
    CHECK(made == all);
  }
}

TEST_CASE("update_exif() writes a size that exceeds a short as a long") {
  OutputFacts facts = cropped_image();
  facts.size = {70000, 80000};
  for (const bool little : {true, false}) {
    const File made = exif_of(camera_exif(little, "note", ""), facts);
    Tiff expected(little);
    expected.u16(4);
    expected = put_value(expected, 0x0100, kLong, 1, 70000);
    expected = put_value(expected, 0x0101, kLong, 1, 80000);
    CHECK(first_bytes(made, 34) == first_bytes(expected.bytes(), 34));
  }
}

TEST_CASE(
    "update_exif() of a cropped image drops Exif with hidden previews, damage or too many bytes") {
  File hidden = one_entry(true, 6).bytes();
  hidden.insert(hidden.end(), {0xff, 0xd8, 0xff, 0xdb});
  CHECK(exif_of(hidden, cropped_image()).empty());
  CHECK(!exif_of(hidden, unchanged_image()).empty());
  CHECK(exif_of(file_of("not TIFF at all"), unchanged_image()).empty());
  CHECK(exif_of({}, unchanged_image()).empty());
  File large = one_entry(true, 6).bytes();
  large.resize(65527);
  CHECK(exif_of(large, unchanged_image()).size() == large.size());
  large.resize(65528);
  CHECK(exif_of(large, unchanged_image()).empty());
  // Its orientation is told all the same.
  OutputFacts facts = unchanged_image();
  facts.orientation = exif_orientation(6);
  CHECK(read_exif_orientation(exif_of(large, facts)) == 6);
}

TEST_CASE("update_exif() overwrites thumbnails in strips and in further directories") {
  for (const bool little : {true, false}) {
    Tiff tiff(little);
    tiff.u16(0).u32(14);
    tiff.u16(2);
    tiff = put_value(tiff, 0x0111, kLong, 2, 62);
    tiff = put_value(tiff, 0x0117, kLong, 2, 70);
    tiff.u32(44);
    tiff.u16(1);
    tiff = put_value(tiff, 0x0111, kLong, 1, 90);
    tiff.u32(0);
    REQUIRE(tiff.bytes().size() == 62);
    tiff.u32(78).u32(84).u32(6).u32(6);
    File exif = tiff.bytes();
    const File parts = file_of("stripastripbkept");
    exif.insert(exif.end(), parts.begin(), parts.end());
    File expected = exif;
    std::fill(expected.begin() + 10, expected.begin() + 62, uint8_t{0});
    std::fill(expected.begin() + 78, expected.begin() + 90, uint8_t{0});
    CHECK(exif_of(exif, cropped_image()) == expected);
  }
}

TEST_CASE("update_exif() ends for directories that form a loop or are too many") {
  for (const uint32_t next : {8U, 14U, 20U, 0xffffffffU}) {
    Tiff tiff(true);
    tiff.u16(0).u32(14).u16(0).u32(next).u16(0).u32(14);
    exif_of(tiff.bytes(), cropped_image());
  }
  Tiff many(true);
  for (uint32_t i = 1; i <= 100; ++i) {
    many.u16(0).u32(8 + 6 * i);
  }
  CHECK(exif_of(many.bytes(), cropped_image()).empty());
  Tiff strips(true);
  strips.u16(0).u32(14).u16(1);
  strips = put_value(strips, 0x0111, kShort, 0xffffffff, 0);
  strips.u32(0);
  CHECK(exif_of(strips.bytes(), cropped_image()).empty());
}

TEST_CASE("update_exif() of random bytes stays within them and sets the orientation") {
  Random random(2);
  for (int round = 0; round < 20000; ++round) {
    CAPTURE(round);
    File changed = camera_exif(round % 2 == 0, "note", "\xff\xd8\xff thumb");
    for (int i = random.below(8); i >= 0; --i) {
      constexpr uint8_t kOften[] = {0, 1, 8, 62, 116, 146, 0xff};
      const uint8_t any = random.below(2) == 0 ? kOften[random.below(7)] : uint8_t(random.next());
      changed[size_t(random.below(int(changed.size())))] = any;
    }
    if (random.below(4) == 0) {
      changed.resize(size_t(random.below(int(changed.size()))));
    }
    changed.shrink_to_fit();
    OutputFacts facts = round % 3 == 0 ? unchanged_image() : cropped_image();
    facts.orientation = exif_orientation(random.between(1, 8));
    const File made = exif_of(changed, facts);
    CHECK(read_exif_orientation(made) == exif_tag(facts.orientation));
    if (!facts.same_image) {
      CHECK(!contains(made, "\xff\xd8\xff"));
    }
  }
}

}  // namespace
}  // namespace crop64
