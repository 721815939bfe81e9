#include "metadata/exif.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "metadata/embedded_jpeg.h"

namespace crop64 {
namespace {

enum Tag : uint32_t {
  kImageWidth = 0x0100,
  kImageHeight = 0x0101,
  kStripOffsets = 0x0111,
  kOrientation = 0x0112,
  kStripByteCounts = 0x0117,
  kXResolution = 0x011a,
  kYResolution = 0x011b,
  kResolutionUnit = 0x0128,
  kThumbnailOffset = 0x0201,
  kThumbnailLength = 0x0202,
  kRelatedWidth = 0x1001,
  kRelatedHeight = 0x1002,
  kExifDirectory = 0x8769,
  kSubjectArea = 0x9214,
  kMakerNote = 0x927c,
  kPixelWidth = 0xa002,
  kPixelHeight = 0xa003,
  kInteroperability = 0xa005,
  kSubjectLocation = 0xa214,
};
constexpr uint32_t kShort = 3;
constexpr uint32_t kLong = 4;
constexpr uint32_t kRational = 5;
constexpr uint32_t kSignedShort = 8;
constexpr uint32_t kSignedLong = 9;  // libexif, and cameras' own programs, write sizes so
constexpr size_t kEntryBytes = 12;

// The most that fits a JPEG segment.
constexpr size_t kMaxExifBytes = 65527;

// Reads directories and their entries. Everything outside the data reads as 0.
class Tiff {
 public:
  explicit Tiff(Bytes bytes) : bytes_(bytes), little_(!bytes.empty() && bytes[0] == 'I') {}

  bool valid() const {
    return bytes_.size() >= 8 && bytes_[0] == bytes_[1] && (bytes_[0] == 'I' || bytes_[0] == 'M') &&
           u16(2) == 42;
  }
  size_t size() const { return bytes_.size(); }
  bool little() const { return little_; }
  uint32_t u16(size_t offset) const { return number(offset, 2); }
  uint32_t u32(size_t offset) const { return number(offset, 4); }

  size_t first_directory() const { return u32(4); }
  size_t end_of(size_t directory) const { return directory + 2 + u16(directory) * kEntryBytes; }

  // The offset of a tag's entry; 0 if the directory has none.
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
  // The offset of the directory that a tag points to; 0 if there is none.
  size_t directory_at(size_t directory, Tag tag) const { return value(find(directory, tag), 0); }

  uint32_t count(size_t entry) const { return entry == 0 ? 0 : u32(entry + 4); }
  // The size of one of an entry's values, in bytes; 1 for types other than short and long.
  size_t width(size_t entry) const {
    const uint32_t type = u16(entry + 2);
    return type == kShort || type == kSignedShort ? 2
           : type == kLong || type == kSignedLong ? 4
                                                  : 1;
  }
  // The value of a rational entry; 0 if it is of another type.
  double fraction(size_t entry) const {
    if (entry == 0 || u16(entry + 2) != kRational || count(entry) < 1) {
      return 0;
    }
    const size_t offset = u32(entry + 8);
    const uint32_t divisor = u32(offset + 4);
    return divisor == 0 ? 0 : double(u32(offset)) / divisor;
  }
  // The offset of an entry's values: within the entry if they fit its four bytes.
  size_t values_of(size_t entry) const {
    return uint64_t{count(entry)} * width(entry) <= 4 ? entry + 8 : u32(entry + 8);
  }
  // A value of a short or long entry; 0 for other types and beyond the last value.
  uint32_t value(size_t entry, uint32_t index) const {
    if (entry == 0 || index >= count(entry)) {
      return 0;
    }
    const size_t each = width(entry);
    const size_t offset = values_of(entry) + index * each;
    return each == 2 ? u16(offset) : each == 4 ? u32(offset) : 0;
  }

 private:
  uint32_t number(size_t offset, size_t size) const {
    if (offset > bytes_.size() || bytes_.size() - offset < size) {
      return 0;
    }
    uint32_t value = 0;
    for (size_t i = 0; i < size; ++i) {
      value = value << 8 | bytes_[offset + (little_ ? size - 1 - i : i)];
    }
    return value;
  }

  Bytes bytes_;
  bool little_;
};

// Changes Exif in place. Values keep their offsets, so pointers to them stay valid; writes outside
// the data are ignored.
class WritableTiff : public Tiff {
 public:
  explicit WritableTiff(Buffer& buffer) : Tiff(buffer), buffer_(buffer) {}

  // Sets the only value of a short or long entry; entries of other types stay as they are.
  void set(size_t entry, uint32_t value) {
    if (entry == 0 || width(entry) == 1) {
      return;
    }
    if (u16(entry + 2) == kShort && value <= 0xffff) {
      put(entry + 8, 2, value);
      return;
    }
    put(entry + 2, 2, kLong);
    put(entry + 8, 4, value);
  }
  void wipe(size_t offset, size_t length) {
    if (offset < size()) {
      std::memset(buffer_.data() + offset, 0, std::min(length, size() - offset));
    }
  }
  void wipe_directory(size_t directory) { wipe(directory, end_of(directory) + 4 - directory); }
  // Removes an entry from its directory, and overwrites the values it points to.
  void remove(size_t directory, Tag tag) {
    const size_t entry = find(directory, tag);
    if (entry == 0) {
      return;
    }
    wipe(values_of(entry), std::min<uint64_t>(uint64_t{count(entry)} * width(entry), size()));
    // The offset of the next directory follows the entries, so it moves too.
    const size_t end = std::min(end_of(directory) + 4, size());
    const size_t next = std::min(entry + kEntryBytes, end);
    if (u16(directory) == 0 || entry >= next) {
      return;  // its values overlapped the directory, which is now overwritten
    }
    std::memmove(buffer_.data() + entry, buffer_.data() + next, end - next);
    wipe(end - (next - entry), next - entry);
    put(directory, 2, u16(directory) - 1);
  }
  void put(size_t offset, size_t length, uint32_t value) {
    if (offset > size() || size() - offset < length) {
      return;
    }
    for (size_t i = 0; i < length; ++i) {
      const size_t shift = 8 * (little() ? i : length - 1 - i);
      buffer_.data()[offset + i] = static_cast<uint8_t>(value >> shift);
    }
  }

 private:
  Buffer& buffer_;
};

// Overwrites the directories after the first, which describe thumbnails, and the thumbnails. False
// if there are more than Exif allows.
bool wipe_thumbnails(WritableTiff& tiff) {
  constexpr int kMaxDirectories = 8;
  constexpr uint32_t kMaxStrips = 256;
  const size_t link = tiff.end_of(tiff.first_directory());
  size_t directory = tiff.u32(link);
  for (int i = 0; i < kMaxDirectories && directory != 0; ++i) {
    const size_t next = tiff.u32(tiff.end_of(directory));
    constexpr Tag kParts[][2] = {{kThumbnailOffset, kThumbnailLength},
                                 {kStripOffsets, kStripByteCounts}};
    for (const auto& [offsets, lengths] : kParts) {
      const size_t offset = tiff.find(directory, offsets);
      const size_t length = tiff.find(directory, lengths);
      if (tiff.count(offset) > kMaxStrips) {
        return false;
      }
      for (uint32_t strip = 0; strip < tiff.count(offset); ++strip) {
        if (const uint32_t start = tiff.value(offset, strip); start > 0) {
          tiff.wipe(start, tiff.value(length, strip));
        }
      }
    }
    tiff.wipe_directory(directory);
    directory = next;
  }
  tiff.put(link, 4, 0);
  return directory == 0;
}

// Removes what describes or shows the old image, and sets the sizes of the new one. Maker notes
// have a private form that often contains previews, so they are removed. False if the data are not
// valid Exif.
bool update_for_new_image(WritableTiff& tiff, Size size) {
  if (!wipe_thumbnails(tiff)) {
    return false;
  }
  const auto set_size = [&](size_t directory, Tag width, Tag height) {
    tiff.set(tiff.find(directory, width), uint32_t(size.width));
    tiff.set(tiff.find(directory, height), uint32_t(size.height));
  };
  const size_t first = tiff.first_directory();
  set_size(first, kImageWidth, kImageHeight);
  if (const size_t details = tiff.directory_at(first, kExifDirectory); details != 0) {
    for (const Tag tag : {kMakerNote, kSubjectArea, kSubjectLocation}) {
      tiff.remove(details, tag);
    }
    set_size(details, kPixelWidth, kPixelHeight);
    if (const size_t related = tiff.directory_at(details, kInteroperability); related != 0) {
      set_size(related, kRelatedWidth, kRelatedHeight);
    }
  }
  return tiff.valid();
}

}  // namespace

// Not inlined into select_metadata(): few images need it, and a browser compiles a function with
// all that is inlined into it.
[[gnu::noinline]] Result<Buffer> update_exif(Bytes exif, const OutputFacts& facts) {
  if (exif.size() > kMaxExifBytes || !Tiff(exif).valid()) {
    return Buffer();
  }
  Result<Buffer> copy = Buffer::copy_of(exif);
  if (!copy.ok()) {
    return copy;
  }
  WritableTiff tiff(copy.value());
  if (!facts.same_image &&
      (!update_for_new_image(tiff, facts.size) || contains_jpeg(copy.value()))) {
    return Buffer();
  }
  tiff.set(tiff.find(tiff.first_directory(), kOrientation), uint32_t(exif_tag(facts.orientation)));
  return copy;
}

Result<Buffer> make_orientation_exif(Orientation orientation) {
  const std::array<uint8_t, 26> exif = {
      'M',  'M',  0, 42, 0, 0, 0, 8,  // the directory is at 8
      0,    1,                        // and has one entry:
      0x01, 0x12, 0, 3,  0, 0, 0, 1, 0, uint8_t(exif_tag(orientation)), 0, 0,  // a short
      0,    0,    0, 0};  // and nothing follows
  return Buffer::copy_of(exif);
}

std::optional<Density> read_exif_density(Bytes exif) {
  const Tiff tiff(exif);
  if (!tiff.valid()) {
    return std::nullopt;
  }
  const size_t directory = tiff.first_directory();
  const double x = tiff.fraction(tiff.find(directory, kXResolution));
  const double y = tiff.fraction(tiff.find(directory, kYResolution));
  const size_t unit_entry = tiff.find(directory, kResolutionUnit);
  const uint32_t unit = unit_entry == 0 ? 2 : tiff.value(unit_entry, 0);  // the default: inches
  if (!(x > 0) || !(y > 0) || (unit != 2 && unit != 3)) {
    return std::nullopt;
  }
  const double scale = unit == 3 ? 100 : 1;  // from centimetres
  return Density{x * scale, y * scale, unit == 3 ? Density::Unit::kMetre : Density::Unit::kInch};
}

int read_exif_orientation(Bytes exif) {
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
