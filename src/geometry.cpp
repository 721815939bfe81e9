#include "geometry.h"

#include <algorithm>
#include <cmath>

namespace crop64 {
namespace {

int32_t round_edge(double edge, int32_t bound) {
  if (edge > -1 && edge < 0) {
    return 0;
  }
  if (edge > bound && edge < bound + 1.0) {
    return bound;
  }
  return static_cast<int32_t>(std::clamp(std::floor(edge + 0.5), -1e9, 1e9));
}

}  // namespace

Rect whole(Size size) { return {0, 0, size.width, size.height}; }

Rect intersect(const Rect& a, const Rect& b) {
  return {std::max(a.left, b.left), std::max(a.top, b.top), std::min(a.right, b.right),
          std::min(a.bottom, b.bottom)};
}

bool contains(const Rect& outer, const Rect& inner) {
  return inner.left >= outer.left && inner.top >= outer.top && inner.right <= outer.right &&
         inner.bottom <= outer.bottom;
}

Rect move(const Rect& rect, int32_t dx, int32_t dy) {
  return {rect.left + dx, rect.top + dy, rect.right + dx, rect.bottom + dy};
}

Rect round_edges(const RectF& edges, Size bounds) {
  return {round_edge(edges.left, bounds.width), round_edge(edges.top, bounds.height),
          round_edge(edges.right, bounds.width), round_edge(edges.bottom, bounds.height)};
}

}  // namespace crop64
