// The marker segments of a JPEG file (ITU-T T.81, annex B).
#pragma once

#include <cstring>
#include <string_view>

#include "base/buffer.h"
#include "base/result.h"

namespace crop64::jpeg {

enum Marker : uint8_t {
  kSof0 = 0xc0,  // baseline
  kSof2 = 0xc2,  // progressive
  kDht = 0xc4,
  kJpg = 0xc8,
  kDac = 0xcc,
  kSof15 = 0xcf,
  kRst0 = 0xd0,
  kRst7 = 0xd7,
  kSoi = 0xd8,
  kEoi = 0xd9,
  kSos = 0xda,
  kDqt = 0xdb,
  kDnl = 0xdc,
  kDri = 0xdd,
  kApp0 = 0xe0,
  kApp1 = 0xe1,
  kApp2 = 0xe2,
  kApp11 = 0xeb,
  kApp13 = 0xed,
  kApp14 = 0xee,
  kApp15 = 0xef,
  kCom = 0xfe,
  kTem = 0x01,
};

// Whether the marker starts a frame header (SOF0 to SOF15).
bool is_frame(uint8_t marker);

// Finds the next marker in the entropy-coded data of a scan, from `offset` on. Returns the offset
// of its code, which follows any number of 0xff, or the size of the data. 0xff followed by zero is
// data.
size_t find_marker(Bytes data, size_t offset);

struct Segment {
  uint8_t marker = 0;
  Bytes payload;  // without the marker and the length
  Bytes raw;      // from the marker on

  bool starts_with(std::string_view text) const {
    return payload.size() >= text.size() &&
           std::memcmp(payload.data(), text.data(), text.size()) == 0;
  }
};

// The first bytes of application segments, by which they are recognised.
constexpr std::string_view kJfif{"JFIF\0", 5};
constexpr std::string_view kAdobe{"Adobe", 5};
constexpr std::string_view kExif{"Exif\0\0", 6};
constexpr std::string_view kXmp{"http://ns.adobe.com/xap/1.0/\0", 29};
constexpr std::string_view kIcc{"ICC_PROFILE\0", 12};
constexpr std::string_view kPhotoshop{"Photoshop 3.0\0", 14};
constexpr std::string_view kGainMap{"urn:iso:std:iso:ts:21496:-1\0", 28};

// Iterates over the segments of a file, which is borrowed.
class SegmentWalker {
 public:
  explicit SegmentWalker(Bytes file) : file_(file) {}

  // The next segment. Errors: CORRUPT_IMAGE (also at an end-of-image marker), TRUNCATED_IMAGE (the
  // file ends before the segment does).
  Result<Segment> next();
  // The entropy-coded data after a start of scan, up to the next marker or the end of the file.
  Bytes scan();

 private:
  Bytes file_;
  size_t offset_ = 0;
};

}  // namespace crop64::jpeg
