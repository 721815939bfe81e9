// Errors of the core, which is built without exceptions: a function that can fail returns a Result,
// or an optional Error if it has no value to return. Nothing throws, aborts or prints.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace crop64 {

enum class ErrorCode : uint8_t {
  kInvalidArgument,
  kCropOutOfBounds,
  kUnsupportedFormat,
  kCorruptImage,
  kTruncatedImage,
  kLimitExceeded,
  kOutOfMemory,
  kLosslessImpossible,
  kInternal,
};

// The public name, for example "CROP_OUT_OF_BOUNDS".
const char* to_string(ErrorCode code);

// A named number or text of an error, for programs: {"width", 4032}.
struct Detail {
  const char* name;  // a string literal
  double value;
  const char* text = nullptr;  // a string literal; replaces `value` unless null
};

struct Error {
  ErrorCode code;
  std::string message;  // for people: what is wrong, and what to do
  std::vector<Detail> details;

  // Not inline, to save code: errors are passed on in many places and rarely occur.
  Error(ErrorCode kind, std::string text, std::vector<Detail> numbers = {});
  Error(const Error&);
  Error(Error&&) noexcept;
  Error& operator=(const Error&);
  Error& operator=(Error&&) noexcept;
  ~Error();
};

// An error whose message is formatted as by printf (base/text.h).
[[gnu::format(printf, 2, 3)]] Error make_error(ErrorCode code, const char* format, ...);

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}                               // NOLINT
  Result(Error error) : error_(std::make_unique<Error>(std::move(error))) {}  // NOLINT

  bool ok() const { return error_ == nullptr; }
  // Only if ok().
  T& value() { return *value_; }
  const T& value() const { return *value_; }
  // Only if not ok().
  Error& error() { return *error_; }
  const Error& error() const { return *error_; }

 private:
  std::optional<T> value_;
  std::unique_ptr<Error> error_;  // null if there is a value, which is cheap to test
};

}  // namespace crop64
