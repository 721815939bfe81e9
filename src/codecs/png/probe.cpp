#include "codecs/png/probe.h"

#include <algorithm>

#include "base/byte_order.h"
#include "codecs/png/chunks.h"
#include "codecs/png/rows.h"
#include "metadata/exif.h"

namespace crop64::png {
namespace {

ImageInfo info_of(const Header& header) {
  ImageInfo info;
  info.size = header.size;
  info.layout = header.layout;
  info.has_alpha = header.layout.has_alpha();
  info.interlaced = header.is_interlaced;
  // libpng's two rows and one of ours, with zlib's window and tables; or what RowReader takes.
  const uint64_t row_bytes = header.layout.bytes({header.size.width, 1});
  info.decode_memory = std::max(3 * row_bytes + uint64_t{128} * 1024,
                                header.is_interlaced ? 0 : RowReader::memory(row_bytes)) +
                       static_cast<uint64_t>(RowBatch::memory(header.size.width, header.layout));
  info.holds_region = header.is_interlaced;
  return info;
}

// True if Exif follows the image data, whose first chunk is at `offset`, as far as the file is
// available. Its orientation is ignored, as by decoders that show rows while they arrive.
bool has_late_exif(Bytes file, size_t offset) {
  for (;;) {
    const std::optional<Chunk> chunk = chunk_at(file, offset);
    if (!chunk || chunk->raw.size() < kChunkOverhead) {
      return false;
    }
    if (chunk->type == "eXIf") {
      return true;
    }
    if (!chunk->is_complete()) {
      return false;
    }
    offset += chunk->raw.size();
  }
}

}  // namespace

bool matches(Bytes file) {
  return file.size() >= kSignature.size() &&
         std::equal(kSignature.begin(), kSignature.end(), file.begin());
}

Result<ImageInfo> probe(Bytes file) {
  size_t offset = kSignature.size();
  Result<Chunk> next = header_chunk_at(file, offset);
  if (!next.ok()) {
    return next.error();
  }
  const Result<Header> header = read_header(next.value());
  if (!header.ok()) {
    return header.error();
  }
  ImageInfo info = info_of(header.value());
  std::optional<Density> density;
  std::optional<Density> exif_density;
  for (;;) {
    offset += next.value().raw.size();
    next = header_chunk_at(file, offset);
    if (!next.ok()) {
      return next.error();
    }
    const Chunk& chunk = next.value();
    if (chunk.type == "IDAT") {
      info.density_per_inch = per_inch(density ? density : exif_density);
      info.has_exif = info.has_exif || has_late_exif(file, offset);
      return info;
    }
    if (chunk.type == "IEND") {
      return make_error(ErrorCode::kCorruptImage, "Corrupt PNG: it has no image data (IDAT).");
    }
    if (!chunk.has_valid_crc()) {
      continue;
    }
    if (chunk.type == "tRNS") {
      info.has_alpha = true;
    } else if (chunk.type == "iCCP") {
      info.has_icc_profile = true;
    } else if (chunk.type == "eXIf" && !info.has_exif) {
      info.has_exif = true;
      info.orientation = exif_orientation(read_exif_orientation(chunk.data));
      exif_density = read_exif_density(chunk.data);
    } else if (chunk.type == "acTL" && chunk.data.size() == 8) {
      info.frame_count = std::max(load_be32(chunk.data.data()), uint32_t{1});
    } else if (chunk.type == "pHYs" && !density) {
      density = read_phys(chunk.data);
    }
  }
}

}  // namespace crop64::png
