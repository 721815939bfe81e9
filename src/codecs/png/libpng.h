// libpng's header, and an error hook that reports to an ErrorTrap. Only this folder includes it.
#pragma once

#include <png.h>

#include <string_view>

#include "base/c_error_trap.h"

namespace crop64::png {

// The error hook. libpng's error pointer must be an ErrorTrap.
[[noreturn]] inline void on_png_error(png_structp png, png_const_charp message) {
  auto& trap = *static_cast<ErrorTrap*>(png_get_error_ptr(png));
  // libpng's words if the IDATs end before the rows do.
  const bool ended = std::string_view(message) == "Not enough image data";
  const bool memory = std::string_view(message).find("emory") != std::string_view::npos;
  fail(trap,
       ended    ? ErrorCode::kTruncatedImage
       : memory ? ErrorCode::kOutOfMemory
                : ErrorCode::kCorruptImage,
       ended ? "The PNG's image data ends before the end of the region" : message);
}

}  // namespace crop64::png
