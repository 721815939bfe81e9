#include "codecs/jpeg/rewrite.h"

#include <algorithm>
#include <vector>

#include "base/pieces.h"
#include "codecs/jpeg/metadata_segments.h"
#include "codecs/jpeg/segment_walker.h"

namespace crop64::jpeg {
namespace {

// Whether decoders need the segment.
bool is_coding(uint8_t marker) {
  return is_frame(marker) || marker == kDht || marker == kDac || marker == kDqt || marker == kDnl ||
         marker == kDri || marker == kSos;
}

// The segments that determine the colour space of the components (as in libjpeg's
// default_decompress_parms).
struct ColorCoding {
  const Segment* jfif = nullptr;
  const Segment* adobe = nullptr;
  const Segment* frame = nullptr;

  // Whether a JFIF segment, which means grey or YCbCr, can be added without changing the colour
  // space.
  bool allows_jfif() const {
    if (jfif != nullptr) {
      return true;
    }
    const Bytes header = frame != nullptr ? frame->payload : Bytes();
    if (header.size() >= 9 && header[5] == 1) {
      return true;
    }
    const bool is_ycc = adobe != nullptr ? adobe->payload.size() >= 12 && adobe->payload[11] == 1
                                         : header.size() >= 15 && header[6] == 1 &&
                                               header[9] == 2 && header[12] == 3;
    return header.size() >= 15 && header[5] == 3 && is_ycc;
  }
};

void add_segment(Pieces& pieces, int marker, std::string_view name, std::string_view more,
                 Bytes content) {
  const size_t length = 2 + name.size() + more.size() + content.size();
  std::vector<uint8_t> head = {0xff, uint8_t(marker), uint8_t(length >> 8), uint8_t(length)};
  head.insert(head.end(), name.begin(), name.end());
  head.insert(head.end(), more.begin(), more.end());
  pieces.add_own(std::move(head));
  pieces.add(content);
}

void add_jfif(Pieces& pieces, const Segment* source, const Metadata& metadata) {
  const JfifDensity density = jfif_density(metadata);
  const bool has_version = source != nullptr && source->payload.size() >= 7;
  const uint8_t major = has_version ? source->payload[5] : 1;
  const uint8_t minor = has_version ? source->payload[6] : 1;
  pieces.add_own({0xff, kApp0, 0, 16, 'J', 'F', 'I', 'F', 0, major, minor, density.unit,
                  uint8_t(density.x >> 8), uint8_t(density.x), uint8_t(density.y >> 8),
                  uint8_t(density.y), 0, 0});
}

}  // namespace

Result<Buffer> rewrite(Bytes file, const Metadata& metadata) {
  // The whole header first, because the colour space determines how the new file begins.
  std::vector<Segment> coding;
  Segment jfif;
  Segment adobe;
  ColorCoding colors;
  SegmentWalker walker(file);
  for (;;) {
    const Result<Segment> next = walker.next();
    if (!next.ok()) {
      return next.error();
    }
    const Segment& segment = next.value();
    if (segment.marker == kApp0 && segment.starts_with(kJfif) && colors.jfif == nullptr) {
      jfif = segment;
      colors.jfif = &jfif;
    } else if (segment.marker == kApp14 && segment.starts_with(kAdobe) && colors.adobe == nullptr) {
      adobe = segment;
      colors.adobe = &adobe;
    } else if (is_coding(segment.marker)) {
      coding.push_back(segment);
    }
    if (segment.marker == kSos) {
      break;
    }
  }
  const auto frame = std::find_if(coding.begin(), coding.end(),
                                  [](const Segment& segment) { return is_frame(segment.marker); });
  colors.frame = frame != coding.end() ? &*frame : nullptr;

  Pieces pieces;
  pieces.add_own({0xff, kSoi});
  if (colors.jfif != nullptr || (metadata.density && colors.allows_jfif())) {
    add_jfif(pieces, colors.jfif, metadata);
  }
  if (colors.adobe != nullptr) {
    constexpr size_t kAdobeBytes = 12;
    const Bytes payload = adobe.payload;
    add_segment(pieces, kApp14, {}, {}, payload.first(std::min(payload.size(), kAdobeBytes)));
  }
  for_each_segment(metadata, [&](int marker, auto name, auto more, Bytes content) {
    add_segment(pieces, marker, name, more, content);
  });
  for (const Segment& segment : coding) {
    pieces.add(segment.raw);
  }
  pieces.add(walker.scan());
  // Further scans, and tables between them. Any error ends the image.
  for (Result<Segment> next = walker.next(); next.ok(); next = walker.next()) {
    if (is_coding(next.value().marker)) {
      pieces.add(next.value().raw);
    }
    if (next.value().marker == kSos) {
      pieces.add(walker.scan());
    }
  }
  pieces.add_own({0xff, kEoi});
  return pieces.join();
}

}  // namespace crop64::jpeg
