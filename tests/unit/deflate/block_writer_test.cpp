#include "deflate/block_writer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>

#include "support/zlib_streams.h"

namespace crop64::deflate {
namespace {

// The bytes of a last block of these literals, followed by these matches.
File block_of(const File& literals, const std::vector<Match>& matches = {}) {
  const auto block = std::make_unique<BlockWriter>();
  block->set_max_literals(BlockWriter::kMaxLiterals);
  if (!literals.empty()) {
    block->add_literals(literals.data(), literals.size());
  }
  for (const Match& match : matches) {
    block->add_match(match);
  }
  File out(BlockWriter::kMaxBytes);
  BitWriter writer(out.data());
  block->write(true, writer);
  writer.align();
  out.resize(static_cast<size_t>(writer.out() - out.data()));
  return out;
}

int type_of(const File& block) { return block[0] >> 1 & 3; }

std::optional<File> inflated_block(const File& block, const File& expected) {
  StreamBits bits;
  for (const uint8_t byte : block) {
    bits.put(byte, 8);
  }
  return zlib_inflated(bits.stream(expected), expected.size());
}

File random_bytes(size_t size, int values) {
  Random random(2);
  File bytes(size);
  std::generate(bytes.begin(), bytes.end(),
                [&] { return static_cast<uint8_t>(random.below(values)); });
  return bytes;
}

TEST_CASE("BlockWriter stores noise, uses fixed codes for little, and dynamic codes otherwise") {
  struct Case {
    File bytes;
    int type;
  };
  const Case cases[] = {{random_bytes(5000, 256), 0},
                        {random_bytes(BlockWriter::kMaxLiterals, 256), 0},
                        {{}, 1},
                        {{'a', 'b', 'c'}, 1},
                        {random_bytes(5000, 10), 2}};
  for (const Case& given : cases) {
    const File block = block_of(given.bytes);
    CHECK(type_of(block) == given.type);
    CHECK((inflated_block(block, given.bytes) == given.bytes));
    CHECK(block.size() <= given.bytes.size() + 5);
  }
}

TEST_CASE("BlockWriter writes matches of every length and distance symbol") {
  File expected = random_bytes(BlockWriter::kMaxLiterals, 200);
  const File literals = expected;
  std::vector<Match> matches;
  for (uint32_t length = kMinMatch; length <= kMaxMatch; ++length) {
    matches.push_back({length, 1 + (length * length * 37) % kWindowSize});
  }
  matches.push_back({kMaxMatch, kWindowSize});
  matches.push_back({kMinMatch, 1});
  for (const Match& match : matches) {
    for (uint32_t i = 0; i < match.length; ++i) {
      expected.push_back(expected[expected.size() - match.distance]);
    }
  }
  CHECK((inflated_block(block_of(literals, matches), expected) == expected));
}

TEST_CASE("BlockWriter has no room after its last literal or match") {
  const auto block = std::make_unique<BlockWriter>();
  CHECK(block->room() == kMaxBlockLiterals);
  const File bytes(kMaxBlockLiterals);
  block->add_literals(bytes.data(), bytes.size() - 1);
  CHECK(block->room() == 1);
  block->add_literals(bytes.data(), 1);
  CHECK(block->room() == 0);
  File out(BlockWriter::kMaxBytes);
  BitWriter writer(out.data());
  block->write(false, writer);
  CHECK(block->room() == kMaxBlockLiterals);
  for (size_t i = 0; i < kMaxBlockMatches; ++i) {
    REQUIRE(block->room() > 0);
    block->add_match({3, 1});
  }
  CHECK(block->room() == 0);
}

}  // namespace
}  // namespace crop64::deflate
