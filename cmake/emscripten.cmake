# Finds the Emscripten that is on the PATH, wherever it was installed, and hands over to its own
# toolchain file.
execute_process(
  COMMAND em-config EMSCRIPTEN_ROOT
  OUTPUT_VARIABLE emscripten_root
  OUTPUT_STRIP_TRAILING_WHITESPACE
  RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "Expected em-config on the PATH but did not find it. Run: npm run setup")
endif()
include("${emscripten_root}/cmake/Modules/Platform/Emscripten.cmake")
