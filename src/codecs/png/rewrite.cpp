#include "codecs/png/rewrite.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "base/pieces.h"
#include "codecs/png/chunks.h"
#include "deflate/crc32.h"

namespace crop64::png {
namespace {

constexpr size_t kSignatureBytes = 8;
constexpr size_t kChunkOverhead = 12;  // length, type and checksum

uint32_t read_u32(const uint8_t* bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
}

std::vector<uint8_t> u32(uint32_t value) {
  return {uint8_t(value >> 24), uint8_t(value >> 16), uint8_t(value >> 8), uint8_t(value)};
}

struct Chunk {
  std::string_view type;
  Bytes data;
  Bytes raw;       // from its length on
  bool is_intact;  // whether its checksum is right
};

// The chunk that begins at `at`, which is moved behind it; a checksum may be cut off. Nothing if
// the file ends first.
std::optional<Chunk> next_chunk(Bytes file, size_t& at) {
  const size_t left = file.size() - at;
  if (left < 8) {
    return std::nullopt;
  }
  const size_t length = read_u32(file.data() + at);
  if (length > left - 8) {
    return std::nullopt;
  }
  Chunk chunk;
  chunk.type = {reinterpret_cast<const char*>(file.data() + at + 4), 4};
  chunk.data = file.subspan(at + 8, length);
  chunk.raw = file.subspan(at, std::min(length + kChunkOverhead, left));
  const bool has_checksum = chunk.raw.size() == length + kChunkOverhead;
  chunk.is_intact = has_checksum &&
                    deflate::crc32_update(deflate::kCrc32Start, file.subspan(at + 4, length + 4)) ==
                        read_u32(file.data() + at + 8 + length);
  at += chunk.raw.size();
  return chunk;
}

// A chunk of a few bytes of its own and of data, with a checksum that is right, whatever it was.
void add_chunk(Pieces& pieces, std::string_view type, std::string_view own, Bytes data) {
  std::vector<uint8_t> head = u32(static_cast<uint32_t>(own.size() + data.size()));
  head.insert(head.end(), type.begin(), type.end());
  head.insert(head.end(), own.begin(), own.end());
  const uint32_t of_head = deflate::crc32_update(deflate::kCrc32Start, Bytes(head).subspan(4));
  pieces.add_own(std::move(head));
  pieces.add(data);
  pieces.add_own(u32(deflate::crc32_update(of_head, data)));
}

// Chunks that say what samples there are; an animation's frames among them.
bool codes_samples(std::string_view type) {
  const bool is_critical = (type[0] & 0x20) == 0;
  return is_critical || type == "tRNS" || type == "acTL" || type == "fcTL" || type == "fdAT";
}

}  // namespace

Result<Buffer> rewrite(Bytes file, const Metadata& metadata) {
  std::array<uint8_t, kDensityBytes> density;
  bool needs_profile = metadata.icc_profile.size() > 0;
  Pieces pieces;
  pieces.add(file.first(kSignatureBytes));
  size_t at = kSignatureBytes;
  for (auto chunk = next_chunk(file, at); chunk && chunk->type != "IEND";
       chunk = next_chunk(file, at)) {
    const bool is_carried =
        std::any_of(metadata.raw.begin(), metadata.raw.end(),
                    [&](const Bytes& raw) { return raw.data() == chunk->raw.data(); });
    const bool is_profile = needs_profile && chunk->type == "iCCP" && chunk->is_intact;
    const bool is_needed =
        codes_samples(chunk->type) && (chunk->is_intact || chunk->type == "IDAT");
    if (is_profile) {
      // The profile as it is, compressed; but its name is any text (11.3.2.3).
      const auto zero = std::find(chunk->data.begin(), chunk->data.end(), 0);
      add_chunk(pieces, "iCCP", kProfileName,
                chunk->data.subspan(size_t(zero - chunk->data.begin())));
    } else if (is_carried || is_needed) {
      add_chunk(pieces, chunk->type, {}, chunk->data);
    }
    needs_profile = needs_profile && !is_profile;
    if (chunk->type == "IHDR") {
      if (metadata.density) {
        density = density_chunk(*metadata.density);
        add_chunk(pieces, "pHYs", {}, density);
      }
      if (metadata.exif.size() > 0) {
        add_chunk(pieces, "eXIf", {}, metadata.exif);
      }
    }
  }
  add_chunk(pieces, "IEND", {}, {});
  return pieces.join();
}

}  // namespace crop64::png
