// libjpeg's header, and its error reports directed to an ErrorTrap. Included by this folder only.
#pragma once

// jpeglib.h needs the first two and does not include them. With JPEG_INTERNALS it declares what
// third_party/libjpeg-turbo adds.
// clang-format off
#include <cstddef>
#include <cstdio>
#define JPEG_INTERNALS
#include <jpeglib.h>
#include <jerror.h>
// clang-format on

#include "base/c_error_trap.h"

namespace crop64::jpeg {

// libjpeg passes its error manager to every hook; this one has a reference to the trap.
struct Errors {
  explicit Errors(ErrorTrap& error_trap) : trap(error_trap) {}

  jpeg_error_mgr manager{};  // first, so that a pointer to one is a pointer to the other
  ErrorTrap& trap;
};

inline Errors& errors_of(j_common_ptr codec) { return *reinterpret_cast<Errors*>(codec->err); }

// Ends the body of run_trapped() with libjpeg's message, followed by `advice`.
[[noreturn]] void fail_as(j_common_ptr codec, ErrorCode code, const char* advice = "");

// Initialises `errors`: nothing is printed, warnings go to `on_warning`, errors to `on_error`,
// which must not return.
void prepare(Errors& errors, void (*on_error)(j_common_ptr),
             void (*on_warning)(j_common_ptr, int level));

}  // namespace crop64::jpeg
