#include "codecs/png/chunks.h"

#include <doctest/doctest.h>

#include <string>

#include "support/pngs.h"

namespace crop64::png {
namespace {

TEST_CASE("chunk_at() walks the chunks of a file, each with its data and a valid CRC") {
  const File file = join({{"IHDR", File(13)}, {"teSt", {1, 2, 3}}, {"IDAT", {}}, {"IEND", {}}});
  size_t offset = kSignature.size();
  for (const PngChunk& expected : chunks_of(file)) {
    const std::optional<Chunk> chunk = chunk_at(file, offset);
    REQUIRE(chunk);
    CHECK(std::string(chunk->type) == expected.type);
    CHECK((File(chunk->data.begin(), chunk->data.end()) == expected.data));
    CHECK(chunk->raw.data() == file.data() + offset);
    CHECK(chunk->is_complete());
    CHECK(chunk->has_valid_crc());
    offset += chunk->raw.size();
  }
  CHECK(offset == file.size());
  CHECK(!chunk_at(file, offset));
}

TEST_CASE("chunk_at() gives what a cut file has of a chunk, from its type on") {
  const File good = join({{"teSt", {1, 2, 3}}});
  for (size_t size = kSignature.size(); size < good.size(); ++size) {
    CAPTURE(size);
    const File cut = first_bytes(good, size);
    const std::optional<Chunk> chunk = chunk_at(cut, kSignature.size());
    REQUIRE(chunk.has_value() == (size >= kSignature.size() + 8));
    if (chunk) {
      CHECK(chunk->length == 3);
      CHECK(chunk->raw.size() == size - kSignature.size());
      CHECK(chunk->data.size() == std::min<size_t>(3, size - kSignature.size() - 8));
      CHECK(!chunk->is_complete());
      CHECK(!chunk->has_valid_crc());
    }
  }
}

TEST_CASE("chunk_at() bounds a chunk of the largest length") {
  File file = join({{"teSt", {1, 2, 3}}});
  std::fill_n(file.begin() + kSignature.size(), 4, uint8_t{0xff});
  const std::optional<Chunk> chunk = chunk_at(file, kSignature.size());
  REQUIRE(chunk);
  CHECK(chunk->length == UINT32_MAX);
  CHECK(chunk->raw.size() == file.size() - kSignature.size());
  CHECK(!chunk->is_complete());
}

TEST_CASE("A chunk's CRC is invalid if any of its bytes after the length is changed") {
  const File good = join({{"teSt", {1, 2, 3}}});
  for (size_t i = kSignature.size() + 4; i < good.size(); ++i) {
    File bad = good;
    bad[i] ^= 1;
    CHECK(!chunk_at(bad, kSignature.size())->has_valid_crc());
  }
}

TEST_CASE("header_chunk_at() needs all of a chunk, except for IDAT") {
  for (const std::string type : {"teSt", "IDAT"}) {
    const File good = join({{type, {1, 2, 3}}});
    for (size_t size = kSignature.size(); size <= good.size(); ++size) {
      const size_t left = size - kSignature.size();
      const bool is_enough = type == "IDAT" ? left >= kChunkOverhead : size == good.size();
      CHECK(code_of(header_chunk_at(first_bytes(good, size), kSignature.size())) ==
            (is_enough ? "ok" : "TRUNCATED_IMAGE"));
    }
    File long_chunk = good;
    long_chunk[kSignature.size()] = 0x80;
    CHECK(code_of(header_chunk_at(long_chunk, kSignature.size())) == "CORRUPT_IMAGE");
  }
}

TEST_CASE("make_phys() writes what read_phys() reads, in pixels per metre") {
  const auto again = [](const Density& density) { return read_phys(make_phys(density)).value(); };
  const Density metre = again({2835, 11811, Density::Unit::kMetre});
  CHECK(metre.x == 2835);
  CHECK(metre.y == 11811);
  CHECK(metre.unit == Density::Unit::kMetre);
  const Density inch = again({72, 300, Density::Unit::kInch});
  CHECK(inch.x == 2835);
  CHECK(inch.y == 11811);
  CHECK(inch.unit == Density::Unit::kMetre);
  CHECK(again({4, 3, Density::Unit::kNone}).unit == Density::Unit::kNone);
  CHECK(again({1e12, 3, Density::Unit::kMetre}).x == 0x7fffffff);
}

TEST_CASE("read_phys() rejects a wrong length, an unknown unit and a density of 0") {
  const auto good = make_phys({1, 2, Density::Unit::kMetre});
  CHECK(read_phys(good));
  CHECK(!read_phys(Bytes(good).first(8)));
  for (const size_t zero : {3, 7}) {
    auto bad = good;
    bad[zero] = 0;
    CHECK(!read_phys(bad));
  }
  auto bad = good;
  bad[8] = 2;
  CHECK(!read_phys(bad));
}

}  // namespace
}  // namespace crop64::png
