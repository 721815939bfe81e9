#include "codecs/jpeg/metadata.h"

#include <algorithm>

#include "base/byte_order.h"
#include "codecs/jpeg/segment_walker.h"
#include "metadata/exif.h"

namespace crop64::jpeg {
namespace {

constexpr size_t kMaxParts = 255;

// Joins the parts of a profile (ICC.1, B.4), which may be in any order. Empty if a part is missing.
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

// The segment as metadata; nothing if it is never copied.
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
    return std::nullopt;  // written anew by every encoder
  }
  if (segment.marker == kApp2 &&
      (segment.starts_with({"MPF\0", 4}) || segment.starts_with(kGainMap))) {
    return std::nullopt;  // refers to further images behind this one, which are not copied
  }
  if (segment.marker == kApp11 && segment.starts_with("JP")) {
    return std::nullopt;  // a C2PA signature, which is valid for the source file only
  }
  if (segment.marker == kApp13 && segment.starts_with(kPhotoshop)) {
    return block(MetadataKind::kPhotoshop, kPhotoshop.size());
  }
  return block(MetadataKind::kOpaque);
}

}  // namespace

std::optional<Density> read_jfif_density(Bytes jfif) {
  if (jfif.size() < 12 || jfif[7] > 2) {
    return std::nullopt;
  }
  constexpr Density::Unit kUnits[] = {Density::Unit::kNone, Density::Unit::kInch,
                                      Density::Unit::kMetre};
  const double scale = jfif[7] == 2 ? 100 : 1;  // from centimetres
  return Density{load_be16(&jfif[8]) * scale, load_be16(&jfif[10]) * scale, kUnits[jfif[7]]};
}

std::optional<Density> choose_density(const std::optional<Density>& jfif,
                                      const std::optional<Density>& exif) {
  const bool has_unit = jfif && jfif->unit != Density::Unit::kNone;
  return has_unit || !exif ? jfif : exif;
}

Result<SourceMetadata> read_metadata(Bytes file) {
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
      metadata.density = read_jfif_density(segment.payload);
    }
    const std::optional<MetadataBlock> block = block_of(segment);
    if (block && block->kind == MetadataKind::kExif && !exif_density) {
      exif_density = read_exif_density(block->data);
    }
    if (block && block->kind == MetadataKind::kIccProfile) {
      if (block->data.size() >= 2 && profile.size() <= kMaxParts) {
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
  return metadata;
}

}  // namespace crop64::jpeg
