#include "jpeg/segments.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "metadata.h"

namespace crop64 {
namespace {

enum Marker : uint8_t {
  kSof0 = 0xc0,  // baseline
  kSof2 = 0xc2,  // progressive
  kDht = 0xc4,
  kJpg = 0xc8,
  kDac = 0xcc,
  kSof15 = 0xcf,
  kRst0 = 0xd0,
  kSoi = 0xd8,
  kEoi = 0xd9,
  kSos = 0xda,
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

struct Segment {
  uint8_t marker = 0;
  Bytes payload;  // without the two bytes of its length
  Bytes raw;      // from its marker on

  bool starts_with(std::string_view text) const {
    return payload.size() >= text.size() &&
           std::memcmp(payload.data(), text.data(), text.size()) == 0;
  }
};

int read_u16(Bytes bytes, size_t at) { return bytes[at] << 8 | bytes[at + 1]; }

// Goes from segment to segment up to the first scan.
class SegmentWalker {
 public:
  explicit SegmentWalker(Bytes file) : file_(file) {}

  Result<Segment> next() {
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
      return make_error(ErrorCode::kCorruptImage, "The JPEG ends before a picture begins.");
    }
    if (file_.size() - at_ < 2) {
      return cut_off();
    }
    const auto length = static_cast<size_t>(read_u16(file_, at_));
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

 private:
  static Error cut_off() {
    return make_error(ErrorCode::kTruncatedImage, "The JPEG ends in the middle of its header.");
  }

  Bytes file_;
  size_t at_ = 0;
};

bool is_frame(uint8_t marker) {
  return marker >= kSof0 && marker <= kSof15 && marker != kDht && marker != kJpg && marker != kDac;
}

int divide_up(int value, int by) { return (value + by - 1) / by; }

// Fills in what the frame header (T.81, B.2.2) says, the number of its components, and the bytes
// that all coefficients of the picture take.
std::optional<Error> read_frame(const Segment& segment, ImageInfo& info, int& components,
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
  info.size = {read_u16(frame, 3), read_u16(frame, 1)};
  if (info.size.width == 0 || info.size.height == 0) {
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
    // A single component is not interleaved: its sampling factors mean nothing (T.81, A.2.2).
    max_h = max_v = 1;
  } else {
    info.chroma_subsampling =
        ChromaSubsampling{max_h / std::max(1, frame[10] >> 4), max_v / std::max(1, frame[10] & 15)};
  }
  info.block = {8 * max_h, 8 * max_v};
  // Rows of a few iMCUs, in samples and in coefficients.
  const auto columns = uint64_t(divide_up(info.size.width, info.block.width));
  const auto rows = uint64_t(divide_up(info.size.height, info.block.height));
  const uint64_t block_row = columns * uint64_t(info.block.area()) * uint64_t(components);
  info.decode_memory = uint64_t{256} * 1024 + 6 * block_row;
  coefficient_memory = 2 * block_row * rows;
  info.move_memory = info.decode_memory + coefficient_memory;
  return std::nullopt;
}

// JFIF 1.02, the APP0 segment.
std::optional<Density> read_density(Bytes jfif) {
  if (jfif.size() < 12 || jfif[7] > 2) {
    return std::nullopt;
  }
  constexpr Density::Unit kUnits[] = {Density::Unit::kNone, Density::Unit::kInch,
                                      Density::Unit::kMetre};
  const double scale = jfif[7] == 2 ? 100 : 1;  // from centimetres
  return Density{read_u16(jfif, 8) * scale, read_u16(jfif, 10) * scale, kUnits[jfif[7]]};
}

constexpr std::string_view kJfif{"JFIF\0", 5};
constexpr std::string_view kExif{"Exif\0\0", 6};
constexpr std::string_view kXmp{"http://ns.adobe.com/xap/1.0/\0", 29};
constexpr std::string_view kIcc{"ICC_PROFILE\0", 12};
constexpr std::string_view kPhotoshop{"Photoshop 3.0\0", 14};
constexpr std::string_view kAdobe{"Adobe", 5};

constexpr std::string_view kGainMap{"urn:iso:std:iso:ts:21496:-1\0", 28};
constexpr size_t kMostParts = 255;

// The parts of a profile (ICC.1, B.4), which may come in any order, put together; nothing where one
// is missing.
Result<Buffer> join_profile(const std::vector<Bytes>& parts) {
  std::vector<Bytes> ordered(parts.size());
  for (const Bytes& part : parts) {
    const size_t number = part[0];
    if (number < 1 || number > parts.size() || part[1] != parts.size() ||
        ordered[number - 1].data() != nullptr) {
      return Buffer();
    }
    ordered[number - 1] = part.subspan(2);
  }
  uint64_t size = 0;
  for (const Bytes& part : ordered) {
    size += part.size();
  }
  Result<Buffer> profile = Buffer::allocate(size);
  if (profile.ok()) {
    uint8_t* to = profile.value().data();
    for (const Bytes& part : ordered) {
      to = std::copy(part.begin(), part.end(), to);
    }
  }
  return profile;
}

// What a segment is, and where in it its content begins; nothing for what is written anew.
std::optional<Block> block_of(const Segment& segment) {
  const auto block = [&](BlockKind kind, size_t skip = 0) {
    return Block{kind, segment.raw, segment.payload.subspan(skip)};
  };
  if (segment.marker == kCom) {
    return block(BlockKind::kText);
  }
  if (segment.marker < kApp0 || segment.marker > kApp15) {
    return std::nullopt;
  }
  if (segment.marker == kApp1 && segment.starts_with(kExif)) {
    return block(BlockKind::kExif, kExif.size());
  }
  if (segment.marker == kApp1 && segment.starts_with(kXmp)) {
    return block(BlockKind::kXmp, kXmp.size());
  }
  if (segment.marker == kApp2 && segment.starts_with(kIcc)) {
    return block(BlockKind::kIccProfile, kIcc.size());
  }
  if ((segment.marker == kApp0 && segment.starts_with(kJfif)) ||
      (segment.marker == kApp14 && segment.starts_with(kAdobe))) {
    return std::nullopt;  // what the encoder writes itself
  }
  if (segment.marker == kApp2 &&
      (segment.starts_with({"MPF\0", 4}) || segment.starts_with(kGainMap))) {
    return std::nullopt;  // about further pictures, which stand behind this one
  }
  if (segment.marker == kApp11 && segment.starts_with("JP")) {
    return std::nullopt;  // signed (C2PA), for this file as it stood
  }
  if (segment.marker == kApp13 && segment.starts_with(kPhotoshop)) {
    return block(BlockKind::kPhotoshop, kPhotoshop.size());
  }
  return block(BlockKind::kWhole);
}

}  // namespace

bool matches_jpeg(Bytes file) {
  return file.size() >= 3 && file[0] == 0xff && file[1] == kSoi && file[2] == 0xff;
}

Result<ImageInfo> probe_jpeg(Bytes file) {
  ImageInfo info;
  SegmentWalker walker(file);
  int components = 0;
  int components_in_scan = 0;
  uint64_t coefficient_memory = 0;
  for (;;) {
    Result<Segment> next = walker.next();
    if (!next.ok()) {
      return next.error();
    }
    const Segment& segment = next.value();
    if (is_frame(segment.marker)) {
      if (auto error = read_frame(segment, info, components, coefficient_memory)) {
        return *error;
      }
    } else if (segment.marker == kApp0 && segment.starts_with(kJfif)) {
      info.density_per_inch = per_inch(read_density(segment.payload));
    } else if (segment.marker == kApp1 && segment.starts_with(kExif) && !info.has_exif) {
      info.has_exif = true;
      info.orientation = exif_orientation(read_orientation(segment.payload.subspan(6)));
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
  // With several scans all coefficients are kept until the last one.
  if (info.progressive || components_in_scan < components) {
    info.decode_memory += coefficient_memory;
  }
  return info;
}

Result<SourceMetadata> metadata_of_jpeg(Bytes file) {
  SourceMetadata metadata;
  std::vector<Bytes> profile;
  SegmentWalker walker(file);
  for (;;) {
    const Result<Segment> next = walker.next();
    if (!next.ok() || next.value().marker == kSos) {
      break;
    }
    const Segment& segment = next.value();
    if (segment.marker == kApp0 && segment.starts_with(kJfif)) {
      metadata.density = read_density(segment.payload);
    }
    const std::optional<Block> block = block_of(segment);
    if (block && block->kind == BlockKind::kIccProfile) {
      if (block->data.size() >= 2 && profile.size() <= kMostParts) {
        profile.push_back(block->data);
      }
    } else if (block) {
      metadata.add(*block);
    }
  }
  Result<Buffer> joined = join_profile(profile);
  if (!joined.ok()) {
    return joined.error();
  }
  metadata.icc_profile = std::move(joined.value());
  metadata.color_space = color_space_of(metadata.icc_profile);
  return metadata;
}

}  // namespace crop64
