#include "image.h"

namespace crop64 {

int Layout::channels() const {
  switch (model) {
    case Model::kGray:
    case Model::kPalette:
      return 1;
    case Model::kGrayAlpha:
      return 2;
    case Model::kRgb:
    case Model::kBgr:
      return 3;
    case Model::kRgba:
    case Model::kBgra:
    case Model::kCmyk:
      return 4;
  }
  return 0;
}

bool Layout::has_alpha() const {
  return model == Model::kGrayAlpha || model == Model::kRgba || model == Model::kBgra;
}

Result<Image> Image::allocate(Size size, Layout layout) {
  Result<Buffer> samples = Buffer::allocate(layout.bytes(size));
  if (!samples.ok()) {
    return samples.error();
  }
  Image image;
  image.size = size;
  image.layout = layout;
  image.samples = std::move(samples.value());
  return image;
}

ImageView crop(const ImageView& image, const Rect& region) {
  ImageView part = image;
  part.size = region.size();
  part.data = image.row(region.top) + image.layout.pixel_bytes() * static_cast<size_t>(region.left);
  return part;
}

}  // namespace crop64
