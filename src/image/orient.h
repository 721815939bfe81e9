// Rotation by multiples of 90 degrees, and mirroring.
#pragma once

#include <optional>

#include "image/rows.h"

namespace crop64 {

// Whether the turned image has to be held as a whole, since its rows are not those of the stored
// image, or come in another order.
bool holds_image(Orientation orientation);

// A step that passes on the displayed image of a stored one of size `stored`.
class OrientStep : public RowSink {
 public:
  OrientStep(Orientation orientation, Size stored, RowSink& next)
      : orientation_(orientation), stored_(stored), next_(next) {}
  Failure write(const ImageView& rows) override;
  Failure finish() override;

  static double memory(Orientation orientation, Size stored, Layout layout);

 private:
  Failure mirror(const ImageView& rows);

  Orientation orientation_;
  Size stored_;
  RowSink& next_;
  std::optional<RowBatch> batch_;  // if each row is one of the displayed image
  Image displayed_;                // if not
  int y_ = 0;                      // of the stored image
};

}  // namespace crop64
