#include "color/transform.h"

#include <algorithm>

#include "color/convert_colors.h"

namespace crop64 {
namespace {

bool is_bgr(Layout layout) { return layout.model == Model::kBgr || layout.model == Model::kBgra; }

void convert(const Buffer& buffer, const uint8_t* in, size_t count, Layout layout, uint8_t* out) {
  const auto& tables = *reinterpret_cast<const ColorTables*>(buffer.data());
  const auto channels = static_cast<size_t>(layout.channels());
  if (layout.depth == 16) {
    convert_colors(tables, reinterpret_cast<const uint16_t*>(in), count, channels,
                   reinterpret_cast<uint16_t*>(out));
  } else {
    convert_colors(tables, in, count, channels, out);
  }
}

}  // namespace

Result<Buffer> make_color_tables(const ColorProfile& from, ColorSpace to, Layout layout) {
  Result<Buffer> buffer = Buffer::allocate(sizeof(ColorTables));
  if (!buffer.ok()) {
    return buffer;
  }
  auto& tables = *reinterpret_cast<ColorTables*>(buffer.value().data());
  const bool is_wide = layout.depth == 16;
  const int steps = is_wide ? kSteps16 : kSteps8;
  for (int i = 0; is_wide && i < kEntries16; ++i) {
    const double light = std::min(double(i) / kSteps16, 1.0);
    tables.encoded16[i] = static_cast<float>(encode_srgb(light) * 65535);
  }
  for (int sample = 0, i = 0; !is_wide && i <= kSteps8; ++sample) {
    // Where the next sample begins.
    const double end = sample < 255 ? Curve().at((sample + 0.5) / 255) * kSteps8 : kSteps8 + 1;
    for (; i < end; ++i) {
      tables.encoded8[i] = static_cast<uint8_t>(sample);
    }
  }
  const Matrix mix =
      layout.is_gray() ? Matrix{{{1}}} : multiply(inverse(ColorProfile(to).matrix), from.matrix);
  for (int i = 0; i < 3; ++i) {
    // The colour of a channel, and of a new one.
    const auto color = [&](int channel) { return is_bgr(layout) ? 2 - channel : channel; };
    for (int k = 0; k < 3; ++k) {
      tables.columns[i][k] = static_cast<float>(mix.rows[color(k)][color(i)] * steps);
    }
    tables.columns[i][3] = 0;
    const int last = is_wide ? kSteps16 : 255;
    for (int k = 0; k <= last + 1; ++k) {
      const double sample = std::min(double(k) / last, 1.0);
      tables.linear[i][k] = static_cast<float>(from.curves[color(i)].at(sample));
    }
  }
  return buffer;
}

Failure ColorStep::write(const ImageView& rows) {
  if (rows.layout.model == Model::kPalette) {
    if (colors_.palette.empty()) {
      colors_ = *rows.colors;
      static_assert(sizeof(Rgba8) == 4);
      auto* entries = reinterpret_cast<uint8_t*>(colors_.palette.data());
      convert(tables_, entries, colors_.palette.size(), {Model::kRgba, 8}, entries);
    }
    ImageView converted = rows;
    converted.colors = &colors_;
    return next_.write(converted);
  }
  if (!batch_) {
    Result<RowBatch> batch = RowBatch::allocate(rows.size.width, rows.layout);
    if (!batch.ok()) {
      return batch.error();
    }
    batch_ = std::move(batch.value());
  }
  for (int y = 0; y < rows.size.height; ++y) {
    convert(tables_, rows.row(y), static_cast<size_t>(rows.size.width), rows.layout,
            batch_->next());
    if (auto error = batch_->add(1, next_)) {
      return error;
    }
  }
  return std::nullopt;
}

Failure ColorStep::finish() {
  if (batch_) {
    if (auto error = batch_->flush(next_)) {
      return error;
    }
  }
  return next_.finish();
}

double ColorStep::memory(int width, Layout layout) {
  return RowBatch::memory(width, layout) + sizeof(ColorTables);
}

}  // namespace crop64
