// Integer arithmetic that the standard library lacks.
#pragma once

namespace crop64 {

// `value` / `by`, rounded up. `value` is not negative, `by` is positive, and their sum fits int.
constexpr int divide_up(int value, int by) { return (value + by - 1) / by; }

}  // namespace crop64
