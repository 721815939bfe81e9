// How the core says that something went wrong. It is built without exceptions: every function that
// can fail returns a Result (or an optional Error where there is no value), and nothing else
// throws, aborts or prints.
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

// The code as the public interface spells it: "CROP_OUT_OF_BOUNDS".
const char* to_string(ErrorCode code);

// A number, or a constant text, that a program may want from an error: {"width", 4032}.
struct Detail {
  const char* name;
  double value;
  const char* text = nullptr;  // instead of `value`, unless null
};

struct Error {
  ErrorCode code;
  std::string message;  // for people: what was expected, what came, what to do
  std::vector<Detail> details;

  // None of these is inline: errors are handed on in many places, and seldom.
  Error(ErrorCode kind, std::string text, std::vector<Detail> numbers = {});
  Error(const Error&);
  Error(Error&&) noexcept;
  Error& operator=(const Error&);
  Error& operator=(Error&&) noexcept;
  ~Error();
};

// An error whose message is made as printf makes it.
[[gnu::format(printf, 2, 3)]] Error make_error(ErrorCode code, const char* format, ...);

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}                               // NOLINT
  Result(Error error) : error_(std::make_unique<Error>(std::move(error))) {}  // NOLINT

  bool ok() const { return error_ == nullptr; }
  // Only after ok() said true.
  T& value() { return *value_; }
  const T& value() const { return *value_; }
  // Only after ok() said false.
  Error& error() { return *error_; }
  const Error& error() const { return *error_; }

 private:
  std::optional<T> value_;
  std::unique_ptr<Error> error_;  // null where there is a value; to look at that takes little code
};

}  // namespace crop64
