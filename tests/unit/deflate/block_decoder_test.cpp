#include "deflate/block_decoder.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "support/coded_blocks.h"

namespace crop64::deflate {
namespace {

// Codes of 1 to 15 bits: literal i has i + 1 bits, up to 13; then come the end and a length.
std::vector<uint8_t> skewed_lengths() {
  std::vector<uint8_t> lengths(kNumLitlens, 0);
  for (size_t i = 0; i < 13; ++i) {
    lengths[i] = static_cast<uint8_t>(i + 1);
  }
  lengths[kEndOfBlock] = 14;
  lengths[257] = 15, lengths[285] = 15;  // lengths 3 and 258
  return lengths;
}

File skewed_bytes(size_t size, Random& random) {
  File bytes(size);
  for (uint8_t& byte : bytes) {
    byte = static_cast<uint8_t>(std::min(12, __builtin_ctz(random.next() | 1u << 20)));
  }
  return bytes;
}

TEST_CASE("decode_block() decodes literals and matches up to the end of the block") {
  Random random(1);
  CodedBlock block(skewed_lengths());
  REQUIRE(block.is_valid);
  File expected;
  for (int i = 0; i < 200; ++i) {
    const File literals = skewed_bytes(static_cast<size_t>(random.between(1, 30)), random);
    block.put(literals);
    expected.insert(expected.end(), literals.begin(), literals.end());
    const uint32_t length = i % 2 == 0 ? 3 : 258;
    block.put_run(length);
    expected.insert(expected.end(), length, expected.back());
  }
  block.finish();
  File out(expected.size() + kBlockOverrun);
  Cursor at = block.cursor(0, out.data());
  CHECK(decode_block(*block.tables, out.data(), at, out.data() + expected.size() + 1,
                     block.end()) == BlockStatus::kBlockEnd);
  CHECK(at.out == out.data() + expected.size());
  out.resize(expected.size());
  CHECK((out == expected));
}

TEST_CASE("decode_block() stops at the end of the output, and goes on from that") {
  Random random(2);
  const File expected = skewed_bytes(3000, random);
  CodedBlock block(skewed_lengths());
  block.put(expected);
  block.finish();
  File out(expected.size() + kBlockOverrun);
  Cursor at = block.cursor(0, out.data());
  BlockStatus status = BlockStatus::kMore;
  while (status == BlockStatus::kMore && at.out < out.data() + expected.size()) {
    const auto step = static_cast<size_t>(random.between(1, 100));
    const uint8_t* end = std::min(at.out + step, out.data() + expected.size());
    status = decode_block(*block.tables, out.data(), at, end, block.end());
    CHECK((at.out >= end || status == BlockStatus::kBlockEnd));
    CHECK(at.out < end + kBlockOverrun);
  }
  CHECK(status != BlockStatus::kCorrupt);
  out.resize(expected.size());
  CHECK((out == expected));
}

TEST_CASE("decode_block() stops before the end of the input") {
  Random random(3);
  const File expected = skewed_bytes(3000, random);
  CodedBlock block(skewed_lengths());
  block.put(expected);
  block.finish();
  // In memory of its own, so that a sanitizer sees what is read after it.
  const File input = first_bytes(block.bits.bytes(), 200);
  File out(expected.size() + kBlockOverrun);
  Cursor at = {input[0], 8, input.data() + 1, out.data()};
  CHECK(decode_block(*block.tables, out.data(), at, out.data() + expected.size(),
                     input.data() + input.size()) == BlockStatus::kMore);
  CHECK(at.in <= input.data() + input.size());
  CHECK(at.in > input.data() + input.size() - kBlockInputMargin - 8);
  const auto count = static_cast<size_t>(at.out - out.data());
  CHECK(count > 0);
  CHECK((first_bytes(out, count) == first_bytes(expected, count)));
}

TEST_CASE("decode_block() reports invalid codes and matches from before the output") {
  CodedBlock early(skewed_lengths());
  early.put_run(3);
  early.finish();
  File out(100 + kBlockOverrun);
  Cursor at = early.cursor(0, out.data());
  CHECK(decode_block(*early.tables, out.data(), at, out.data() + 100, early.end()) ==
        BlockStatus::kCorrupt);

  std::vector<uint8_t> only_end(257, 0);
  only_end[kEndOfBlock] = 1;
  CodedBlock invalid(only_end);
  invalid.bits.put(1, 1);  // the bit that has no code
  invalid.finish();
  at = invalid.cursor(0, out.data());
  CHECK(decode_block(*invalid.tables, out.data(), at, out.data() + 100, invalid.end()) ==
        BlockStatus::kCorrupt);
}

TEST_CASE("copy_match() repeats the last bytes for every distance and length") {
  for (size_t distance = 1; distance <= 40; ++distance) {
    for (uint32_t length = kMinMatch; length <= kMaxMatch; ++length) {
      File out(distance + length + kMatchSlack);
      for (size_t i = 0; i < distance; ++i) {
        out[i] = static_cast<uint8_t>(i * 7 + 1);
      }
      REQUIRE(copy_match(out.data(), out.data() + distance, {length, uint32_t(distance)}));
      for (size_t i = distance; i < distance + length; ++i) {
        REQUIRE(out[i] == out[i - distance]);
      }
    }
  }
  File out(100);
  CHECK(!copy_match(out.data(), out.data() + 5, {3, 6}));
  CHECK(!copy_match(out.data(), out.data() + 5, {3, 0}));
}

}  // namespace
}  // namespace crop64::deflate
