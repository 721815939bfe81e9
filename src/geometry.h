// Sizes and rectangles in pixels. Integer arithmetic only, but for the one step that rounds what a
// caller asked for.
#pragma once

#include <cstdint>

namespace crop64 {

struct Size {
  int32_t width = 0;
  int32_t height = 0;

  int64_t area() const { return int64_t{width} * height; }
  bool operator==(const Size&) const = default;
};

// Half-open: `left` and `top` are inside, `right` and `bottom` are not.
struct Rect {
  int32_t left = 0;
  int32_t top = 0;
  int32_t right = 0;
  int32_t bottom = 0;

  int32_t width() const { return right - left; }
  int32_t height() const { return bottom - top; }
  Size size() const { return {width(), height()}; }
  bool empty() const { return right <= left || bottom <= top; }
  bool operator==(const Rect&) const = default;
};

// Edges as a caller gave them, not yet rounded.
struct RectF {
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;

  bool operator==(const RectF&) const = default;
};

Rect whole(Size size);
Rect intersect(const Rect& a, const Rect& b);
bool contains(const Rect& outer, const Rect& inner);
Rect move(const Rect& rect, int32_t dx, int32_t dy);

// Rounds each edge by itself, half up, so that neighbouring crops meet without a gap. An edge that
// lies less than one pixel outside `bounds` is taken as the bounds' own edge: croppers overshoot by
// a rounding error. Edges beyond ±10^9 are taken as ±10^9.
Rect round_edges(const RectF& edges, Size bounds);

}  // namespace crop64
