#include "image/geometry.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace crop64 {
namespace {

int32_t round_edge(double edge, int32_t bound) {
  if (edge >= -1 && edge < 0) {
    return 0;
  }
  if (edge > bound && edge <= bound + 1.0) {
    return bound;
  }
  return static_cast<int32_t>(std::clamp(std::floor(edge + 0.5), -1e9, 1e9));
}

}  // namespace

Orientation exif_orientation(int tag) {
  // Exif 2.3, table 4: the sides of the displayed image at which row 0 and column 0 are.
  constexpr Orientation kByTag[] = {
      {false, false, false}, {false, true, false}, {false, true, true}, {false, false, true},
      {true, false, false},  {true, true, false},  {true, true, true},  {true, false, true}};
  return tag >= 1 && tag <= 8 ? kByTag[tag - 1] : Orientation{};
}

int exif_tag(Orientation orientation) {
  int tag = 1;
  while (exif_orientation(tag) != orientation) {
    ++tag;
  }
  return tag;
}

Orientation quarter_turns(int turns) {
  constexpr int kTags[] = {1, 6, 3, 8};
  return exif_orientation(kTags[turns & 3]);
}

Orientation then(Orientation first, Orientation second) {
  // Mirroring, then swapping the axes, equals swapping, then mirroring along the other axis.
  if (second.swap_axes) {
    std::swap(first.mirror_x, first.mirror_y);
  }
  return {first.swap_axes != second.swap_axes, first.mirror_x != second.mirror_x,
          first.mirror_y != second.mirror_y};
}

Size oriented(Size size, Orientation orientation) {
  return orientation.swap_axes ? Size{size.height, size.width} : size;
}

RectF oriented(const RectF& stored, Size size, Orientation orientation) {
  RectF rect = stored;
  if (orientation.swap_axes) {
    rect = {rect.top, rect.left, rect.bottom, rect.right};
  }
  const Size displayed = oriented(size, orientation);
  if (orientation.mirror_x) {
    rect = {displayed.width - rect.right, rect.top, displayed.width - rect.left, rect.bottom};
  }
  if (orientation.mirror_y) {
    rect = {rect.left, displayed.height - rect.bottom, rect.right, displayed.height - rect.top};
  }
  return rect;
}

Rect oriented(const Rect& stored, Size size, Orientation orientation) {
  const RectF rect = oriented(to_rectf(stored), size, orientation);
  return {int32_t(rect.left), int32_t(rect.top), int32_t(rect.right), int32_t(rect.bottom)};
}

Rect to_stored(const Rect& displayed, Size stored_size, Orientation orientation) {
  const Size size = oriented(stored_size, orientation);
  Rect rect = displayed;
  if (orientation.mirror_x) {
    rect = {size.width - rect.right, rect.top, size.width - rect.left, rect.bottom};
  }
  if (orientation.mirror_y) {
    rect = {rect.left, size.height - rect.bottom, rect.right, size.height - rect.top};
  }
  return orientation.swap_axes ? Rect{rect.top, rect.left, rect.bottom, rect.right} : rect;
}

RectF to_rectf(const Rect& rect) {
  return {double(rect.left), double(rect.top), double(rect.right), double(rect.bottom)};
}

Rect whole(Size size) { return {0, 0, size.width, size.height}; }

Rect intersect(const Rect& a, const Rect& b) {
  return {std::max(a.left, b.left), std::max(a.top, b.top), std::min(a.right, b.right),
          std::min(a.bottom, b.bottom)};
}

Rect unite(const Rect& a, const Rect& b) {
  return {std::min(a.left, b.left), std::min(a.top, b.top), std::max(a.right, b.right),
          std::max(a.bottom, b.bottom)};
}

bool contains(const Rect& outer, const Rect& inner) {
  return inner.left >= outer.left && inner.top >= outer.top && inner.right <= outer.right &&
         inner.bottom <= outer.bottom;
}

Rect translate(const Rect& rect, int32_t dx, int32_t dy) {
  return {rect.left + dx, rect.top + dy, rect.right + dx, rect.bottom + dy};
}

Rect round_edges(const RectF& edges, Size bounds) {
  return {round_edge(edges.left, bounds.width), round_edge(edges.top, bounds.height),
          round_edge(edges.right, bounds.width), round_edge(edges.bottom, bounds.height)};
}

}  // namespace crop64
