// Conversion of samples from a matrix profile to sRGB or Display P3: relative colorimetric, without
// black point compensation, and colours outside the new space are clipped channel by channel, as by
// Little CMS. 8 bits are within 1 of it, 16 bits within 24 of 65,535.
#pragma once

#include <optional>

#include "color/profile.h"
#include "image/rows.h"

namespace crop64 {

// Tables for ColorStep: from `from`, which is convertible, to `to`, which is not kOther, for rows
// of this layout: any model but kCmyk, grey and colours of 8 or 16 bits. Errors: OUT_OF_MEMORY.
Result<Buffer> make_color_tables(const ColorProfile& from, ColorSpace to, Layout layout);

// A step that converts rows, or the palette that they refer to, by tables for their layout. The
// tables are borrowed. Alpha is not changed.
class ColorStep : public RowSink {
 public:
  ColorStep(const Buffer* tables, RowSink& next) : tables_(*tables), next_(next) {}
  Failure write(const ImageView& rows) override;
  Failure finish() override;

  // With tables.
  static double memory(int width, Layout layout);

 private:
  const Buffer& tables_;
  RowSink& next_;
  std::optional<RowBatch> batch_;  // of rows without a palette
  Colors colors_;                  // of rows with one
};

}  // namespace crop64
