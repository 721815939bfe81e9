#include "codecs/jpeg/segment_walker.h"

#include <doctest/doctest.h>

#include "support/pictures.h"

namespace crop64::jpeg {
namespace {

// Byte by byte.
size_t find_simply(const File& data, size_t offset) {
  bool after_ff = false;
  for (; offset < data.size(); ++offset) {
    if (after_ff && data[offset] != 0 && data[offset] != 0xff) {
      break;
    }
    after_ff = data[offset] == 0xff;
  }
  return offset;
}

TEST_CASE("find_marker() passes over stuffed and fill bytes") {
  const File data = {1, 0xff, 0, 0xd0, 0xff, 0xff, 0xff, 0xd1, 0xff, 0, 0xff, 0xd9, 0xff};
  CHECK(find_marker(data, 0) == 7);
  CHECK(find_marker(data, 7) == 11);
  CHECK(find_marker(data, 12) == 13);
  CHECK(find_marker(data, 13) == 13);
  CHECK(find_marker({}, 0) == 0);
}

TEST_CASE("find_marker() finds each marker in data of any length, from any offset") {
  Random random(3);
  for (int i = 0; i < 2000; ++i) {
    File data;
    while (random.below(8) > 0) {
      data.insert(data.end(), size_t(random.below(40)), uint8_t(random.below(255)));
      data.insert(data.end(), size_t(random.between(1, 3)), uint8_t{0xff});
      data.push_back(uint8_t(random.below(2) * random.below(256)));
    }
    data.insert(data.end(), size_t(random.below(20)), uint8_t(random.below(255)));
    CAPTURE(i);
    for (size_t offset = 0; offset <= data.size(); ++offset) {
      REQUIRE(find_marker(data, offset) == find_simply(data, offset));
    }
  }
}

TEST_CASE("SegmentWalker::scan() is the data up to the next marker that is no restart marker") {
  struct Case {
    File file;
    size_t size;
  };
  const Case cases[] = {
      {{1, 0xff, 0, 2, 0xff, 0xd0, 3, 0xff, 0xd9}, 7},
      {{1, 0xff, 0xff, 0xd7, 3, 0xff, 0xff, 0xda, 0xff, 0xd0}, 5},
      {{1, 0xff, 0xff}, 1},
      {{1, 0xff, 0}, 3},
      {{1, 0xff, 0xd0}, 3},
      {{0xff, 0xd9}, 0},
      {{}, 0},
  };
  for (const Case& expected : cases) {
    SegmentWalker walker(expected.file);
    CHECK(walker.scan().size() == expected.size);
  }
}

}  // namespace
}  // namespace crop64::jpeg
