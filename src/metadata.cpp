#include "metadata.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string_view>

namespace crop64 {
namespace {

enum Tag : uint32_t {
  kImageWidth = 0x0100,
  kImageHeight = 0x0101,
  kOrientation = 0x0112,
  kStripOffsets = 0x0111,
  kStripByteCounts = 0x0117,
  kThumbnailOffset = 0x0201,
  kThumbnailLength = 0x0202,
  kExifDirectory = 0x8769,
  kMakerNote = 0x927c,
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
  bool contains_jpeg(size_t at, size_t count) const {
    constexpr uint8_t kBeginning[] = {0xff, 0xd8, 0xff};
    const Bytes part = at < bytes_.size() ? bytes_.subspan(at) : Bytes();
    const auto end = part.begin() + ptrdiff_t(std::min(count, part.size()));
    return std::search(part.begin(), end, std::begin(kBeginning), std::end(kBeginning)) != end;
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

// A maker's own notes are in a form that only the maker knows; a preview in them can be seen.
void wipe_preview(WritableTiff& tiff, size_t details) {
  const size_t entry = tiff.find(details, kMakerNote);
  if (entry != 0 && tiff.contains_jpeg(tiff.u32(entry + 8), tiff.u32(entry + 4))) {
    tiff.wipe(tiff.u32(entry + 8), tiff.u32(entry + 4));
  }
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
    tiff.put_value(tiff.find(first, kImageWidth), uint32_t(facts.size.width));
    tiff.put_value(tiff.find(first, kImageHeight), uint32_t(facts.size.height));
    const size_t details = tiff.value(tiff.find(first, kExifDirectory), 0);
    if (details != 0) {
      wipe_preview(tiff, details);
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

// Text that only becomes shorter.
class Text {
 public:
  explicit Text(Buffer buffer) : buffer_(std::move(buffer)) {}

  std::string_view view() const {
    return {reinterpret_cast<const char*>(buffer_.data()), buffer_.size()};
  }
  void put(size_t at, char character) { buffer_.data()[at] = static_cast<uint8_t>(character); }
  void erase(size_t first, size_t end) {
    uint8_t* data = buffer_.data();
    std::copy(data + end, data + buffer_.size(), data + first);
    buffer_.shrink(buffer_.size() - (end - first));
  }
  Buffer take() { return std::move(buffer_); }

 private:
  Buffer buffer_;
};

// Takes a property out of a packet, in both of its forms: name="…", and <name>…</name>.
void erase_property(Text& xmp, std::string_view name) {
  for (size_t at = xmp.view().find(name); at != std::string_view::npos && at > 0;
       at = xmp.view().find(name, at)) {
    const std::string_view text = xmp.view();
    const size_t behind = at + name.size();
    const bool element = text[at - 1] == '<';
    size_t end = std::string_view::npos;
    if (element) {
      const size_t closing = text.find(name, behind);
      const bool closes = closing != std::string_view::npos && text[closing - 1] == '/';
      end = closes ? text.find('>', closing) : end;
    } else if (behind + 1 < text.size() && text[behind] == '=') {
      end = text.find(text[behind + 1], behind + 2);
    }
    if (end == std::string_view::npos) {
      at = behind;
      continue;
    }
    xmp.erase(element ? at - 1 : at, end + 1);
  }
}

// What cannot be cut along with the picture: gain maps, depth, panoramas, packets in pieces.
bool describes_whole(std::string_view xmp) {
  for (const char* word : {"Thumbnails", "hdrgm:", "Container:Directory",
                           "GImage:", "GDepth:", "HasExtendedXMP", "GPano:"}) {
    if (xmp.find(word) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

// The packet's own orientation, an attribute or an element, is made what is left of it. Nothing is
// left of a packet that describes what is no longer there.
Result<Buffer> true_xmp(Bytes packet, const MetadataFacts& facts) {
  Result<Buffer> copy = copy_bytes(packet);
  if (!copy.ok()) {
    return copy;
  }
  Text xmp(std::move(copy.value()));
  for (const std::string_view name :
       {"tiff:Orientation=\"", "tiff:Orientation='", "tiff:Orientation>"}) {
    for (size_t at = xmp.view().find(name); at != std::string_view::npos;
         at = xmp.view().find(name, at + 1)) {
      const size_t digit = at + name.size();
      if (digit < xmp.view().size() && xmp.view()[digit] >= '1' && xmp.view()[digit] <= '8') {
        xmp.put(digit, static_cast<char>('0' + exif_tag(facts.orientation)));
      }
    }
  }
  if (!facts.same_picture) {
    for (const char* name : {"xmp:Thumbnails", "xap:Thumbnails", "tiff:ImageWidth",
                             "tiff:ImageLength", "exif:PixelXDimension", "exif:PixelYDimension"}) {
      erase_property(xmp, name);
    }
    if (describes_whole(xmp.view())) {
      return Buffer();
    }
  }
  return xmp.take();
}

// Photoshop's image resources without its two thumbnails. Nothing is left of what is not whole.
Result<Buffer> true_photoshop(Bytes resources) {
  constexpr int kThumbnails[] = {0x0409, 0x040c};
  Result<Buffer> copy = Buffer::allocate(resources.size());
  if (!copy.ok()) {
    return copy;
  }
  size_t written = 0;
  for (size_t at = 0; at < resources.size();) {
    const Bytes rest = resources.subspan(at);
    // '8BIM', a number, a name of even length with its own length before it, and the content's.
    const size_t name = rest.size() < 12 ? 0 : (size_t{rest[6]} + 2) & ~size_t{1};
    const size_t head = 6 + name + 4;
    if (name == 0 || rest.size() < head || std::memcmp(rest.data(), "8BIM", 4) != 0) {
      return Buffer();
    }
    uint32_t length = 0;
    for (size_t i = head - 4; i < head; ++i) {
      length = length << 8 | rest[i];
    }
    if (length > rest.size() - head) {
      return Buffer();
    }
    const size_t size = std::min(head + ((size_t{length} + 1) & ~size_t{1}), rest.size());
    const int number = rest[4] << 8 | rest[5];
    if (std::find(std::begin(kThumbnails), std::end(kThumbnails), number) ==
        std::end(kThumbnails)) {
      std::memcpy(copy.value().data() + written, rest.data(), size);
      written += size;
    }
    at += size;
  }
  copy.value().shrink(written);
  return copy;
}

bool is_kept(BlockKind kind, const MetadataFacts& facts) {
  switch (kind) {
    case BlockKind::kColor:
      return facts.policy != MetadataPolicy::kNone;
    case BlockKind::kLayout:
      return facts.policy != MetadataPolicy::kNone && facts.same_layout;
    case BlockKind::kText:
      return facts.policy == MetadataPolicy::kAll;
    case BlockKind::kPhotoshop:
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
  // The next piece of the new file's, or its error.
  std::optional<Error> failed;
  const auto set = [&](Buffer& piece, Result<Buffer> made) {
    if (made.ok()) {
      piece = std::move(made.value());
    } else {
      failed = made.error();
    }
  };
  const Bytes profile = source.icc_profile;
  const bool keeps_profile = !profile.empty() && fits(profile, facts.model);
  if (profile.empty() || keeps_profile) {
    metadata.color_space = source.color_space;
  }
  if (facts.policy != MetadataPolicy::kNone) {
    metadata.density = source.density;
    const bool p3 = metadata.color_space == ColorSpace::kDisplayP3;
    if (keeps_profile) {
      set(metadata.icc_profile, copy_bytes(profile));
    } else if (p3 && !facts.same_format) {
      set(metadata.icc_profile, display_p3_profile());
    }
  }
  for (const Block& block : source.blocks) {
    if (facts.same_format && is_kept(block.kind, facts)) {
      metadata.raw.push_back(block.raw);
    }
    if (facts.policy != MetadataPolicy::kAll) {
      continue;
    }
    if (block.kind == BlockKind::kExif) {
      set(metadata.exif, true_exif(block.data, facts));
    } else if (block.kind == BlockKind::kXmp) {
      set(metadata.xmp, true_xmp(block.data, facts));
    } else if (block.kind == BlockKind::kPhotoshop && facts.same_format && !facts.same_picture &&
               metadata.photoshop.size() == 0) {
      set(metadata.photoshop, true_photoshop(block.data));
    }
  }
  const int told = metadata.exif.size() > 0 ? read_orientation(metadata.exif) : 1;
  if (exif_orientation(told) != facts.orientation) {
    set(metadata.exif, orientation_exif(facts.orientation));
  }
  return failed ? Result<Metadata>(*failed) : Result<Metadata>(std::move(metadata));
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
