#include "color/profile.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include "base/byte_order.h"

namespace crop64 {
namespace {

constexpr size_t kHeaderBytes = 128;
constexpr size_t kTagEntryBytes = 12;

constexpr uint32_t signature(const char (&text)[5]) {
  return uint32_t(uint8_t(text[0])) << 24 | uint32_t(uint8_t(text[1])) << 16 |
         uint32_t(uint8_t(text[2])) << 8 | uint32_t(uint8_t(text[3]));
}

// s15Fixed16Number.
constexpr uint32_t fixed(double value) {
  return static_cast<uint32_t>(static_cast<int32_t>(value * 65536 + (value < 0 ? -0.5 : 0.5)));
}

// The values of rXYZ, gXYZ and bXYZ: the primaries relative to D50.
struct Primaries {
  double xyz[3][3];
};
constexpr Primaries kSrgbPrimaries = {
    {{0.43607, 0.22249, 0.01392}, {0.38515, 0.71687, 0.09708}, {0.14307, 0.06061, 0.71410}}};
constexpr Primaries kP3Primaries = {
    {{0.51512, 0.24120, -0.00105}, {0.29198, 0.69225, 0.04189}, {0.15710, 0.06657, 0.78407}}};

// The transfer function of both (IEC 61966-2-1) as a parametricCurveType of type 3.
constexpr double kSrgbCurve[] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};

// Reads a profile. Everything outside it reads as 0.
class Profile {
 public:
  explicit Profile(Bytes bytes) : bytes_(bytes) {}

  uint32_t u16(size_t offset) const { return number(offset, 2); }
  uint32_t u32(size_t offset) const { return number(offset, 4); }
  double fixed_at(size_t offset) const { return static_cast<int32_t>(u32(offset)) / 65536.0; }

  // The offset of a tag's data; 0 if the profile has no such tag.
  size_t find(uint32_t tag) const {
    const uint32_t count = std::min(u32(kHeaderBytes), uint32_t{100});
    for (size_t i = 0; i < count; ++i) {
      const size_t entry = kHeaderBytes + 4 + i * kTagEntryBytes;
      if (u32(entry) == tag) {
        return u32(entry + 4);
      }
    }
    return 0;
  }

 private:
  uint32_t number(size_t offset, size_t count) const {
    if (offset > bytes_.size() || bytes_.size() - offset < count) {
      return 0;
    }
    uint32_t value = 0;
    for (size_t i = 0; i < count; ++i) {
      value = value << 8 | bytes_[offset + i];
    }
    return value;
  }

  Bytes bytes_;
};

bool near(double value, double expected) { return std::fabs(value - expected) < 0.003; }

bool has_primaries(const Profile& profile, const Primaries& primaries) {
  constexpr uint32_t kTags[] = {signature("rXYZ"), signature("gXYZ"), signature("bXYZ")};
  for (size_t i = 0; i < 3; ++i) {
    const size_t tag = profile.find(kTags[i]);
    for (size_t k = 0; k < 3; ++k) {
      if (tag == 0 || !near(profile.fixed_at(tag + 8 + 4 * k), primaries.xyz[i][k])) {
        return false;
      }
    }
  }
  return true;
}

// A curve given as a table is compared at three points. At the darkest a gamma of 2.2 differs.
bool is_srgb_curve(const Profile& profile, size_t tag) {
  if (profile.u32(tag) == signature("para")) {
    // Type 4 adds two numbers to type 3, which are 0 here (10.18).
    const uint32_t type = profile.u16(tag + 8);
    bool same = type == 3 || (type == 4 && near(profile.fixed_at(tag + 32), 0) &&
                              near(profile.fixed_at(tag + 36), 0));
    for (size_t i = 0; i < std::size(kSrgbCurve); ++i) {
      same = same && near(profile.fixed_at(tag + 12 + 4 * i), kSrgbCurve[i]);
    }
    return same;
  }
  const uint32_t entries = profile.u32(tag + 8);
  if (profile.u32(tag) != signature("curv") || entries < 16) {
    return false;
  }
  constexpr double kPoints[][2] = {{0.1, 0.01002}, {0.5, 0.21404}, {0.9, 0.78741}};
  return std::all_of(std::begin(kPoints), std::end(kPoints), [&](const double(&point)[2]) {
    const double position = point[0] * (entries - 1);
    const auto below = static_cast<size_t>(position);
    const double low = profile.u16(tag + 12 + 2 * below) / 65535.0;
    const double high = profile.u16(tag + 14 + 2 * below) / 65535.0;
    return near(low + (high - low) * (position - double(below)), point[1]);
  });
}

std::string_view color_space_name(Bytes profile) {
  return profile.size() <= kHeaderBytes
             ? std::string_view()
             : std::string_view(reinterpret_cast<const char*>(profile.data()) + 16, 4);
}

}  // namespace

bool is_profile_for(Bytes profile, Model model) {
  const std::string_view name = color_space_name(profile);
  switch (model) {
    case Model::kGray:
    case Model::kGrayAlpha:
      return name == "GRAY";
    case Model::kCmyk:
      return name == "CMYK";
    default:
      return name == "RGB ";
  }
}

ColorSpace color_space_of(Bytes bytes) {
  if (bytes.empty()) {
    return ColorSpace::kSrgb;
  }
  const Profile profile(bytes);
  const bool gray = is_profile_for(bytes, Model::kGray);
  // A table for the whole conversion takes precedence over matrix and curves (ICC.1, 8.3.2).
  if ((!gray && !is_profile_for(bytes, Model::kRgb)) || profile.find(signature("A2B0")) != 0) {
    return ColorSpace::kOther;
  }
  constexpr uint32_t kCurves[] = {signature("rTRC"), signature("gTRC"), signature("bTRC")};
  const bool srgb_curves =
      gray ? is_srgb_curve(profile, profile.find(signature("kTRC")))
           : std::all_of(std::begin(kCurves), std::end(kCurves),
                         [&](uint32_t tag) { return is_srgb_curve(profile, profile.find(tag)); });
  if (srgb_curves && (gray || has_primaries(profile, kSrgbPrimaries))) {
    return ColorSpace::kSrgb;
  }
  return srgb_curves && has_primaries(profile, kP3Primaries) ? ColorSpace::kDisplayP3
                                                             : ColorSpace::kOther;
}

Result<Buffer> display_p3_profile() {
  constexpr const auto& kXyz = kP3Primaries.xyz;
  // Words, big-endian in the file.
  constexpr uint32_t kWords[] = {
      // The header (7.2): size, no preferred module, version 4.0, display, RGB to XYZ, a date, D50.
      492, 0, 0x04000000, signature("mntr"), signature("RGB "), signature("XYZ "), 0x07e60001,
      0x00010000, 0, signature("acsp"), 0, 0, 0, 0, 0, 0, 0, fixed(0.9642), fixed(1), fixed(0.8249),
      0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
      // The tag table: offset and length of each; the three curves share their data.
      10, signature("desc"), 252, 48, signature("cprt"), 300, 36, signature("wtpt"), 336, 20,
      signature("chad"), 356, 44, signature("rXYZ"), 400, 20, signature("gXYZ"), 420, 20,
      signature("bXYZ"), 440, 20, signature("rTRC"), 460, 32, signature("gTRC"), 460, 32,
      signature("bTRC"), 460, 32,
      // desc, in one language, en-US, and UTF-16: "Display P3"
      signature("mluc"), 0, 1, 12, 0x656e5553, 20, 28, 0x00440069, 0x00730070, 0x006c0061,
      0x00790020, 0x00500033,
      // cprt: "CC0"
      signature("mluc"), 0, 1, 12, 0x656e5553, 6, 28, 0x00430043, 0x00300000,
      // wtpt
      signature("XYZ "), 0, fixed(0.9642), fixed(1), fixed(0.8249),
      // chad: D65 to D50
      signature("sf32"), 0, fixed(1.04788), fixed(0.02292), fixed(-0.0502), fixed(0.02959),
      fixed(0.99048), fixed(-0.01706), fixed(-0.00923), fixed(0.01508), fixed(0.75168),
      // rXYZ, gXYZ, bXYZ
      signature("XYZ "), 0, fixed(kXyz[0][0]), fixed(kXyz[0][1]), fixed(kXyz[0][2]),
      signature("XYZ "), 0, fixed(kXyz[1][0]), fixed(kXyz[1][1]), fixed(kXyz[1][2]),
      signature("XYZ "), 0, fixed(kXyz[2][0]), fixed(kXyz[2][1]), fixed(kXyz[2][2]),
      // rTRC
      signature("para"), 0, 0x00030000, fixed(kSrgbCurve[0]), fixed(kSrgbCurve[1]),
      fixed(kSrgbCurve[2]), fixed(kSrgbCurve[3]), fixed(kSrgbCurve[4])};
  static_assert(sizeof kWords == 492);
  Result<Buffer> profile = Buffer::allocate(sizeof kWords);
  if (profile.ok()) {
    uint8_t* to = profile.value().data();
    for (const uint32_t word : kWords) {
      store_be32(to, word);
      to += sizeof word;
    }
  }
  return profile;
}

}  // namespace crop64
