#include "png/crc.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#endif

namespace crop64 {
namespace {

// The sum of four times sixteen bytes and those at `to`, without carries, to `to`.
void add_up(uint8_t* to, const uint8_t* a, const uint8_t* b, const uint8_t* c, const uint8_t* d,
            const uint8_t* e) {
#ifdef __wasm_simd128__
  const v128_t ab = wasm_v128_xor(wasm_v128_load(a), wasm_v128_load(b));
  const v128_t cd = wasm_v128_xor(wasm_v128_load(c), wasm_v128_load(d));
  wasm_v128_store(to, wasm_v128_xor(wasm_v128_xor(ab, cd), wasm_v128_load(e)));
#else
  for (size_t i = 0; i < 16; ++i) {
    to[i] = static_cast<uint8_t>(a[i] ^ b[i] ^ c[i] ^ d[i] ^ e[i]);
  }
#endif
}

// The checksum is the rest of a division of polynomials, and x^300 + x^155 + x^117 + x^89 + 1 is a
// multiple of the divisor P; so it is with x^32 in place of x, since squares of sums are sums of
// squares here. So a word of 32 bits can be taken out of the bytes if it is added to the words 145,
// 183, 211 and 300 behind it, and the rest stays as it was (after Kadatch and Jenkins, "Everything
// we know about CRC but afraid to forget", 2010, and Chorba, Davies and Russell, 2024). What is
// left at the end is 300 words and some bytes, for which there is zlib.
constexpr size_t kWord = 4;
constexpr size_t kBehind[] = {145 * kWord, 183 * kWord, 211 * kWord, 300 * kWord};
constexpr size_t kMost = kBehind[3];
constexpr size_t kBlock = 4096;

}  // namespace

uint32_t add_to_crc(uint32_t crc, Bytes bytes) {
  if (bytes.size() < 3 * kMost) {
    return static_cast<uint32_t>(crc32_z(crc, bytes.data(), bytes.size()));
  }
  // The last words that were taken out, in front of those that are. Before the first ones stands
  // what the checksum begins with: it is to be added to the first word.
  std::array<uint8_t, kMost + kBlock> words = {};
  const uint32_t start = ~crc;
  std::memcpy(words.data(), &start, sizeof start);
  const auto add = [&](size_t at, const uint8_t* in, uint8_t* to) {
    const uint8_t* here = words.data() + kMost + at;
    add_up(to, in, here - kBehind[0], here - kBehind[1], here - kBehind[2], here - kBehind[3]);
  };
  const uint8_t* in = bytes.data();
  size_t left = bytes.size();
  while (left >= kMost + 16) {
    const size_t count = std::min(left - kMost, kBlock) / 16 * 16;
    for (size_t at = 0; at < count; at += 16, in += 16) {
      add(at, in, words.data() + kMost + at);
    }
    std::memmove(words.data(), words.data() + count, kMost);
    left -= count;
  }
  // These stay, so they are added to none.
  std::fill(words.begin() + kMost, words.end(), uint8_t{0});
  std::array<uint8_t, kMost + 32> rest = {};
  std::memcpy(rest.data(), in, left);
  for (size_t at = 0; at < kMost; at += 16) {
    add(at, rest.data() + at, rest.data() + at);
  }
  return static_cast<uint32_t>(crc32_z(~0u, rest.data(), left));
}

}  // namespace crop64
