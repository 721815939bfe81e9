#include "image.h"

#include <algorithm>
#include <cstring>

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

Result<Image> copy_of(const ImageView& image) {
  Result<Image> copy = Image::allocate(image.size, image.layout);
  if (copy.ok()) {
    copy.value().colors = *image.colors;
    for (int y = 0; y < image.size.height; ++y) {
      std::memcpy(copy.value().row(y), image.row(y), copy.value().stride());
    }
  }
  return copy;
}

void fill_gray(Image& image) {
  if (image.layout.model == Model::kPalette) {
    const auto distance = [](const Rgba8& entry) {
      const int r = entry.r - 128;
      const int g = entry.g - 128;
      const int b = entry.b - 128;
      return r * r + g * g + b * b;
    };
    const std::vector<Rgba8>& palette = image.colors.palette;
    const auto nearest =
        std::min_element(palette.begin(), palette.end(),
                         [&](const Rgba8& a, const Rgba8& b) { return distance(a) < distance(b); });
    std::memset(image.samples.data(), static_cast<int>(nearest - palette.begin()),
                image.samples.size());
    return;
  }
  const uint8_t gray = image.layout.depth < 8 ? 1 << (image.layout.depth - 1) : 0x80;
  std::memset(image.samples.data(), gray, image.samples.size());
  if (image.layout.has_alpha()) {
    const size_t pixel_bytes = image.layout.pixel_bytes();
    const size_t alpha_bytes = image.layout.depth == 16 ? 2 : 1;
    for (size_t end = pixel_bytes; end <= image.samples.size(); end += pixel_bytes) {
      std::memset(image.samples.data() + end - alpha_bytes, 0xff, alpha_bytes);
    }
  }
}

ImageView crop(const ImageView& image, const Rect& region) {
  ImageView part = image;
  part.size = region.size();
  part.data = image.row(region.top) + image.layout.pixel_bytes() * static_cast<size_t>(region.left);
  return part;
}

}  // namespace crop64
