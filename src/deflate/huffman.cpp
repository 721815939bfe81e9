#include "deflate/huffman.h"

#include <algorithm>
#include <array>

#include "deflate/constants.h"

namespace crop64::deflate {
namespace {

constexpr size_t kMaxSymbols = kNumFixedLitlens;

// A. Moffat and J. Katajainen, "In-Place Calculation of Minimum-Redundancy Codes" (1995): replaces
// counts in ascending order, at least two, by code lengths in descending order.
void counts_to_lengths(std::span<uint32_t> a) {
  const int n = static_cast<int>(a.size());
  const auto item = [&](int i) -> uint32_t& { return a[static_cast<size_t>(i)]; };
  // Inner nodes replace leaves that have been used: first their weights, then their parents.
  int leaf = 0;
  int root = 0;
  for (int next = 0; next < n - 1; ++next) {
    uint32_t weight = 0;
    for (int child = 0; child < 2; ++child) {
      if (leaf >= n || (root < next && item(root) < item(leaf))) {
        weight += item(root);
        item(root++) = static_cast<uint32_t>(next);
      } else {
        weight += item(leaf++);
      }
    }
    item(next) = weight;
  }
  // Parents become depths.
  item(n - 2) = 0;
  for (int next = n - 3; next >= 0; --next) {
    item(next) = item(static_cast<int>(item(next))) + 1;
  }
  // Depths of inner nodes become those of leaves.
  int slots = 1;
  int node = n - 2;
  int next = n - 1;
  for (uint32_t depth = 0; slots > 0; ++depth) {
    int inner = 0;
    for (; node >= 0 && item(node) == depth; --node) {
      ++inner;
    }
    for (; slots > inner; --slots) {
      item(next--) = depth;
    }
    slots = 2 * inner;
  }
}

// Makes the code complete again after longer lengths were reduced to `max_length`. While the code
// space is exceeded, lengthens a shorter code by one bit and moves one of the longest codes next to
// it.
void limit_lengths(std::span<uint32_t> per_length, unsigned max_length) {
  uint32_t used = 0;  // code space, in codes of `max_length` bits
  for (unsigned length = 1; length <= max_length; ++length) {
    used += per_length[length] << (max_length - length);
  }
  for (; used > 1u << max_length; --used) {
    unsigned length = max_length - 1;
    while (per_length[length] == 0) {
      --length;
    }
    --per_length[length];
    per_length[length + 1] += 2;
    --per_length[max_length];
  }
}

}  // namespace

void make_code_lengths(std::span<const uint32_t> counts, unsigned max_length,
                       std::span<uint8_t> lengths) {
  std::array<uint32_t, kMaxSymbols> sorted;  // count and symbol
  size_t used = 0;
  for (uint32_t symbol = 0; symbol < counts.size(); ++symbol) {
    if (counts[symbol] > 0) {
      sorted[used++] = counts[symbol] << 9 | symbol;
    }
  }
  for (uint32_t symbol = 0; used < 2; ++symbol) {
    if (counts[symbol] == 0) {
      sorted[used++] = 1 << 9 | symbol;
    }
  }
  // A heap takes a quarter of the code of std::sort().
  std::make_heap(sorted.begin(), sorted.begin() + used);
  std::sort_heap(sorted.begin(), sorted.begin() + used);
  std::array<uint32_t, kMaxSymbols> depths;
  std::transform(sorted.begin(), sorted.begin() + used, depths.begin(),
                 [](uint32_t entry) { return entry >> 9; });
  counts_to_lengths(std::span(depths).first(used));
  std::array<uint32_t, kMaxCodeBits + 1> per_length = {};
  for (size_t i = 0; i < used; ++i) {
    ++per_length[std::min(depths[i], max_length)];
  }
  limit_lengths(per_length, max_length);
  std::fill(lengths.begin(), lengths.end(), uint8_t{0});
  unsigned length = max_length;
  for (size_t i = 0; i < used; ++i) {
    while (per_length[length] == 0) {
      --length;
    }
    --per_length[length];
    lengths[sorted[i] & 511] = static_cast<uint8_t>(length);
  }
}

void make_codes(std::span<const uint8_t> lengths, std::span<Code> codes) {
  std::array<uint32_t, kMaxCodeBits + 1> per_length = {};
  for (const uint8_t length : lengths) {
    ++per_length[length];
  }
  std::array<uint32_t, kMaxCodeBits + 1> next = {};
  for (unsigned length = 2; length <= kMaxCodeBits; ++length) {
    next[length] = (next[length - 1] + per_length[length - 1]) << 1;
  }
  for (size_t symbol = 0; symbol < lengths.size(); ++symbol) {
    const unsigned length = lengths[symbol];
    uint32_t bits = length > 0 ? next[length]++ : 0;
    uint32_t reversed = 0;
    for (unsigned i = 0; i < length; ++i, bits >>= 1) {
      reversed = reversed << 1 | (bits & 1);
    }
    codes[symbol] = {static_cast<uint16_t>(reversed), static_cast<uint16_t>(length)};
  }
}

}  // namespace crop64::deflate
