#include "codecs/bmp/header.h"

#include <cstdlib>
#include <optional>

#include "base/byte_order.h"

namespace crop64::bmp {
namespace {

constexpr size_t kFileHeaderBytes = 14;

// The channel of a mask. nullopt if its bits are not contiguous.
std::optional<Channel> channel_of(uint32_t mask) {
  Channel channel;
  while (mask != 0 && (mask & 1) == 0) {
    mask >>= 1;
    ++channel.shift;
  }
  while ((mask & 1) != 0) {
    mask >>= 1;
    ++channel.bits;
  }
  return mask == 0 ? std::optional(channel) : std::nullopt;
}

Error cut_off() {
  return make_error(ErrorCode::kTruncatedImage, "The BMP ends in the middle of its header.");
}

Failure read_masks(Bytes file, uint32_t header_bytes, Header& header) {
  std::array<uint32_t, 4> masks = {0x7c00, 0x3e0, 0x1f, 0};  // 16 bits
  if (header.bits == 32) {
    masks = {0xff0000, 0xff00, 0xff, 0};
  }
  // The masks are part of the header from its second version on, and follow it in the first.
  constexpr size_t kMasksOffset = kFileHeaderBytes + 40;
  constexpr uint32_t kVersion4 = 108;
  if (header.compression == Compression::kNone && header_bytes >= kVersion4) {
    // From the fourth version on, the alpha mask is used even without the others, as in browsers.
    const uint32_t mask = load_le32(file.data() + kMasksOffset + 12);
    masks[3] = header.bits == 16 ? mask & 0xffff : mask;
  } else if (header.compression != Compression::kNone) {
    const size_t count =
        header_bytes >= 56 || header.compression == Compression::kAlphaFields ? 4 : 3;
    if (file.size() < kMasksOffset + 4 * count) {
      return cut_off();
    }
    for (size_t i = 0; i < count; ++i) {
      masks[i] = load_le32(file.data() + kMasksOffset + 4 * i);
    }
  }
  for (size_t i = 0; i < masks.size(); ++i) {
    const std::optional<Channel> channel = channel_of(masks[i]);
    if (!channel) {
      return make_error(ErrorCode::kCorruptImage,
                        "Corrupt BMP: the bits of its colour mask %08x are not contiguous.",
                        masks[i]);
    }
    header.channels[i] = *channel;
  }
  return std::nullopt;
}

}  // namespace

Result<Header> read_header(Bytes file) {
  if (file.size() < kFileHeaderBytes + 12) {
    return cut_off();
  }
  Header header;
  header.samples_offset = load_le32(file.data() + 10);
  const uint32_t header_bytes = load_le32(file.data() + 14);
  const bool core = header_bytes == 12;
  if (!core && (header_bytes < 16 || header_bytes > 124)) {
    return make_error(ErrorCode::kUnsupportedFormat,
                      "Expected a BMP header of 12 or 16 to 124 bytes but received one of %u.",
                      header_bytes);
  }
  if (file.size() < kFileHeaderBytes + header_bytes) {
    return cut_off();
  }
  uint32_t used_colors = 0;
  if (core) {
    header.size = {int32_t(load_le16(file.data() + 18)), int32_t(load_le16(file.data() + 20))};
    header.bits = int(load_le16(file.data() + 24));
    header.palette_entry_bytes = 3;
  } else {
    const auto height = static_cast<int32_t>(load_le32(file.data() + 22));
    header.bottom_up = height >= 0;
    // INT32_MIN has no absolute value.
    header.size = {static_cast<int32_t>(load_le32(file.data() + 18)),
                   height == INT32_MIN ? 0 : std::abs(height)};
    header.bits = int(load_le16(file.data() + 28));
    // Fields that are left out are zero.
    const auto field = [&](size_t offset) {
      return header_bytes >= offset - kFileHeaderBytes + 4 ? load_le32(file.data() + offset) : 0;
    };
    header.compression = static_cast<Compression>(field(30));
    header.density_per_inch = static_cast<int32_t>(field(38)) * 0.0254;
    used_colors = field(46);
  }
  if (header.size.width < 1 || header.size.height < 1) {
    return make_error(ErrorCode::kCorruptImage,
                      "Corrupt BMP: its header states a size of %d x %d pixels.", header.size.width,
                      header.size.height);
  }
  const int bits = header.bits;
  const Compression compression = header.compression;
  const bool has_masks =
      compression == Compression::kBitFields || compression == Compression::kAlphaFields;
  const bool valid = compression == Compression::kNone
                         ? bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16 ||
                               bits == 24 || bits == 32
                     : compression == Compression::kRle8  ? bits == 8
                     : compression == Compression::kRle4  ? bits == 4
                     : compression == Compression::kRle24 ? bits == 24
                                                          : has_masks && (bits == 16 || bits == 32);
  if (!valid) {
    return make_error(
        ErrorCode::kUnsupportedFormat,
        "Expected a BMP that is uncompressed, RLE-coded or with bit fields but received one "
        "of %d bits with compression %u.",
        bits, static_cast<uint32_t>(compression));
  }
  header.palette_offset = kFileHeaderBytes + header_bytes;
  if (header.has_palette()) {
    const uint32_t max_entries = 1U << bits;
    header.palette_entries =
        static_cast<int>(used_colors == 0 ? max_entries : std::min(used_colors, max_entries));
    if (file.size() <
        header.palette_offset + size_t(header.palette_entries * header.palette_entry_bytes)) {
      return cut_off();
    }
  } else if (bits != 24) {
    if (auto error = read_masks(file, header_bytes, header)) {
      return error;
    }
  }
  return header;
}

}  // namespace crop64::bmp
