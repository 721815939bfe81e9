#include <doctest/doctest.h>

#include <string>

#include "codecs/jpeg/kernels/codecs.h"

namespace crop64 {
namespace {

struct Block {
  alignas(16) DCTELEM numbers[DCTSIZE2];
};

void check_block(Rows& samples, int column, const std::string& what) {
  Block expected, actual;
  scalar_convsamp(samples.data(), JDIMENSION(column), expected.numbers);
  jsimd_convsamp(samples.data(), JDIMENSION(column), actual.numbers);
  CHECK_MESSAGE(std::equal(expected.numbers, expected.numbers + DCTSIZE2, actual.numbers), what);
  jpeg_fdct_islow(expected.numbers);
  jsimd_fdct_islow(actual.numbers);
  CHECK_MESSAGE(std::equal(expected.numbers, expected.numbers + DCTSIZE2, actual.numbers), what);
}

TEST_CASE("the forward DCT gives what libjpeg-turbo's scalar code gives") {
  Random random(7);
  for (int i = 0; i < 60'000; ++i) {
    Rows samples(DCTSIZE, 24, 1, i % 16);
    samples.fill(random, i % 2 == 0);
    check_block(samples, i % 17, "block " + std::to_string(i));
  }
}

// Black and white by the signs of each of the transform's own functions gives the largest numbers.
TEST_CASE("the forward DCT gives the same at its limits") {
  Rows samples(DCTSIZE, DCTSIZE, 1);
  for (unsigned across = 0; across < 256; ++across) {
    for (unsigned down = 0; down < 256; ++down) {
      for (unsigned y = 0; y < 8; ++y) {
        for (unsigned x = 0; x < 8; ++x) {
          samples.data()[y][x] = ((across >> x ^ down >> y) & 1) != 0 ? 255 : 0;
        }
      }
      check_block(samples, 0, std::to_string(across) + " by " + std::to_string(down));
    }
  }
}

// The DCT's numbers are within 8 * 1024.
TEST_CASE("quantising gives what libjpeg-turbo's scalar code gives, for every value and number") {
  constexpr int kLimit = 8 * 1024;
  for (int value = 1; value < 8192; value += value < 300 ? 1 : 61) {
    alignas(16) DCTELEM divisors[4 * DCTSIZE2];
    for (int i = 0; i < DCTSIZE2; ++i) {
      // Neighbours differ, as they do in a table.
      scalar_compute_reciprocal(unsigned(std::min(value + i % 5, 8191)) << 3, divisors + i);
    }
    bool same = true;
    for (int first = -kLimit; first <= kLimit; first += DCTSIZE2) {
      Block block;
      for (int i = 0; i < DCTSIZE2; ++i) {
        block.numbers[i] = DCTELEM(std::min(first + i, kLimit));
      }
      alignas(16) JCOEF expected[DCTSIZE2];
      alignas(16) JCOEF actual[DCTSIZE2];
      scalar_quantize(expected, divisors, block.numbers);
      jsimd_quantize(actual, divisors, block.numbers);
      same = same && std::equal(expected, expected + DCTSIZE2, actual);
    }
    CHECK_MESSAGE(same, "value ", value);
  }
}

}  // namespace
}  // namespace crop64
