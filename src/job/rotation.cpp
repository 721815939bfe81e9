#include "job/rotation.h"

#include <algorithm>
#include <cmath>

namespace crop64 {
namespace {

// The side of a pixel of the result, in pixels of the stored image; of the shorter one.
double pixel_side(const Affine& map) {
  return std::sqrt(std::min(map.x_by_x * map.x_by_x + map.y_by_x * map.y_by_x,
                            map.x_by_y * map.x_by_y + map.y_by_y * map.y_by_y));
}

}  // namespace

bool rotates_freely(const Options& options) {
  return options.rotate != 90 * std::floor(options.rotate / 90);
}

void plan_rotation(const ImageInfo& info, const Options& options, const Rect& crop, Plan& plan) {
  const Size shown = oriented(info.size, plan.orientation);
  const Size box = rotated(shown, options.rotate);
  const RectF from = plan.resampling ? plan.resampling->box : to_rectf(whole(crop.size()));
  const Size to = plan.resampling ? plan.resampling->size : crop.size();
  Affine map = {from.width() / to.width, 0, crop.left + from.left, 0, from.height() / to.height,
                crop.top + from.top};
  Orientation flip;
  flip.mirror_x = options.flip == Flip::kHorizontal;
  flip.mirror_y = options.flip == Flip::kVertical;
  map = then(map, to_stored(box, flip));
  map = then(map, to_unrotated(shown, options.rotate));
  plan.rotation = {info.size, to, then(map, to_stored(info.size, plan.orientation))};
  // These are part of it.
  plan.orientation = {};
  plan.padding.reset();
}

Rect rotated_region(const ImageInfo& info, const Plan& plan) {
  const auto& [from, to, map] = *plan.rotation;
  // The four samples on each axis, and what the kernels of a resize take for them.
  const double margin = 3 + 6 * std::max(1.0, pixel_side(map));
  const auto range = [&](double at_start, double by_width, double by_height, int end) {
    const double first = at_start + std::min(by_width, 0.0) + std::min(by_height, 0.0) - margin;
    const double last = at_start + std::max(by_width, 0.0) + std::max(by_height, 0.0) + margin;
    const int left = static_cast<int>(std::clamp(std::floor(first), 0.0, end - 1.0));
    return std::pair(left, static_cast<int>(std::clamp(std::ceil(last), left + 1.0, double(end))));
  };
  const auto [left, right] =
      range(map.x, map.x_by_x * to.width, map.x_by_y * to.height, info.size.width);
  const auto [top, bottom] =
      range(map.y, map.y_by_x * to.width, map.y_by_y * to.height, info.size.height);
  return {left, top, right, bottom};
}

std::optional<Resampling> resampling_before_rotation(const Plan& plan, const Rect& region) {
  const Kernel kernel = plan.resampling ? plan.resampling->kernel : Kernel::kNearest;
  const double side = pixel_side(plan.rotation->to_source);
  if (kernel == Kernel::kNearest || side <= 1) {
    return std::nullopt;
  }
  const auto smaller = [side](int length) {
    return static_cast<int>(std::max(1.0, std::ceil(length / side)));
  };
  const Size size = {smaller(region.width()), smaller(region.height())};
  return size == region.size()
             ? std::nullopt
             : std::optional<Resampling>({to_rectf(whole(region.size())), size, kernel});
}

void rotate_decoded(Plan& plan) {
  Rotation& rotation = *plan.rotation;
  const Rect& decoded = plan.decode.region;
  rotation.from = decoded.size();
  if (plan.resampling) {
    plan.resampling->box = to_rectf(whole(decoded.size()));
    rotation.from = plan.resampling->size;
  }
  const double x = double(rotation.from.width) / decoded.width();
  const double y = double(rotation.from.height) / decoded.height();
  const double reduction = plan.decode.reduction;
  rotation.to_source = then(rotation.to_source, {x / reduction, 0, -decoded.left * x, 0,
                                                 y / reduction, -decoded.top * y});
}

}  // namespace crop64
