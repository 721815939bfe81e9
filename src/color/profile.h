// How samples mean colours: read from an ICC profile (ICC.1:2022), or made of primaries and a
// curve.
#pragma once

#include "base/buffer.h"
#include "color/curve.h"
#include "color/matrix.h"
#include "image/image.h"

namespace crop64 {

// The colour spaces that canvases name; kOther is every other one.
enum class ColorSpace : uint8_t { kSrgb, kDisplayP3, kOther };

// CIE 1931 x and y of white, red, green and blue, in units of 1/100,000: a PNG's cHRM.
using Chromaticities = uint32_t[8];

// sRGB (BT.709), Display P3, BT.2020.
inline constexpr Chromaticities kBt709Primaries = {31270, 32900, 64000, 33000,
                                                   30000, 60000, 15000, 6000};
inline constexpr Chromaticities kP3Primaries = {31270, 32900, 68000, 32000,
                                                26500, 69000, 15000, 6000};
inline constexpr Chromaticities kBt2020Primaries = {31270, 32900, 70800, 29200,
                                                    17000, 79700, 13100, 4600};

// The matrix from linear light of these primaries to XYZ relative to D50, adapted by Bradford's
// transform (ICC.1, annex E). Some numbers are not finite or above 1000 if the primaries enclose no
// colours.
Matrix to_xyz(const Chromaticities& chromaticities);

// What samples mean. By default sRGB.
struct ColorProfile {
  ColorSpace space = ColorSpace::kSrgb;
  // Whether matrix and curves are known. Those of a profile of tables, for example, are not.
  bool is_convertible = true;
  Matrix matrix;    // from linear light to XYZ relative to D50; unused for grey
  Curve curves[3];  // of red, green and blue; of grey the first

  // The profile of a named space: kSrgb or kDisplayP3.
  explicit ColorProfile(ColorSpace named);
  ColorProfile() : ColorProfile(ColorSpace::kSrgb) {}
};

// Sets primaries and one curve for all, and `space` to what they come to. Primaries that enclose no
// colours are ignored.
void set_colors(ColorProfile& profile, const Chromaticities& chromaticities, const Curve& curve);

// Whether the profile applies to samples of this model (grey, RGB or CMYK).
bool is_profile_for(Bytes profile, Model model);

// Reads a profile. `space` is what its matrix and curves come to, whatever its name is. A profile
// that is of tables, incomplete or damaged is kOther and not convertible. Reads nothing outside
// `profile`, from which tables are borrowed.
ColorProfile read_profile(Bytes profile);

// A Display P3 profile, version 4, 492 bytes. Errors: OUT_OF_MEMORY.
Result<Buffer> display_p3_profile();

}  // namespace crop64
