#include "image/resize.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "image/axes.h"
#include "image/nearest.h"
#include "image/resample.h"

namespace crop64 {
namespace {

// Multiplies colours by alpha. The products fit `Wide`, so they are exact.
template <class Sample, class Wide>
void premultiply(const ImageView& rows, uint8_t* premultiplied) {
  constexpr Wide kMax = static_cast<Sample>(~Sample{0});
  const int channels = rows.layout.channels();
  auto* out = reinterpret_cast<Wide*>(premultiplied);
  for (int y = 0; y < rows.size.height; ++y) {
    const auto* in = reinterpret_cast<const Sample*>(rows.row(y));
    for (int x = 0; x < rows.size.width; ++x, in += channels) {
      const Wide alpha = in[channels - 1];
      for (int i = 0; i < channels - 1; ++i) {
        *out++ = Wide(in[i] * alpha);
      }
      *out++ = Wide(alpha * kMax);
    }
  }
}

template <class Sample, class Wide>
void unpremultiply(const uint8_t* row, int width, int channels, uint8_t* straight) {
  constexpr uint64_t kMax = static_cast<Sample>(~Sample{0});
  const auto* in = reinterpret_cast<const Wide*>(row);
  auto* out = reinterpret_cast<Sample*>(straight);
  for (int x = 0; x < width; ++x, in += channels, out += channels) {
    const uint64_t alpha = in[channels - 1];
    for (int i = 0; i < channels - 1; ++i) {
      const uint64_t color = alpha == 0 ? 0 : (in[i] * kMax + alpha / 2) / alpha;
      out[i] = static_cast<Sample>(std::min(color, kMax));
    }
    out[channels - 1] = static_cast<Sample>((alpha + kMax / 2) / kMax);
  }
}

// Rows of samples of any type.
struct Rows {
  uint8_t* data;
  Size size;
  int channels;
  size_t stride;  // bytes from one row to the next

  uint8_t* row(int y) const { return data + stride * static_cast<size_t>(y); }
  // `count` rows from row `y` on.
  Rows part(int y, int count) const { return {row(y), {size.width, count}, channels, stride}; }
};

template <class Work>
Plane<Work> plane_of(const Rows& rows) {
  return {reinterpret_cast<Work*>(rows.data), rows.size.width, rows.size.height, rows.channels,
          rows.stride / sizeof(Work)};
}

// What is done with samples of one type. They are computed as they are, or premultiplied.
struct Passes {
  size_t sample_bytes;  // as they are computed
  void (*rows)(const Rows& in, const Rows& out, const Taps& taps);
  void (*column)(const Rows& in, int top, const Taps& taps, int y, uint8_t* out);
  void (*premultiply)(const ImageView& rows, uint8_t* out);  // null without alpha
  void (*unpremultiply)(const uint8_t* row, int width, int channels, uint8_t* out);
};

template <class Sample, class Work>
constexpr Passes passes_of() {
  constexpr uint32_t kSampleMax = static_cast<Sample>(~Sample{0});
  constexpr bool kHasAlpha = !std::is_same_v<Sample, Work>;
  constexpr uint32_t kMax = kHasAlpha ? kSampleMax * kSampleMax : kSampleMax;
  Passes passes = {};
  passes.sample_bytes = sizeof(Work);
  passes.rows = [](const Rows& in, const Rows& out, const Taps& taps) {
    resample_rows(plane_of<Work>(in), plane_of<Work>(out), taps, kMax);
  };
  passes.column = [](const Rows& in, int top, const Taps& taps, int y, uint8_t* out) {
    resample_column(plane_of<Work>(in), top, taps, y, reinterpret_cast<Work*>(out), kMax);
  };
  if constexpr (kHasAlpha) {
    passes.premultiply = premultiply<Sample, Work>;
    passes.unpremultiply = unpremultiply<Sample, Work>;
  }
  return passes;
}

const Passes& passes_for(Layout layout) {
  static constexpr Passes kPasses[] = {
      passes_of<uint8_t, uint8_t>(), passes_of<uint8_t, uint16_t>(),
      passes_of<uint16_t, uint16_t>(), passes_of<uint16_t, uint32_t>()};
  return kPasses[(layout.depth == 16 ? 2 : 0) + (layout.has_alpha() ? 1 : 0)];
}

// Rows that are computed at a time: what resample_rows() takes together.
constexpr int kBandRows = 4;
// How many rows the window has beyond those that contribute to one row. With more, they are moved
// to its front less often.
constexpr int kWindowSlack = 64;

int window_rows(int stride, int from) { return std::min(stride + kWindowSlack, from); }

class ResizeStep : public RowSink {
 public:
  ResizeStep(Layout layout, bool columns_first, Size from, Size to, Taps across, Taps down,
             RowSink& next)
      : layout_(layout),
        passes_(passes_for(layout)),
        columns_first_(columns_first),
        from_(from),
        to_(to),
        across_(std::move(across)),
        down_(std::move(down)),
        next_(next) {}

  Failure allocate() {
    Result<RowBatch> batch = RowBatch::allocate(to_.width, layout_);
    if (!batch.ok()) {
      return batch.error();
    }
    batch_ = std::move(batch.value());
    // One after the other: the window, the band and, if they are used, the narrow and the
    // premultiplied rows.
    window_ =
        rows_of(columns_first_ ? from_.width : to_.width, window_rows(down_.stride, from_.height));
    band_ = rows_of(window_.size.width, kBandRows);
    narrow_ = rows_of(to_.width, columns_first_ ? kBandRows : 0);
    premultiplied_ = rows_of(from_.width, passes_.premultiply != nullptr ? kBandRows : 0);
    uint64_t bytes = 0;
    for (const Rows* rows : {&window_, &band_, &narrow_, &premultiplied_}) {
      bytes += uint64_t{rows->stride} * uint64_t(rows->size.height);
    }
    Result<Buffer> memory = Buffer::allocate(bytes);
    if (!memory.ok()) {
      return memory.error();
    }
    memory_ = std::move(memory.value());
    uint8_t* data = memory_.data();
    for (Rows* rows : {&window_, &band_, &narrow_, &premultiplied_}) {
      rows->data = data;
      data = rows->row(rows->size.height);
    }
    return std::nullopt;
  }

  Failure write(const ImageView& rows) override {
    for (int y = 0; y < rows.size.height;) {
      const int next_row = window_top_ + window_height_;
      if (first_needed() > next_row) {  // nothing above contributes to what is left
        const int skipped = std::min(first_needed() - next_row, rows.size.height - y);
        window_top_ = next_row + skipped;
        window_height_ = 0;
        y += skipped;
        continue;
      }
      make_room();
      const int room = window_.size.height - window_height_;
      const int count = std::min({kBandRows, rows.size.height - y, room});
      take(crop(rows, {0, y, rows.size.width, y + count}));
      y += count;
      if (auto error = compute_rows()) {
        return error;
      }
    }
    return std::nullopt;
  }

  Failure finish() override {
    if (auto error = pass_band_on()) {
      return error;
    }
    if (auto error = batch_.flush(next_)) {
      return error;
    }
    return next_.finish();
  }

 private:
  // Without memory yet.
  Rows rows_of(int width, int count) const {
    const int channels = layout_.channels();
    return {
        nullptr, {width, count}, channels, size_t(width) * size_t(channels) * passes_.sample_bytes};
  }
  // The first row that contributes to the next row of the result.
  int first_needed() const {
    return y_ < to_.height ? down_.spans[size_t(y_)].first : from_.height;
  }

  // If the window is full, moves the rows that are still needed to its front.
  void make_room() {
    if (window_height_ < window_.size.height) {
      return;
    }
    const int gone = first_needed() - window_top_;
    std::memmove(window_.data, window_.row(gone), size_t(window_height_ - gone) * window_.stride);
    window_top_ += gone;
    window_height_ -= gone;
  }

  // Adds rows to the window.
  void take(const ImageView& rows) {
    const int count = rows.size.height;
    Rows in = {const_cast<uint8_t*>(rows.data), rows.size, layout_.channels(), rows.stride};
    if (passes_.premultiply != nullptr) {
      in = premultiplied_.part(0, count);
      passes_.premultiply(rows, in.data);
    }
    const Rows out = window_.part(window_height_, count);
    if (columns_first_) {
      for (int y = 0; y < count; ++y) {
        std::memcpy(out.row(y), in.row(y), out.stride);
      }
    } else {
      passes_.rows(in, out, across_);
    }
    window_height_ += count;
  }

  // Computes the rows of the result for which the window has all that contributes.
  Failure compute_rows() {
    for (; y_ < to_.height; ++y_) {
      const auto [first, count] = down_.spans[size_t(y_)];
      if (first + count > window_top_ + window_height_) {
        break;
      }
      passes_.column(window_, window_top_, down_, y_, band_.row(band_height_));
      if (++band_height_ == kBandRows) {
        if (auto error = pass_band_on()) {
          return error;
        }
      }
    }
    return std::nullopt;
  }

  Failure pass_band_on() {
    if (band_height_ == 0) {
      return std::nullopt;
    }
    Rows band = band_.part(0, band_height_);
    band_height_ = 0;
    if (columns_first_) {
      const Rows narrow = narrow_.part(0, band.size.height);
      passes_.rows(band, narrow, across_);
      band = narrow;
    }
    for (int y = 0; y < band.size.height; ++y) {
      if (passes_.unpremultiply != nullptr) {
        passes_.unpremultiply(band.row(y), to_.width, band.channels, batch_.next());
      } else {
        std::memcpy(batch_.next(), band.row(y), batch_.row_bytes());
      }
      if (auto error = batch_.add(1, next_)) {
        return error;
      }
    }
    return std::nullopt;
  }

  Layout layout_;
  const Passes& passes_;
  bool columns_first_;
  Size from_;  // as stored
  Size to_;    // as stored
  Taps across_;
  Taps down_;
  RowSink& next_;
  RowBatch batch_;
  Rows window_;         // rows of which only one pass has been computed, if any
  Rows band_;           // rows of which the columns have been computed
  Rows narrow_;         // those with both passes, if columns are first
  Rows premultiplied_;  // rows of the source
  Buffer memory_;       // of all four
  int window_top_ = 0;  // the stored row that is the window's first one
  int window_height_ = 0;
  int band_height_ = 0;
  int y_ = 0;  // the next row of the result
};

// A line of samples on its way through the step.
struct Line {
  Axis axis;
  Sampling from;
  Sampling to;

  int samples_from() const { return from.samples(axis.from); }
  int samples_to() const { return to.samples(axis.to); }
};

struct Lines {
  Line across;
  Line down;
};

// As stored, like the axes.
Lines lines_of(Size stored, const Samples& samples, Orientation orientation,
               const Resampling& resampling) {
  const Axes axes = stored_axes(stored, orientation, resampling);
  const auto& [layout, is_component, from, to] = samples;
  const bool swaps = orientation.swap_axes;
  return {{axes.across, from.across, swaps ? to.down : to.across},
          {axes.down, from.down, swaps ? to.across : to.down}};
}

// Pixels equal Pillow's, which resizes the displayed image's rows first. A component's columns cost
// less than its rows, as they are 16 at a time.
bool columns_first(const Samples& samples, Orientation orientation) {
  return orientation.swap_axes || samples.is_component;
}

}  // namespace

Result<std::unique_ptr<RowSink>> resize_step(Size stored, const Samples& samples,
                                             Orientation orientation, const Resampling& resampling,
                                             RowSink& next) {
  const Lines lines = lines_of(stored, samples, orientation, resampling);
  if (resampling.kernel == Kernel::kNearest) {
    return nearest_step(samples.layout, {lines.across.axis, lines.down.axis}, next);
  }
  const auto taps_of = [&](const Line& line) {
    return samples.is_component
               ? make_component_taps(resampling.kernel, line.axis, line.from, line.to)
               : make_taps(resampling.kernel, line.axis);
  };
  Result<Taps> across = taps_of(lines.across);
  Result<Taps> down = taps_of(lines.down);
  if (!across.ok() || !down.ok()) {
    return across.ok() ? down.error() : across.error();
  }
  const Size from = {lines.across.samples_from(), lines.down.samples_from()};
  const Size to = {lines.across.samples_to(), lines.down.samples_to()};
  // The displayed image's rows, whose pass is the first, are columns if the axes are swapped.
  auto step =
      std::make_unique<ResizeStep>(samples.layout, orientation.swap_axes, from, to,
                                   std::move(across.value()), std::move(down.value()), next);
  if (auto error = step->allocate()) {
    return error;
  }
  return std::unique_ptr<RowSink>(std::move(step));
}

double resize_memory(Size stored, const Samples& samples, Orientation orientation,
                     const Resampling& resampling) {
  const auto& [across, down] = lines_of(stored, samples, orientation, resampling);
  const Layout layout = samples.layout;
  const int from = across.samples_from();
  const int to = across.samples_to();
  const double batch = RowBatch::memory(to, layout);
  if (resampling.kernel == Kernel::kNearest) {
    return batch + sizeof(int) * (double(to) + down.samples_to());
  }
  const auto stride = [&](const Line& line) {
    return samples.is_component
               ? component_taps_stride(resampling.kernel, line.axis, line.from, line.to)
               : taps_stride(resampling.kernel, line.axis);
  };
  // The taps of a component are made of those of pixels.
  const auto taps = [&](const Line& line) {
    return taps_memory(line.samples_to(), stride(line)) +
           (samples.is_component
                ? taps_memory(line.axis.to, taps_stride(resampling.kernel, line.axis))
                : 0);
  };
  const auto rows = [&](int width, int count) {
    return double(count) * width * layout.channels() * double(passes_for(layout).sample_bytes);
  };
  const bool narrows_last = columns_first(samples, orientation);
  return batch + taps(across) + taps(down) +
         rows(narrows_last ? from : to,
              window_rows(stride(down), down.samples_from()) + kBandRows) +
         rows(to, narrows_last ? kBandRows : 0) + rows(from, layout.has_alpha() ? kBandRows : 0);
}

}  // namespace crop64
