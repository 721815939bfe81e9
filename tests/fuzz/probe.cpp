// The header of any file, and what it says of colours.
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  crop64::Source source;
  source.file = {data, size};
  const auto info = crop64::probe(source);
  if (is_answer(info)) {
    is_answer(crop64::color_space_of(source, info.value()));
  }
  return 0;
}
