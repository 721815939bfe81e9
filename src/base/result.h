// Errors of the core, which is built without exceptions: a function that can fail returns a Result,
// or a Failure if it has no value to return. Nothing throws, aborts or prints.
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

// An error, or none: what a function returns that can fail and has no value.
class [[nodiscard]] Failure {
 public:
  Failure() = default;          // none
  Failure(std::nullopt_t) {}    // NOLINT
  Failure(const Error& error);  // NOLINT
  Failure(Error&& error);       // NOLINT

  explicit operator bool() const { return error_ != nullptr; }
  // Only if there is an error.
  Error& operator*() const { return *error_; }
  Error* operator->() const { return error_.get(); }

 private:
  template <class T>
  friend class Result;

  std::unique_ptr<Error> error_;  // one word, which is cheap to pass on and to test
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}                 // NOLINT
  Result(const Error& error) : Result(Failure(error)) {}        // NOLINT
  Result(Error&& error) : Result(Failure(std::move(error))) {}  // NOLINT
  // Only if there is an error.
  Result(Failure failure) : error_(std::move(failure.error_)) {}  // NOLINT

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
