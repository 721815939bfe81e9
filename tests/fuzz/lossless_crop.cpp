// Crops a JPEG without decoding it.
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  crop64::Tail tail({data, size});
  crop64::Options options = crop64::take_options(tail);
  options.format.reset();
  options.lossless = true;
  options.resize.reset();
  options.out_of_bounds = crop64::OutOfBounds::kClamp;
  options.quality.reset();
  options.chroma_subsampling.reset();
  const auto output = crop64::process(tail.rest(), options);
  if (is_answer(output)) {
    crop64::Source source;
    source.file = output.value().bytes;
    is_answer(crop64::probe(source));
  }
  return 0;
}
