// Affine maps of positions: what a rotation by any angle, a turn, a flip and a resize make
// together.
#pragma once

#include "image/geometry.h"

namespace crop64 {

// Maps a position to another one. Positions are in pixels from the upper left corner of an image:
// the centre of its first pixel is at 0.5, 0.5.
struct Affine {
  double x_by_x = 1, x_by_y = 0, x = 0;
  double y_by_x = 0, y_by_y = 1, y = 0;

  double x_at(double from_x, double from_y) const { return x_by_x * from_x + x_by_y * from_y + x; }
  double y_at(double from_x, double from_y) const { return y_by_x * from_x + y_by_y * from_y + y; }
};

// `first`, followed by `second`.
Affine then(const Affine& first, const Affine& second);
// Of an image of stored size `size` as displayed, to the image as it is stored.
Affine to_stored(Size stored, Orientation orientation);

// The size of an image that is rotated by `degrees` clockwise: the pixels that its bounding box
// covers, as Pillow's rotate(expand=True) has it.
Size rotated(Size size, double degrees);
// Of the rotated image to the image before. They have the same centre.
Affine to_unrotated(Size size, double degrees);

}  // namespace crop64
