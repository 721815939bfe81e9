#include "image/pad.h"

#include <cstring>

#include "image/convert.h"

namespace crop64 {

// The rows above the image.
Failure PadStep::start() {
  Result<RowBatch> batch = RowBatch::allocate(padding_.canvas.width, layout_);
  Result<Buffer> blank = Buffer::allocate(layout_.bytes({padding_.canvas.width, 1}));
  if (!batch.ok() || !blank.ok()) {
    return batch.ok() ? blank.error() : batch.error();
  }
  batch_ = std::move(batch.value());
  blank_ = std::move(blank.value());
  const size_t pixel_bytes = layout_.pixel_bytes();
  uint8_t pixel[8];
  make_pixel(background_, layout_, pixel);
  for (size_t offset = 0; offset < blank_.size(); offset += pixel_bytes) {
    std::memcpy(blank_.data() + offset, pixel, pixel_bytes);
  }
  return add_blank_rows(padding_.top);
}

Failure PadStep::add_blank_rows(int bottom) {
  for (; y_ < bottom; ++y_) {
    begin_row();
    if (auto error = batch_->add(1, next_)) {
      return error;
    }
  }
  return std::nullopt;
}

void PadStep::begin_row() { std::memcpy(batch_->next(), blank_.data(), blank_.size()); }

Failure PadStep::write(const ImageView& rows) {
  if (!batch_) {
    if (auto error = start()) {
      return error;
    }
  }
  const size_t pixel_bytes = layout_.pixel_bytes();
  for (int y = 0; y < rows.size.height; ++y, ++y_) {
    begin_row();
    std::memcpy(batch_->next() + pixel_bytes * static_cast<size_t>(padding_.left), rows.row(y),
                pixel_bytes * static_cast<size_t>(rows.size.width));
    if (auto error = batch_->add(1, next_)) {
      return error;
    }
  }
  return std::nullopt;
}

Failure PadStep::finish() {
  if (!batch_) {
    if (auto error = start()) {
      return error;
    }
  }
  if (auto error = add_blank_rows(padding_.canvas.height)) {
    return error;
  }
  if (auto error = batch_->flush(next_)) {
    return error;
  }
  return next_.finish();
}

double PadStep::memory(int canvas_width, Layout layout) {
  return RowBatch::memory(canvas_width, layout) + double(layout.bytes({canvas_width, 1}));
}

}  // namespace crop64
