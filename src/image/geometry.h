// Sizes and rectangles in pixels. All arithmetic is exact, except for round_edges().
#pragma once

#include <cstdint>

namespace crop64 {

struct Size {
  int32_t width = 0;
  int32_t height = 0;

  int64_t area() const { return int64_t{width} * height; }
  bool operator==(const Size&) const = default;
};

// Half-open: `left` and `top` are inside, `right` and `bottom` are outside.
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

// How a stored image becomes the displayed image: first its axes are swapped (column x becomes row
// x), then it is mirrored left to right, then top to bottom. These eight are all rotations by
// multiples of 90° and their mirror images.
struct Orientation {
  bool swap_axes = false;
  bool mirror_x = false;
  bool mirror_y = false;

  bool operator==(const Orientation&) const = default;
};

// The orientation for a value of Exif tag 0x0112, 1 to 8; upright for any other value.
Orientation exif_orientation(int tag);
// The inverse: 1 to 8.
int exif_tag(Orientation orientation);
// A clockwise rotation by `turns` * 90°.
Orientation quarter_turns(int turns);
// `first`, followed by `second`.
Orientation then(Orientation first, Orientation second);

// The displayed size of an image of stored size `size`, and vice versa.
Size oriented(Size size, Orientation orientation);
// Maps a region of a stored image of `size` to the displayed image.
RectF oriented(const RectF& stored, Size size, Orientation orientation);
Rect oriented(const Rect& stored, Size size, Orientation orientation);
// Maps a region of a displayed image to the stored image, whose size is `stored_size`.
Rect to_stored(const Rect& displayed, Size stored_size, Orientation orientation);

// The region that covers an image of `size`.
Rect whole(Size size);
RectF to_rectf(const Rect& rect);
// May be empty().
Rect intersect(const Rect& a, const Rect& b);
// The smallest rectangle that contains both.
Rect unite(const Rect& a, const Rect& b);
bool contains(const Rect& outer, const Rect& inner);
Rect translate(const Rect& rect, int32_t dx, int32_t dy);

// Rounds each edge separately, half up, so that adjacent crops neither overlap nor leave a gap. An
// edge up to one pixel outside an image of size `bounds` becomes the image's edge, because croppers
// round position and size separately. Edges are limited to ±10^9.
Rect round_edges(const RectF& edges, Size bounds);

}  // namespace crop64
