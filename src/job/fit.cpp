#include "job/fit.h"

#include <algorithm>
#include <cmath>

#include "base/math.h"

namespace crop64 {
namespace {

// Rounds half up to a side that an image can have.
int to_side(double value) {
  return static_cast<int>(std::clamp(std::floor(value + 0.5), 1.0, double(INT32_MAX)));
}

// The largest region of `from` with the proportions of `to`, placed by the position.
RectF covering_box(Size from, Size to, const Resize& asked) {
  if (int64_t{from.width} * to.height == int64_t{from.height} * to.width) {
    return to_rectf(whole(from));
  }
  const double ratio = double(to.width) / to.height;
  const bool wider = double(from.width) / from.height >= ratio;
  const double width = wider ? ratio * from.height : from.width;
  const double height = wider ? from.height : from.width / ratio;
  const double left = (from.width - width) * asked.position_x;
  const double top = (from.height - height) * asked.position_y;
  return {left, top, left + width, top + height};
}

}  // namespace

Fitted fit(Size from, const Resize& asked) {
  const double max_scale = asked.without_enlargement ? 1 : 1e300;
  const double x = double(asked.width.value_or(0)) / from.width;
  const double y = double(asked.height.value_or(0)) / from.height;
  const RectF all = to_rectf(whole(from));
  const auto scaled = [&](double scale) {
    scale = std::min(scale, max_scale);
    return Size{to_side(from.width * scale), to_side(from.height * scale)};
  };
  if (!asked.width || !asked.height) {
    return {{all, scaled(std::max(x, y)), asked.kernel}, std::nullopt};
  }
  const Size to = {*asked.width, *asked.height};
  switch (asked.fit) {
    case Fit::kFill:
      return {{all,
               {to_side(from.width * std::min(x, max_scale)),
                to_side(from.height * std::min(y, max_scale))},
               asked.kernel},
              std::nullopt};
    case Fit::kInside:
      return {{all, scaled(std::min(x, y)), asked.kernel}, std::nullopt};
    case Fit::kOutside:
      return {{all, scaled(std::max(x, y)), asked.kernel}, std::nullopt};
    case Fit::kContain: {
      const Size inner = scaled(std::min(x, y));
      const auto margin = [](int free, double position) {
        return static_cast<int>(std::floor(free * position + 0.5));
      };
      const Padding padding = {to, margin(to.width - inner.width, asked.position_x),
                               margin(to.height - inner.height, asked.position_y)};
      return {{all, inner, asked.kernel}, padding};
    }
    case Fit::kCover:
      break;
  }
  if (std::max(x, y) <= max_scale) {
    return {{covering_box(from, to, asked), to, asked.kernel}, std::nullopt};
  }
  // Without enlargement: a region of that size, as far as the image has one, at whole pixels.
  const Size size = {std::min(to.width, from.width), std::min(to.height, from.height)};
  const double left = std::floor((from.width - size.width) * asked.position_x);
  const double top = std::floor((from.height - size.height) * asked.position_y);
  return {{{left, top, left + size.width, top + size.height}, size, asked.kernel}, std::nullopt};
}

bool is_identity(const Resampling& resampling, Size from) {
  return resampling.size == from && resampling.box == to_rectf(whole(from));
}

int choose_reduction(const ImageInfo& info, const Resampling& resampling) {
  if (resampling.kernel == Kernel::kNearest) {
    return 1;
  }
  int reduction = 1;
  while (reduction < info.max_reduction &&
         resampling.box.width() >= 4.0 * reduction * resampling.size.width &&
         resampling.box.height() >= 4.0 * reduction * resampling.size.height) {
    reduction *= 2;
  }
  return reduction;
}

Rect reduce(const Rect& region, Size image, int reduction) {
  const auto end = [&](int edge, int last) {
    return edge == last ? divide_up(edge, reduction) : edge / reduction;
  };
  return {divide_up(region.left, reduction), divide_up(region.top, reduction),
          end(region.right, image.width), end(region.bottom, image.height)};
}

RectF box_in_decoded(const RectF& box, const Rect& stored_region, const DecodeRequest& request,
                     Orientation orientation) {
  const double n = request.reduction;
  const Rect& decoded = request.region;
  const RectF region = {stored_region.left / n - decoded.left, stored_region.top / n - decoded.top,
                        stored_region.right / n - decoded.left,
                        stored_region.bottom / n - decoded.top};
  const RectF turned = oriented(region, decoded.size(), orientation);
  return {turned.left + box.left / n, turned.top + box.top / n, turned.left + box.right / n,
          turned.top + box.bottom / n};
}

}  // namespace crop64
