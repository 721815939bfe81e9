// Any job on any file; a file that comes out is one that can be read.
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  crop64::Tail tail({data, size});
  const crop64::Options options = crop64::take_options(tail);
  crop64::Source source;
  source.file = tail.rest();
  const auto output = crop64::process(source, options);
  if (!is_answer(output) || output.value().plan.way == crop64::Way::kPass ||
      output.value().plan.format == crop64::Format::kRaw) {
    return 0;
  }
  source.file = output.value().bytes;
  crop64::Options raw;
  raw.format = crop64::Format::kRaw;
  raw.auto_orient = false;
  const auto again = crop64::process(source, raw);
  // Coefficients that are moved may themselves be damaged.
  const bool moved = output.value().plan.way == crop64::Way::kMove;
  if (!is_answer(again) && !moved) {
    crop64::crash(again.error().message.c_str());
  }
  return 0;
}
