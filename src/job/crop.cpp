#include "job/crop.h"

namespace crop64 {
namespace {

RectF in_pixels(const Crop& crop, Size size) {
  if (!crop.percent) {
    return crop.edges;
  }
  const double x = size.width / 100.0;
  const double y = size.height / 100.0;
  return {crop.edges.left * x, crop.edges.top * y, crop.edges.right * x, crop.edges.bottom * y};
}

Error with_size(Error error, Size size) {
  error.details = {{"width", double(size.width)}, {"height", double(size.height)}};
  return error;
}

}  // namespace

Result<Rect> choose_region(Size displayed, const Options& options) {
  const RectF asked = in_pixels(options.crop, displayed);
  const Rect rounded = round_edges(asked, displayed);
  if (rounded.empty()) {
    return with_size(
        make_error(ErrorCode::kInvalidArgument,
                   "Expected a crop of at least one pixel but received left %g, top %g, right %g, "
                   "bottom %g (image: %d x %d).",
                   asked.left, asked.top, asked.right, asked.bottom, displayed.width,
                   displayed.height),
        displayed);
  }
  if (options.out_of_bounds == OutOfBounds::kPad || contains(whole(displayed), rounded)) {
    return rounded;
  }
  const Rect inside = intersect(rounded, whole(displayed));
  if (options.out_of_bounds == OutOfBounds::kClamp && !inside.empty()) {
    return inside;
  }
  return with_size(
      make_error(ErrorCode::kCropOutOfBounds,
                 "Expected a crop inside the image of %d x %d pixels but received left %d, top "
                 "%d, right %d, bottom %d.%s",
                 displayed.width, displayed.height, rounded.left, rounded.top, rounded.right,
                 rounded.bottom,
                 options.out_of_bounds == OutOfBounds::kError
                     ? " Use outOfBounds: 'clamp' or 'pad' to allow it."
                     : " Nothing of it lies inside."),
      displayed);
}

}  // namespace crop64
