#include "codecs/png/filters.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "support/pictures.h"

namespace crop64::png {
namespace {

constexpr Filter kAll[] = {Filter::kNone, Filter::kSub, Filter::kUp, Filter::kAverage,
                           Filter::kPaeth};
constexpr size_t kUnits[] = {1, 2, 3, 4, 6, 8};

// Bytes with zeros in front; in every third row neighbours are equal or nearly so.
File make_row(Random& random, size_t size, int kind) {
  File row(kRowSlack + size + kRowSlack);
  for (size_t i = kRowSlack; i < kRowSlack + size; ++i) {
    const uint32_t value = random.next();
    const uint32_t near = row[i - 1] + value % 3;
    row[i] = static_cast<uint8_t>(kind == 0 ? value : kind == 1 ? near : (value % 2) * 255);
  }
  return row;
}

File first_of(const File& row, size_t size) {
  return {row.begin(), row.begin() + static_cast<std::ptrdiff_t>(size)};
}

TEST_CASE("Filters equal their scalar versions, and unfilter() inverts apply_filter()") {
  Random random(1);
  for (const size_t unit : kUnits) {
    for (size_t pixels = 1; pixels <= 41; ++pixels) {
      for (int kind = 0; kind < 3; ++kind) {
        const size_t size = pixels * unit;
        const File row = make_row(random, size, kind);
        const File above = make_row(random, size, kind);
        for (const Filter filter : kAll) {
          INFO("filter ", static_cast<int>(filter), ", unit ", unit, ", ", pixels, " pixels");
          File plain(size + kRowSlack);
          File fast(size + kRowSlack);
          const uint8_t* in = row.data() + kRowSlack;
          const uint8_t* up = above.data() + kRowSlack;
          apply_filter_scalar(filter, in, up, size, unit, plain.data());
          apply_filter(filter, in, up, size, unit, fast.data());
          REQUIRE((first_of(fast, size) == first_of(plain, size)));
          CHECK(sum_of_magnitudes(filter, in, up, size, unit) ==
                sum_of_magnitudes_scalar(filter, in, up, size, unit));
          for (const uint8_t limit : {1, 8, 128}) {
            CHECK(count_near(in, size, unit, limit) == count_near_scalar(in, size, unit, limit));
          }
          // A part of a row is enough, and behind it stands whatever does.
          const size_t wanted = unit * static_cast<size_t>(random.between(1, int(pixels)));
          File undone(wanted + kRowSlack);
          unfilter(filter, plain.data(), up, wanted, unit, undone.data());
          REQUIRE(std::equal(in, in + wanted, undone.begin()));
          unfilter_scalar(filter, plain.data(), up, wanted, unit, undone.data());
          REQUIRE(std::equal(in, in + wanted, undone.begin()));
        }
      }
    }
  }
}

TEST_CASE("unfilter() inverts Paeth for rows that partly equal the row above, or are flat") {
  Random random(2);
  for (const size_t unit : kUnits) {
    for (int i = 0; i < 300; ++i) {
      const size_t size = unit * static_cast<size_t>(random.between(1, 150));
      const bool flat = i % 4 == 3;
      const File above =
          flat ? File(kRowSlack + size + kRowSlack, 9) : make_row(random, size, i % 4);
      File row = flat ? File(kRowSlack + size + kRowSlack, 200) : above;
      for (int changes = random.below(4); changes > 0; --changes) {
        row[kRowSlack + random.next() % size] ^= 0x55;
      }
      File filtered(size + kRowSlack);
      File undone(size + kRowSlack);
      const uint8_t* in = row.data() + kRowSlack;
      const uint8_t* up = above.data() + kRowSlack;
      apply_filter_scalar(Filter::kPaeth, in, up, size, unit, filtered.data());
      unfilter(Filter::kPaeth, filtered.data(), up, size, unit, undone.data());
      REQUIRE(std::equal(in, in + size, undone.begin()));
    }
  }
}

TEST_CASE("apply_filter() predicts as the PNG specification states") {
  File row(kRowSlack * 3);
  File above(kRowSlack * 3);
  row[kRowSlack] = 100, row[kRowSlack + 1] = 7;
  above[kRowSlack] = 90, above[kRowSlack + 1] = 13;
  const int predicted[] = {0, 100, 13, 56, 13};  // of the 7; Paeth: 100 + 13 - 90 = 23
  for (const Filter filter : kAll) {
    File out(kRowSlack * 2);
    apply_filter(filter, row.data() + kRowSlack, above.data() + kRowSlack, 2, 1, out.data());
    CHECK(out[1] == static_cast<uint8_t>(7 - predicted[static_cast<int>(filter)]));
  }
}

TEST_CASE("apply_filter() by Paeth equals its scalar version for every left, above and corner") {
  constexpr size_t kSize = 512;
  File row(kRowSlack + kSize + kRowSlack);
  File above = row;
  File plain(kSize + kRowSlack);
  File fast = plain;
  for (size_t i = 0; i < kSize; i += 2) {
    row[kRowSlack + i] = static_cast<uint8_t>(i / 2);  // a left one at each second place
  }
  for (int corner = 0; corner < 256; ++corner) {
    for (int up = 0; up < 256; ++up) {
      for (size_t i = 0; i < kSize; i += 2) {
        above[kRowSlack + i] = static_cast<uint8_t>(corner);
        above[kRowSlack + i + 1] = static_cast<uint8_t>(up);
      }
      const uint8_t* in = row.data() + kRowSlack;
      const uint8_t* over = above.data() + kRowSlack;
      apply_filter_scalar(Filter::kPaeth, in, over, kSize, 1, plain.data());
      apply_filter(Filter::kPaeth, in, over, kSize, 1, fast.data());
      REQUIRE((fast == plain));
    }
  }
}

TEST_CASE("sum_of_magnitudes() takes bytes as signed") {
  File row(kRowSlack);
  row.insert(row.end(), {1, 255, 128, 127, 0});
  row.resize(row.size() + kRowSlack, 99);
  const uint8_t* in = row.data() + kRowSlack;
  CHECK(sum_of_magnitudes(Filter::kNone, in, in, 5, 1) == 1 + 1 + 128 + 127);
}

TEST_CASE("sum_of_magnitudes() of a long row does not overflow") {
  const size_t size = 20'003;
  const File row(kRowSlack + size + kRowSlack, 128);
  const uint8_t* in = row.data() + kRowSlack;
  CHECK(sum_of_magnitudes(Filter::kNone, in, in, size, 1) == 128 * size);
}

TEST_CASE("count_near() counts bytes that differ by less than the limit") {
  File row(kRowSlack);
  row.insert(row.end(), {0, 7, 7, 7, 7, 8, 9, 7});
  const uint8_t* in = row.data() + kRowSlack;
  CHECK(count_near(in, 8, 1, 1) == 4);
  CHECK(count_near(in, 8, 2, 1) == 3);
  CHECK(count_near(in, 8, 3, 1) == 3);
  CHECK(count_near(in, 8, 1, 2) == 6);
  CHECK(count_near(in, 8, 1, 3) == 7);
  CHECK(count_near(in, 8, 1, 8) == 8);

  // 255 is followed by 0; 128 is as far away as may be.
  File around(kRowSlack);
  around.insert(around.end(), {255, 1, 129});
  CHECK(count_near(around.data() + kRowSlack, 3, 1, 2) == 1);
  CHECK(count_near(around.data() + kRowSlack, 3, 1, 3) == 2);
  CHECK(count_near(around.data() + kRowSlack, 3, 1, 128) == 2);
}

}  // namespace
}  // namespace crop64::png
