#include "metadata.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string_view>

namespace crop64 {
namespace {

enum Tag : uint32_t {
  kOrientation = 0x0112,
  kStripOffsets = 0x0111,
  kStripByteCounts = 0x0117,
  kThumbnailOffset = 0x0201,
  kThumbnailLength = 0x0202,
  kExifDirectory = 0x8769,
  kPixelWidth = 0xa002,
  kPixelHeight = 0xa003,
};
constexpr uint32_t kShort = 3;
constexpr uint32_t kLong = 4;
constexpr size_t kEntryBytes = 12;

// Exif in TIFF form (TIFF 6.0, section 2): directories of entries that point to each other. What
// lies outside reads as 0 and is not written.
class Tiff {
 public:
  explicit Tiff(Bytes bytes) : bytes_(bytes), little_(!bytes.empty() && bytes[0] == 'I') {}

  bool valid() const {
    return bytes_.size() >= 8 && bytes_[0] == bytes_[1] && (bytes_[0] == 'I' || bytes_[0] == 'M') &&
           u16(2) == 42;
  }
  uint32_t u16(size_t at) const { return number(at, 2); }
  uint32_t u32(size_t at) const { return number(at, 4); }

  size_t first_directory() const { return u32(4); }
  size_t end_of(size_t directory) const { return directory + 2 + u16(directory) * kEntryBytes; }

  // Where the entry of a tag stands; 0 where there is none.
  size_t find(size_t directory, Tag tag) const {
    const uint32_t entries = u16(directory);
    for (uint32_t i = 0; i < entries; ++i) {
      const size_t entry = directory + 2 + i * kEntryBytes;
      if (entry > bytes_.size()) {
        break;
      }
      if (u16(entry) == tag) {
        return entry;
      }
    }
    return 0;
  }
  // The one number of an entry that is a short or a long; `otherwise` where it is neither.
  uint32_t value(size_t entry, uint32_t otherwise) const {
    if (entry == 0) {
      return otherwise;
    }
    const uint32_t type = u16(entry + 2);
    return type == kShort ? u16(entry + 8) : type == kLong ? u32(entry + 8) : otherwise;
  }

 private:
  uint32_t number(size_t at, size_t count) const {
    if (at > bytes_.size() || bytes_.size() - at < count) {
      return 0;
    }
    uint32_t value = 0;
    for (size_t i = 0; i < count; ++i) {
      value = value << 8 | bytes_[at + (little_ ? count - 1 - i : i)];
    }
    return value;
  }

 protected:
  Bytes bytes_;
  bool little_;
};

// The same, to be changed.
class WritableTiff : public Tiff {
 public:
  explicit WritableTiff(Buffer& buffer) : Tiff(buffer), buffer_(buffer) {}

  void put(size_t at, size_t count, uint32_t value) {
    if (at > bytes_.size() || bytes_.size() - at < count) {
      return;
    }
    for (size_t i = 0; i < count; ++i) {
      const size_t shift = 8 * (little_ ? i : count - 1 - i);
      buffer_.data()[at + i] = static_cast<uint8_t>(value >> shift);
    }
  }
  void put_value(size_t entry, uint32_t value) {
    if (entry == 0) {
      return;
    }
    const bool is_short = u16(entry + 2) == kShort;
    put(entry + 8, is_short ? 2 : 4, value);
  }
  void wipe(size_t at, size_t count) {
    if (at < bytes_.size()) {
      std::memset(buffer_.data() + at, 0, std::min(count, bytes_.size() - at));
    }
  }

 private:
  Buffer& buffer_;
};

// Takes the second directory, which describes a thumbnail, and the thumbnail itself out of the
// data.
void wipe_thumbnail(WritableTiff& tiff) {
  const size_t link = tiff.end_of(tiff.first_directory());
  const size_t thumbnail = tiff.u32(link);
  if (thumbnail == 0) {
    return;
  }
  const auto wipe_part = [&](Tag offset, Tag length) {
    const uint32_t at = tiff.value(tiff.find(thumbnail, offset), 0);
    if (at > 0) {
      tiff.wipe(at, tiff.value(tiff.find(thumbnail, length), 0));
    }
  };
  wipe_part(kThumbnailOffset, kThumbnailLength);
  wipe_part(kStripOffsets, kStripByteCounts);
  tiff.wipe(thumbnail, tiff.end_of(thumbnail) + 4 - thumbnail);
  tiff.put(link, 4, 0);
}

Result<Buffer> copy_bytes(Bytes bytes) {
  Result<Buffer> copy = Buffer::allocate(bytes.size());
  if (copy.ok()) {
    std::copy(bytes.begin(), bytes.end(), copy.value().data());
  }
  return copy;
}

Result<Buffer> true_exif(Bytes exif, const MetadataFacts& facts) {
  Result<Buffer> copy = copy_bytes(exif);
  if (!copy.ok() || !Tiff(exif).valid()) {
    return copy;
  }
  WritableTiff tiff(copy.value());
  const size_t first = tiff.first_directory();
  tiff.put_value(tiff.find(first, kOrientation), uint32_t(exif_tag(facts.orientation)));
  if (!facts.same_picture) {
    wipe_thumbnail(tiff);
    const size_t details = tiff.value(tiff.find(first, kExifDirectory), 0);
    if (details != 0) {
      tiff.put_value(tiff.find(details, kPixelWidth), uint32_t(facts.size.width));
      tiff.put_value(tiff.find(details, kPixelHeight), uint32_t(facts.size.height));
    }
  }
  return copy;
}

// Exif that says how the picture is to be displayed, and nothing else.
Result<Buffer> orientation_exif(Orientation orientation) {
  const std::array<uint8_t, 26> exif = {
      'M',  'M',  0, 42, 0, 0, 0, 8,  // the directory is at 8
      0,    1,                        // and has one entry:
      0x01, 0x12, 0, 3,  0, 0, 0, 1, 0, uint8_t(exif_tag(orientation)), 0, 0,  // a short
      0,    0,    0, 0};  // and nothing follows
  return copy_bytes(exif);
}

// A packet that shows or describes the whole picture cannot be cut along with it.
bool describes_whole(Bytes xmp) {
  const std::string_view text(reinterpret_cast<const char*>(xmp.data()), xmp.size());
  for (const char* word : {"Thumbnails", "hdrgm:", "Container:Directory",
                           "GImage:", "GDepth:", "HasExtendedXMP", "GPano:"}) {
    if (text.find(word) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

// The packet's own orientation, an attribute or an element, is made what is left of it.
Result<Buffer> true_xmp(Bytes xmp, const MetadataFacts& facts) {
  Result<Buffer> copy = copy_bytes(xmp);
  if (!copy.ok()) {
    return copy;
  }
  const std::string_view text(reinterpret_cast<const char*>(xmp.data()), xmp.size());
  for (const std::string_view name :
       {"tiff:Orientation=\"", "tiff:Orientation='", "tiff:Orientation>"}) {
    for (size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
      const size_t digit = at + name.size();
      if (digit < text.size() && text[digit] >= '1' && text[digit] <= '8') {
        copy.value().data()[digit] = static_cast<uint8_t>('0' + exif_tag(facts.orientation));
      }
    }
  }
  return copy;
}

// The colour space that a profile is for (ICC.1, 7.2.6) is the samples'.
bool fits(Bytes profile, Model model) {
  if (profile.size() < 128) {
    return false;
  }
  const std::string_view space(reinterpret_cast<const char*>(profile.data()) + 16, 4);
  switch (model) {
    case Model::kGray:
    case Model::kGrayAlpha:
      return space == "GRAY";
    case Model::kCmyk:
      return space == "CMYK";
    default:
      return space == "RGB ";
  }
}

bool is_kept(BlockKind kind, const MetadataFacts& facts) {
  switch (kind) {
    case BlockKind::kColor:
      return facts.policy != MetadataPolicy::kNone;
    case BlockKind::kLayout:
      return facts.policy != MetadataPolicy::kNone && facts.same_layout;
    case BlockKind::kText:
      return facts.policy == MetadataPolicy::kAll;
    case BlockKind::kWhole:
      return facts.policy == MetadataPolicy::kAll && facts.same_picture;
    default:
      return false;  // written anew
  }
}

}  // namespace

double per_inch(const std::optional<Density>& density) {
  if (!density || density->unit == Density::Unit::kNone) {
    return 0;
  }
  return density->unit == Density::Unit::kInch ? density->x : std::round(density->x * 2.54) / 100;
}

Result<Metadata> select_metadata(const SourceMetadata& source, const MetadataFacts& facts) {
  Metadata metadata;
  const bool all = facts.policy == MetadataPolicy::kAll;
  if (facts.policy != MetadataPolicy::kNone) {
    metadata.density = source.density;
    if (fits(source.icc_profile, facts.model)) {
      Result<Buffer> profile = copy_bytes(source.icc_profile);
      if (!profile.ok()) {
        return profile.error();
      }
      metadata.icc_profile = std::move(profile.value());
    }
  }
  for (const Block& block : source.blocks) {
    if (facts.same_format && is_kept(block.kind, facts)) {
      metadata.raw.push_back(block.raw);
    }
    const bool is_exif = block.kind == BlockKind::kExif;
    const bool is_xmp =
        block.kind == BlockKind::kXmp && (facts.same_picture || !describes_whole(block.data));
    if (all && (is_exif || is_xmp)) {
      Result<Buffer> copy = is_exif ? true_exif(block.data, facts) : true_xmp(block.data, facts);
      if (!copy.ok()) {
        return copy.error();
      }
      (is_exif ? metadata.exif : metadata.xmp) = std::move(copy.value());
    }
  }
  const int told = metadata.exif.size() > 0 ? read_orientation(metadata.exif) : 1;
  if (exif_orientation(told) != facts.orientation) {
    Result<Buffer> exif = orientation_exif(facts.orientation);
    if (!exif.ok()) {
      return exif.error();
    }
    metadata.exif = std::move(exif.value());
  }
  return metadata;
}

int read_orientation(Bytes exif) {
  const Tiff tiff(exif);
  if (!tiff.valid()) {
    return 1;
  }
  const size_t entry = tiff.find(tiff.first_directory(), kOrientation);
  if (entry == 0 || tiff.u16(entry + 2) != kShort) {
    return 1;
  }
  const uint32_t value = tiff.u16(entry + 8);
  return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
}

}  // namespace crop64
