#include "base/c_error_trap.h"

#include <algorithm>
#include <cstring>

namespace crop64 {

Error ErrorTrap::error() const {
  Error error(code, message);
  if (code == ErrorCode::kLimitExceeded) {
    error.details = {{"limit", limit}, {"value", value}};
  }
  return error;
}

bool run_trapped(ErrorTrap& trap, void (*body)(void* context), void* context) {
  if (setjmp(trap.return_point) != 0) {  // NOLINT: this is what the file is for
    return false;
  }
  body(context);
  return true;
}

void fail(ErrorTrap& trap, ErrorCode code, const char* message) {
  trap.code = code;
  const size_t length = std::min(std::strlen(message), sizeof trap.message - 1);
  std::memcpy(trap.message, message, length);
  trap.message[length] = '\0';
  longjmp(trap.return_point, 1);  // NOLINT
}

}  // namespace crop64
