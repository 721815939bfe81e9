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

constexpr Matrix make_matrix(const Chromaticities& xy) {
  Matrix primaries = {};
  double white[3] = {};
  for (size_t i = 0; i < 4; ++i) {
    const double x = xy[2 * i];
    const double y = xy[2 * i + 1];
    const double xyz[] = {x, y, 100000 - x - y};
    for (int k = 0; k < 3; ++k) {
      if (i == 0) {
        white[k] = xyz[k] / y;
      } else {
        primaries.rows[k][i - 1] = xyz[k];
      }
    }
  }
  // Bradford's transform to cones, where each is scaled from one white to the other: to that of the
  // profile connection space (7.2.16). Amounts of the primaries make up white.
  constexpr Matrix kCones = {{{8951, 2664, -1614}, {-7502, 17135, 367}, {389, -685, 10296}}};
  constexpr double kD50[] = {0.9642, 1, 0.8249};
  const Matrix amounts = inverse(primaries);
  Matrix cones = kCones;
  for (int i = 0; i < 3; ++i) {
    double from = 0;
    double to = 0;
    double amount = 0;
    for (int k = 0; k < 3; ++k) {
      from += kCones.rows[i][k] * white[k];
      to += kCones.rows[i][k] * kD50[k];
      amount += amounts.rows[i][k] * white[k];
    }
    for (int k = 0; k < 3; ++k) {
      cones.rows[i][k] *= to / from;
      primaries.rows[k][i] *= amount;
    }
  }
  return multiply(multiply(inverse(kCones), cones), primaries);
}

// Reads a profile. Everything outside it reads as 0.
class Profile {
 public:
  explicit Profile(Bytes bytes) : bytes_(bytes) {}

  uint32_t u16(size_t offset) const { return number(offset, 2); }
  uint32_t u32(size_t offset) const { return number(offset, 4); }
  double fixed_at(size_t offset) const { return static_cast<int32_t>(u32(offset)) / 65536.0; }

  // Empty if they are not all there.
  Bytes bytes(size_t offset, uint64_t count) const {
    const bool has_all = offset <= bytes_.size() && bytes_.size() - offset >= count;
    return has_all ? bytes_.subspan(offset, static_cast<size_t>(count)) : Bytes();
  }

  // The offset of a tag's data; 0 if the profile has no such tag.
  [[gnu::noinline]] size_t find(uint32_t tag) const {
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
  [[gnu::noinline]] uint32_t number(size_t offset, size_t count) const {
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

// Whether `value` is `expected` as far as programs that make profiles differ.
bool is_near(double value, double expected, double tolerance) {
  return std::fabs(value - expected) < tolerance;
}

bool is_near(const Matrix& matrix, const Matrix& expected) {
  for (int i = 0; i < 9; ++i) {
    if (!is_near(matrix.rows[i / 3][i % 3], expected.rows[i / 3][i % 3], 0.003)) {
      return false;
    }
  }
  return true;
}

// Compared at three points. At the darkest a gamma of 2.2 differs.
bool is_srgb(const Curve& curve) {
  constexpr double kPoints[] = {0.1, 0.5, 0.9};
  return std::all_of(std::begin(kPoints), std::end(kPoints),
                     [&](double x) { return is_near(curve.at(x), Curve().at(x), 0.002); });
}

ColorSpace space_of(const ColorProfile& profile, bool is_gray) {
  const auto curves_end = profile.curves + (is_gray ? 1 : 3);
  if (!std::all_of(profile.curves, curves_end, is_srgb)) {
    return ColorSpace::kOther;
  }
  return is_gray || is_near(profile.matrix, to_xyz(kBt709Primaries)) ? ColorSpace::kSrgb
         : is_near(profile.matrix, to_xyz(kP3Primaries))             ? ColorSpace::kDisplayP3
                                                                     : ColorSpace::kOther;
}

// Reads a curveType or a parametricCurveType (10.6, 10.18). False if it is neither, or incomplete.
bool read_curve(const Profile& profile, size_t tag, Curve& curve) {
  if (profile.u32(tag) == signature("para")) {
    const uint32_t type = profile.u16(tag + 8);
    if (type > 4) {
      return false;
    }
    constexpr uint8_t kNumbers[] = {1, 3, 4, 5, 7};
    curve = gamma_curve(1);
    for (size_t i = 0; i < kNumbers[type]; ++i) {
      curve.numbers[i] = static_cast<float>(profile.fixed_at(tag + 12 + 4 * i));
    }
    if (type == 1 || type == 2) {
      // From -b/a on, where the base of the power is 0. Below it, and beside it, `c` is a constant.
      auto& [gamma, a, b, c, d, e, f] = curve.numbers;
      d = a == 0 ? 2 : -b / a;
      e = f = c;
      c = 0;
    }
    return true;
  }
  const uint32_t entries = profile.u32(tag + 8);
  if (profile.u32(tag) != signature("curv")) {
    return false;
  }
  if (entries <= 1) {
    curve = gamma_curve(entries == 0 ? 1 : profile.u16(tag + 12) / 256.0);
    return true;
  }
  curve.table = profile.bytes(tag + 12, uint64_t{2} * entries);
  return !curve.table.empty();
}

std::string_view color_space_name(Bytes profile) {
  return profile.size() <= kHeaderBytes
             ? std::string_view()
             : std::string_view(reinterpret_cast<const char*>(profile.data()) + 16, 4);
}

}  // namespace

Matrix to_xyz(const Chromaticities& chromaticities) { return make_matrix(chromaticities); }

ColorProfile::ColorProfile(ColorSpace named)
    : space(named),
      matrix(to_xyz(named == ColorSpace::kDisplayP3 ? kP3Primaries : kBt709Primaries)) {}

void set_colors(ColorProfile& profile, const Chromaticities& chromaticities, const Curve& curve) {
  const Matrix made = to_xyz(chromaticities);
  const bool is_valid = std::all_of(&made.rows[0][0], &made.rows[0][0] + 9,
                                    [](double value) { return std::fabs(value) <= 1000; });
  if (is_valid) {
    profile.matrix = made;
  }
  std::fill_n(profile.curves, 3, curve);
  profile.space = space_of(profile, false);
}

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

ColorProfile read_profile(Bytes bytes) {
  ColorProfile result;
  const Profile profile(bytes);
  const bool is_gray = is_profile_for(bytes, Model::kGray);
  // Tables for the whole conversion take precedence over matrix and curves (8.3.2). Curves may
  // also lead to CIELAB, which the header says.
  bool& is_complete = result.is_convertible;
  is_complete = (is_gray || is_profile_for(bytes, Model::kRgb)) &&
                profile.find(signature("A2B0")) == 0 && profile.find(signature("A2B1")) == 0 &&
                profile.u32(20) != signature("Lab ");
  constexpr uint32_t kColorants[] = {signature("rXYZ"), signature("gXYZ"), signature("bXYZ")};
  constexpr uint32_t kCurves[] = {signature("rTRC"), signature("gTRC"), signature("bTRC")};
  for (size_t i = 0; i < 3 && is_complete; ++i) {
    const size_t curve = profile.find(is_gray ? signature("kTRC") : kCurves[i]);
    const size_t colorant = profile.find(kColorants[i]);
    is_complete = read_curve(profile, curve, result.curves[i]) && (is_gray || colorant != 0);
    for (size_t k = 0; k < 3 && !is_gray; ++k) {
      result.matrix.rows[k][i] = profile.fixed_at(colorant + 8 + 4 * k);
    }
  }
  result.space = is_complete ? space_of(result, is_gray) : ColorSpace::kOther;
  return result;
}

Result<Buffer> display_p3_profile() {
  static constexpr Matrix kMatrix = make_matrix(kP3Primaries);
  constexpr const auto& kXyz = kMatrix.rows;
  constexpr Curve kCurve;
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
      signature("XYZ "), 0, fixed(kXyz[0][0]), fixed(kXyz[1][0]), fixed(kXyz[2][0]),
      signature("XYZ "), 0, fixed(kXyz[0][1]), fixed(kXyz[1][1]), fixed(kXyz[2][1]),
      signature("XYZ "), 0, fixed(kXyz[0][2]), fixed(kXyz[1][2]), fixed(kXyz[2][2]),
      // rTRC
      signature("para"), 0, 0x00030000, fixed(kCurve.numbers[0]), fixed(kCurve.numbers[1]),
      fixed(kCurve.numbers[2]), fixed(kCurve.numbers[3]), fixed(kCurve.numbers[4])};
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
