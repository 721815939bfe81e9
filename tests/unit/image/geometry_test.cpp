#include "image/geometry.h"

#include <doctest/doctest.h>

#include "support/pictures.h"

namespace crop64 {
namespace {

TEST_CASE("round_edges() rounds each edge half up") {
  struct Case {
    double edge;
    int rounded;
  };
  const Case cases[] = {{3, 3},     {3.4, 3},    {3.5, 4},     {3.999, 4},  {4.5, 5},
                        {0.49, 0},  {0.5, 1},    {-1.1, -1},   {-1.5, -1},  {-1.51, -2},
                        {-2.5, -2}, {99.5, 100}, {101.1, 101}, {101.5, 102}};
  for (const Case& expected : cases) {
    const auto& [edge, rounded] = expected;
    CAPTURE(expected.edge);
    CHECK(round_edges({edge, edge, edge, edge}, {100, 100}) ==
          Rect{rounded, rounded, rounded, rounded});
  }
}

TEST_CASE("round_edges() lets adjacent crops meet without gap or overlap") {
  for (const double edge : {10.2, 10.5, 10.7, 11.0}) {
    CAPTURE(edge);
    const Rect left = round_edges({0, 0, edge, 10}, {100, 100});
    const Rect right = round_edges({edge, 0, 100, 10}, {100, 100});
    CHECK(left.right == right.left);
  }
}

TEST_CASE("round_edges() moves an edge up to one pixel outside to the image's edge") {
  const Size size = {100, 50};
  const Rect expected = {0, 0, 100, 50};
  for (const double over : {0.001, 0.4, 0.5, 0.6, 0.999, 1.0}) {
    CAPTURE(over);
    CHECK(round_edges({-over, -over, 100 + over, 50 + over}, size) == expected);
  }
  CHECK(round_edges({-1.001, -1.001, 101.001, 51.001}, size) == Rect{-1, -1, 101, 51});
}

TEST_CASE("round_edges() of distant edges does not overflow") {
  CHECK(round_edges({-1e300, -3e9, 3e9, 1e300}, {10, 10}) ==
        Rect{-1'000'000'000, -1'000'000'000, 1'000'000'000, 1'000'000'000});
}

TEST_CASE("Rect is half-open") {
  CHECK(whole({4, 3}) == Rect{0, 0, 4, 3});
  CHECK(whole({4, 3}).size().area() == 12);
  CHECK(!Rect{3, 3, 4, 4}.empty());
  CHECK(Rect{3, 3, 3, 4}.empty());
  CHECK(Rect{3, 4, 5, 4}.empty());
  CHECK(Rect{5, 3, 4, 9}.empty());
}

TEST_CASE("rectangles are intersected, translated and compared") {
  const Rect outer = {2, 3, 20, 30};
  CHECK(intersect(outer, {0, 10, 10, 40}) == Rect{2, 10, 10, 30});
  CHECK(intersect(outer, {20, 3, 25, 30}).empty());
  CHECK(translate(outer, -2, 5) == Rect{0, 8, 18, 35});
  CHECK(contains(outer, outer));
  CHECK(contains(outer, {2, 3, 3, 4}));
  CHECK(!contains(outer, {1, 3, 3, 4}));
  CHECK(!contains(outer, {2, 2, 3, 4}));
  CHECK(!contains(outer, {2, 3, 21, 4}));
  CHECK(!contains(outer, {2, 3, 3, 31}));
}

TEST_CASE("exif_orientation() maps 1 to 8 to the eight orientations, and other values to upright") {
  for (int tag = 1; tag <= 8; ++tag) {
    CHECK(exif_tag(exif_orientation(tag)) == tag);
    for (int other = 1; other < tag; ++other) {
      CHECK(exif_orientation(tag) != exif_orientation(other));
    }
  }
  for (const int tag : {0, -1, 9, 65535}) {
    CHECK(exif_orientation(tag) == Orientation{});
  }
}

TEST_CASE("quarter_turns() rotates clockwise") {
  constexpr int kTags[] = {1, 6, 3, 8};
  for (int turns = 0; turns < 4; ++turns) {
    CHECK(exif_tag(quarter_turns(turns)) == kTags[turns]);
    CHECK(quarter_turns(turns + 4) == quarter_turns(turns));
    for (int more = 0; more < 4; ++more) {
      CHECK(then(quarter_turns(turns), quarter_turns(more)) == quarter_turns(turns + more));
    }
  }
}

TEST_CASE("oriented() of a size swaps the sides for a quarter turn") {
  for (int tag = 1; tag <= 8; ++tag) {
    const Size expected = tag <= 4 ? Size{7, 3} : Size{3, 7};
    CHECK(oriented({7, 3}, exif_orientation(tag)) == expected);
  }
}

TEST_CASE("oriented() maps a region of the stored image to the displayed image") {
  const Size size = {10, 6};
  const RectF stored = {1, 2, 4, 2.5};
  const RectF displayed[] = {{1, 2, 4, 2.5}, {6, 2, 9, 2.5}, {6, 3.5, 9, 4}, {1, 3.5, 4, 4},
                             {2, 1, 2.5, 4}, {3.5, 1, 4, 4}, {3.5, 6, 4, 9}, {2, 6, 2.5, 9}};
  for (int tag = 1; tag <= 8; ++tag) {
    CAPTURE(tag);
    CHECK(oriented(stored, size, exif_orientation(tag)) == displayed[tag - 1]);
  }
}

TEST_CASE("to_stored() is the inverse of oriented()") {
  const Size size = {10, 6};
  for (int tag = 1; tag <= 8; ++tag) {
    const Orientation orientation = exif_orientation(tag);
    for (const Rect& part : {Rect{0, 0, 10, 6}, Rect{1, 2, 4, 3}, Rect{9, 5, 10, 6},
                             Rect{-3, -2, 12, 9}, Rect{0, 0, 1, 1}}) {
      INFO("orientation ", tag, ", ", to_string(part));
      const RectF shown = oriented(to_rectf(part), size, orientation);
      const Rect displayed = {int(shown.left), int(shown.top), int(shown.right), int(shown.bottom)};
      CHECK(to_stored(displayed, size, orientation) == part);
      CHECK(displayed.size() == oriented(part.size(), orientation));
    }
  }
}

TEST_CASE("unite() returns the smallest rectangle that contains both") {
  CHECK(unite({1, 2, 3, 4}, {5, 1, 6, 3}) == Rect{1, 1, 6, 4});
  CHECK(unite({0, 0, 10, 10}, {2, 2, 3, 3}) == Rect{0, 0, 10, 10});
}

}  // namespace
}  // namespace crop64
