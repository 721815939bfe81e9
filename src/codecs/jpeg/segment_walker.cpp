#include "codecs/jpeg/segment_walker.h"

namespace crop64 {
namespace {

Error cut_off() {
  return make_error(ErrorCode::kTruncatedImage, "The JPEG ends in the middle of its header.");
}

// Whether decoders can do without the segment.
bool is_optional(uint8_t marker) {
  return marker == kCom || marker == kDnl || (marker >= kApp0 && marker <= kApp15);
}

}  // namespace

bool is_frame(uint8_t marker) {
  return marker >= kSof0 && marker <= kSof15 && marker != kDht && marker != kJpg && marker != kDac;
}

Result<Segment> SegmentWalker::next() {
  for (;;) {
    // Any number of 0xff may stand before a marker; libjpeg skips other bytes there too.
    while (at_ < file_.size() && file_[at_] != 0xff) {
      ++at_;
    }
    while (at_ < file_.size() && file_[at_] == 0xff) {
      ++at_;
    }
    if (at_ >= file_.size()) {
      return cut_off();
    }
    Segment segment;
    segment.marker = file_[at_++];
    if (segment.marker == 0 || segment.marker == kTem ||
        (segment.marker >= kRst0 && segment.marker <= kSoi)) {
      return segment;  // these have no payload
    }
    if (segment.marker == kEoi) {
      return make_error(ErrorCode::kCorruptImage, "The JPEG ends before an image begins.");
    }
    if (file_.size() - at_ < 2) {
      return cut_off();
    }
    const auto length = static_cast<size_t>(file_[at_] << 8 | file_[at_ + 1]);
    if (length < 2 && is_optional(segment.marker)) {
      at_ += 2;  // as libjpeg does, without a warning
      continue;
    }
    if (length < 2) {
      return make_error(ErrorCode::kCorruptImage,
                        "Expected a JPEG segment of at least 2 bytes but its length says %zu.",
                        length);
    }
    if (file_.size() - at_ < length) {
      return cut_off();
    }
    segment.payload = file_.subspan(at_ + 2, length - 2);
    segment.raw = file_.subspan(at_ - 2, length + 2);
    at_ += length;
    return segment;
  }
}

Bytes SegmentWalker::scan() {
  const size_t first = at_;
  while (at_ < file_.size()) {
    const void* found = std::memchr(file_.data() + at_, 0xff, file_.size() - at_);
    if (found == nullptr) {
      at_ = file_.size();
      break;
    }
    at_ = size_t(static_cast<const uint8_t*>(found) - file_.data());
    size_t next = at_;
    while (next < file_.size() && file_[next] == 0xff) {
      ++next;
    }
    // A zero says that 0xff is data; restart markers are part of the scan.
    const bool is_data =
        next < file_.size() && (file_[next] == 0 || (file_[next] >= kRst0 && file_[next] <= kRst7));
    if (!is_data) {
      break;
    }
    at_ = next + 1;
  }
  return file_.subspan(first, at_ - first);
}

}  // namespace crop64
