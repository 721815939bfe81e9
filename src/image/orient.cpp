#include "image/orient.h"

#include <algorithm>
#include <cstring>

namespace crop64 {
namespace {

// Pixels are copied in squares of this side, so that the rows of both images stay in the cache
// while axes are swapped.
constexpr int kTile = 32;

// The size of a pixel is a template parameter, so that copying one takes one or two instructions.
template <size_t kPixelBytes>
void copy_pixels(const ImageView& in, Orientation orientation, Image& out) {
  const int width = out.size.width;
  const int height = out.size.height;
  // The distance in the stored image between horizontal neighbours of the displayed image, in
  // bytes.
  const ptrdiff_t across = orientation.swap_axes ? ptrdiff_t(in.stride) : ptrdiff_t(kPixelBytes);
  const ptrdiff_t step = orientation.mirror_x ? -across : across;
  for (int top = 0; top < height; top += kTile) {
    for (int left = 0; left < width; left += kTile) {
      const int right = std::min(width, left + kTile);
      for (int y = top; y < std::min(height, top + kTile); ++y) {
        const int x_displayed = orientation.mirror_x ? width - 1 - left : left;
        const int y_displayed = orientation.mirror_y ? height - 1 - y : y;
        const int x_stored = orientation.swap_axes ? y_displayed : x_displayed;
        const int y_stored = orientation.swap_axes ? x_displayed : y_displayed;
        const uint8_t* from = in.row(y_stored) + kPixelBytes * size_t(x_stored);
        uint8_t* to = out.row(y) + kPixelBytes * size_t(left);
        for (int x = left; x < right; ++x, from += step, to += kPixelBytes) {
          std::memcpy(to, from, kPixelBytes);
        }
      }
    }
  }
}

}  // namespace

Result<Image> orient(const ImageView& image, Orientation orientation) {
  Result<Image> turned = Image::allocate(oriented(image.size, orientation), image.layout);
  if (!turned.ok()) {
    return turned;
  }
  turned.value().colors = *image.colors;
  switch (image.layout.pixel_bytes()) {
    case 1:
      copy_pixels<1>(image, orientation, turned.value());
      break;
    case 2:
      copy_pixels<2>(image, orientation, turned.value());
      break;
    case 3:
      copy_pixels<3>(image, orientation, turned.value());
      break;
    case 4:
      copy_pixels<4>(image, orientation, turned.value());
      break;
    case 6:
      copy_pixels<6>(image, orientation, turned.value());
      break;
    default:
      copy_pixels<8>(image, orientation, turned.value());
      break;
  }
  return turned;
}

}  // namespace crop64
