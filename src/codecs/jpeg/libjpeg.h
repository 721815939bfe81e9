// libjpeg's header, and its way of reporting errors led into an ErrorTrap. Included by this
// folder's sources only.
#pragma once

// jpeglib.h needs the first two and does not include them.
// clang-format off
#include <cstddef>
#include <cstdio>
#include <jpeglib.h>
#include <jerror.h>
// clang-format on

#include "base/c_error_trap.h"

namespace crop64 {

// libjpeg hands its error manager to every hook; this one knows its trap.
struct JpegErrors {
  explicit JpegErrors(ErrorTrap& its_trap) : trap(its_trap) {}

  jpeg_error_mgr manager{};  // first, so that a pointer to one is a pointer to the other
  ErrorTrap& trap;
};

inline JpegErrors& errors_of(j_common_ptr codec) {
  return *reinterpret_cast<JpegErrors*>(codec->err);
}

// Ends the running body with libjpeg's own message, followed by `advice`.
[[noreturn]] void fail_as(j_common_ptr codec, ErrorCode code, const char* advice = "");

// Sets `errors` up: nothing is printed, warnings go to `on_warning`, errors to `on_error`, which
// must not return.
void prepare(JpegErrors& errors, void (*on_error)(j_common_ptr),
             void (*on_warning)(j_common_ptr, int level));

}  // namespace crop64
