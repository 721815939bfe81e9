// libjpeg's two objects, and rows as libjpeg's memory manager makes them.
#pragma once

#include <algorithm>
#include <vector>

#include "codecs/jpeg/kernels/scalar.h"
#include "support/pictures.h"

namespace crop64 {

class Decoder {
 public:
  Decoder() {
    info.err = jpeg_std_error(&errors_);
    jpeg_create_decompress(&info);
    scalar_prepare_range_limit_table(&info);
    scalar_prepare_ycc_rgb(&info);
  }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  ~Decoder() { jpeg_destroy_decompress(&info); }

  jpeg_decompress_struct info{};
  jpeg_component_info component{};

 private:
  jpeg_error_mgr errors_{};
};

class LibjpegEncoder {
 public:
  explicit LibjpegEncoder(J_COLOR_SPACE colors = JCS_RGB) {
    info.err = jpeg_std_error(&errors_);
    jpeg_create_compress(&info);
    info.in_color_space = colors;
    scalar_prepare_rgb_ycc(&info);
  }
  LibjpegEncoder(const LibjpegEncoder&) = delete;
  LibjpegEncoder& operator=(const LibjpegEncoder&) = delete;
  ~LibjpegEncoder() { jpeg_destroy_compress(&info); }

  jpeg_compress_struct info{};
  jpeg_component_info component{};

 private:
  jpeg_error_mgr errors_{};
};

// Rows of samples, at an address that is `alignment` past a multiple of 16. Each has `width` of
// them, then what may be overwritten up to a multiple of `padding`, then a guard.
class Rows {
 public:
  Rows(int rows, int width, int padding = 64, int alignment = 0)
      : width_(width), room_((width + padding - 1) / padding * padding) {
    const int stride = room_ + kGuard;
    memory_.resize(size_t(rows * stride + 32), kFiller);
    const auto address = reinterpret_cast<uintptr_t>(memory_.data());
    uint8_t* start = memory_.data() + (16 - address % 16) % 16 + alignment;
    for (int y = 0; y < rows; ++y) {
      rows_.push_back(start + y * stride);
    }
  }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  // `extreme`: only 0 and 255.
  void fill(Random& random, bool extreme) {
    for (uint8_t* row : rows_) {
      for (int x = 0; x < room_; ++x) {
        row[x] = uint8_t(extreme ? random.below(2) * 255 : random.below(256));
      }
    }
  }
  void copy_from(const Rows& other) {
    for (size_t y = 0; y < rows_.size(); ++y) {
      std::copy_n(other.rows_[y], room_, rows_[y]);
    }
  }
  bool same_as(const Rows& other) const {
    for (size_t y = 0; y < rows_.size(); ++y) {
      if (!std::equal(rows_[y], rows_[y] + width_, other.rows_[y])) {
        return false;
      }
    }
    return true;
  }
  bool intact() const {
    return std::all_of(rows_.begin(), rows_.end(), [this](const uint8_t* row) {
      return std::all_of(row + room_, row + room_ + kGuard, [](uint8_t v) { return v == kFiller; });
    });
  }
  JSAMPARRAY data() { return rows_.data(); }

 private:
  static constexpr int kGuard = 48;
  static constexpr uint8_t kFiller = 0xa5;
  int width_;
  int room_;
  std::vector<uint8_t> memory_;
  std::vector<JSAMPROW> rows_;
};

}  // namespace crop64
