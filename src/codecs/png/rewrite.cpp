#include "codecs/png/rewrite.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "base/byte_order.h"
#include "base/pieces.h"
#include "codecs/png/chunks.h"
#include "deflate/crc32.h"

namespace crop64::png {
namespace {

std::vector<uint8_t> be32(uint32_t value) {
  std::vector<uint8_t> bytes(4);
  store_be32(bytes.data(), value);
  return bytes;
}

// Adds a chunk of `prefix` and `data` with the right CRC, whatever the source's was.
void add_chunk(Pieces& pieces, std::string_view type, std::string_view prefix, Bytes data) {
  std::vector<uint8_t> head = be32(static_cast<uint32_t>(prefix.size() + data.size()));
  head.insert(head.end(), type.begin(), type.end());
  head.insert(head.end(), prefix.begin(), prefix.end());
  const uint32_t head_crc = deflate::crc32_update(deflate::kCrc32Start, Bytes(head).subspan(4));
  pieces.add_own(std::move(head));
  pieces.add(data);
  pieces.add_own(be32(deflate::crc32_update(head_crc, data)));
}

// True for chunks that code samples, an animation's frames included.
bool codes_samples(std::string_view type) {
  const bool is_critical = (type[0] & 0x20) == 0;
  return is_critical || type == "tRNS" || type == "acTL" || type == "fcTL" || type == "fdAT";
}

}  // namespace

Result<Buffer> rewrite(Bytes file, const Metadata& metadata) {
  std::array<uint8_t, kPhysBytes> phys;
  bool needs_profile = metadata.icc_profile.size() > 0;
  Pieces pieces;
  pieces.add(file.first(kSignature.size()));
  size_t offset = kSignature.size();
  for (;;) {
    const std::optional<Chunk> chunk = chunk_at(file, offset);
    // The CRC of the last chunk may be cut off.
    if (!chunk || chunk->data.size() < chunk->length || chunk->type == "IEND") {
      break;
    }
    offset += chunk->raw.size();
    const bool has_valid_crc = chunk->has_valid_crc();
    const bool is_carried =
        std::any_of(metadata.raw.begin(), metadata.raw.end(),
                    [&](const Bytes& raw) { return raw.data() == chunk->raw.data(); });
    const bool is_profile = needs_profile && chunk->type == "iCCP" && has_valid_crc;
    const bool is_needed = codes_samples(chunk->type) && (has_valid_crc || chunk->type == "IDAT");
    if (is_profile) {
      // The compressed profile is copied; its name, which may be any text (11.3.2.3), is not.
      const auto name_end = std::find(chunk->data.begin(), chunk->data.end(), 0);
      add_chunk(pieces, "iCCP", kProfileName,
                chunk->data.subspan(size_t(name_end - chunk->data.begin())));
    } else if (is_carried || is_needed) {
      add_chunk(pieces, chunk->type, {}, chunk->data);
    }
    needs_profile = needs_profile && !is_profile;
    if (chunk->type == "IHDR") {
      if (metadata.density) {
        phys = make_phys(*metadata.density);
        add_chunk(pieces, "pHYs", {}, phys);
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
