// Rotation by any angle, as an affine map with bicubic interpolation.
#pragma once

#include "image/affine.h"
#include "image/rows.h"

namespace crop64 {

struct Rotation {
  Size from;  // of the image whose rows the step takes
  Size to;    // of the image that it passes on
  Affine to_source;
};

// A step that passes on a rotated image. Rows come in as kRgba of 8 or 16 bits, or not at all, and
// so they are passed on; what the image does not cover is `background`. Its edges are antialiased:
// a pixel is covered as far as its centre lies inside, up to half a pixel of the result to both
// sides of the edge.
//
// Samples are interpolated by the cubic convolution of Keys (1981) of four by four samples, with
// a = -1. The image's edge pixels go on beyond its edges. Inside they equal those of Pillow's
// rotate() within one, which rounds down. If there is alpha, colours are premultiplied in 16 bits.
//
// Holds the image. Errors: OUT_OF_MEMORY.
class RotateStep : public RowSink {
 public:
  // `depth`: 8 or 16. `is_opaque`: whether the image's alpha is the largest value everywhere.
  RotateStep(const Rotation& rotation, int depth, bool is_opaque, const Color& background,
             RowSink& next)
      : rotation_(rotation),
        depth_(depth),
        is_opaque_(is_opaque),
        background_(background),
        next_(next) {}
  Failure write(const ImageView& rows) override;
  Failure finish() override;

  static double memory(const Rotation& rotation, int depth, bool is_opaque);

 private:
  void rotate_row(int y, uint8_t* out) const;

  Rotation rotation_;
  int depth_;
  bool is_opaque_;
  Color background_;
  RowSink& next_;
  Image image_;  // kRgba, of 8 bits if they are opaque, else premultiplied in 16 bits
  int y_ = 0;
  Buffer weights_;  // the cubic's four weights at each phase
};

}  // namespace crop64
