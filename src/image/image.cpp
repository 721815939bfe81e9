#include "image/image.h"

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

void fill_missing(Image& image) {
  uint8_t* const samples = image.samples.data();
  const Colors& colors = image.colors;
  std::memset(samples, 0, image.samples.size());
  if (image.layout.model == Model::kPalette && !colors.palette.empty()) {
    const auto key = [](const Rgba8& entry) {
      return 1000 * entry.a + entry.r + entry.g + entry.b;
    };
    const auto best =
        std::min_element(colors.palette.begin(), colors.palette.end(),
                         [&](const Rgba8& a, const Rgba8& b) { return key(a) < key(b); });
    std::memset(samples, static_cast<int>(best - colors.palette.begin()), image.samples.size());
  } else if (colors.transparent) {
    const auto channels = static_cast<size_t>(image.layout.channels());
    const size_t sample_bytes = image.layout.depth == 16 ? 2 : 1;
    for (size_t i = 0; i < image.samples.size() / sample_bytes; ++i) {
      const uint16_t sample = (*colors.transparent)[i % channels];
      if (sample_bytes == 2) {
        std::memcpy(samples + 2 * i, &sample, sizeof sample);
      } else {
        samples[i] = static_cast<uint8_t>(sample);
      }
    }
  }
}

ImageView crop(const ImageView& image, const Rect& region) {
  ImageView view = image;
  view.size = region.size();
  view.data = image.row(region.top) + image.layout.pixel_bytes() * static_cast<size_t>(region.left);
  return view;
}

}  // namespace crop64
