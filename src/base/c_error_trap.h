// The one place where C libraries that report errors by not returning are brought back into code
// that returns. Holds the project's only setjmp.
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

// Runs body(context). True where it came to its end; false where fail() ended it.
//
// A jump runs no destructor. So whatever body works on (decoder, buffers) is owned by the caller's
// frame, and body itself has only trivial locals. It must not be inlined here: Emscripten makes a
// hop through JavaScript of every call in the function that holds setjmp.
bool run_trapped(ErrorTrap& trap, void (*body)(void* context), void* context);

// Ends the running body. Only inside run_trapped().
[[noreturn]] void fail(ErrorTrap& trap, ErrorCode code, const char* message);

}  // namespace crop64
