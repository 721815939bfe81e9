#include "image/rows.h"

#include <algorithm>
#include <cstring>

namespace crop64 {
namespace {

// A multiple of the rows that resample_rows() takes together.
constexpr int kMaxRows = 16;
constexpr int kMinRows = 4;
constexpr uint64_t kMaxBytes = uint64_t{256} * 1024;

int rows_of(int width, Layout layout) {
  const uint64_t rows = kMaxBytes / std::max<uint64_t>(layout.bytes({width, 1}), 1);
  return static_cast<int>(std::clamp<uint64_t>(rows, kMinRows, kMaxRows)) / kMinRows * kMinRows;
}

}  // namespace

Result<RowBatch> RowBatch::allocate(int width, Layout layout) {
  Result<Image> rows = Image::allocate({width, rows_of(width, layout)}, layout);
  if (!rows.ok()) {
    return rows.error();
  }
  RowBatch batch;
  batch.rows_ = std::move(rows.value());
  batch.width_ = width;
  return batch;
}

double RowBatch::memory(int width, Layout layout) {
  return double(rows_of(width, layout)) * double(layout.bytes({width, 1}));
}

Failure RowBatch::add(int count, RowSink& sink) {
  count_ += count;
  return room() > 0 ? std::nullopt : flush(sink);
}

Failure RowBatch::flush(RowSink& sink) {
  if (count_ == 0) {
    return std::nullopt;
  }
  const Rect used = {left_, 0, left_ + width_, count_};
  count_ = 0;
  return sink.write(crop(rows_.view(), used));
}

void RowBatch::narrow(int first, int count) {
  left_ = first;
  width_ = count;
}

Failure ImageSink::write(const ImageView& rows) {
  if (y_ == 0) {
    Result<Image> image = Image::allocate(size_, rows.layout);
    if (!image.ok()) {
      return image.error();
    }
    image_ = std::move(image.value());
    image_.colors = *rows.colors;
  }
  for (int y = 0; y < rows.size.height; ++y) {
    std::memcpy(image_.row(y_++), rows.row(y), image_.stride());
  }
  return std::nullopt;
}

}  // namespace crop64
