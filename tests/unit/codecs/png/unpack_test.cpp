#include "codecs/png/unpack.h"

#include <doctest/doctest.h>

#include "support/pictures.h"

namespace crop64::png {
namespace {

TEST_CASE("unpack_row() of packed samples gives each sample, from any one on, and nothing beside") {
  Random random(4);
  for (const int depth : {1, 2, 4}) {
    for (int length = 0; length <= 400; length += 1 + length / 20) {
      File row(size_t(length * depth + 7) / 8);
      for (uint8_t& byte : row) {
        byte = uint8_t(random.next());
      }
      for (const int first : {0, 1, 2, 3, 5, 7, 8, 13, length / 2, length - 1}) {
        if (first < 0 || first > length) {
          continue;
        }
        for (const int step : {1, 4}) {
          const int count =
              random.below(2) == 0 ? length - first : random.between(0, length - first);
          constexpr uint8_t kGuard = 77;
          File out(size_t(count * step + 16), kGuard);
          File expected = out;
          for (int i = 0; i < count; ++i) {
            const int bit = (first + i) * depth;
            const int shift = 8 - depth - bit % 8;
            expected[size_t(i * step)] =
                uint8_t(row[size_t(bit / 8)] >> shift & ((1 << depth) - 1));
          }
          unpack_row(row.data(), {Model::kGray, depth}, first, count, step, out.data());
          INFO(depth, " bits, ", count, " of ", length, " from ", first, ", step ", step);
          CHECK(out == expected);
        }
      }
    }
  }
}

}  // namespace
}  // namespace crop64::png
