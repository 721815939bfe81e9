#include "image/orient.h"

#include <algorithm>
#include <cstring>

namespace crop64 {
namespace {

// As many rows as share the lines of a cache while axes are swapped.
constexpr int kBand = 16;

// Writes rows of the stored image, the first of which is row `top`, to where they are displayed.
// `out` points to a displayed image of `size` without gaps between rows. The size of a pixel is a
// template parameter, so that copying one takes one or two instructions.
template <size_t kPixelBytes>
void put_rows(const ImageView& rows, int top, Orientation orientation, Size size, uint8_t* out) {
  // The distances in the displayed image between neighbours of the stored one, in bytes.
  const auto row_bytes = ptrdiff_t(kPixelBytes) * size.width;
  const ptrdiff_t step_x = orientation.mirror_x ? -ptrdiff_t(kPixelBytes) : ptrdiff_t(kPixelBytes);
  const ptrdiff_t step_y = orientation.mirror_y ? -row_bytes : row_bytes;
  uint8_t* first = out + (orientation.mirror_x ? row_bytes - ptrdiff_t(kPixelBytes) : 0) +
                   (orientation.mirror_y ? row_bytes * (size.height - 1) : 0);
  const ptrdiff_t across = orientation.swap_axes ? step_y : step_x;
  const ptrdiff_t down = orientation.swap_axes ? step_x : step_y;
  const int band = orientation.swap_axes ? kBand : 1;
  for (int y = 0; y < rows.size.height; y += band) {
    const int bottom = std::min(rows.size.height, y + band);
    for (int x = 0; x < rows.size.width; ++x) {
      const uint8_t* from = rows.row(y) + kPixelBytes * size_t(x);
      uint8_t* to = first + across * x + down * (top + y);
      for (int i = y; i < bottom; ++i, from += rows.stride, to += down) {
        std::memcpy(to, from, kPixelBytes);
      }
    }
  }
}

void put_rows(const ImageView& rows, int top, Orientation orientation, Size size, uint8_t* out) {
  switch (rows.layout.pixel_bytes()) {
    case 1:
      return put_rows<1>(rows, top, orientation, size, out);
    case 2:
      return put_rows<2>(rows, top, orientation, size, out);
    case 3:
      return put_rows<3>(rows, top, orientation, size, out);
    case 4:
      return put_rows<4>(rows, top, orientation, size, out);
    case 6:
      return put_rows<6>(rows, top, orientation, size, out);
    default:
      return put_rows<8>(rows, top, orientation, size, out);
  }
}

}  // namespace

bool holds_image(Orientation orientation) { return orientation.swap_axes || orientation.mirror_y; }

Failure OrientStep::mirror(const ImageView& rows) {
  if (!batch_) {
    Result<RowBatch> batch = RowBatch::allocate(rows.size.width, rows.layout);
    if (!batch.ok()) {
      return batch.error();
    }
    batch_ = std::move(batch.value());
    batch_->colors() = *rows.colors;
  }
  for (int y = 0; y < rows.size.height; ++y) {
    const ImageView row = crop(rows, {0, y, rows.size.width, y + 1});
    put_rows(row, 0, orientation_, row.size, batch_->next());
    if (auto error = batch_->add(1, next_)) {
      return error;
    }
  }
  return std::nullopt;
}

Failure OrientStep::write(const ImageView& rows) {
  if (!holds_image(orientation_)) {
    return mirror(rows);
  }
  if (y_ == 0) {
    Result<Image> displayed = Image::allocate(oriented(stored_, orientation_), rows.layout);
    if (!displayed.ok()) {
      return displayed.error();
    }
    displayed_ = std::move(displayed.value());
    displayed_.colors = *rows.colors;
  }
  put_rows(rows, y_, orientation_, displayed_.size, displayed_.samples.data());
  y_ += rows.size.height;
  return std::nullopt;
}

Failure OrientStep::finish() {
  if (auto error = batch_ ? batch_->flush(next_) : next_.write(displayed_.view())) {
    return error;
  }
  displayed_ = {};
  return next_.finish();
}

double OrientStep::memory(Orientation orientation, Size stored, Layout layout) {
  return holds_image(orientation) ? double(stored.area()) * double(layout.pixel_bytes())
                                  : RowBatch::memory(stored.width, layout);
}

}  // namespace crop64
