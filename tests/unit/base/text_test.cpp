#include "base/text.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <limits>
#include <string>

namespace crop64 {
namespace {

// The C library is the oracle of all that it and format_text() have in common.
template <class... Arguments>
void check(const char* format, Arguments... arguments) {
  char expected[512];
  char text[512];
  std::snprintf(expected, sizeof expected, format, arguments...);  // NOLINT
  format_text(text, sizeof text, format, arguments...);
  CHECK(std::string(text) == expected);
}

template <class... Arguments>
std::string text_of(const char* format, Arguments... arguments) {
  char text[512];
  format_text(text, sizeof text, format, arguments...);
  return text;
}

TEST_CASE("format_text() writes text, characters and integers as printf does") {
  check("a picture of %d x %d", 4032, -3024);
  check("%d %d %d", 0, std::numeric_limits<int>::max(), std::numeric_limits<int>::min());
  check("%u and %u", 0U, std::numeric_limits<unsigned>::max());
  check("%zu", std::numeric_limits<size_t>::max());
  check("%x %08x %02x %02x %02x", 0xbeefU, 0xbeefU, 7U, 0xffU, 0x123U);
  check("%02d %02d %02d %04d", 1, 12, 123, -5);
  check("'%c' is not '%s'", 'x', "why");
  check("%s%s", "", "end");
}

TEST_CASE("format_text() writes decimals as printf does") {
  for (const double number : {0.0, 0.4, 0.5, 0.6, 1.5, 2.5, 99.96, 1073741824.0, 1e17 + 1, -3.25}) {
    CAPTURE(number);
    check("%.0f", number);
    check("%.1f", number);
  }
  check("%.1f %.1f", 12.34, 0.16);
}

TEST_CASE("format_text() writes six significant digits as printf does") {
  for (const double number :
       {0.0,           1.0,      10.0,      0.1,     0.5,     33.333333333, 100.0, 123456.0,
        999999.4,      999999.6, 1234567.0, 1e6,     1e5,     1e15,         1e100, 0.0001,
        0.00012345678, 0.00001,  1e-100,    2.0 / 3, 4032.25, 1e300}) {
    CAPTURE(number);
    check("%g", number);
    check("%g", -number);
  }
  check("%g %g", std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity());
  check("%g", std::nan(""));
}

TEST_CASE("format_text() writes numbers beyond 64 bits with an exponent") {
  CHECK(text_of("%.0f", 1e18) == "1e+18");
  CHECK(text_of("%.1f", -1.5e300) == "-1.5e+300");
}

TEST_CASE("format_text() truncates text that does not fit") {
  char text[6] = "?????";
  format_text(text, sizeof text, "%s%d", "abc", 12345);
  CHECK(std::string(text) == "abc12");
}

}  // namespace
}  // namespace crop64
