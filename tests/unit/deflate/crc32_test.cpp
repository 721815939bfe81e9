#include "deflate/crc32.h"

#include <doctest/doctest.h>
#include <zlib.h>

#include "support/pictures.h"

namespace crop64::deflate {
namespace {

TEST_CASE("crc32_update() equals zlib's for any size, alignment and start") {
  Random random(1);
  File bytes(100'000);
  for (uint8_t& byte : bytes) {
    byte = static_cast<uint8_t>(random.next());
  }
  for (size_t i = 0; i < 2000; ++i) {
    const size_t begin = random.next() % 100;
    const size_t most = i % 10 == 0 ? bytes.size() - begin : 12'000;
    const Bytes some(bytes.data() + begin, random.next() % most);
    const uint32_t start = i % 3 == 0 ? kCrc32Start : random.next();
    CHECK(crc32_update(start, some) == crc32_z(start, some.data(), some.size()));
  }
}

TEST_CASE("crc32_update() differs if any single bit is changed") {
  File bytes(9000);
  const uint32_t right = crc32_update(kCrc32Start, bytes);
  for (size_t bit = 0; bit < 8 * bytes.size(); bit += 1 + bit % 37) {
    bytes[bit / 8] ^= 1u << bit % 8;
    CHECK(crc32_update(kCrc32Start, bytes) != right);
    bytes[bit / 8] ^= 1u << bit % 8;
  }
}

}  // namespace
}  // namespace crop64::deflate
