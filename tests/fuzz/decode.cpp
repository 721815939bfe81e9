// The samples of any file: all of them, or a part.
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  crop64::Tail tail({data, size});
  crop64::Options options = crop64::take_options(tail);
  options.format = crop64::Format::kRaw;
  options.channels = crop64::Channels::kKeep;
  options.bit_depth = 0;
  options.quality.reset();
  options.progressive.reset();
  options.optimize_coding.reset();
  options.chroma_subsampling.reset();
  options.compression_level.reset();
  options.keep_palette.reset();
  crop64::Source source;
  source.file = tail.rest();
  is_answer(crop64::process(source, options));
  return 0;
}
