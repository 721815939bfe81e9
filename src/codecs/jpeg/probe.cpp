#include "codecs/jpeg/probe.h"

#include <algorithm>

#include "base/byte_order.h"
#include "base/math.h"
#include "codecs/jpeg/metadata.h"
#include "codecs/jpeg/quality.h"
#include "codecs/jpeg/segment_walker.h"
#include "metadata/exif.h"

namespace crop64::jpeg {
namespace {

// Reads the frame header (T.81, B.2.2) into `info`, its number of components, and the memory of all
// coefficients in bytes.
Failure read_frame(const Segment& segment, ImageInfo& info, int& components,
                   uint64_t& coefficient_memory) {
  const Bytes frame = segment.payload;
  if (segment.marker > kSof2) {
    return make_error(
        ErrorCode::kUnsupportedFormat,
        "Expected a baseline, extended or progressive Huffman-coded JPEG but received "
        "%s (SOF%d).",
        segment.marker >= 0xc9 ? "an arithmetic-coded one" : "a lossless or hierarchical one",
        segment.marker - kSof0);
  }
  if (frame.size() < 6 || frame.size() < 6 + size_t{frame[5]} * 3) {
    return make_error(ErrorCode::kCorruptImage, "The JPEG's frame header is too short.");
  }
  if (frame[0] != 8) {
    return make_error(ErrorCode::kUnsupportedFormat,
                      "Expected a JPEG of 8 bits a sample but received one of %d.", frame[0]);
  }
  info.size = {load_be16(&frame[3]), load_be16(&frame[1])};
  if (info.size.width > 0 && info.size.height == 0) {  // T.81, B.2.5
    return make_error(
        ErrorCode::kUnsupportedFormat,
        "The JPEG has its height after the first scan (in a DNL marker), which is not "
        "supported. Save it again with another program.");
  }
  if (info.size.width == 0) {
    return make_error(ErrorCode::kCorruptImage,
                      "Expected a JPEG of at least one pixel but its header says %d x %d.",
                      info.size.width, info.size.height);
  }
  components = frame[5];
  if (components != 1 && components != 3 && components != 4) {
    return make_error(ErrorCode::kUnsupportedFormat,
                      "Expected a JPEG of 1, 3 or 4 components but received one of %d.",
                      components);
  }
  info.layout = {components == 1 ? Model::kGray : components == 3 ? Model::kRgb : Model::kCmyk, 8};
  info.max_reduction = 8;
  info.progressive = segment.marker == kSof2;
  int max_h = 1;
  int max_v = 1;
  for (int i = 0; i < components; ++i) {
    const int h = frame[7 + 3 * size_t(i)] >> 4;
    const int v = frame[7 + 3 * size_t(i)] & 15;
    if (h < 1 || h > 4 || v < 1 || v > 4) {
      return make_error(ErrorCode::kCorruptImage,
                        "Expected JPEG sampling factors of 1 to 4 but received %d x %d.", h, v);
    }
    max_h = std::max(max_h, h);
    max_v = std::max(max_v, v);
  }
  if (components == 1) {
    // A single component is not interleaved, so its sampling factors have no effect (T.81, A.2.2).
    max_h = max_v = 1;
  } else {
    const int chroma = frame[10];
    info.chroma_subsampling =
        ChromaSubsampling{max_h / std::max(1, chroma >> 4), max_v / std::max(1, chroma & 15)};
    info.has_ycc = components == 3 && frame[7] == (max_h << 4 | max_v) && frame[13] == chroma &&
                   max_h % (chroma >> 4) == 0 && max_v % (chroma & 15) == 0;
  }
  info.block = {8 * max_h, 8 * max_v};
  // A few rows of iMCUs, as samples and as coefficients.
  const auto columns = uint64_t(divide_up(info.size.width, info.block.width));
  const auto rows = uint64_t(divide_up(info.size.height, info.block.height));
  const uint64_t block_row = columns * uint64_t(info.block.area()) * uint64_t(components);
  info.decode_memory = uint64_t{256} * 1024 + 6 * block_row +
                       static_cast<uint64_t>(RowBatch::memory(info.size.width, info.layout));
  coefficient_memory = 2 * block_row * rows;
  return std::nullopt;
}

// The quantisation tables read so far (T.81, B.2.4.1), by table number.
class Tables {
 public:
  void read(Bytes dqt) {
    while (!dqt.empty()) {
      const size_t entry_bytes = dqt[0] >> 4 == 0 ? 1 : 2;
      const size_t number = dqt[0] & 15;
      if (number >= tables_.size() || dqt.size() < 1 + 64 * entry_bytes) {
        return;
      }
      auto& table = tables_[number].emplace();
      for (size_t i = 0; i < table.size(); ++i) {
        table[i] =
            static_cast<uint16_t>(entry_bytes == 1 ? dqt[1 + i] : load_be16(&dqt[1 + 2 * i]));
      }
      dqt = dqt.subspan(1 + 64 * entry_bytes);
    }
  }
  // 0 if no such table was read.
  int quality(size_t number) const {
    return number < tables_.size() && tables_[number] ? nearest_quality(*tables_[number]) : 0;
  }

 private:
  std::array<std::optional<QuantisationTable>, 4> tables_;
};

}  // namespace

bool matches(Bytes file) {
  return file.size() >= 3 && file[0] == 0xff && file[1] == kSoi && file[2] == 0xff;
}

Result<ImageInfo> probe(Bytes file) {
  ImageInfo info;
  SegmentWalker walker(file);
  int components = 0;
  int components_in_scan = 0;
  Tables tables;
  size_t first_table = 0;  // of the first component
  std::optional<Density> density;
  std::optional<Density> exif_density;
  uint64_t coefficient_memory = 0;
  // Three components are YCC or RGB: libjpeg believes JFIF, then Adobe, then their names.
  bool has_jfif = false;
  bool has_adobe = false;
  bool adobe_rgb = false;
  bool named_rgb = false;
  for (;;) {
    Result<Segment> next = walker.next();
    if (!next.ok()) {
      return next.error();
    }
    const Segment& segment = next.value();
    if (is_frame(segment.marker)) {
      if (auto error = read_frame(segment, info, components, coefficient_memory)) {
        return error;
      }
      const Bytes frame = segment.payload;
      first_table = frame[8];
      named_rgb = components == 3 && frame[6] == 'R' && frame[9] == 'G' && frame[12] == 'B';
    } else if (segment.marker == kDqt) {
      tables.read(segment.payload);
    } else if (segment.marker == kApp0 && segment.starts_with(kJfif)) {
      density = read_jfif_density(segment.payload);
      has_jfif = has_jfif || segment.payload.size() >= 14;
    } else if (segment.marker == kApp14 && segment.starts_with(kAdobe)) {
      if (segment.payload.size() >= 12) {
        has_adobe = true;
        adobe_rgb = segment.payload[11] == 0;
      }
    } else if (segment.marker == kApp1 && segment.starts_with(kExif) && !info.has_exif) {
      info.has_exif = true;
      info.orientation = exif_orientation(read_exif_orientation(segment.payload.subspan(6)));
      exif_density = read_exif_density(segment.payload.subspan(6));
    } else if (segment.marker == kApp2 && segment.starts_with(kIcc)) {
      info.has_icc_profile = true;
    } else if (segment.marker == kSos) {
      components_in_scan = segment.payload.empty() ? 0 : segment.payload[0];
      break;
    }
  }
  if (components == 0) {
    return make_error(ErrorCode::kCorruptImage, "The JPEG has a scan before its frame header.");
  }
  info.has_ycc = info.has_ycc && (has_jfif || !(has_adobe ? adobe_rgb : named_rgb));
  info.density_per_inch = per_inch(choose_density(density, exif_density));
  info.quality = tables.quality(first_table);
  // With several scans all coefficients are kept in memory until the last one.
  if (info.progressive || components_in_scan < components) {
    info.decode_memory += coefficient_memory;
  }
  return info;
}

}  // namespace crop64::jpeg
