#include "metadata.h"

namespace crop64 {
namespace {

constexpr uint32_t kOrientationTag = 0x0112;
constexpr uint32_t kShort = 3;
constexpr size_t kEntryBytes = 12;

// Numbers in the byte order of a TIFF file. What lies outside reads as 0.
class TiffReader {
 public:
  explicit TiffReader(Bytes tiff) : tiff_(tiff), little_(!tiff.empty() && tiff[0] == 'I') {}

  uint32_t u16(size_t at) const { return number(at, 2); }
  uint32_t u32(size_t at) const { return number(at, 4); }

 private:
  uint32_t number(size_t at, size_t count) const {
    if (at > tiff_.size() || tiff_.size() - at < count) {
      return 0;
    }
    uint32_t value = 0;
    for (size_t i = 0; i < count; ++i) {
      value = value << 8 | tiff_[at + (little_ ? count - 1 - i : i)];
    }
    return value;
  }

  Bytes tiff_;
  bool little_;
};

}  // namespace

int read_orientation(Bytes exif) {
  const bool ordered = exif.size() >= 8 && exif[0] == exif[1] && (exif[0] == 'I' || exif[0] == 'M');
  const TiffReader tiff(exif);
  if (!ordered || tiff.u16(2) != 42) {
    return 1;
  }
  const size_t directory = tiff.u32(4);
  const uint32_t entries = tiff.u16(directory);
  for (uint32_t i = 0; i < entries; ++i) {
    const size_t entry = directory + 2 + i * kEntryBytes;
    if (entry > exif.size()) {
      break;
    }
    if (tiff.u16(entry) == kOrientationTag && tiff.u16(entry + 2) == kShort) {
      const uint32_t value = tiff.u16(entry + 8);
      return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
    }
  }
  return 1;
}

OrientationExif orientation_exif(Orientation orientation) {
  return {'E',  'x',  'i', 'f', 0, 0, 'M', 'M', 0, 42,
          0,    0,    0,   8,  // the directory is at 8
          0,    1,             // and has one entry:
          0x01, 0x12, 0,   3,   0, 0, 0,   1,   0, uint8_t(exif_tag(orientation)),
          0,    0,              // a short
          0,    0,    0,   0};  // and nothing follows
}

}  // namespace crop64
