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

// A rectangle whose edges may lie between pixels.
struct RectF {
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;

  double width() const { return right - left; }
  double height() const { return bottom - top; }

  bool operator==(const RectF&) const = default;
};

// How a picture as stored becomes the picture as displayed: its axes are swapped (column x becomes
// row x), then it is mirrored left to right, then top to bottom. Every turn by quarters and every
// flip is one of these eight.
struct Orientation {
  bool swap_axes = false;
  bool mirror_x = false;
  bool mirror_y = false;

  bool operator==(const Orientation&) const = default;
};

// The orientation that Exif's tag 0x0112 names, 1 to 8; none for any other number.
Orientation exif_orientation(int tag);
// And back.
int exif_tag(Orientation orientation);
// Clockwise, in quarter turns, 0 to 3.
Orientation quarter_turns(int turns);
// `first`, and then `second`.
Orientation then(Orientation first, Orientation second);

// The displayed size of a picture of that stored size; and, being its own inverse, the reverse.
Size oriented(Size size, Orientation orientation);
// Where a part of a stored picture of `size` is displayed.
RectF oriented(const RectF& stored, Size size, Orientation orientation);
Rect oriented(const Rect& stored, Size size, Orientation orientation);
// Where a part of a displayed picture lies in the stored one, whose size is `stored_size`.
Rect to_stored(const Rect& displayed, Size stored_size, Orientation orientation);

Rect whole(Size size);
RectF to_rectf(const Rect& rect);
Rect intersect(const Rect& a, const Rect& b);
// The smallest that holds both.
Rect unite(const Rect& a, const Rect& b);
bool contains(const Rect& outer, const Rect& inner);
Rect translate(const Rect& rect, int32_t dx, int32_t dy);

// Rounds each edge by itself, half up, so that neighbouring crops meet without a gap. An edge that
// lies up to one pixel outside `bounds` is taken as the bounds' own edge: croppers round position
// and size one by one, and overshoot. Edges beyond ±10^9 are taken as ±10^9.
Rect round_edges(const RectF& edges, Size bounds);

}  // namespace crop64
