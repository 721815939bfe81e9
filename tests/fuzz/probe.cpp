// The header of any file, and what it says of colours.
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  crop64::Source source;
  source.file = {data, size};
  is_answer(crop64::probe(source));
  return 0;
}
