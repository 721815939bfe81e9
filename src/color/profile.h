// Colour profiles (ICC.1:2022): of which of the two colour spaces that the web has names for one
// is, and the profile of the one that no file has without a profile.
#pragma once

#include "base/buffer.h"
#include "image/image.h"

namespace crop64 {

// kOther: what these two names do not say. Samples are never converted from one to another.
enum class ColorSpace : uint8_t { kSrgb, kDisplayP3, kOther };

// By what the profile does, not by its name: the colorants of its matrix and its curves are
// compared with those of both spaces. Reads nothing outside `profile`; no profile at all is sRGB.
ColorSpace color_space_of(Bytes profile);

// Whether the colour space that a profile is for is the samples'.
bool is_profile_for(Bytes profile, Model model);

// Display P3, in the 492 bytes that a profile of it needs. Errors: OUT_OF_MEMORY.
Result<Buffer> display_p3_profile();

}  // namespace crop64
