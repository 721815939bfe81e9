// Turns the errors of C libraries that report them by longjmp into errors that are returned. Holds
// the project's only setjmp.
#pragma once

#include <csetjmp>

#include "base/result.h"

namespace crop64 {

struct ErrorTrap {
  jmp_buf return_point;
  ErrorCode code = ErrorCode::kInternal;
  char message[200] = "";  // libjpeg's JMSG_LENGTH_MAX
  // Details of kLimitExceeded.
  double limit = 0;
  double value = 0;

  Error error() const;
};

// Runs body(context). Returns true if it returned, and false if fail() ended it; `trap` then holds
// the error.
//
// A jump runs no destructors. Therefore everything that body uses (decoder, buffers) is owned by
// the caller's frame, and body itself has trivial locals only. It must not be inlined here:
// Emscripten routes every call in a function that contains setjmp through JavaScript.
bool run_trapped(ErrorTrap& trap, void (*body)(void* context), void* context);

// Ends the running body with this error. Only within run_trapped().
[[noreturn]] void fail(ErrorTrap& trap, ErrorCode code, const char* message);

}  // namespace crop64
