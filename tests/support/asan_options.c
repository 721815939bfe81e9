/* AddressSanitizer asks this when it starts. An allocation that fails is to be an error, as it is
   without the sanitizer. In wasm its memory must not grow over what was freed. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
#ifdef __EMSCRIPTEN__
  return "allocator_may_return_null=1:quarantine_size_mb=4";
#else
  return "allocator_may_return_null=1";
#endif
}
