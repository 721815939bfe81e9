#include "codecs/bmp/rle.h"

#include <algorithm>
#include <cstring>

namespace crop64::bmp {
namespace {

class RleDecoder {
 public:
  RleDecoder(Bytes file, const Header& header, const Rect& region, Image& image)
      : file_(file),
        header_(header),
        region_(region),
        image_(image),
        pixel_bytes_(image.layout.pixel_bytes()),
        first_row_(std::min(header.flip_row(region.top), header.flip_row(region.bottom - 1))),
        last_row_(first_row_ + region.height() - 1),
        // At most the file's size, so that sums with it do not overflow.
        offset_(std::min(header.samples_offset, file.size())) {}

  RowsRead decode() {
    RowsRead result;
    while (!is_done()) {
      if (offset_ + 2 > file_.size()) {
        result.complete = false;
        break;
      }
      const int count = file_[offset_++];
      const int value = file_[offset_++];
      if (count > 0) {
        if (!run(count)) {
          result.complete = false;
          break;
        }
      } else if (value >= 3) {
        if (!absolute(value)) {
          result.complete = false;
          break;
        }
      } else if (!escape(value, result)) {
        break;
      }
    }
    result.bytes_read = std::min<uint64_t>(offset_, file_.size());
    return result;
  }

 private:
  // Rows follow in the order of the file, so nothing after the region's last one is needed.
  bool is_done() const { return y_ > last_row_ || (y_ == last_row_ && x_ >= region_.right); }

  // Writes a pixel: an index, or blue, green and red.
  void put(const uint8_t* pixel) {
    if (x_ >= region_.left && x_ < region_.right && y_ >= first_row_ && y_ <= last_row_) {
      uint8_t* out =
          image_.row(header_.flip_row(y_) - region_.top) + pixel_bytes_ * size_t(x_ - region_.left);
      if (pixel_bytes_ == 1) {
        *out = *pixel;
      } else {
        std::reverse_copy(pixel, pixel + 3, out);
      }
    }
    // The part of a run that exceeds the row is discarded.
    x_ = std::min(x_ + 1, header_.size.width);
  }

  // Writes one of the two indices in a byte.
  void put_half(uint8_t byte, bool first) {
    const uint8_t index = first ? byte >> 4 : byte & 15;
    put(&index);
  }

  // A run of equal pixels, whose pixel begins at the byte before offset_. Returns false if the file
  // ends.
  bool run(int count) {
    const size_t from = offset_ - 1;
    offset_ = from + pixel_bytes_;
    if (offset_ > file_.size()) {
      return false;
    }
    for (int i = 0; i < count; ++i) {
      if (header_.bits == 4) {
        put_half(file_[from], i % 2 == 0);
      } else {
        put(&file_[from]);
      }
    }
    return true;
  }

  // A run of literal pixels. Returns false if the file ends.
  bool absolute(int count) {
    const size_t bytes = header_.bits == 4 ? size_t(count + 1) / 2 : size_t(count) * pixel_bytes_;
    if (offset_ + bytes > file_.size()) {
      offset_ = file_.size();
      return false;
    }
    for (int i = 0; i < count; ++i) {
      if (header_.bits == 4) {
        put_half(file_[offset_ + size_t(i) / 2], i % 2 == 0);
      } else {
        put(&file_[offset_ + size_t(i) * pixel_bytes_]);
      }
    }
    offset_ += (bytes + 1) / 2 * 2;  // such runs are padded to 16 bits
    return true;
  }

  // Sets the pixels from `left` to `right` of a row that are in the region to index 0, or black.
  void clear(int file_row, int left, int right) {
    const int from = std::max(left, region_.left);
    const int to = std::min(right, region_.right);
    if (file_row >= first_row_ && file_row <= last_row_ && from < to) {
      std::memset(image_.row(header_.flip_row(file_row) - region_.top) +
                      pixel_bytes_ * size_t(from - region_.left),
                  0, pixel_bytes_ * size_t(to - from));
    }
  }

  // Moves to a position and clears the pixels in between. A few bytes may skip billions of pixels,
  // so only those of the region are visited.
  void skip_to(int x, int y) {
    const int next = std::min(y, header_.size.height);
    const int last = std::min(next - 1, last_row_);
    for (int row = std::max(y_, first_row_); row <= last; ++row) {
      clear(row, row == y_ ? x_ : 0, header_.size.width);
    }
    if (next > y_) {
      y_ = next;
      x_ = 0;
    }
    const int end = std::min(x, header_.size.width);
    clear(y_, x_, end);
    x_ = std::max(x_, end);
  }

  // Ends the row or the image, or moves. Returns false at the end of the image or of the file.
  bool escape(int value, RowsRead& result) {
    if (value == 0) {
      skip_to(0, y_ + 1);
      return true;
    }
    if (value == 1) {
      skip_to(0, header_.size.height);
      return false;
    }
    if (offset_ + 2 > file_.size()) {
      result.complete = false;
      return false;
    }
    skip_to(x_ + file_[offset_], y_ + file_[offset_ + 1]);
    offset_ += 2;
    return true;
  }

  Bytes file_;
  const Header& header_;
  const Rect& region_;
  Image& image_;
  size_t pixel_bytes_;
  int first_row_;  // of the region, in the file's order
  int last_row_;
  size_t offset_;
  int x_ = 0;
  int y_ = 0;  // in the file's order
};

}  // namespace

RowsRead decode_rle(Bytes file, const Header& header, const Rect& region, Image& image) {
  return RleDecoder(file, header, region, image).decode();
}

}  // namespace crop64::bmp
