#include "deflate/adler32.h"

#include <doctest/doctest.h>
#include <zlib.h>

#include "support/pictures.h"

namespace crop64::deflate {
namespace {

TEST_CASE("adler32_update() equals zlib's for any size and start") {
  Random random(1);
  File bytes(20000);
  for (uint8_t& byte : bytes) {
    byte = static_cast<uint8_t>(random.next());
  }
  for (size_t size = 0; size < 100; ++size) {
    const Bytes some(bytes.data() + size, size);
    CHECK(adler32_update(kAdler32Start, some) == adler32_z(kAdler32Start, some.data(), size));
  }
  for (const size_t size : {4095, 4096, 4097, 5552, 8192, 20000}) {
    const uint32_t start = random.next() % 65521 << 16 | random.next() % 65521;
    CHECK(adler32_update(start, Bytes(bytes.data(), size)) == adler32_z(start, bytes.data(), size));
  }
}

TEST_CASE("adler32_update() of the largest sums equals zlib's") {
  const File bytes(20000, 255);
  const uint32_t start = uint32_t{65520} << 16 | 65520;
  CHECK(adler32_update(start, bytes) == adler32_z(start, bytes.data(), bytes.size()));
}

}  // namespace
}  // namespace crop64::deflate
