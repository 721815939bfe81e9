#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

// AddressSanitizer asks this. An allocation that fails is to be an answer, as it is without it.
extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1"; }
