#include "deflate/crc32.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/simd.h"

namespace crop64::deflate {
namespace {

// The sum without carries of sixteen bytes each.
void add_up(const uint8_t* a, const uint8_t* b, const uint8_t* c, const uint8_t* d,
            const uint8_t* e, uint8_t* to) {
#ifdef CROP64_SIMD
  const v128_t ab = wasm_v128_xor(wasm_v128_load(a), wasm_v128_load(b));
  const v128_t cd = wasm_v128_xor(wasm_v128_load(c), wasm_v128_load(d));
  wasm_v128_store(to, wasm_v128_xor(wasm_v128_xor(ab, cd), wasm_v128_load(e)));
#else
  for (size_t i = 0; i < 16; ++i) {
    to[i] = static_cast<uint8_t>(a[i] ^ b[i] ^ c[i] ^ d[i] ^ e[i]);
  }
#endif
}

// What a byte adds, when the bits of one after the other are divided (PNG specification, annex D).
std::array<uint32_t, 256> make_table() {
  std::array<uint32_t, 256> table;
  for (uint32_t i = 0; i < table.size(); ++i) {
    table[i] = i;
    for (int bit = 0; bit < 8; ++bit) {
      table[i] = table[i] >> 1 ^ ((table[i] & 1) != 0 ? 0xedb88320u : 0);
    }
  }
  return table;
}

uint32_t add_bytewise(uint32_t crc, Bytes bytes) {
  static const std::array<uint32_t, 256> table = make_table();
  crc = ~crc;
  for (const uint8_t byte : bytes) {
    crc = crc >> 8 ^ table[(crc ^ byte) & 255];
  }
  return ~crc;
}

// The checksum is what is left when a polynomial is divided by another, of which x^300 + x^155 +
// x^117 + x^89 + 1 is a multiple; and so it is with x^8 or x^32 in place of x, for a sum's square
// is the sum of the squares here. So a byte may be taken out if it is added to the bytes 145, 183,
// 211 and 300 behind it instead, and words of four bytes likewise. (This is Chorba: Russell, 2024.)
// 300 of them are left at the end.
constexpr size_t kLeft = 300;
constexpr size_t kWord = 4;
constexpr size_t kBlock = 4096;

uint32_t add_by(size_t unit, uint32_t crc, Bytes bytes) {
  while (unit > 0 && bytes.size() < 3 * kLeft * unit) {
    unit /= kWord;
  }
  if (unit == 0) {
    return add_bytewise(crc, bytes);
  }
  // What was taken out last, in front of what is. In front of the first byte stands what the
  // checksum begins with, so that it is added to that one.
  const size_t most = kLeft * unit;
  std::array<uint8_t, kLeft* kWord + kBlock> taken = {};
  const uint32_t start = ~crc;
  std::memcpy(taken.data(), &start, sizeof start);
  const auto add = [&](size_t at, const uint8_t* in, uint8_t* to) {
    const uint8_t* here = taken.data() + most + at;
    add_up(in, here - 145 * unit, here - 183 * unit, here - 211 * unit, here - most, to);
  };
  const uint8_t* in = bytes.data();
  size_t left = bytes.size();
  while (left >= most + 16) {
    const size_t count = std::min(left - most, kBlock) / 16 * 16;
    for (size_t at = 0; at < count; at += 16, in += 16) {
      add(at, in, taken.data() + most + at);
    }
    std::memmove(taken.data(), taken.data() + count, most);
    left -= count;
  }
  std::fill(taken.begin() + most, taken.end(), uint8_t{0});
  std::array<uint8_t, kLeft* kWord + 32> rest = {};
  std::memcpy(rest.data(), in, left);
  for (size_t at = 0; at < most; at += 16) {
    add(at, rest.data() + at, rest.data() + at);
  }
  return add_by(unit / kWord, ~0u, Bytes(rest.data(), left));
}

}  // namespace

uint32_t crc32_update(uint32_t crc, Bytes bytes) { return add_by(kWord, crc, bytes); }

}  // namespace crop64::deflate

// libpng's calls of zlib's function come here (cmake/libraries.cmake).
extern "C" unsigned long crop64_crc32(unsigned long crc, const uint8_t* bytes, unsigned count) {
  return crop64::deflate::crc32_update(static_cast<uint32_t>(crc), {bytes, count});
}
