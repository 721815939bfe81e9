#include "base/simd.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

namespace crop64 {
namespace {

using Lanes = std::array<uint8_t, 16>;

Lanes lanes_of(v128_t vector) {
  Lanes lanes;
  wasm_v128_store(lanes.data(), vector);
  return lanes;
}

Lanes counted_from(int first) {
  Lanes lanes;
  std::generate(lanes.begin(), lanes.end(), [&] { return static_cast<uint8_t>(first++); });
  return lanes;
}

TEST_CASE("interleaved bytes of two vectors alternate") {
  const v128_t a = wasm_v128_load(counted_from(0).data());
  const v128_t b = wasm_v128_load(counted_from(100).data());
  const Lanes low = lanes_of(interleave_low_bytes(a, b));
  const Lanes high = lanes_of(interleave_high_bytes(a, b));
  for (size_t i = 0; i < 8; ++i) {
    CHECK(low[2 * i] == i);
    CHECK(low[2 * i + 1] == 100 + i);
    CHECK(high[2 * i] == 8 + i);
    CHECK(high[2 * i + 1] == 108 + i);
  }
}

TEST_CASE("sum_lanes() adds unsigned lanes without wrapping") {
  CHECK(sum_lanes(wasm_i32x4_const(1, 2, 3, 4)) == 10);
  CHECK(sum_lanes(wasm_i32x4_const_splat(-1)) == 4 * uint64_t{0xffffffff});
}

}  // namespace
}  // namespace crop64
