#include "deflate/crc32.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/simd.h"

namespace crop64::deflate {
namespace {

// The exclusive or of 16 bytes each.
void xor_16(const uint8_t* a, const uint8_t* b, const uint8_t* c, const uint8_t* d,
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

// The remainder of each byte, for the algorithm that divides byte by byte (PNG specification, annex
// D).
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

uint32_t update_bytewise(uint32_t crc, Bytes bytes) {
  static const std::array<uint32_t, 256> table = make_table();
  crc = ~crc;
  for (const uint8_t byte : bytes) {
    crc = crc >> 8 ^ table[(crc ^ byte) & 255];
  }
  return ~crc;
}

// The checksum is the remainder of a division of polynomials. The divisor divides x^300 + x^155 +
// x^117 + x^89 + 1, and also that polynomial with x^8 or x^32 in place of x, because over GF(2) the
// square of a sum is the sum of the squares. So a byte can be removed if it is added to the bytes
// 145, 183, 211 and 300 further on, and words of four bytes likewise. 300 units are left at the
// end.
constexpr size_t kUnitsLeft = 300;
constexpr size_t kWord = 4;
constexpr size_t kBlock = 4096;

// Removes units of `unit` bytes (kWord or 1, or 0 for none), then units of a quarter of that,
// and ends byte by byte.
uint32_t update_by(size_t unit, uint32_t crc, Bytes bytes) {
  while (unit > 0 && bytes.size() < 3 * kUnitsLeft * unit) {
    unit /= kWord;
  }
  if (unit == 0) {
    return update_bytewise(crc, bytes);
  }
  // The bytes that were removed last, followed by those of this block. The start value of the
  // checksum lies 300 units before the first bytes, and so is added to them.
  const size_t history = kUnitsLeft * unit;
  std::array<uint8_t, kUnitsLeft* kWord + kBlock> removed = {};
  const uint32_t start = ~crc;
  std::memcpy(removed.data(), &start, sizeof start);
  const auto add = [&](size_t offset, const uint8_t* in, uint8_t* to) {
    const uint8_t* here = removed.data() + history + offset;
    xor_16(in, here - 145 * unit, here - 183 * unit, here - 211 * unit, here - history, to);
  };
  const uint8_t* in = bytes.data();
  size_t left = bytes.size();
  while (left >= history + 16) {
    const size_t count = std::min(left - history, kBlock) / 16 * 16;
    for (size_t offset = 0; offset < count; offset += 16, in += 16) {
      add(offset, in, removed.data() + history + offset);
    }
    std::memmove(removed.data(), removed.data() + count, history);
    left -= count;
  }
  std::fill(removed.begin() + history, removed.end(), uint8_t{0});
  std::array<uint8_t, kUnitsLeft* kWord + 32> rest = {};
  std::memcpy(rest.data(), in, left);
  for (size_t offset = 0; offset < history; offset += 16) {
    add(offset, rest.data() + offset, rest.data() + offset);
  }
  return update_by(unit / kWord, ~0u, Bytes(rest.data(), left));
}

}  // namespace

uint32_t crc32_update(uint32_t crc, Bytes bytes) { return update_by(kWord, crc, bytes); }

}  // namespace crop64::deflate

// libpng is compiled to call this in place of zlib's crc32() (third_party/libpng).
extern "C" unsigned long crop64_crc32(unsigned long crc, const uint8_t* bytes, unsigned count) {
  return crop64::deflate::crc32_update(static_cast<uint32_t>(crc), {bytes, count});
}
