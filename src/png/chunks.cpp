#include "png/chunks.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string_view>

#include "metadata.h"
#include "png/rows.h"

namespace crop64 {
namespace {

constexpr uint8_t kSignature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
constexpr size_t kChunkOverhead = 12;  // length, type and checksum

uint32_t read_u32(const uint8_t* bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
}

struct Chunk {
  std::string_view type;
  Bytes data;
};

// The chunk at `at`, and `at` moved behind it.
Result<Chunk> next_chunk(Bytes file, size_t& at) {
  const Error cut_off =
      make_error(ErrorCode::kTruncatedImage, "The PNG ends in the middle of its header.");
  if (file.size() - at < kChunkOverhead) {
    return cut_off;
  }
  const uint32_t length = read_u32(file.data() + at);
  Chunk chunk;
  chunk.type = {reinterpret_cast<const char*>(file.data() + at + 4), 4};
  if (length > 0x7fffffff) {
    return make_error(ErrorCode::kCorruptImage, "A PNG chunk says it is %u bytes long.", length);
  }
  if (chunk.type == "IDAT") {
    return chunk;  // its samples need not be here yet
  }
  if (file.size() - at - kChunkOverhead < length) {
    return cut_off;
  }
  chunk.data = file.subspan(at + 8, length);
  at += length + kChunkOverhead;
  return chunk;
}

std::optional<Layout> layout_of(int color_type, int depth) {
  const bool low = depth == 1 || depth == 2 || depth == 4;
  const bool high = depth == 8 || depth == 16;
  switch (color_type) {
    case 0:
      return low || high ? std::optional(Layout{Model::kGray, depth}) : std::nullopt;
    case 2:
      return high ? std::optional(Layout{Model::kRgb, depth}) : std::nullopt;
    case 3:
      return low || depth == 8 ? std::optional(Layout{Model::kPalette, depth}) : std::nullopt;
    case 4:
      return high ? std::optional(Layout{Model::kGrayAlpha, depth}) : std::nullopt;
    case 6:
      return high ? std::optional(Layout{Model::kRgba, depth}) : std::nullopt;
    default:
      return std::nullopt;
  }
}

std::optional<Error> read_header(const Chunk& chunk, ImageInfo& info) {
  if (chunk.type != "IHDR" || chunk.data.size() != 13) {
    return make_error(ErrorCode::kCorruptImage, "The PNG does not begin with an IHDR of 13 bytes.");
  }
  const uint32_t width = read_u32(chunk.data.data());
  const uint32_t height = read_u32(chunk.data.data() + 4);
  if (width < 1 || height < 1 || width > 0x7fffffff || height > 0x7fffffff) {
    return make_error(ErrorCode::kCorruptImage,
                      "Expected a PNG of at least one pixel but its header says %u x %u.", width,
                      height);
  }
  const int depth = chunk.data[8];
  const int color_type = chunk.data[9];
  const std::optional<Layout> layout = layout_of(color_type, depth);
  if (!layout || chunk.data[10] != 0 || chunk.data[11] != 0 || chunk.data[12] > 1) {
    return make_error(ErrorCode::kCorruptImage,
                      "The PNG's header is not valid: colour type %d, depth %d, compression %d, "
                      "filter %d, interlace %d.",
                      color_type, depth, chunk.data[10], chunk.data[11], chunk.data[12]);
  }
  info.size = {static_cast<int32_t>(width), static_cast<int32_t>(height)};
  info.layout = *layout;
  info.has_alpha = layout->has_alpha();
  info.interlaced = chunk.data[12] == 1;
  // libpng's two rows and ours, and zlib's window and tables; or the fast way's.
  const uint64_t row_bytes = layout->bytes({info.size.width, 1});
  info.decode_memory = std::max(3 * row_bytes + uint64_t{128} * 1024,
                                info.interlaced ? 0 : read_rows_memory(row_bytes));
  return std::nullopt;
}

double density_per_inch(Bytes phys) {
  const bool in_metres = phys.size() == 9 && phys[8] == 1;
  return in_metres ? std::round(read_u32(phys.data()) * 2.54) / 100 : 0;
}

}  // namespace

bool matches_png(Bytes file) {
  return file.size() >= sizeof kSignature &&
         std::memcmp(file.data(), kSignature, sizeof kSignature) == 0;
}

Result<ImageInfo> probe_png(Bytes file) {
  ImageInfo info;
  size_t at = sizeof kSignature;
  Result<Chunk> chunk = next_chunk(file, at);
  if (!chunk.ok()) {
    return chunk.error();
  }
  if (auto error = read_header(chunk.value(), info)) {
    return *error;
  }
  for (;;) {
    chunk = next_chunk(file, at);
    if (!chunk.ok()) {
      return chunk.error();
    }
    const auto& [type, data] = chunk.value();
    if (type == "IDAT") {
      return info;
    }
    if (type == "IEND") {
      return make_error(ErrorCode::kCorruptImage, "The PNG has no IDAT: no samples.");
    }
    if (type == "tRNS") {
      info.has_alpha = true;
    } else if (type == "iCCP") {
      info.has_icc_profile = true;
    } else if (type == "eXIf") {
      info.has_exif = true;
      info.orientation = exif_orientation(read_orientation(data));
    } else if (type == "pHYs") {
      info.density_per_inch = density_per_inch(data);
    }
  }
}

}  // namespace crop64
