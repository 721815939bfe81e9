// Exif data, and facts about outputs, for the tests of metadata.
#pragma once

#include <string>
#include <utility>

#include "metadata/select.h"
#include "support/pictures.h"

namespace crop64 {

// Builds TIFF data in one of the two byte orders.
class Tiff {
 public:
  explicit Tiff(bool little, uint32_t directory = 8) : little_(little) {
    const uint8_t order = little ? 'I' : 'M';
    bytes_ = {order, order};
    u16(42).u32(directory);
  }

  Tiff& u16(uint32_t value) { return put(value, 2); }
  Tiff& u32(uint32_t value) { return put(value, 4); }
  // A directory entry whose value is a short.
  Tiff& entry(uint32_t tag, uint32_t type, uint32_t count, uint32_t value) {
    return u16(tag).u16(type).u32(count).u16(value).u16(0);
  }
  const File& bytes() const { return bytes_; }

 private:
  Tiff& put(uint32_t value, int count) {
    for (int i = 0; i < count; ++i) {
      const int shift = 8 * (little_ ? i : count - 1 - i);
      bytes_.push_back(static_cast<uint8_t>(value >> shift));
    }
    return *this;
  }

  File bytes_;
  bool little_;
};

constexpr uint32_t kOrientation = 0x0112;
constexpr uint32_t kShort = 3;
constexpr uint32_t kLong = 4;

inline Tiff one_entry(bool little, uint32_t value) {
  return Tiff(little).u16(1).entry(kOrientation, kShort, 1, value).u32(0);
}

inline File file_of(const std::string& text) { return {text.begin(), text.end()}; }
inline std::string text_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

// Every policy keeps something of these: the same format, layout and image.
inline OutputFacts unchanged_image() {
  OutputFacts facts;
  facts.policy = MetadataPolicy::kAll;
  facts.same_format = facts.same_layout = facts.same_image = true;
  facts.size = {300, 200};
  return facts;
}

inline OutputFacts cropped_image() {
  OutputFacts facts = unchanged_image();
  facts.same_image = false;
  return facts;
}

inline Metadata select(MetadataKind kind, const File& data, const OutputFacts& facts) {
  SourceMetadata source;
  source.blocks.push_back({kind, data, data});
  return std::move(select_metadata(source, facts).value());
}

}  // namespace crop64
