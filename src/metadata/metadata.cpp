#include "metadata/metadata.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string_view>

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

// What a JPEG's segment holds, which Exif is made for. Larger ones are left out.
constexpr size_t kMaxExifBytes = 65527;

bool contains_jpeg(Bytes bytes) {
  constexpr uint8_t kBeginning[] = {0xff, 0xd8, 0xff};
  return std::search(bytes.begin(), bytes.end(), std::begin(kBeginning), std::end(kBeginning)) !=
         bytes.end();
}

// Exif in TIFF form (TIFF 6.0, section 2): directories of entries that point to each other. What
// lies outside reads as 0 and is not written.
class Tiff {
 public:
  explicit Tiff(Bytes bytes) : bytes_(bytes), little_(!bytes.empty() && bytes[0] == 'I') {}

  bool valid() const {
    return bytes_.size() >= 8 && bytes_[0] == bytes_[1] && (bytes_[0] == 'I' || bytes_[0] == 'M') &&
           u16(2) == 42;
  }
  size_t size() const { return bytes_.size(); }
  bool little() const { return little_; }
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
  // The directory that a tag points to; 0 where there is none.
  size_t directory_at(size_t directory, Tag tag) const { return value(find(directory, tag), 0); }

  uint32_t count(size_t entry) const { return entry == 0 ? 0 : u32(entry + 4); }
  // The bytes that one of an entry's numbers takes; for types that are not looked at, 1.
  size_t width(size_t entry) const {
    const uint32_t type = u16(entry + 2);
    return type == kShort || type == kSignedShort ? 2
           : type == kLong || type == kSignedLong ? 4
                                                  : 1;
  }
  // A positive fraction; 0 if the entry holds none.
  double fraction(size_t entry) const {
    if (entry == 0 || u16(entry + 2) != kRational || count(entry) < 1) {
      return 0;
    }
    const size_t at = u32(entry + 8);
    const uint32_t divisor = u32(at + 4);
    return divisor == 0 ? 0 : double(u32(at)) / divisor;
  }
  // Where an entry's numbers stand: in itself or, where they do not fit, elsewhere.
  size_t place(size_t entry) const {
    return uint64_t{count(entry)} * width(entry) <= 4 ? entry + 8 : u32(entry + 8);
  }
  // A number of an entry of shorts or longs; 0 where it is neither.
  uint32_t value(size_t entry, uint32_t index) const {
    if (entry == 0 || index >= count(entry)) {
      return 0;
    }
    const size_t each = width(entry);
    const size_t at = place(entry) + index * each;
    return each == 2 ? u16(at) : each == 4 ? u32(at) : 0;
  }

 private:
  uint32_t number(size_t at, size_t size) const {
    if (at > bytes_.size() || bytes_.size() - at < size) {
      return 0;
    }
    uint32_t value = 0;
    for (size_t i = 0; i < size; ++i) {
      value = value << 8 | bytes_[at + (little_ ? size - 1 - i : i)];
    }
    return value;
  }

  Bytes bytes_;
  bool little_;
};

// The same, to be changed in place: nothing moves, so what points to it stays right.
class WritableTiff : public Tiff {
 public:
  explicit WritableTiff(Buffer& buffer) : Tiff(buffer), buffer_(buffer) {}

  // Sets an entry's one number, a short or a long; other types are left alone.
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
  void wipe(size_t at, size_t length) {
    if (at < size()) {
      std::memset(buffer_.data() + at, 0, std::min(length, size() - at));
    }
  }
  void wipe_directory(size_t directory) { wipe(directory, end_of(directory) + 4 - directory); }
  // Takes an entry out of its directory, with what it points to.
  void remove(size_t directory, Tag tag) {
    const size_t entry = find(directory, tag);
    if (entry == 0) {
      return;
    }
    wipe(place(entry), std::min<uint64_t>(uint64_t{count(entry)} * width(entry), size()));
    // The link to the next directory moves up too.
    const size_t end = std::min(end_of(directory) + 4, size());
    const size_t next = std::min(entry + kEntryBytes, end);
    if (u16(directory) == 0 || entry >= next) {
      return;  // what it pointed to was the directory itself
    }
    std::memmove(buffer_.data() + entry, buffer_.data() + next, end - next);
    wipe(end - (next - entry), next - entry);
    put(directory, 2, u16(directory) - 1);
  }
  void put(size_t at, size_t length, uint32_t value) {
    if (at > size() || size() - at < length) {
      return;
    }
    for (size_t i = 0; i < length; ++i) {
      const size_t shift = 8 * (little() ? i : length - 1 - i);
      buffer_.data()[at + i] = static_cast<uint8_t>(value >> shift);
    }
  }

 private:
  Buffer& buffer_;
};

// Takes the directories behind the first, which describe thumbnails, and the thumbnails themselves
// out of the data. False where there are more than Exif has.
bool wipe_thumbnails(WritableTiff& tiff) {
  constexpr int kMostDirectories = 8;
  constexpr uint32_t kMostStrips = 256;
  const size_t link = tiff.end_of(tiff.first_directory());
  size_t directory = tiff.u32(link);
  for (int i = 0; i < kMostDirectories && directory != 0; ++i) {
    const size_t next = tiff.u32(tiff.end_of(directory));
    constexpr Tag kParts[][2] = {{kThumbnailOffset, kThumbnailLength},
                                 {kStripOffsets, kStripByteCounts}};
    for (const auto& [offsets, lengths] : kParts) {
      const size_t offset = tiff.find(directory, offsets);
      const size_t length = tiff.find(directory, lengths);
      if (tiff.count(offset) > kMostStrips) {
        return false;
      }
      for (uint32_t strip = 0; strip < tiff.count(offset); ++strip) {
        if (const uint32_t at = tiff.value(offset, strip); at > 0) {
          tiff.wipe(at, tiff.value(length, strip));
        }
      }
    }
    tiff.wipe_directory(directory);
    directory = next;
  }
  tiff.put(link, 4, 0);
  return directory == 0;
}

// Makes Exif data true of a picture that is not whole any more. A maker's own notes are in a form
// that only the maker knows, with previews in them, so they go too. False where it is no such data.
bool fit_to_part(WritableTiff& tiff, Size size) {
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

Result<Buffer> copy_bytes(Bytes bytes) {
  Result<Buffer> copy = Buffer::allocate(bytes.size());
  if (copy.ok()) {
    std::copy(bytes.begin(), bytes.end(), copy.value().data());
  }
  return copy;
}

// Nothing is left of what is damaged, and of what still shows a picture where there is another now.
// Not inlined, as the two that follow: few pictures have it, and a browser compiles what is called.
[[gnu::noinline]] Result<Buffer> true_exif(Bytes exif, const OutputFacts& facts) {
  if (exif.size() > kMaxExifBytes || !Tiff(exif).valid()) {
    return Buffer();
  }
  Result<Buffer> copy = copy_bytes(exif);
  if (!copy.ok()) {
    return copy;
  }
  WritableTiff tiff(copy.value());
  if (!facts.same_image && (!fit_to_part(tiff, facts.size) || contains_jpeg(copy.value()))) {
    return Buffer();
  }
  tiff.set(tiff.find(tiff.first_directory(), kOrientation), uint32_t(exif_tag(facts.orientation)));
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

std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool contains_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return text.find(word) != std::string_view::npos;
  });
}

// What a property takes of a packet, in both of its forms: name="…", and <name …>…</name>.
struct Extent {
  size_t first;
  size_t end;  // npos where the packet is broken
};

constexpr std::string_view kSpaces = " \t\r\n";

// The extent of the property whose name stands at `at`; an empty one where it is but mentioned.
Extent extent_of_property(std::string_view text, size_t at, size_t length) {
  constexpr size_t kNone = std::string_view::npos;
  const size_t behind = at + length;
  const char before = at > 0 ? text[at - 1] : '\0';
  const char after = behind < text.size() ? text[behind] : '\0';
  if (before == '<' && (kSpaces.find(after) != kNone || after == '/' || after == '>')) {
    const size_t head = text.find('>', behind);
    if (head == kNone || text[head - 1] == '/') {
      return {at - 1, head == kNone ? kNone : head + 1};
    }
    const size_t closing = text.find(text.substr(at, length), head);
    const bool closes = closing != kNone && text[closing - 1] == '/';
    const size_t end = closes ? text.find('>', closing) : kNone;
    return {at - 1, end == kNone ? kNone : end + 1};
  }
  if (kSpaces.find(before) != kNone && (kSpaces.find(after) != kNone || after == '=')) {
    const size_t quote = text.find_first_not_of("= \t\r\n", behind);
    if (quote != kNone && (text[quote] == '"' || text[quote] == '\'')) {
      const size_t end = text.find(text[quote], quote + 1);
      return {at, end == kNone ? kNone : end + 1};
    }
  }
  return {behind, behind};
}

// Takes a property out of a packet, in place. False where the packet is broken.
bool erase_property(Buffer& xmp, std::string_view name) {
  const std::string_view text = text_of(xmp);
  uint8_t* data = xmp.data();
  size_t written = 0;
  size_t read = 0;
  const auto keep_up_to = [&](size_t end) {
    std::memmove(data + written, data + read, end - read);
    written += end - read;
  };
  for (size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, read)) {
    const Extent extent = extent_of_property(text, at, name.size());
    if (extent.end == std::string_view::npos) {
      return false;
    }
    keep_up_to(extent.first);
    read = extent.end;
  }
  keep_up_to(text.size());
  xmp.shrink(written);
  return true;
}

// The packet's own orientation, an attribute or an element, is made what is left of it.
void set_orientation(Buffer& xmp, Orientation orientation) {
  constexpr std::string_view kName = "tiff:Orientation";
  const std::string_view text = text_of(xmp);
  for (size_t at = text.find(kName); at != std::string_view::npos; at = text.find(kName, at + 1)) {
    const size_t digit = text.find_first_not_of("=\"'> \t\r\n", at + kName.size());
    if (digit != std::string_view::npos && text[digit] >= '1' && text[digit] <= '8') {
      xmp.data()[digit] = static_cast<uint8_t>('0' + exif_tag(orientation));
    }
  }
}

// Nothing is left of a packet that describes what is no longer there, or that cannot be read.
[[gnu::noinline]] Result<Buffer> true_xmp(Bytes packet, const OutputFacts& facts) {
  // Apple's packets end with a zero; elsewhere a zero means UTF-16, which is not read here.
  while (!packet.empty() && packet.back() == 0) {
    packet = packet.first(packet.size() - 1);
  }
  // The words: gain maps and films, which follow the image in its file.
  using namespace std::string_view_literals;
  if (contains_any(text_of(packet), {"\0"sv, "hdrgm:", "Container:Directory", "GCamera:MicroVideo",
                                     "GCamera:MotionPhoto"})) {
    return Buffer();
  }
  Result<Buffer> copy = copy_bytes(packet);
  if (!copy.ok()) {
    return copy;
  }
  Buffer& xmp = copy.value();
  set_orientation(xmp, facts.orientation);
  bool good = true;
  if (!facts.same_image || !facts.same_format) {
    good = erase_property(xmp, "xmpNote:HasExtendedXMP");  // the rest stands in a block of its own
  }
  if (!facts.same_image) {
    for (const char* name :
         {"xmp:Thumbnails", "xap:Thumbnails", "tiff:ImageWidth", "tiff:ImageLength",
          "exif:PixelXDimension", "exif:PixelYDimension", "exif:SubjectArea",
          "exif:SubjectLocation", "mwg-rs:Regions", "MP:RegionInfo", "Iptc4xmpExt:ImageRegion"}) {
      good = good && erase_property(xmp, name);
    }
    // Depth, panoramas and a picture in base64 cannot be cut along with the picture.
    good = good && !contains_any(text_of(xmp),
                                 {"Thumbnails", "GImage:", "GDepth:", "GPano:", "Device:", "/9j/"});
  }
  return good ? std::move(copy) : Buffer();
}

// Of Photoshop's image resources those that do not depend on what the picture shows. Nothing is
// left of what is not whole.
[[gnu::noinline]] Result<Buffer> true_photoshop(Bytes resources) {
  // Resolution, captions (IPTC), copyright, address, and the digest of the captions.
  constexpr int kKept[] = {0x03ed, 0x0404, 0x040a, 0x040b, 0x0425};
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
    if (std::find(std::begin(kKept), std::end(kKept), number) != std::end(kKept)) {
      std::memcpy(copy.value().data() + written, rest.data(), size);
      written += size;
    }
    at += size;
  }
  copy.value().shrink(written);
  return contains_jpeg(copy.value()) ? Buffer() : std::move(copy);
}

bool is_kept(MetadataKind kind, const OutputFacts& facts) {
  switch (kind) {
    case MetadataKind::kColor:
      return facts.policy != MetadataPolicy::kNone;
    case MetadataKind::kLayout:
      return facts.policy != MetadataPolicy::kNone && facts.same_layout;
    case MetadataKind::kText:
      return facts.policy == MetadataPolicy::kAll;
    case MetadataKind::kPhotoshop:
    case MetadataKind::kOpaque:
      return facts.policy == MetadataPolicy::kAll && facts.same_image;
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

Result<Metadata> select_metadata(const SourceMetadata& source, const OutputFacts& facts) {
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
  const bool keeps_profile = !profile.empty() && is_profile_for(profile, facts.model);
  // Grey as R = G = B is what it was, though its profile no longer fits.
  if (profile.empty() || keeps_profile || is_profile_for(profile, Model::kGray)) {
    metadata.color_space = source.color_space;
  }
  if (facts.policy != MetadataPolicy::kNone) {
    metadata.density = source.density;
    const bool p3 = metadata.color_space == ColorSpace::kDisplayP3;
    const bool is_gray = Layout{facts.model}.is_gray();
    if (keeps_profile) {
      set(metadata.icc_profile, copy_bytes(profile));
    } else if (p3 && !is_gray && !facts.same_format) {
      set(metadata.icc_profile, display_p3_profile());
    }
  }
  for (const MetadataBlock& block : source.blocks) {
    if (facts.same_format && is_kept(block.kind, facts)) {
      metadata.raw.push_back(block.raw);
    }
    if (facts.policy != MetadataPolicy::kAll) {
      continue;
    }
    if (block.kind == MetadataKind::kExif && metadata.exif.size() == 0) {
      set(metadata.exif, true_exif(block.data, facts));
    } else if (block.kind == MetadataKind::kXmp && metadata.xmp.size() == 0) {
      set(metadata.xmp, true_xmp(block.data, facts));
    } else if (block.kind == MetadataKind::kPhotoshop && facts.same_format && !facts.same_image &&
               metadata.photoshop.size() == 0) {
      set(metadata.photoshop, true_photoshop(block.data));
    }
  }
  const int told = metadata.exif.size() > 0 ? read_exif_orientation(metadata.exif) : 1;
  if (exif_orientation(told) != facts.orientation) {
    set(metadata.exif, orientation_exif(facts.orientation));
  }
  return failed ? Result<Metadata>(*failed) : Result<Metadata>(std::move(metadata));
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
