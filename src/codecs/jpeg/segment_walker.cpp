#include "codecs/jpeg/segment_walker.h"

#include "base/byte_order.h"

namespace crop64::jpeg {
namespace {

Error cut_off() {
  return make_error(ErrorCode::kTruncatedImage, "The JPEG ends in the middle of its header.");
}

// Whether decoders do not need the segment.
bool is_optional(uint8_t marker) {
  return marker == kCom || marker == kDnl || (marker >= kApp0 && marker <= kApp15);
}

}  // namespace

bool is_frame(uint8_t marker) {
  return marker >= kSof0 && marker <= kSof15 && marker != kDht && marker != kJpg && marker != kDac;
}

Result<Segment> SegmentWalker::next() {
  for (;;) {
    // A marker may be preceded by any number of 0xff. libjpeg skips other bytes there, too.
    while (offset_ < file_.size() && file_[offset_] != 0xff) {
      ++offset_;
    }
    while (offset_ < file_.size() && file_[offset_] == 0xff) {
      ++offset_;
    }
    if (offset_ >= file_.size()) {
      return cut_off();
    }
    Segment segment;
    segment.marker = file_[offset_++];
    if (segment.marker == 0 || segment.marker == kTem ||
        (segment.marker >= kRst0 && segment.marker <= kSoi)) {
      return segment;  // without a payload
    }
    if (segment.marker == kEoi) {
      return make_error(ErrorCode::kCorruptImage, "The JPEG ends before its first scan.");
    }
    if (file_.size() - offset_ < 2) {
      return cut_off();
    }
    const auto length = size_t{load_be16(&file_[offset_])};
    if (length < 2 && is_optional(segment.marker)) {
      offset_ += 2;  // as in libjpeg
      continue;
    }
    if (length < 2) {
      return make_error(ErrorCode::kCorruptImage,
                        "Expected a JPEG segment of at least 2 bytes but its length says %zu.",
                        length);
    }
    if (file_.size() - offset_ < length) {
      return cut_off();
    }
    segment.payload = file_.subspan(offset_ + 2, length - 2);
    segment.raw = file_.subspan(offset_ - 2, length + 2);
    offset_ += length;
    return segment;
  }
}

Bytes SegmentWalker::scan() {
  const size_t first = offset_;
  while (offset_ < file_.size()) {
    const void* found = std::memchr(file_.data() + offset_, 0xff, file_.size() - offset_);
    if (found == nullptr) {
      offset_ = file_.size();
      break;
    }
    offset_ = size_t(static_cast<const uint8_t*>(found) - file_.data());
    size_t next = offset_;
    while (next < file_.size() && file_[next] == 0xff) {
      ++next;
    }
    // 0xff followed by zero is data, and restart markers are part of the scan.
    const bool is_data =
        next < file_.size() && (file_[next] == 0 || (file_[next] >= kRst0 && file_[next] <= kRst7));
    if (!is_data) {
      break;
    }
    offset_ = next + 1;
  }
  return file_.subspan(first, offset_ - first);
}

}  // namespace crop64::jpeg
