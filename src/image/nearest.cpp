#include "image/nearest.h"

#include <cstring>
#include <span>

namespace crop64 {
namespace {

class NearestStep : public RowSink {
 public:
  NearestStep(Size to, Buffer columns, Buffer rows, RowBatch batch, RowSink& next)
      : to_(to),
        columns_(std::move(columns)),
        rows_(std::move(rows)),
        batch_(std::move(batch)),
        next_(next) {}

  Failure write(const ImageView& rows) override {
    if (from_y_ == 0) {
      batch_.colors() = *rows.colors;
    }
    const auto* source = reinterpret_cast<const int*>(rows_.data());
    for (int y = 0; y < rows.size.height; ++y, ++from_y_) {
      for (; y_ < to_.height && source[y_] == from_y_; ++y_) {
        take_pixels(rows.row(y), rows.layout.pixel_bytes());
        if (auto error = batch_.add(1, next_)) {
          return error;
        }
      }
    }
    return std::nullopt;
  }

  Failure finish() override {
    if (auto error = batch_.flush(next_)) {
      return error;
    }
    return next_.finish();
  }

 private:
  void take_pixels(const uint8_t* in, size_t pixel_bytes) {
    uint8_t* out = batch_.next();
    for (const int column :
         std::span(reinterpret_cast<const int*>(columns_.data()), size_t(to_.width))) {
      std::memcpy(out, in + pixel_bytes * size_t(column), pixel_bytes);
      out += pixel_bytes;
    }
  }

  Size to_;         // as stored
  Buffer columns_;  // for each pixel of a row of the result, the pixel of the source
  Buffer rows_;     // for each row, the row of the source
  RowBatch batch_;
  RowSink& next_;
  int from_y_ = 0;  // the next row of the source
  int y_ = 0;       // the next row of the result
};

}  // namespace

Result<std::unique_ptr<RowSink>> nearest_step(Layout layout, const Axes& axes, RowSink& next) {
  const Size to = {axes.across.to, axes.down.to};
  Result<Buffer> columns = nearest_samples(axes.across);
  Result<Buffer> rows = nearest_samples(axes.down);
  Result<RowBatch> batch = RowBatch::allocate(to.width, layout);
  if (!columns.ok() || !rows.ok() || !batch.ok()) {
    return !columns.ok() ? columns.error() : !rows.ok() ? rows.error() : batch.error();
  }
  return std::unique_ptr<RowSink>(std::make_unique<NearestStep>(
      to, std::move(columns.value()), std::move(rows.value()), std::move(batch.value()), next));
}

}  // namespace crop64
