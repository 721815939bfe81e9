#include "image/convert.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>
#include <numeric>
#include <type_traits>

#include "base/simd.h"

namespace crop64 {
namespace {

template <class Sample>
struct Pixel {
  Sample r, g, b, a;
};

template <class Sample>
constexpr uint32_t kMax = std::is_same_v<Sample, uint8_t> ? 255 : 65535;

// A sample of `depth` bits on the scale of Sample.
template <class Sample>
Sample scale(uint32_t value, int depth) {
  constexpr int kDepth = sizeof(Sample) * 8;
  if (depth == kDepth) {
    return static_cast<Sample>(value);
  }
  if (depth > kDepth) {
    return static_cast<Sample>(value >> 8);
  }
  return static_cast<Sample>(value * kMax<Sample> / ((1U << depth) - 1));
}

uint32_t sample_at(const uint8_t* samples, int index, bool wide) {
  if (!wide) {
    return samples[index];
  }
  uint16_t value;
  std::memcpy(&value, samples + 2 * static_cast<size_t>(index), sizeof value);
  return value;
}

template <class Sample>
void palette_row(const ImageView& image, int y, Pixel<Sample>* out) {
  const uint8_t* in = image.row(y);
  const std::vector<Rgba8>& palette = image.colors->palette;
  for (int x = 0; x < image.size.width; ++x) {
    // An index beyond the palette is an error in the file; it becomes black, as in libpng.
    const Rgba8 entry = in[x] < palette.size() ? palette[in[x]] : Rgba8{0, 0, 0, 255};
    out[x] = {scale<Sample>(entry.r, 8), scale<Sample>(entry.g, 8), scale<Sample>(entry.b, 8),
              scale<Sample>(entry.a, 8)};
  }
}

// Adobe's CMYK, inverted: 255 is no ink.
template <class Sample>
void cmyk_row(const ImageView& image, int y, Pixel<Sample>* out) {
  const uint8_t* in = image.row(y);
  for (int x = 0; x < image.size.width; ++x, in += 4) {
    const auto mix = [&](uint32_t ink) { return scale<Sample>((ink * in[3] + 127) / 255, 8); };
    out[x] = {mix(in[0]), mix(in[1]), mix(in[2]), kMax<Sample>};
  }
}

// Row y as straight RGBA.
template <class Sample>
void load_row(const ImageView& image, int y, Pixel<Sample>* out) {
  const Layout layout = image.layout;
  if (layout.model == Model::kCmyk) {
    cmyk_row(image, y, out);
    return;
  }
  if (layout.model == Model::kPalette) {
    palette_row(image, y, out);
    return;
  }
  const bool wide = layout.depth == 16;
  const int channels = layout.channels();
  const int alpha = layout.has_alpha() ? channels - 1 : -1;
  const bool bgr = layout.model == Model::kBgr || layout.model == Model::kBgra;
  const int red = bgr ? 2 : 0;
  const int green = layout.is_gray() ? 0 : 1;
  const int blue = layout.is_gray() || bgr ? 0 : 2;
  const uint8_t* in = image.row(y);
  const auto& transparent = image.colors->transparent;
  for (int x = 0; x < image.size.width; ++x) {
    const int first = x * channels;
    const uint32_t r = sample_at(in, first + red, wide);
    const uint32_t g = sample_at(in, first + green, wide);
    const uint32_t b = sample_at(in, first + blue, wide);
    uint32_t a = alpha >= 0 ? sample_at(in, first + alpha, wide) : layout.max_value();
    if (transparent && r == (*transparent)[0] && g == (*transparent)[1] && b == (*transparent)[2]) {
      a = 0;
    }
    out[x] = {scale<Sample>(r, layout.depth), scale<Sample>(g, layout.depth),
              scale<Sample>(b, layout.depth), scale<Sample>(a, layout.depth)};
  }
}

template <class Sample>
Sample luma(const Pixel<Sample>& pixel) {
  return static_cast<Sample>((19595U * pixel.r + 38470U * pixel.g + 7471U * pixel.b + 0x8000U) >>
                             16);
}

// The background as a pixel of this depth.
template <class Sample>
Pixel<Sample> to_pixel(const Color& color) {
  return {scale<Sample>(color.r, 8), scale<Sample>(color.g, 8), scale<Sample>(color.b, 8),
          static_cast<Sample>(std::floor(color.alpha * kMax<Sample> + 0.5))};
}

// Blends pixels that are not opaque with the background.
template <class Sample>
void drop_alpha(Pixel<Sample>* row, int width, const Pixel<Sample>& background) {
  for (int x = 0; x < width; ++x) {
    Pixel<Sample>& pixel = row[x];
    const uint64_t before = uint64_t{pixel.a} * kMax<Sample>;
    const uint64_t behind = uint64_t{kMax<Sample> - pixel.a} * background.a;
    const uint64_t total = before + behind;
    if (behind == 0) {
      continue;
    }
    const auto mix = [&](uint64_t front, uint64_t back) {
      return static_cast<Sample>((front * before + back * behind + total / 2) / total);
    };
    pixel = {mix(pixel.r, background.r), mix(pixel.g, background.g), mix(pixel.b, background.b),
             pixel.a};
  }
}

template <class Sample>
void store_row(const Pixel<Sample>* row, int width, Model model, Sample* out) {
  for (int x = 0; x < width; ++x) {
    const Pixel<Sample>& pixel = row[x];
    switch (model) {
      case Model::kGray:
        *out++ = luma(pixel);
        break;
      case Model::kGrayAlpha:
        *out++ = luma(pixel);
        *out++ = pixel.a;
        break;
      case Model::kRgb:
      case Model::kRgba:
        *out++ = pixel.r;
        *out++ = pixel.g;
        *out++ = pixel.b;
        if (model == Model::kRgba) {
          *out++ = pixel.a;
        }
        break;
      case Model::kBgr:
      case Model::kBgra:
        *out++ = pixel.b;
        *out++ = pixel.g;
        *out++ = pixel.r;
        if (model == Model::kBgra) {
          *out++ = pixel.a;
        }
        break;
      case Model::kPalette:
      case Model::kCmyk:
        break;  // excluded by the contract
    }
  }
}

bool is_bgr(Layout layout) { return layout.model == Model::kBgr || layout.model == Model::kBgra; }

// Whether rows only get their bytes in another order, and opaque alpha if they have none.
bool reorders(const ImageView& rows, Layout layout) {
  const Layout from = rows.layout;
  const bool has_colors = !from.is_gray() && from.model != Model::kPalette &&
                          from.model != Model::kCmyk && !rows.colors->transparent;
  return has_colors && from != layout && from.depth == 8 && layout.depth == 8 &&
         layout.channels() == 4;
}

// Writes pixels of four bytes.
void reorder_row(const uint8_t* in, size_t channels, size_t width, bool swaps, uint8_t* out) {
  size_t x = 0;
#ifdef CROP64_SIMD
  const v128_t order =
      channels == 4
          ? wasm_i8x16_const(2, 1, 0, 3, 6, 5, 4, 7, 10, 9, 8, 11, 14, 13, 12, 15)
          : (swaps ? wasm_i8x16_const(2, 1, 0, -1, 5, 4, 3, -1, 8, 7, 6, -1, 11, 10, 9, -1)
                   : wasm_i8x16_const(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1));
  const v128_t alpha = wasm_i32x4_splat(channels == 4 ? 0 : int32_t(0xff000000));
  // Four pixels a step, which reads 16 bytes.
  for (; (width - x) * channels >= 16; x += 4) {
    const v128_t pixels = wasm_i8x16_swizzle(wasm_v128_load(in + x * channels), order);
    wasm_v128_store(out + 4 * x, wasm_v128_or(pixels, alpha));
  }
#endif
  for (; x < width; ++x) {
    const uint8_t* pixel = in + x * channels;
    out[4 * x] = pixel[swaps ? 2 : 0];
    out[4 * x + 1] = pixel[1];
    out[4 * x + 2] = pixel[swaps ? 0 : 2];
    out[4 * x + 3] = channels == 4 ? pixel[3] : 255;
  }
}

template <class Sample>
void convert_row(const ImageView& rows, int y, Layout layout, const Color& background,
                 uint8_t* pixels, uint8_t* out) {
  auto* row = reinterpret_cast<Pixel<Sample>*>(pixels);
  load_row(rows, y, row);
  if (rows.has_alpha() && !layout.has_alpha()) {
    drop_alpha(row, rows.size.width, to_pixel<Sample>(background));
  }
  store_row(row, rows.size.width, layout.model, reinterpret_cast<Sample*>(out));
}

// Converts row `y` by way of `pixels`, which holds a row.
void convert_row(const ImageView& rows, int y, Layout layout, const Color& background,
                 uint8_t* pixels, uint8_t* out) {
  if (layout.depth == 16) {
    convert_row<uint16_t>(rows, y, layout, background, pixels, out);
  } else {
    convert_row<uint8_t>(rows, y, layout, background, pixels, out);
  }
}

// A pixel of one byte has one of 256 values.
constexpr int kValues = 256;

// Writes the pixel of `bytes` bytes in `table` that each of `width` bytes, of `depth` bits, stands
// for. The table is as large as if a pixel had kMaxPixelBytes.
void look_up_row(const uint8_t* in, size_t width, const uint8_t* table, size_t bytes,
                 [[maybe_unused]] int depth, uint8_t* out) {
  size_t x = 0;
#ifdef CROP64_SIMD
  if (bytes == 1 && depth <= 4) {
    const v128_t pixels = wasm_v128_load(table);
    for (; width - x >= 16; x += 16) {
      wasm_v128_store(out + x, wasm_i8x16_swizzle(pixels, wasm_v128_load(in + x)));
    }
  }
#endif
  // What is written beyond a pixel, the next pixels replace.
  for (; (width - x) * bytes >= kMaxPixelBytes; ++x) {
    std::memcpy(out + x * bytes, table + in[x] * bytes, kMaxPixelBytes);
  }
  for (; x < width; ++x) {
    std::memcpy(out + x * bytes, table + in[x] * bytes, bytes);
  }
}

// A pixel as load_row() writes it.
size_t loaded_bytes(Layout layout) {
  return layout.depth == 16 ? sizeof(Pixel<uint16_t>) : sizeof(Pixel<uint8_t>);
}

}  // namespace

Failure ConvertStep::write(const ImageView& rows) {
  if (rows.layout == layout_ && !(flattens_ && rows.has_alpha())) {
    return next_.write(rows);
  }
  const bool looks_up = rows.layout.pixel_bytes() == 1;
  if (!batch_) {
    Result<RowBatch> batch = RowBatch::allocate(rows.size.width, layout_);
    Result<Buffer> pixels =
        Buffer::allocate(loaded_bytes(layout_) * static_cast<uint64_t>(rows.size.width));
    if (!batch.ok() || !pixels.ok()) {
      return batch.ok() ? pixels.error() : batch.error();
    }
    batch_ = std::move(batch.value());
    pixels_ = std::move(pixels.value());
    if (looks_up) {
      uint8_t values[kValues];
      std::iota(std::begin(values), std::end(values), uint8_t{0});
      alignas(kMaxPixelBytes) uint8_t loaded[kValues * kMaxPixelBytes];
      const ImageView all = {{kValues, 1}, rows.layout, values, kValues, rows.colors};
      convert_row(all, 0, layout_, background_, loaded, table_.data());
    }
  }
  const bool reordered = reorders(rows, layout_);
  const auto width = size_t(rows.size.width);
  for (int y = 0; y < rows.size.height; ++y) {
    uint8_t* out = batch_->next();
    if (looks_up) {
      look_up_row(rows.row(y), width, table_.data(), layout_.pixel_bytes(), rows.layout.depth, out);
    } else if (reordered) {
      reorder_row(rows.row(y), rows.layout.pixel_bytes(), width,
                  is_bgr(rows.layout) != is_bgr(layout_), out);
    } else {
      convert_row(rows, y, layout_, background_, pixels_.data(), out);
    }
    if (auto error = batch_->add(1, next_)) {
      return error;
    }
  }
  return std::nullopt;
}

Failure ConvertStep::finish() {
  if (batch_) {
    if (auto error = batch_->flush(next_)) {
      return error;
    }
  }
  return next_.finish();
}

double ConvertStep::memory(int width, Layout layout) {
  return RowBatch::memory(width, layout) + double(loaded_bytes(layout)) * width;
}

void make_pixel(const Color& color, Layout layout, uint8_t* out) {
  if (layout.depth == 16) {
    const Pixel<uint16_t> pixel = to_pixel<uint16_t>(color);
    uint16_t samples[4];
    store_row(&pixel, 1, layout.model, samples);
    std::memcpy(out, samples, layout.pixel_bytes());
  } else {
    const Pixel<uint8_t> pixel = to_pixel<uint8_t>(color);
    store_row(&pixel, 1, layout.model, out);
  }
}

}  // namespace crop64
