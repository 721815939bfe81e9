#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "codecs/jpeg/kernels/codecs.h"

namespace crop64 {
namespace {

using Idct = decltype(jpeg_idct_islow)*;

struct Pair {
  const char* name;
  int size;
  Idct scalar;
  Idct kernel;
};
constexpr Pair kPairs[] = {{"islow", 8, jpeg_idct_islow, jsimd_idct_islow},
                           {"4x4", 4, jpeg_idct_4x4, jsimd_idct_4x4}};

struct Block {
  alignas(16) JCOEF coefficients[DCTSIZE2];
  ISLOW_MULT_TYPE multipliers[DCTSIZE2];
};

// Both, at a column that is not the first.
void check(Decoder& decoder, Block& block, const std::string& what) {
  decoder.component.dct_table = block.multipliers;
  for (const Pair& pair : kPairs) {
    constexpr int kColumn = 5;
    Rows expected(pair.size, kColumn + pair.size, 1), actual(pair.size, kColumn + pair.size, 1);
    pair.scalar(&decoder.info, &decoder.component, block.coefficients, expected.data(), kColumn);
    pair.kernel(&decoder.info, &decoder.component, block.coefficients, actual.data(), kColumn);
    CHECK_MESSAGE(actual.same_as(expected), what, ", ", pair.name);
    CHECK(actual.intact());
  }
}

constexpr int kTables[] = {1, 2, 3, 16, 99, 255, 256, 1000, 32767, 32768, 65535};

int pick(Random& random, const int* values, size_t count) {
  return values[random.below(static_cast<int>(count))];
}

TEST_CASE("the inverse DCT kernels give what libjpeg-turbo's scalar code gives for real blocks") {
  Decoder decoder;
  Random random(1);
  for (int i = 0; i < 40'000; ++i) {
    Block block{};
    const int multiplier = random.between(1, 64);
    for (int& value : block.multipliers) {
      value = random.between(1, multiplier);
    }
    // The coefficients of a picture: few, and small towards high frequencies.
    const int rows = random.between(1, 8), columns = random.between(1, 8);
    const int count = random.below(rows * columns + 1);
    for (int n = 0; n < count; ++n) {
      const int y = random.below(rows), x = random.below(columns), at = y * DCTSIZE + x;
      const int reach = 1400 / (1 + x + y) / block.multipliers[at];
      block.coefficients[at] = JCOEF(random.between(-reach, reach));
    }
    check(decoder, block, "block " + std::to_string(i));
  }
}

TEST_CASE("the inverse DCT kernels give the same for any coefficient alone") {
  Decoder decoder;
  constexpr int kValues[] = {1,    -1,   2,     -2,    127,   -128,  255,    -255,   1016,
                             1023, 1024, -1024, 1040,  -1040, 1095,  1096,   -1096,  1097,
                             2047, 2048, -2048, 5903,  5904,  5905,  -5904,  -5905,  8191,
                             8192, 9999, 16383, 16384, 16385, 32766, -32766, -32767, -32768};
  for (const int multiplier : kTables) {
    for (int at = 0; at < DCTSIZE2; ++at) {
      for (const int value : kValues) {
        Block block{};
        std::fill_n(block.multipliers, DCTSIZE2, multiplier);
        block.coefficients[at] = JCOEF(value);
        check(decoder, block,
              std::to_string(value) + " * " + std::to_string(multiplier) + " at " +
                  std::to_string(at));
      }
    }
  }
}

TEST_CASE("the inverse DCT kernels give the same for every flat block") {
  Decoder decoder;
  for (const int multiplier : kTables) {
    for (int value = -32768; value <= 32767; value += multiplier < 100 ? 7 : 1) {
      Block block{};
      std::fill_n(block.multipliers, DCTSIZE2, multiplier);
      block.coefficients[0] = JCOEF(value);
      check(decoder, block, std::to_string(value) + " * " + std::to_string(multiplier));
    }
  }
}

// Sums around where the kernels hand over to the scalar code, and far beyond.
TEST_CASE("the inverse DCT kernels give the same for absurd blocks") {
  Decoder decoder;
  Random random(2);
  for (int i = 0; i < 60'000; ++i) {
    Block block{};
    const int reach = 1 << random.between(4, 15);
    const int density = random.between(1, 64);
    for (int at = 0; at < DCTSIZE2; ++at) {
      block.multipliers[at] =
          i % 2 == 0 ? random.between(1, 3) : pick(random, kTables, std::size(kTables));
      if (random.below(64) < density) {
        const int sign = random.below(2) * 2 - 1;
        block.coefficients[at] =
            JCOEF(random.below(4) == 0 ? sign * reach : random.between(-reach, reach - 1));
      }
    }
    check(decoder, block, "block " + std::to_string(i));
  }
}

// A column of coefficients with the signs of the weights reaches the largest sum.
TEST_CASE("the inverse DCT kernels give the same where the first pass is at its limit") {
  Decoder decoder;
  for (int magnitude = 350; magnitude < 1150; ++magnitude) {
    for (unsigned signs = 0; signs < 256; signs += 5) {
      Block block{};
      std::fill_n(block.multipliers, DCTSIZE2, 1);
      for (int y = 0; y < 8; ++y) {
        for (int x = 0; x < 8; x += 1 + magnitude % 8) {
          block.coefficients[8 * y + x] = JCOEF((signs >> y & 1) != 0 ? -magnitude : magnitude);
        }
      }
      check(decoder, block, std::to_string(magnitude) + ", signs " + std::to_string(signs));
    }
  }
}

}  // namespace
}  // namespace crop64
