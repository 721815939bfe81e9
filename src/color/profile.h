// ICC profiles (ICC.1:2022): recognises profiles of sRGB and Display P3, and builds a Display P3
// profile.
#pragma once

#include "base/buffer.h"
#include "image/image.h"

namespace crop64 {

// The colour spaces that canvases name; kOther is every other one.
enum class ColorSpace : uint8_t { kSrgb, kDisplayP3, kOther };

// Compares the profile's matrix and curves, not its name, with those of sRGB and Display P3. An
// empty profile is sRGB. Reads nothing outside `profile`.
ColorSpace color_space_of(Bytes profile);

// Whether the profile applies to samples of this model (grey, RGB or CMYK).
bool is_profile_for(Bytes profile, Model model);

// A Display P3 profile, version 4, 492 bytes. Errors: OUT_OF_MEMORY.
Result<Buffer> display_p3_profile();

}  // namespace crop64
