#include "codecs/jpeg/segment_walker.h"

#include "base/byte_order.h"
#include "base/simd.h"

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

size_t find_marker(Bytes data, size_t offset) {
  for (;; ++offset) {
#ifdef CROP64_SIMD
    while (data.size() - offset >= 16 &&
           !wasm_v128_any_true(
               wasm_i8x16_eq(wasm_v128_load(&data[offset]), wasm_i8x16_const_splat(-1)))) {
      offset += 16;
    }
#endif
    while (offset < data.size() && data[offset] != 0xff) {
      ++offset;
    }
    while (offset < data.size() && data[offset] == 0xff) {
      ++offset;
    }
    if (offset == data.size() || data[offset] != 0) {
      return offset;
    }
  }
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
  do {
    offset_ = find_marker(file_, offset_) + 1;
  } while (offset_ <= file_.size() && file_[offset_ - 1] >= kRst0 && file_[offset_ - 1] <= kRst7);
  --offset_;
  while (offset_ > first && file_[offset_ - 1] == 0xff) {
    --offset_;
  }
  return file_.subspan(first, offset_ - first);
}

}  // namespace crop64::jpeg
