#include "geometry.h"

#include <doctest/doctest.h>

#include "support/pictures.h"

namespace crop64 {
namespace {

TEST_CASE("edges are rounded half up, each by itself") {
  struct Case {
    double edge;
    int rounded;
  };
  const Case cases[] = {{3, 3},     {3.4, 3},    {3.5, 4},   {3.999, 4},  {4.5, 5},
                        {0.49, 0},  {0.5, 1},    {-1, -1},   {-1.5, -1},  {-1.51, -2},
                        {-2.5, -2}, {99.5, 100}, {101, 101}, {101.5, 102}};
  for (const Case& expected : cases) {
    const auto& [edge, rounded] = expected;
    CAPTURE(expected.edge);
    CHECK(round_edges({edge, edge, edge, edge}, {100, 100}) ==
          Rect{rounded, rounded, rounded, rounded});
  }
}

TEST_CASE("neighbouring crops meet without a gap and without an overlap") {
  for (const double edge : {10.2, 10.5, 10.7, 11.0}) {
    CAPTURE(edge);
    const Rect left = round_edges({0, 0, edge, 10}, {100, 100});
    const Rect right = round_edges({edge, 0, 100, 10}, {100, 100});
    CHECK(left.right == right.left);
  }
}

TEST_CASE("an edge less than one pixel outside is the picture's own edge") {
  const Size size = {100, 50};
  const Rect expected = {0, 0, 100, 50};
  for (const double over : {0.001, 0.4, 0.5, 0.6, 0.999}) {
    CAPTURE(over);
    CHECK(round_edges({-over, -over, 100 + over, 50 + over}, size) == expected);
  }
  CHECK(round_edges({-1, -1, 101, 51}, size) == Rect{-1, -1, 101, 51});
}

TEST_CASE("edges far away do not overflow") {
  CHECK(round_edges({-1e300, -3e9, 3e9, 1e300}, {10, 10}) ==
        Rect{-1'000'000'000, -1'000'000'000, 1'000'000'000, 1'000'000'000});
}

TEST_CASE("rectangles are half-open") {
  CHECK(whole({4, 3}) == Rect{0, 0, 4, 3});
  CHECK(whole({4, 3}).size().area() == 12);
  CHECK(!Rect{3, 3, 4, 4}.empty());
  CHECK(Rect{3, 3, 3, 4}.empty());
  CHECK(Rect{3, 4, 5, 4}.empty());
  CHECK(Rect{5, 3, 4, 9}.empty());
}

TEST_CASE("rectangles are intersected, moved and compared") {
  const Rect outer = {2, 3, 20, 30};
  CHECK(intersect(outer, {0, 10, 10, 40}) == Rect{2, 10, 10, 30});
  CHECK(intersect(outer, {20, 3, 25, 30}).empty());
  CHECK(move(outer, -2, 5) == Rect{0, 8, 18, 35});
  CHECK(contains(outer, outer));
  CHECK(contains(outer, {2, 3, 3, 4}));
  CHECK(!contains(outer, {1, 3, 3, 4}));
  CHECK(!contains(outer, {2, 2, 3, 4}));
  CHECK(!contains(outer, {2, 3, 21, 4}));
  CHECK(!contains(outer, {2, 3, 3, 31}));
}

}  // namespace
}  // namespace crop64
