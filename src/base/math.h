// Arithmetic that the standard library lacks, or has another of on each machine.
#pragma once

namespace crop64 {

// `value` / `by`, rounded up. `value` is not negative, `by` is positive.
constexpr int divide_up(int value, int by) { return value / by + (value % by > 0 ? 1 : 0); }

// sin(x) for |x| <= pi, by the Taylor series: accurate to the last bits of a double, and the same
// on every machine, unlike the C library's sin().
double sine(double x);

}  // namespace crop64
