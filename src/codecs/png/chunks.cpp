#include "codecs/png/chunks.h"

#include <algorithm>
#include <cmath>

#include "base/byte_order.h"
#include "deflate/crc32.h"

namespace crop64::png {
namespace {

constexpr size_t kChunkHeadBytes = 8;  // length and type

uint32_t to_uint31(double value) {
  return static_cast<uint32_t>(std::clamp(std::floor(value + 0.5), 0.0, 2147483647.0));
}

}  // namespace

bool Chunk::has_valid_crc() const {
  if (!is_complete()) {
    return false;
  }
  const Bytes covered = raw.subspan(4, raw.size() - 8);
  return deflate::crc32_update(deflate::kCrc32Start, covered) ==
         load_be32(raw.data() + raw.size() - 4);
}

std::optional<Chunk> chunk_at(Bytes file, size_t offset) {
  const Bytes rest = file.subspan(offset);
  if (rest.size() < kChunkHeadBytes) {
    return std::nullopt;
  }
  Chunk chunk;
  chunk.length = load_be32(rest.data());
  chunk.type = {reinterpret_cast<const char*>(rest.data()) + 4, 4};
  const uint64_t size = uint64_t{chunk.length} + kChunkOverhead;
  chunk.raw = rest.first(static_cast<size_t>(std::min<uint64_t>(size, rest.size())));
  const Bytes data = chunk.raw.subspan(kChunkHeadBytes);
  chunk.data = data.first(std::min<size_t>(chunk.length, data.size()));
  return chunk;
}

Result<Chunk> header_chunk_at(Bytes file, size_t offset) {
  const std::optional<Chunk> chunk = chunk_at(file, offset);
  const bool has_head = chunk && chunk->raw.size() >= kChunkOverhead;
  if (has_head && chunk->length > kMaxChunkLength) {
    return make_error(ErrorCode::kCorruptImage, "Corrupt PNG: a chunk states a length of %u bytes.",
                      chunk->length);
  }
  if (!has_head || (chunk->type != "IDAT" && !chunk->is_complete())) {
    return make_error(ErrorCode::kTruncatedImage, "The PNG ends in the middle of its header.");
  }
  return *chunk;
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

Result<Header> read_header(const Chunk& first) {
  if (first.type == "CgBI") {
    return make_error(ErrorCode::kUnsupportedFormat,
                      "The PNG is Apple's CgBI PNG, from an iOS app, which only Apple's decoders "
                      "read. Convert it with: pngcrush -revert-iphone-optimizations.");
  }
  const Bytes data = first.data;
  if (first.type != "IHDR" || data.size() != 13) {
    return make_error(ErrorCode::kCorruptImage,
                      "Corrupt PNG: it does not begin with an IHDR of 13 bytes.");
  }
  const uint32_t width = load_be32(data.data());
  const uint32_t height = load_be32(data.data() + 4);
  if (width < 1 || height < 1 || width > 0x7fffffff || height > 0x7fffffff) {
    return make_error(ErrorCode::kCorruptImage,
                      "Corrupt PNG: its header states a size of %u x %u pixels.", width, height);
  }
  const int depth = data[8];
  const int color_type = data[9];
  const std::optional<Layout> layout = layout_of(color_type, depth);
  if (!layout || data[10] != 0 || data[11] != 0 || data[12] > 1) {
    return make_error(ErrorCode::kCorruptImage,
                      "Corrupt PNG: its header states colour type %d, depth %d, compression %d, "
                      "filter %d, interlace %d.",
                      color_type, depth, data[10], data[11], data[12]);
  }
  return Header{
      {static_cast<int32_t>(width), static_cast<int32_t>(height)}, *layout, data[12] == 1};
}

std::array<uint8_t, kPhysBytes> make_phys(const Density& density) {
  std::array<uint8_t, kPhysBytes> phys;
  const double scale = density.unit == Density::Unit::kInch ? 1 / 0.0254 : 1;
  store_be32(phys.data(), to_uint31(density.x * scale));
  store_be32(phys.data() + 4, to_uint31(density.y * scale));
  phys[8] = density.unit == Density::Unit::kNone ? 0 : 1;
  return phys;
}

std::optional<Density> read_phys(Bytes data) {
  if (data.size() != kPhysBytes || data[8] > 1) {
    return std::nullopt;
  }
  const uint32_t x = load_be32(data.data());
  const uint32_t y = load_be32(data.data() + 4);
  if (x == 0 || y == 0) {
    return std::nullopt;
  }
  return Density{double(x), double(y), data[8] == 1 ? Density::Unit::kMetre : Density::Unit::kNone};
}

}  // namespace crop64::png
