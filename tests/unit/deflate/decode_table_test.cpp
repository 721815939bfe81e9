#include "deflate/decode_table.h"

#include <doctest/doctest.h>

#include <memory>

#include "deflate/huffman.h"
#include "support/pictures.h"

namespace crop64::deflate {
namespace {

using Lengths = std::vector<uint8_t>;

std::vector<Code> codes_of(const Lengths& lengths) {
  std::vector<Code> codes(lengths.size());
  make_codes(lengths, codes);
  return codes;
}

// The lengths of a complete code with some of `count` symbols, of up to 15 bits.
Lengths random_lengths(Random& random, size_t count, int used, bool has_end) {
  std::vector<uint32_t> counts(count, 0);
  for (int i = 0; i < used; ++i) {
    counts[static_cast<size_t>(random.below(int(count)))] = 1u << random.below(18);
  }
  if (has_end) {
    counts[kEndOfBlock] = 1;
  }
  Lengths lengths(count);
  make_code_lengths(counts, kMaxCodeBits, lengths);
  return lengths;
}

TEST_CASE("DecodeTables give each symbol for its code, whatever follows") {
  Random random(1);
  const auto tables = std::make_unique<DecodeTables>();
  for (int round = 0; round < 50; ++round) {
    const Lengths litlens = random_lengths(random, kNumLitlens, 2 + 6 * round, true);
    const Lengths distances = random_lengths(random, kNumDistances, 2 + round, false);
    REQUIRE(tables->make(litlens, distances));
    const std::vector<Code> codes = codes_of(litlens);
    for (size_t symbol = 0; symbol < kNumLitlens; ++symbol) {
      if (litlens[symbol] == 0) {
        continue;
      }
      CAPTURE(symbol);
      const uint64_t after = random.next();
      const uint64_t bits = after << codes[symbol].length | codes[symbol].bits;
      Entry entry = tables->litlens.lookup(bits);
      CHECK(is_subtable_pointer(entry) == (codes[symbol].length > kLitlenTableBits));
      entry = is_subtable_pointer(entry) ? tables->litlens.follow(entry, bits) : entry;
      if (symbol < kEndOfBlock) {
        REQUIRE(has_literals(entry));
        uint8_t literals[2];
        const auto count = static_cast<size_t>(put_literals(entry, literals) - literals);
        CHECK(literals[0] == symbol);
        if (count == 2) {
          const Code& second = codes[literals[1]];
          CHECK(bits_of(entry) == codes[symbol].length + second.length);
          CHECK((after & ((1u << second.length) - 1)) == second.bits);
        } else {
          CHECK(bits_of(entry) == codes[symbol].length);
        }
      } else if (symbol == kEndOfBlock) {
        CHECK(is_end_of_block(entry));
        CHECK(bits_of(entry) == codes[symbol].length);
      } else {
        CHECK(!has_literals(entry));
        CHECK(!is_exceptional(entry));
        CHECK(code_bits_of(entry) == codes[symbol].length);
      }
    }
  }
}

TEST_CASE("An entry has two literals if both codes fit into a lookup") {
  const auto tables = std::make_unique<DecodeTables>();
  Lengths litlens(257, 0);
  litlens['a'] = 1, litlens['b'] = 2, litlens[kEndOfBlock] = 2;
  REQUIRE(tables->make(litlens, Lengths{0}));
  const std::vector<Code> codes = codes_of(litlens);
  const uint64_t bits = codes['a'].bits | uint64_t{codes['b'].bits} << 1;
  uint8_t literals[2];
  CHECK(put_literals(tables->litlens.lookup(bits), literals) == literals + 2);
  CHECK(literals[0] == 'a');
  CHECK(literals[1] == 'b');
}

TEST_CASE("A length's entry gives its base and its extra bits") {
  const auto tables = std::make_unique<DecodeTables>();
  Lengths litlens(kNumLitlens, 0);
  litlens[kEndOfBlock] = 1, litlens[265] = 1;  // lengths 11 and 12
  Lengths distances(kNumDistances, 0);
  distances[0] = 1, distances[29] = 1;  // distances from 24577 on
  REQUIRE(tables->make(litlens, distances));
  for (const uint32_t extra : {0, 1}) {
    const uint64_t bits = 1 | extra << 1;
    const Entry entry = tables->litlens.lookup(bits);
    CHECK(value_of(entry) + extra_bits(bits, entry) == 11 + extra);
    CHECK(bits_of(entry) == 2);
  }
  const uint64_t bits = 1 | 8191 << 1;
  const Entry entry = tables->distances.lookup(bits);
  CHECK(value_of(entry) + extra_bits(bits, entry) == kWindowSize);
}

TEST_CASE("DecodeTables reject codes that zlib rejects") {
  struct Case {
    const char* name;
    Lengths litlens;
    bool accepted;
  };
  const auto with = [](std::vector<std::pair<size_t, uint8_t>> pairs) {
    Lengths lengths(kNumLitlens, 0);
    for (const auto& [symbol, length] : pairs) {
      lengths[symbol] = length;
    }
    return lengths;
  };
  const Case cases[] = {{"complete", with({{65, 1}, {66, 2}, {256, 2}}), true},
                        {"a single code of one bit", with({{256, 1}}), true},
                        {"a single code of two bits", with({{256, 2}}), false},
                        {"incomplete", with({{65, 1}, {256, 2}}), false},
                        {"too many codes", with({{65, 1}, {66, 1}, {256, 1}}), false}};
  const auto tables = std::make_unique<DecodeTables>();
  for (const Case& given : cases) {
    CAPTURE(given.name);
    CHECK(tables->make(given.litlens, Lengths{1}) == given.accepted);
  }
  CHECK(tables->make(with({{65, 1}, {256, 1}}), Lengths{0}));
  CHECK(!tables->make(with({{65, 1}, {256, 1}}), Lengths{1, 1, 1}));
}

TEST_CASE("DecodeTables tell that matches are rare by the lengths of their codes") {
  const auto tables = std::make_unique<DecodeTables>();
  for (const unsigned length : {3u, 4u, 5u, 6u}) {
    // A literal of each length up to `length`, and one match of `length` bits.
    Lengths litlens(kNumLitlens, 0);
    for (unsigned i = 1; i < length; ++i) {
      litlens[i] = static_cast<uint8_t>(i);
    }
    litlens[kEndOfBlock] = litlens[kEndOfBlock + 1] = static_cast<uint8_t>(length);
    REQUIRE(tables->make(litlens, Lengths{1}));
    CHECK(tables->matches_are_rare == (1u << length >= kSymbolsPerRareMatch));
  }
}

TEST_CASE("A precode table gives symbols, and accepts complete codes only") {
  Lengths lengths(kNumPrecodeSymbols, 0);
  PrecodeTable table;
  lengths[18] = 1;
  CHECK(!make_precode_table(lengths, table));
  lengths[0] = 2, lengths[8] = 2;
  REQUIRE(make_precode_table(lengths, table));
  const std::vector<Code> codes = codes_of(lengths);
  for (const size_t symbol : {0, 8, 18}) {
    const Entry entry = table.lookup(codes[symbol].bits);
    CHECK(value_of(entry) == symbol);
    CHECK(bits_of(entry) == codes[symbol].length);
  }
}

}  // namespace
}  // namespace crop64::deflate
