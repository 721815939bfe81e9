// Integer arithmetic that the standard library lacks.
#pragma once

namespace crop64 {

// `value` / `by`, rounded up. `value` is not negative, `by` is positive.
constexpr int divide_up(int value, int by) { return value / by + (value % by > 0 ? 1 : 0); }

}  // namespace crop64
