// Padding: an image on a larger canvas.
#pragma once

#include <optional>

#include "image/rows.h"

namespace crop64 {

// Where an image lies on a larger canvas.
struct Padding {
  Size canvas;
  int left = 0;  // of the image on the canvas, in pixels
  int top = 0;
};

// A step that passes on a canvas of `background` with the image on it. The image has `layout`,
// which has a depth of 8 or 16 and is neither kPalette nor kCmyk, and no transparent colour. It may
// have no rows.
class PadStep : public RowSink {
 public:
  PadStep(const Padding& padding, Layout layout, const Color& background, RowSink& next)
      : padding_(padding), layout_(layout), background_(background), next_(next) {}
  Failure write(const ImageView& rows) override;
  Failure finish() override;

  static double memory(int canvas_width, Layout layout);

 private:
  Failure start();
  Failure add_blank_rows(int bottom);
  void begin_row();

  Padding padding_;
  Layout layout_;
  Color background_;
  RowSink& next_;
  std::optional<RowBatch> batch_;
  Buffer blank_;  // a row of the background
  int y_ = 0;     // of the canvas
};

}  // namespace crop64
