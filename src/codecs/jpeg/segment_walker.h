// The segments of a JPEG (ITU-T T.81, annex B): markers and what follows them.
#pragma once

#include <cstring>
#include <string_view>

#include "base/buffer.h"
#include "base/result.h"

namespace crop64 {

enum JpegMarker : uint8_t {
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

bool is_frame(uint8_t marker);

struct Segment {
  uint8_t marker = 0;
  Bytes payload;  // without the two bytes of its length
  Bytes raw;      // from its marker on

  bool starts_with(std::string_view text) const {
    return payload.size() >= text.size() &&
           std::memcmp(payload.data(), text.data(), text.size()) == 0;
  }
};

constexpr std::string_view kJfif{"JFIF\0", 5};
constexpr std::string_view kAdobe{"Adobe", 5};

// Goes from segment to segment. The file is borrowed.
class SegmentWalker {
 public:
  explicit SegmentWalker(Bytes file) : file_(file) {}

  // The next segment; an end of image is an error, as a header ends with a scan. Errors:
  // CORRUPT_IMAGE, TRUNCATED_IMAGE (the file ends first).
  Result<Segment> next();
  // The entropy-coded data that follows a start of scan, up to the next marker or the file's end.
  Bytes scan();

 private:
  Bytes file_;
  size_t at_ = 0;
};

}  // namespace crop64
