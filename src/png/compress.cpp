#include "png/compress.h"

#include <algorithm>
#include <cstring>

#include "png/filters.h"

namespace crop64 {
namespace {

constexpr unsigned bit(Filter filter) { return 1u << static_cast<unsigned>(filter); }

constexpr unsigned kAllFilters = (1u << kFilters) - 1;

unsigned filters_for(const Layout& layout, int level) {
  // Samples that are numbers of colours, or parts of a byte, tell nothing about their neighbours.
  if (level == 0 || layout.depth < 8 || layout.model == Model::kPalette) {
    return bit(Filter::kNone);
  }
  return level <= 2 ? kAllFilters & ~bit(Filter::kAverage) : kAllFilters;
}

// One row as the file has it: bits packed, 16-bit samples big-endian.
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
      *out++ = static_cast<uint8_t>(sample >> 8);
      *out++ = static_cast<uint8_t>(sample);
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

Result<RowCompressor> RowCompressor::make(const ImageView& image, int level, Deflater::Sink sink,
                                          void* context) {
  RowCompressor compressor;
  compressor.image_ = image;
  const size_t bits =
      static_cast<size_t>(image.layout.channels()) * static_cast<size_t>(image.layout.depth);
  compressor.row_bytes_ = (static_cast<size_t>(image.size.width) * bits + 7) / 8;
  compressor.unit_ = std::max(size_t{1}, bits / 8);
  compressor.filters_ = filters_for(image.layout, level);
  compressor.deflater_ = Deflater::make(level, sink, context);
  const uint64_t line = uint64_t{compressor.row_bytes_} + 2 * kRowSlack;
  Result<Buffer> rows = Buffer::allocate((2 + kFilters) * line);
  if (!rows.ok() || !compressor.deflater_) {
    return rows.ok() ? out_of_memory(Deflater::kMemory) : rows.error();
  }
  compressor.rows_ = std::move(rows.value());
  return compressor;
}

// Whether most of a row repeats the pixel before and the rest differs much, as in text: what is
// drawn alike is found again best as it is. What differs little, as in gradients, is not. A row of
// one colour goes with the row above.
bool RowCompressor::is_drawn(const uint8_t* row) {
  constexpr uint64_t kMuch = 4;  // times the size of the row
  constexpr uint64_t kOneIn = 64;
  if (2 * count_repeated(row, row_bytes_, unit_) < row_bytes_) {
    return drawn_ = false;
  }
  uint8_t* differences = rows_.data() + 2 * (row_bytes_ + 2 * kRowSlack) + kRowSlack;
  apply_filter(Filter::kSub, row, row, row_bytes_, unit_, differences);
  const uint64_t sum = sum_of_magnitudes(differences, row_bytes_);
  if (sum >= kMuch * row_bytes_ || sum > row_bytes_ / kOneIn) {
    drawn_ = sum >= kMuch * row_bytes_;
  }
  return drawn_;
}

// The row filtered, with its filter's byte in front: of the filters to choose from, the one that
// leaves least.
const uint8_t* RowCompressor::filter_row(uint8_t* row, uint8_t* above) {
  const size_t line = row_bytes_ + 2 * kRowSlack;
  uint8_t* out = rows_.data() + 2 * line + kRowSlack;
  if (filters_ != bit(Filter::kNone) && is_drawn(row)) {
    row[-1] = static_cast<uint8_t>(Filter::kNone);
    return row - 1;
  }
  const uint8_t* best = nullptr;
  uint64_t least = UINT64_MAX;
  for (unsigned index = 0; index < kFilters; ++index, out += line) {
    const auto filter = static_cast<Filter>(index);
    if ((filters_ & bit(filter)) == 0) {
      continue;
    }
    apply_filter(filter, row, above, row_bytes_, unit_, out);
    out[-1] = static_cast<uint8_t>(index);
    const bool is_only = filters_ == bit(filter);
    const uint64_t sum = is_only ? 0 : sum_of_magnitudes(out, row_bytes_);
    if (sum < least) {
      least = sum;
      best = out - 1;
    }
    if (sum == 0) {
      break;
    }
  }
  return best;
}

void RowCompressor::run() {
  std::memset(rows_.data(), 0, rows_.size());
  const size_t line = row_bytes_ + 2 * kRowSlack;
  uint8_t* row = rows_.data() + kRowSlack;
  uint8_t* above = row + line;
  for (int y = 0; y < image_.size.height; ++y) {
    pack_row(image_, y, row);
    deflater_->write({filter_row(row, above), row_bytes_ + 1});
    std::swap(row, above);
  }
  deflater_->finish();
}

}  // namespace crop64
