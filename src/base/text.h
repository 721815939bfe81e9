// The subset of printf that messages need. The C library's printf is several times as large: it
// also writes to files and formats 128-bit numbers.
#pragma once

#include <cstdarg>
#include <cstddef>

namespace crop64 {

// Writes at most `size` - 1 characters and a terminating zero to `out`; longer text is truncated.
//
// Supports %s, %c, %d, %u, %zu and %x (with zero padding: %02x), %g, %.0f and %.1f, with the
// results of snprintf, except that numbers from 1e18 are always written as by %g.
[[gnu::format(printf, 3, 4)]] void format_text(char* out, size_t size, const char* format, ...);

// The same for a va_list.
[[gnu::format(printf, 3, 0)]] void format_text_of(char* out, size_t size, const char* format,
                                                  va_list arguments);

}  // namespace crop64
