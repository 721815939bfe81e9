#include "codecs/png/row_compressor.h"

#include <algorithm>
#include <cstring>

#include "base/byte_order.h"
#include "codecs/png/filters.h"

namespace crop64::png {
namespace {

constexpr unsigned bit(Filter filter) { return 1u << static_cast<unsigned>(filter); }

constexpr unsigned kAllFilters = (1u << kFilters) - 1;

unsigned filters_for(const Layout& layout, int level) {
  // Palette indices, and samples of less than a byte, do not predict their neighbours.
  if (level == 0 || layout.depth < 8 || layout.model == Model::kPalette) {
    return bit(Filter::kNone);
  }
  return level <= 2 ? kAllFilters & ~bit(Filter::kAverage) : kAllFilters;
}

// Writes a row as PNG files have it: bits packed, 16-bit samples big-endian.
void pack_row(const ImageView& image, int y, uint8_t* out) {
  const uint8_t* in = image.row(y);
  const auto samples =
      static_cast<size_t>(image.size.width) * static_cast<size_t>(image.layout.channels());
  if (image.layout.depth == 8) {
    std::memcpy(out, in, samples);
    return;
  }
  if (image.layout.depth == 16) {
    for (size_t i = 0; i < samples; ++i) {
      uint16_t sample;
      std::memcpy(&sample, in + 2 * i, sizeof sample);
      store_be16(out + 2 * i, sample);
    }
    return;
  }
  const auto depth = static_cast<size_t>(image.layout.depth);
  const size_t per_byte = 8 / depth;
  for (size_t i = 0; i < samples; i += per_byte) {
    unsigned packed = 0;
    for (size_t k = i; k < i + per_byte; ++k) {
      packed = packed << depth | (k < samples ? in[k] : 0u);
    }
    *out++ = static_cast<uint8_t>(packed);
  }
}

}  // namespace

Result<RowCompressor> RowCompressor::make(int width, const Layout& layout, int level,
                                          deflate::Deflater::Sink sink, void* context) {
  RowCompressor compressor;
  compressor.layout_ = layout;
  const size_t bits = static_cast<size_t>(layout.channels()) * static_cast<size_t>(layout.depth);
  compressor.row_bytes_ = (static_cast<size_t>(width) * bits + 7) / 8;
  compressor.unit_ = std::max(size_t{1}, bits / 8);
  compressor.filters_ = filters_for(layout, level);
  compressor.deflater_ = deflate::Deflater::make(level, sink, context);
  const uint64_t line = uint64_t{compressor.row_bytes_} + 2 * kRowSlack;
  Result<Buffer> rows = Buffer::allocate(3 * line);
  if (!rows.ok() || !compressor.deflater_) {
    return rows.ok() ? out_of_memory(deflate::Deflater::kMemory) : rows.error();
  }
  compressor.rows_ = std::move(rows.value());
  std::memset(compressor.rows_.data(), 0, compressor.rows_.size());
  compressor.row_ = compressor.rows_.data() + kRowSlack;
  compressor.above_ = compressor.row_ + line;
  compressor.filtered_ = compressor.above_ + line;
  return compressor;
}

// True if a row is of text, a drawing or few colours: at least a quarter of its bytes equal those
// of the previous pixel, and at least half of the others differ by kLargeStep or more. Such rows
// repeat best unfiltered. Gradients, whose steps are small, do not.
// (docs/decisions/003-png-filters.md)
bool RowCompressor::is_drawn(const uint8_t* row) const {
  constexpr uint8_t kLargeStep = 8;
  const size_t changed = row_bytes_ - count_near(row, row_bytes_, unit_, 1);
  return 4 * changed <= 3 * row_bytes_ &&
         2 * (row_bytes_ - count_near(row, row_bytes_, unit_, kLargeStep)) >= changed;
}

// Chooses the filter that leaves the smallest sum of magnitudes (PNG specification, third edition,
// 12.7), with three exceptions.
Filter RowCompressor::choose_filter(const uint8_t* row, const uint8_t* above) {
  if (filters_ == bit(Filter::kNone)) {
    return Filter::kNone;
  }
  const auto sum_of = [&](Filter filter) {
    return sum_of_magnitudes(filter, row, above, row_bytes_, unit_);
  };
  // A row that equals the one above becomes zeros, which take fewer bits than matches.
  const uint64_t sum_of_up = sum_of(Filter::kUp);
  if (sum_of_up == 0) {
    return Filter::kUp;
  }
  // Computed samples of 16 bits may look drawn, but hardly repeat. If the row above predicts nearly
  // all of them, a filter leaves a small fraction of what Sub leaves; in drawings at least a third.
  const auto is_predicted = [&] {
    constexpr uint64_t kFraction = 8;
    const uint64_t least = std::min(sum_of_up, sum_of(Filter::kPaeth));
    return layout_.depth == 16 && kFraction * least < sum_of(Filter::kSub);
  };
  if (is_drawn(row) && !is_predicted()) {
    return Filter::kNone;
  }
  Filter best = Filter::kNone;
  uint64_t least = sum_of(Filter::kNone);
  for (const Filter filter : {Filter::kUp, Filter::kSub, Filter::kAverage, Filter::kPaeth}) {
    if (least == 0 || (filters_ & bit(filter)) == 0) {
      continue;
    }
    const uint64_t sum = filter == Filter::kUp ? sum_of_up : sum_of(filter);
    if (sum < least) {
      least = sum;
      best = filter;
    }
  }
  return best;
}

void RowCompressor::write(const ImageView& rows) {
  for (int y = 0; y < rows.size.height; ++y) {
    pack_row(rows, y, row_);
    const Filter filter = choose_filter(row_, above_);
    const uint8_t* written = row_;  // preceded by a zero, which is the filter type kNone
    if (filter != Filter::kNone) {
      filtered_[-1] = static_cast<uint8_t>(filter);
      apply_filter(filter, row_, above_, row_bytes_, unit_, filtered_);
      written = filtered_;
    }
    deflater_->write({written - 1, row_bytes_ + 1});
    std::swap(row_, above_);
  }
}

}  // namespace crop64::png
