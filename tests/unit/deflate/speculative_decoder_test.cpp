#include "deflate/speculative_decoder.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>

#include "deflate/tuning.h"
#include "support/coded_blocks.h"

namespace crop64::deflate {
namespace {

// Codes of 1 to 13 bits, and matches of 258 bytes by 13.
std::vector<uint8_t> skewed_lengths() {
  std::vector<uint8_t> lengths(kNumLitlens, 0);
  for (size_t i = 0; i < 12; ++i) {
    lengths[i] = static_cast<uint8_t>(i + 1);
  }
  lengths[kEndOfBlock] = lengths[285] = 13;
  return lengths;
}

// 255 literals of 8 bits, one of 9, and the end of 9.
std::vector<uint8_t> even_lengths() {
  std::vector<uint8_t> lengths(257, 8);
  lengths[255] = lengths[kEndOfBlock] = 9;
  return lengths;
}

struct Result {
  BlockStatus status;
  File out;
  uint32_t splices;
};

// Decodes the whole block from bit `bit` on, with two cursors as long as enough input is left.
Result decode_all(const CodedBlock& block, unsigned bit, size_t size) {
  const auto decoder = std::make_unique<SpeculativeDecoder>();
  File out(size + SpeculativeDecoder::kMaxOverrun + kMatchSlack);
  Cursor at = block.cursor(bit, out.data());
  BlockStatus status = BlockStatus::kMore;
  const uint8_t* end = out.data() + size;
  while (status == BlockStatus::kMore && at.out < end) {
    status = block.end() - at.in >= kMinSpeculativeInput
                 ? decoder->decode_speculatively(*block.tables, out.data(), at, end, block.end(),
                                                 block.end())
                 : decode_block(*block.tables, out.data(), at, end, block.end());
  }
  out.resize(std::min(size, static_cast<size_t>(at.out - out.data())));
  return {status, out, decoder->splice_count()};
}

TEST_CASE("SpeculativeDecoder splices codes of different lengths, and gives the same bytes") {
  Random random(1);
  for (unsigned bit = 0; bit < 8; ++bit) {
    CodedBlock block(skewed_lengths());
    REQUIRE(block.is_valid);
    block.bits.put(0, int(bit));
    File bytes(60'000);
    for (uint8_t& byte : bytes) {
      byte = static_cast<uint8_t>(std::min(11, __builtin_ctz(random.next() | 1u << 20)));
    }
    block.put(bytes);
    block.finish();
    const Result result = decode_all(block, bit, bytes.size());
    CHECK((result.out == bytes));
    CHECK(result.splices > 0);
  }
}

TEST_CASE("SpeculativeDecoder splices matches, too") {
  Random random(2);
  CodedBlock block(skewed_lengths());
  File bytes;
  for (int i = 0; i < 100; ++i) {
    File literals(static_cast<size_t>(random.between(300, 900)));
    for (uint8_t& byte : literals) {
      byte = static_cast<uint8_t>(std::min(11, __builtin_ctz(random.next() | 1u << 20)));
    }
    block.put(literals);
    bytes.insert(bytes.end(), literals.begin(), literals.end());
    block.put_run(kMaxMatch);
    bytes.insert(bytes.end(), kMaxMatch, bytes.back());
  }
  block.finish();
  const Result result = decode_all(block, 0, bytes.size());
  CHECK((result.out == bytes));
  CHECK(result.splices > 0);
}

TEST_CASE("SpeculativeDecoder discards what a cursor out of step decodes") {
  Random random(3);
  File bytes(50'000);
  std::generate(bytes.begin(), bytes.end(), [&] { return uint8_t(random.below(255)); });
  for (unsigned bit = 0; bit < 8; ++bit) {
    CAPTURE(bit);
    CodedBlock block(even_lengths());
    REQUIRE(block.is_valid);
    block.bits.put(0, int(bit));
    block.put(bytes);
    block.finish();
    const Result result = decode_all(block, bit, bytes.size());
    CHECK((result.out == bytes));
    // Codes of eight bits never come into step with a cursor that begins at another bit of a byte.
    CHECK((result.splices > 0) == (bit == 0));
  }
}

TEST_CASE("SpeculativeDecoder finds the end of a block before the split") {
  CodedBlock block(even_lengths());
  const File bytes(100, 7);
  block.put(bytes);
  block.finish();
  for (int i = 0; i < 4000; ++i) {
    block.bits.put(uint32_t(i), 8);
  }
  const Result result = decode_all(block, 0, 5000);
  CHECK(result.status == BlockStatus::kBlockEnd);
  CHECK((result.out == bytes));
}

TEST_CASE("Inflater decodes a photograph's rows with two cursors, and text with one") {
  Random random(4);
  const auto splices_of = [](const File& bytes) {
    const File stream = zlib_deflated(bytes, {6, Z_FILTERED});
    PieceInput input(stream, stream.size());
    Inflater inflater(input);
    File out(bytes.size() + Inflater::kOverrun);
    uint8_t* next = out.data();
    REQUIRE(inflater.inflate(out.data(), next, out.data() + bytes.size()) !=
            InflateStatus::kCorrupt);
    REQUIRE(std::equal(bytes.begin(), bytes.end(), out.begin()));
    return inflater.splice_count();
  };
  CHECK(splices_of(filtered_photograph(200'000, 1 << 30, random)) > 10);
  File text;
  for (int i = 0; text.size() < 200'000; ++i) {
    const std::string words = "line " + std::to_string(i * i) + " of a text that repeats; ";
    text.insert(text.end(), words.begin(), words.end());
  }
  CHECK(splices_of(text) == 0);
}

}  // namespace
}  // namespace crop64::deflate
