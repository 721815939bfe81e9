#include "codecs/jpeg/segments.h"

#include <algorithm>
#include <string_view>

#include "base/math.h"
#include "codecs/jpeg/quality.h"
#include "codecs/jpeg/segment_walker.h"
#include "metadata/metadata.h"
#include "metadata/exif.h"

namespace crop64 {
namespace {

int read_u16(Bytes bytes, size_t at) { return bytes[at] << 8 | bytes[at + 1]; }

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
  if (info.size.width > 0 && info.size.height == 0) {  // T.81, B.2.5
    return make_error(ErrorCode::kUnsupportedFormat,
                      "The JPEG says its height only after its first scan (in a DNL marker), which "
                      "is not read here. Save it again with another program.");
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

// The quantisation tables of a file's segments so far (T.81, B.2.4.1), by their number.
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
        table[i] = static_cast<uint16_t>(entry_bytes == 1 ? dqt[1 + i] : read_u16(dqt, 1 + 2 * i));
      }
      dqt = dqt.subspan(1 + 64 * entry_bytes);
    }
  }
  // 0 if there is no such table.
  int quality(size_t number) const {
    return number < tables_.size() && tables_[number] ? nearest_quality(*tables_[number]) : 0;
  }

 private:
  std::array<std::optional<QuantisationTable>, 4> tables_;
};

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

// Cameras write JFIF's without a unit, or no JFIF at all, and the density into Exif.
std::optional<Density> choose_density(const std::optional<Density>& jfif,
                                      const std::optional<Density>& exif) {
  const bool has_unit = jfif && jfif->unit != Density::Unit::kNone;
  return has_unit || !exif ? jfif : exif;
}

constexpr std::string_view kExif{"Exif\0\0", 6};
constexpr std::string_view kXmp{"http://ns.adobe.com/xap/1.0/\0", 29};
constexpr std::string_view kIcc{"ICC_PROFILE\0", 12};
constexpr std::string_view kPhotoshop{"Photoshop 3.0\0", 14};

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
std::optional<MetadataBlock> block_of(const Segment& segment) {
  const auto block = [&](MetadataKind kind, size_t skip = 0) {
    return MetadataBlock{kind, segment.raw, segment.payload.subspan(skip)};
  };
  if (segment.marker == kCom) {
    return block(MetadataKind::kText);
  }
  if (segment.marker < kApp0 || segment.marker > kApp15) {
    return std::nullopt;
  }
  if (segment.marker == kApp1 && segment.starts_with(kExif)) {
    return block(MetadataKind::kExif, kExif.size());
  }
  if (segment.marker == kApp1 && segment.starts_with(kXmp)) {
    return block(MetadataKind::kXmp, kXmp.size());
  }
  if (segment.marker == kApp2 && segment.starts_with(kIcc)) {
    return block(MetadataKind::kIccProfile, kIcc.size());
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
    return block(MetadataKind::kPhotoshop, kPhotoshop.size());
  }
  return block(MetadataKind::kOpaque);
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
  Tables tables;
  size_t first_table = 0;  // the number of the first component's
  std::optional<Density> density;
  std::optional<Density> exif_density;
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
      first_table = segment.payload[8];
    } else if (segment.marker == kDqt) {
      tables.read(segment.payload);
    } else if (segment.marker == kApp0 && segment.starts_with(kJfif)) {
      density = read_density(segment.payload);
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
  info.density_per_inch = per_inch(choose_density(density, exif_density));
  info.quality = tables.quality(first_table);
  // With several scans all coefficients are kept until the last one.
  if (info.progressive || components_in_scan < components) {
    info.decode_memory += coefficient_memory;
  }
  return info;
}

Result<SourceMetadata> metadata_of_jpeg(Bytes file) {
  SourceMetadata metadata;
  std::vector<Bytes> profile;
  std::optional<Density> exif_density;
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
    const std::optional<MetadataBlock> block = block_of(segment);
    if (block && block->kind == MetadataKind::kExif && !exif_density) {
      exif_density = read_exif_density(block->data);
    }
    if (block && block->kind == MetadataKind::kIccProfile) {
      if (block->data.size() >= 2 && profile.size() <= kMostParts) {
        profile.push_back(block->data);
      }
    } else if (block) {
      metadata.add(*block);
    }
  }
  metadata.density = choose_density(metadata.density, exif_density);
  Result<Buffer> joined = join_profile(profile);
  if (!joined.ok()) {
    return joined.error();
  }
  metadata.icc_profile = std::move(joined.value());
  metadata.color_space = color_space_of(metadata.icc_profile);
  return metadata;
}

}  // namespace crop64
