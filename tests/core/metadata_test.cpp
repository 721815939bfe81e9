#include "metadata.h"

#include <doctest/doctest.h>

#include <string>

#include "support/pictures.h"

namespace crop64 {
namespace {

// Numbers in one of the two byte orders.
class Tiff {
 public:
  explicit Tiff(bool little, uint32_t directory = 8) : little_(little) {
    const uint8_t order = little ? 'I' : 'M';
    bytes_ = {order, order};
    u16(42).u32(directory);
  }

  Tiff& u16(uint32_t value) { return put(value, 2); }
  Tiff& u32(uint32_t value) { return put(value, 4); }
  // A directory entry whose value is a short.
  Tiff& entry(uint32_t tag, uint32_t type, uint32_t count, uint32_t value) {
    return u16(tag).u16(type).u32(count).u16(value).u16(0);
  }
  const File& bytes() const { return bytes_; }

 private:
  Tiff& put(uint32_t value, int count) {
    for (int i = 0; i < count; ++i) {
      const int shift = 8 * (little_ ? i : count - 1 - i);
      bytes_.push_back(static_cast<uint8_t>(value >> shift));
    }
    return *this;
  }

  File bytes_;
  bool little_;
};

constexpr uint32_t kOrientation = 0x0112;
constexpr uint32_t kShort = 3;
constexpr uint32_t kLong = 4;

Tiff one_entry(bool little, uint32_t value) {
  return Tiff(little).u16(1).entry(kOrientation, kShort, 1, value).u32(0);
}

TEST_CASE("the orientation is read in both byte orders, and only 1 to 8 are valid") {
  for (const bool little : {true, false}) {
    for (int value = 1; value <= 8; ++value) {
      CHECK(read_orientation(one_entry(little, uint32_t(value)).bytes()) == value);
    }
    for (const uint32_t value : {0U, 9U, 256U, 0x600U, 65535U}) {
      CHECK(read_orientation(one_entry(little, value).bytes()) == 1);
    }
  }
}

TEST_CASE("the orientation is found among other entries and wherever the directory is") {
  for (const bool little : {true, false}) {
    Tiff many(little);
    many.u16(4).entry(0x010f, 2, 20, 0).entry(0x011a, 5, 1, 90);
    many.entry(kOrientation, kShort, 1, 6).entry(0x0213, kShort, 1, 1).u32(0);
    CHECK(read_orientation(many.bytes()) == 6);
    Tiff far(little, 20);
    far.u32(0).u32(0).u32(0).u16(1).entry(kOrientation, kShort, 1, 3).u32(0);
    CHECK(read_orientation(far.bytes()) == 3);
  }
}

TEST_CASE("Exif data that is not valid has no orientation") {
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
      CHECK(read_orientation(broken.exif) == 1);
    }
  }
}

TEST_CASE("a count that is too large does not hide an orientation that is there") {
  for (const bool little : {true, false}) {
    const Tiff tiff = Tiff(little).u16(65535).entry(kOrientation, kShort, 1, 8);
    CHECK(read_orientation(tiff.bytes()) == 8);
    CHECK(read_orientation(Tiff(little).u16(1).entry(kOrientation, kShort, 9999, 8).bytes()) == 8);
  }
}

TEST_CASE("Exif data cut anywhere has its orientation or none") {
  for (const bool little : {true, false}) {
    Tiff tiff(little);
    tiff.u16(2).entry(0x010f, 2, 4, 0).entry(kOrientation, kShort, 1, 6).u32(0);
    const size_t value_end = 8 + 2 + 12 + 10;
    for (size_t size = 0; size <= tiff.bytes().size(); ++size) {
      CAPTURE(size);
      CHECK(read_orientation(first_bytes(tiff.bytes(), size)) == (size >= value_end ? 6 : 1));
    }
  }
}

TEST_CASE("whatever bytes Exif data has, an orientation of 1 to 8 comes out") {
  Random random(1);
  const auto check = [](const File& exif) {
    const int orientation = read_orientation(exif);
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

}  // namespace
}  // namespace crop64
