#include "deflate/match_finder.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>

#include "support/pictures.h"

namespace crop64::deflate {
namespace {

constexpr Effort kExhaustive = {UINT16_MAX, UINT16_MAX, kMaxMatch, UINT16_MAX};

// Words in random order, followed by kReadSlack bytes and those of a match more.
File text(size_t size) {
  Random random(3);
  const std::string words[] = {"the ", "quick ", "brown ", "fox ", "jumps over ", "a lazy dog. "};
  File bytes;
  while (bytes.size() < size) {
    const std::string& word = words[random.below(6)];
    bytes.insert(bytes.end(), word.begin(), word.end());
  }
  bytes.resize(size);
  bytes.resize(size + kReadSlack + kMaxMatch);
  return bytes;
}

uint32_t slow_equal_length(const uint8_t* a, const uint8_t* b, uint32_t max_length) {
  uint32_t length = 0;
  while (length < max_length && a[length] == b[length]) {
    ++length;
  }
  return length;
}

// The nearest of the longest matches of at least kHashedBytes bytes, by comparing all of them.
Match slow_match(const File& data, uint32_t index, uint32_t left) {
  Match best = {kHashedBytes - 1, 0};
  for (uint32_t distance = 1; distance <= index && distance < kWindowSize; ++distance) {
    const uint8_t* here = data.data() + index;
    const uint32_t length = slow_equal_length(here, here - distance, std::min(left, kMaxMatch));
    if (length > best.length) {
      best = {length, distance};
    }
  }
  return best.distance > 0 ? best : Match{0, 0};
}

TEST_CASE("equal_bytes() and equal_length() equal a loop over bytes") {
  Random random(1);
  for (int i = 0; i < 2000; ++i) {
    File a(300 + kReadSlack), b(300 + kReadSlack);
    const auto first_difference = static_cast<size_t>(random.below(300));
    b[first_difference] = 1;
    b[first_difference + static_cast<size_t>(random.below(16))] ^= 2;
    uint32_t mask = 0;
    for (unsigned k = 0; k < 16; ++k) {
      mask |= static_cast<uint32_t>(a[first_difference + k] == b[first_difference + k]) << k;
    }
    CHECK(equal_bytes(&a[first_difference], &b[first_difference]) == mask);
    const auto max_length = static_cast<uint32_t>(random.below(300));
    CHECK(equal_length(a.data(), b.data(), max_length) ==
          slow_equal_length(a.data(), b.data(), max_length));
  }
}

TEST_CASE("HashChainMatchFinder with enough entries finds the longest match, also after slide()") {
  constexpr uint32_t kSize = 6000;
  const File data = text(kSize);
  const auto finder = std::make_unique<HashChainMatchFinder>();
  uint32_t moved = 0;
  for (uint32_t index = 0; index < kSize; ++index) {
    if (index == kSize / 2) {
      moved = 500;
      finder->slide(moved);
    }
    const uint8_t* from = data.data() + moved;
    const uint32_t left = kSize - index;
    const auto heads = finder->insert(from, index - moved);
    const Match found = finder->find(from, index - moved, heads, left, 2, kExhaustive);
    const Match expected = slow_match(data, index, left);
    CAPTURE(index);
    if (expected.length > 0) {
      REQUIRE(found.length == expected.length);
      REQUIRE(found.distance == expected.distance);
    } else if (found.length > 0) {
      REQUIRE(found.length >= kMinMatch);
      REQUIRE(found.length < kHashedBytes);
      const uint8_t* here = data.data() + index;
      REQUIRE(slow_equal_length(here, here - found.distance, left) >= found.length);
    }
  }
}

TEST_CASE("HashChainMatchFinder finds matches of three to five bytes") {
  for (const size_t length : {3, 4, 5}) {
    File data = {'a', 'b', 'c', 'd', 'e', 'x', 'y', 'z'};
    data.insert(data.end(), data.begin(), data.begin() + std::ptrdiff_t(length));
    data.insert(data.end(), {'1', '2', '3', '4', '5', '6', '7'});
    data.resize(data.size() + kReadSlack + kMaxMatch);
    const auto finder = std::make_unique<HashChainMatchFinder>();
    finder->insert_all(data.data(), 0, 8);
    const Match found =
        finder->find(data.data(), 8, finder->insert(data.data(), 8), 10, 2, kExhaustive);
    CHECK(found.length == length);
    CHECK(found.distance == 8);
    // A longer one is needed.
    CHECK(finder->find(data.data(), 8, finder->insert(data.data(), 8), 10, 5, kExhaustive).length ==
          0);
  }
}

TEST_CASE("HashChainMatchFinder does not find what was inserted by six bytes as three") {
  File data = {'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'a', 'b', 'c', '1', '2', '3'};
  data.resize(data.size() + kReadSlack + kMaxMatch);
  const auto finder = std::make_unique<HashChainMatchFinder>();
  finder->insert_all_6(data.data(), 0, 8);
  CHECK(finder->find(data.data(), 8, finder->insert(data.data(), 8), 6, 2, kExhaustive).length ==
        0);
}

TEST_CASE("HashChainMatchFinder finds nothing a window or more away") {
  for (const uint32_t distance : {kWindowSize - 1, kWindowSize, kWindowSize + 1}) {
    File data(distance);
    for (size_t i = 0; i < data.size(); ++i) {
      data[i] = static_cast<uint8_t>(i * i / 7 + i / 256);
    }
    const File start = {250, 3, 251, 4, 252, 5, 253, 6};
    std::copy(start.begin(), start.end(), data.begin());
    data.insert(data.end(), start.begin(), start.end());
    data.resize(data.size() + kReadSlack + kMaxMatch);
    const auto finder = std::make_unique<HashChainMatchFinder>();
    finder->insert_all(data.data(), 0, distance);
    const Match found = finder->find(data.data(), distance, finder->insert(data.data(), distance),
                                     8, kMinMatch, kExhaustive);
    CHECK(found.length == (distance < kWindowSize ? 8 : 0));
  }
}

}  // namespace
}  // namespace crop64::deflate
