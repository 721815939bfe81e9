// Components of an image that are stored by themselves, some of them with fewer samples than the
// image has pixels: the luma and chroma of a JPEG (T.81, A.1.1).
#pragma once

#include <array>

#include "base/math.h"
#include "image/geometry.h"

namespace crop64 {

// The subsampling of a component along one axis.
struct Sampling {
  int pixels = 1;  // for each sample
  bool interpolated =
      false;  // 2 pixels: the decoder interpolates them, and does not repeat samples

  int samples(int count) const { return divide_up(count, pixels); }
};

struct Component {
  Sampling across;
  Sampling down;

  // In samples, of an image of `image` pixels.
  Size size(Size image) const { return {across.samples(image.width), down.samples(image.height)}; }
};

// Luma, and the two of chroma.
using Components = std::array<Component, 3>;

}  // namespace crop64
