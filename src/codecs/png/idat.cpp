#include "codecs/png/idat.h"

#include <algorithm>
#include <cstring>

#include "deflate/crc32.h"

namespace crop64::png {
namespace {

constexpr size_t kTypeBytes = 4;
constexpr size_t kChunkOverhead = 12;  // length, type and checksum

uint32_t read_u32(const uint8_t* bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
}

}  // namespace

bool IdatReader::check_last() const {
  return last_.empty() || (at_ <= there_ && deflate::crc32_update(deflate::kCrc32Start, last_) ==
                                                read_u32(last_.data() + last_.size()));
}

const uint8_t* IdatReader::end() const {
  return std::min(last_.data() + last_.size(), file_.data() + there_);
}

bool IdatReader::waits(const uint8_t* position, size_t count) const {
  const uint8_t* from = position != nullptr ? position : file_.data() + at_;
  return there_ < file_.size() && file_.data() + there_ - from < static_cast<ptrdiff_t>(count);
}

Bytes IdatReader::next() {
  while (sound_) {
    sound_ = check_last() && at_ <= there_ && there_ - at_ >= kChunkOverhead;
    if (!sound_) {
      break;
    }
    const uint32_t length = read_u32(file_.data() + at_);
    if (std::memcmp(file_.data() + at_ + 4, "IDAT", kTypeBytes) != 0) {
      last_ = {};
      break;
    }
    sound_ = length <= 0x7fffffff && length <= file_.size() - at_ - kChunkOverhead;
    if (!sound_) {
      break;
    }
    last_ = file_.subspan(at_ + 4, kTypeBytes + length);
    at_ += kChunkOverhead + length;
    if (length > 0) {
      return {last_.data() + kTypeBytes, end()};
    }
  }
  return {};
}

}  // namespace crop64::png
