#include "codecs/png/idat.h"

#include <algorithm>

#include "base/byte_order.h"
#include "codecs/png/chunks.h"
#include "deflate/crc32.h"

namespace crop64::png {

bool IdatReader::check_current() const {
  return current_.empty() ||
         (offset_ <= available_ && deflate::crc32_update(deflate::kCrc32Start, current_) ==
                                       load_be32(current_.data() + current_.size()));
}

const uint8_t* IdatReader::piece_end() const {
  return std::min(current_.data() + current_.size(), file_.data() + available_);
}

bool IdatReader::needs_input(const uint8_t* position, size_t count) const {
  const uint8_t* from = position != nullptr ? position : file_.data() + offset_;
  return available_ < file_.size() &&
         file_.data() + available_ - from < static_cast<ptrdiff_t>(count);
}

Bytes IdatReader::next_piece() {
  while (is_valid_) {
    is_valid_ = check_current() && offset_ <= available_ && available_ - offset_ >= kChunkOverhead;
    if (!is_valid_) {
      break;
    }
    const std::optional<Chunk> chunk = chunk_at(file_, offset_);
    if (chunk->type != "IDAT") {
      current_ = {};
      break;
    }
    is_valid_ = chunk->length <= kMaxChunkLength && chunk->is_complete();
    if (!is_valid_) {
      break;
    }
    current_ = chunk->raw.subspan(4, chunk->raw.size() - 8);
    offset_ += chunk->raw.size();
    if (!chunk->data.empty()) {
      return {chunk->data.data(), piece_end()};
    }
  }
  return {};
}

}  // namespace crop64::png
