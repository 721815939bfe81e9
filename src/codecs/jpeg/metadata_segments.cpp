#include "codecs/jpeg/metadata_segments.h"

#include <algorithm>
#include <cmath>

#include "codecs/jpeg/segment_walker.h"

namespace crop64::jpeg {
namespace {

constexpr size_t kMaxPayload = 65533;

uint16_t to_u16(double value) {
  return static_cast<uint16_t>(std::clamp(std::floor(value + 0.5), 1.0, 65535.0));
}

}  // namespace

JfifDensity jfif_density(const Metadata& metadata) {
  if (!metadata.density) {
    return {};
  }
  const Density& density = *metadata.density;
  // A whole number per centimetre was read from a file in that unit.
  const bool metre = density.unit == Density::Unit::kMetre;
  const auto whole = [](double value) { return std::fmod(value, 100) == 0; };
  const bool centimetre = metre && whole(density.x) && whole(density.y);
  const double scale = centimetre ? 0.01 : metre ? 0.0254 : 1;
  const int unit = density.unit == Density::Unit::kNone ? 0 : centimetre ? 2 : 1;
  return {static_cast<uint8_t>(unit), to_u16(density.x * scale), to_u16(density.y * scale)};
}

void for_each_segment(const Metadata& metadata,
                      const std::function<void(int marker, std::string_view name,
                                               std::string_view more, Bytes content)>& write) {
  const auto write_if_fits = [&](int marker, std::string_view name, std::string_view more,
                                 Bytes content) {
    if (name.size() + more.size() + content.size() <= kMaxPayload) {
      write(marker, name, more, content);
    }
  };
  if (metadata.exif.size() > 0) {
    write_if_fits(kApp1, kExif, {}, metadata.exif);
  }
  if (metadata.xmp.size() > 0) {
    write_if_fits(kApp1, kXmp, {}, metadata.xmp);
  }
  if (metadata.photoshop.size() > 0) {
    write_if_fits(kApp13, kPhotoshop, {}, metadata.photoshop);
  }
  // A profile is split into numbered segments (ICC.1, B.4).
  const Bytes profile = metadata.icc_profile;
  constexpr size_t kMaxPart = kMaxPayload - 14;
  const size_t parts = (profile.size() + kMaxPart - 1) / kMaxPart;
  for (size_t i = 0; i < parts && parts <= 255; ++i) {
    const char number[] = {char(i + 1), char(parts)};
    const size_t first = i * kMaxPart;
    write(kApp2, kIcc, {number, 2},
          profile.subspan(first, std::min(kMaxPart, profile.size() - first)));
  }
  for (const Bytes& segment : metadata.raw) {
    write_if_fits(segment[1], {}, {}, segment.subspan(4));
  }
}

}  // namespace crop64::jpeg
