#include "error_trap.h"

#include <cstdio>

namespace crop64 {

bool run_trapped(ErrorTrap& trap, void (*body)(void* context), void* context) {
  if (setjmp(trap.return_point) != 0) {  // NOLINT: this is what the file is for
    return false;
  }
  body(context);
  return true;
}

void fail(ErrorTrap& trap, ErrorCode code, const char* message) {
  trap.code = code;
  std::snprintf(trap.message, sizeof trap.message, "%s", message);
  longjmp(trap.return_point, 1);  // NOLINT
}

}  // namespace crop64
