#include "base/result.h"

#include <cstdarg>

#include "base/text.h"

namespace crop64 {

Error::Error(ErrorCode kind, std::string text, std::vector<Detail> numbers)
    : code(kind), message(std::move(text)), details(std::move(numbers)) {}
Error::Error(const Error&) = default;
Error::Error(Error&&) noexcept = default;
Error& Error::operator=(const Error&) = default;
Error& Error::operator=(Error&&) noexcept = default;
Error::~Error() = default;

Failure::Failure(const Error& error) : error_(std::make_unique<Error>(error)) {}
Failure::Failure(Error&& error) : error_(std::make_unique<Error>(std::move(error))) {}

const char* to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return "INVALID_ARGUMENT";
    case ErrorCode::kCropOutOfBounds:
      return "CROP_OUT_OF_BOUNDS";
    case ErrorCode::kUnsupportedFormat:
      return "UNSUPPORTED_FORMAT";
    case ErrorCode::kCorruptImage:
      return "CORRUPT_IMAGE";
    case ErrorCode::kTruncatedImage:
      return "TRUNCATED_IMAGE";
    case ErrorCode::kLimitExceeded:
      return "LIMIT_EXCEEDED";
    case ErrorCode::kOutOfMemory:
      return "OUT_OF_MEMORY";
    case ErrorCode::kLosslessImpossible:
      return "LOSSLESS_IMPOSSIBLE";
    case ErrorCode::kInternal:
      return "INTERNAL";
  }
  return "INTERNAL";
}

Error make_error(ErrorCode code, const char* format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  format_text_of(text, sizeof text, format, arguments);
  va_end(arguments);
  return {code, text};
}

}  // namespace crop64
