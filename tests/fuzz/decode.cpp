// The samples of any file: all of them, or a part.
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  crop64::Tail tail({data, size});
  crop64::Options options = crop64::take_options(tail);
  options.channels = crop64::Channels::kKeep;
  options.bit_depth = 0;
  crop64::ask_for_samples(options);
  is_answer(crop64::process(tail.rest(), options));
  return 0;
}
