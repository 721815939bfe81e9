// The part of printf that messages need. The C library's own is several times this: it also writes
// to files, and knows numbers of 128 bits.
#pragma once

#include <cstdarg>
#include <cstddef>

namespace crop64 {

// Writes at most `size` - 1 characters and a zero to `out`; what does not fit is left out.
//
// As snprintf does for %s; %c; %d, %u, %zu and %x, also with a width filled up with 0 (%02x); %g,
// %.0f and %.1f. Numbers of 1e18 or more are written by all three as by %g.
[[gnu::format(printf, 3, 4)]] void format_text(char* out, size_t size, const char* format, ...);

// The same for arguments that came to a function like this one.
[[gnu::format(printf, 3, 0)]] void format_text_of(char* out, size_t size, const char* format,
                                                  va_list arguments);

}  // namespace crop64
