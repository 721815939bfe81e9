#include "base/text.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>

namespace crop64 {
namespace {

class Writer {
 public:
  Writer(char* out, size_t size) : next_(out), end_(out + size - 1) {}

  void put(char character) {
    if (next_ < end_) {
      *next_++ = character;
    }
  }

  void put(const char* text) {
    while (*text != '\0') {
      put(*text++);
    }
  }

  // At least `width` digits, with leading zeros.
  void put(uint64_t number, unsigned base, int width) {
    char digits[20];
    int count = 0;
    for (; number > 0 || count < width || count == 0; number /= base) {
      digits[count++] = "0123456789abcdef"[number % base];
    }
    while (count > 0) {
      put(digits[--count]);
    }
  }

  void end() { *next_ = '\0'; }

 private:
  char* next_;
  char* end_;
};

void put_signed(Writer& out, int number, int width) {
  if (number < 0) {
    out.put('-');
    --width;
  }
  const int64_t wide = number;
  out.put(static_cast<uint64_t>(wide < 0 ? -wide : wide), 10, width);
}

// %g: six significant digits without trailing zeros. `number` is finite and not negative.
void put_general(Writer& out, double number) {
  constexpr int kDigits = 6;
  constexpr uint64_t kOverflow = 1'000'000;
  int exponent = 0;  // of the first digit
  double scaled = number;
  for (; scaled >= 10; scaled /= 10) {
    ++exponent;
  }
  for (; scaled > 0 && scaled < 1; scaled *= 10) {
    --exponent;
  }
  auto digits = static_cast<uint64_t>(std::nearbyint(scaled * 1e5));
  if (digits == kOverflow) {
    digits /= 10;
    ++exponent;
  }
  int count = kDigits;
  for (; count > 1 && digits % 10 == 0; --count) {
    digits /= 10;
  }
  const bool scientific = exponent < -4 || exponent >= kDigits;
  const int whole = scientific ? 1 : exponent + 1;  // digits before the point
  for (; count < whole; ++count) {
    digits *= 10;
  }
  uint64_t unit = 1;  // the value of the last digit before the point
  for (int i = count - std::max(whole, 0); i > 0; --i) {
    unit *= 10;
  }
  out.put(whole > 0 ? digits / unit : 0, 10, 0);
  if (count > whole) {
    out.put('.');
    out.put(whole > 0 ? digits % unit : digits, 10, count - whole);
  }
  if (scientific) {
    out.put('e');
    out.put(exponent < 0 ? '-' : '+');
    out.put(static_cast<uint64_t>(std::abs(exponent)), 10, 2);
  }
}

// `decimals`: the number of digits after the point, or -1 for %g.
void put_double(Writer& out, double number, int decimals) {
  if (std::signbit(number)) {
    out.put('-');
    number = -number;
  }
  constexpr double kTooLarge = 1e18;  // ten times this still fits 64 bits
  if (!std::isfinite(number)) {
    out.put(std::isnan(number) ? "nan" : "inf");
  } else if (decimals < 0 || number >= kTooLarge) {
    put_general(out, number);
  } else if (decimals == 0) {
    out.put(static_cast<uint64_t>(std::nearbyint(number)), 10, 0);
  } else {
    const auto tenths = static_cast<uint64_t>(std::nearbyint(number * 10));
    out.put(tenths / 10, 10, 0);
    out.put('.');
    out.put(tenths % 10, 10, 0);
  }
}

}  // namespace

void format_text(char* out, size_t size, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  format_text_of(out, size, format, arguments);
  va_end(arguments);
}

void format_text_of(char* out, size_t size, const char* format, va_list arguments) {
  Writer writer(out, size);
  while (*format != '\0') {
    if (*format != '%') {
      writer.put(*format++);
      continue;
    }
    ++format;
    int width = 0;
    for (; *format >= '0' && *format <= '9'; ++format) {
      width = width * 10 + (*format - '0');
    }
    int decimals = -1;
    if (*format == '.') {
      decimals = format[1] - '0';
      format += 2;
    }
    switch (*format++) {
      case 's':
        writer.put(va_arg(arguments, const char*));
        break;
      case 'c':
        writer.put(static_cast<char>(va_arg(arguments, int)));
        break;
      case 'd':
        put_signed(writer, va_arg(arguments, int), width);
        break;
      case 'u':
        writer.put(va_arg(arguments, unsigned), 10, width);
        break;
      case 'x':
        writer.put(va_arg(arguments, unsigned), 16, width);
        break;
      case 'z':
        ++format;  // u
        writer.put(va_arg(arguments, size_t), 10, width);
        break;
      case 'f':
      case 'g':
        put_double(writer, va_arg(arguments, double), decimals);
        break;
      default:
        writer.put('%');
    }
  }
  writer.end();
}

}  // namespace crop64
