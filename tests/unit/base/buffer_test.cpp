#include "base/buffer.h"

#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <utility>

namespace crop64 {
namespace {

// More than any address space has, natively and in WebAssembly.
constexpr uint64_t kTooMuch = uint64_t{1} << 60;

Buffer buffer_of(const char* text) {
  Buffer buffer = std::move(Buffer::allocate(std::strlen(text)).value());
  std::memcpy(buffer.data(), text, buffer.size());
  return buffer;
}

std::string text_of(const Buffer& buffer) {
  return {reinterpret_cast<const char*>(buffer.data()), buffer.size()};
}

TEST_CASE("Buffer::allocate() returns the requested size, also zero") {
  for (const uint64_t size : {0, 1, 1000}) {
    CAPTURE(size);
    Result<Buffer> buffer = Buffer::allocate(size);
    REQUIRE(buffer.ok());
    CHECK(buffer.value().size() == size);
    CHECK(buffer.value().data() != nullptr);
  }
}

TEST_CASE("Buffer::allocate() reports OUT_OF_MEMORY with the number of bytes") {
  const Result<Buffer> buffer = Buffer::allocate(kTooMuch);
  REQUIRE(!buffer.ok());
  CHECK(buffer.error().code == ErrorCode::kOutOfMemory);
  REQUIRE(buffer.error().details.size() == 1);
  CHECK(std::string(buffer.error().details[0].name) == "bytes");
  CHECK(buffer.error().details[0].value == double(kTooMuch));
}

TEST_CASE("Buffer::grow() keeps the content") {
  Buffer buffer = buffer_of("picture");
  REQUIRE(buffer.grow(100'000));
  CHECK(buffer.size() == 100'000);
  CHECK(std::memcmp(buffer.data(), "picture", 7) == 0);
  REQUIRE(buffer.grow(5));
  CHECK(buffer.size() == 100'000);
}

TEST_CASE("Buffer::grow() that fails leaves the buffer unchanged") {
  Buffer buffer = buffer_of("picture");
  for (const size_t too_much : {SIZE_MAX / 2, SIZE_MAX / 2 + 1, SIZE_MAX}) {
    CAPTURE(too_much);
    CHECK(!buffer.grow(too_much));
    CHECK(text_of(buffer) == "picture");
  }
}

TEST_CASE("Buffer::shrink() keeps the first bytes") {
  Buffer buffer = buffer_of("picture");
  buffer.shrink(3);
  CHECK(text_of(buffer) == "pic");
  buffer.shrink(0);
  CHECK(text_of(buffer) == "");
}

TEST_CASE("moving a Buffer transfers its bytes") {
  Buffer first = buffer_of("first");
  const uint8_t* bytes = first.data();
  Buffer second = std::move(first);
  CHECK(second.data() == bytes);
  Buffer third = buffer_of("third");
  third = std::move(second);
  CHECK(text_of(third) == "first");
  CHECK(Bytes(third).size() == 5);
}

}  // namespace
}  // namespace crop64
