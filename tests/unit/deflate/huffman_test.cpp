#include "deflate/huffman.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <queue>

#include "support/pictures.h"

namespace crop64::deflate {
namespace {

using Counts = std::vector<uint32_t>;

// Bits that an optimal code takes for all symbols: D. A. Huffman's way, with a queue.
uint64_t least_bits(const Counts& counts) {
  std::priority_queue<uint64_t, std::vector<uint64_t>, std::greater<>> weights;
  for (const uint32_t count : counts) {
    if (count > 0) {
      weights.push(count);
    }
  }
  uint64_t bits = 0;
  while (weights.size() > 1) {
    const uint64_t first = weights.top();
    weights.pop();
    const uint64_t both = first + weights.top();
    weights.pop();
    weights.push(both);
    bits += both;
  }
  return bits;
}

std::vector<Counts> many_counts() {
  Random random(1);
  std::vector<Counts> all;
  for (const int size : {19, 30, 286}) {
    for (int used = 2; used <= size; used += 1 + used / 3) {
      for (int kind = 0; kind < 3; ++kind) {
        Counts counts(static_cast<size_t>(size), 0);
        uint32_t a = 1;
        uint32_t b = 1;
        for (int i = 0; i < used; ++i) {
          const uint32_t fibonacci = std::min(b, 4'000'000u);
          a = std::exchange(b, std::min(a + b, 4'000'000u));
          counts[static_cast<size_t>(random.below(size))] = kind == 0   ? 1 + random.next() % 1000
                                                            : kind == 1 ? fibonacci
                                                                        : 7;
        }
        all.push_back(counts);
      }
    }
  }
  return all;
}

TEST_CASE(
    "make_code_lengths() gives complete codes within the limit, optimal if the limit does not "
    "apply") {
  for (const Counts& counts : many_counts()) {
    for (const unsigned longest : {7u, 9u, 14u, 15u}) {
      const auto used = static_cast<size_t>(
          std::count_if(counts.begin(), counts.end(), [](uint32_t count) { return count > 0; }));
      if (used < 2 || used > 1u << longest) {
        continue;
      }
      INFO(used, " of ", counts.size(), " symbols, at most ", longest, " bits");
      std::vector<uint8_t> lengths(counts.size(), 99);
      make_code_lengths(counts, longest, lengths);
      uint64_t room = 0;
      uint64_t bits = 0;
      for (size_t i = 0; i < counts.size(); ++i) {
        REQUIRE((lengths[i] > 0) == (counts[i] > 0));
        REQUIRE(lengths[i] <= longest);
        room += lengths[i] > 0 ? 1u << (longest - lengths[i]) : 0;
        bits += uint64_t{lengths[i]} * counts[i];
      }
      CHECK(room == 1u << longest);
      const bool limited = *std::max_element(lengths.begin(), lengths.end()) == longest;
      CHECK(bits >= least_bits(counts));
      CHECK((limited || bits == least_bits(counts)));
    }
  }
}

TEST_CASE("make_code_lengths() adds symbols to a code of fewer than two") {
  for (const Counts& counts : {Counts{0, 0, 0}, Counts{0, 5, 0}, Counts{5, 0, 0}}) {
    std::vector<uint8_t> lengths(3);
    make_code_lengths(counts, 15, lengths);
    CHECK(lengths == std::vector<uint8_t>{1, 1, 0});
  }
}

TEST_CASE("make_codes() gives the codes of RFC 1951's example, first bit lowest") {
  const std::vector<uint8_t> lengths = {3, 3, 3, 3, 3, 2, 4, 4};
  std::vector<Code> codes(8);
  make_codes(lengths, codes);
  const uint16_t expected[] = {0b010, 0b110, 0b001, 0b101, 0b011, 0b00, 0b0111, 0b1111};
  for (size_t i = 0; i < 8; ++i) {
    CHECK(codes[i].bits == expected[i]);
    CHECK(codes[i].length == lengths[i]);
  }
}

}  // namespace
}  // namespace crop64::deflate
