#include "deflate/bit_writer.h"

#include <doctest/doctest.h>

#include "support/zlib_streams.h"

namespace crop64::deflate {
namespace {

TEST_CASE("BitWriter writes the first bit lowest, for any sequence of counts and flushes") {
  Random random(1);
  File out(20'000);
  BitWriter writer(out.data());
  StreamBits expected;
  uint32_t unflushed = 7;
  for (int i = 0; i < 5000; ++i) {
    const int count = random.below(16);
    const uint32_t bits = random.next() & ((1u << count) - 1);
    if (unflushed + static_cast<uint32_t>(count) > 56) {
      writer.flush();
      unflushed = 7;
    }
    writer.put(bits, static_cast<uint32_t>(count));
    expected.put(bits, count);
    unflushed += static_cast<uint32_t>(count);
  }
  writer.align();
  out.resize(static_cast<size_t>(writer.out() - out.data()));
  CHECK((out == expected.bytes()));
}

TEST_CASE("BitWriter continues at a byte after align()") {
  File out(32);
  BitWriter writer(out.data());
  writer.put(1, 1);
  writer.align();
  CHECK(writer.out() == out.data() + 1);
  *writer.out()++ = 0xab;
  writer.put(3, 2);
  writer.align();
  CHECK((first_bytes(out, 3) == File{1, 0xab, 3}));
}

}  // namespace
}  // namespace crop64::deflate
