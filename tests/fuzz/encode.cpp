// Any job on any file; a file that comes out is one that can be read, and one that passes by its
// beginning alone passes.
#include <algorithm>

#include "fuzz.h"

namespace {

// What the core is promised of a file's beginning (pipeline.h).
constexpr size_t kLeastBeginning = 1024;

bool is_same(const crop64::Output& one, const crop64::Output& other) {
  return one.plan.strategy == other.plan.strategy && one.plan.format == other.plan.format &&
         one.plan.size == other.plan.size && one.plan.region == other.plan.region &&
         one.plan.layout == other.plan.layout && one.info.frame_count == other.info.frame_count &&
         one.info.mime_type == other.info.mime_type && one.bytes_read == other.bytes_read &&
         one.lossless == other.lossless;
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  crop64::Tail tail({data, size});
  const crop64::Options options = crop64::take_options(tail);
  crop64::Source source;
  source.file = tail.rest();
  const auto output = crop64::process(source, options);
  const size_t whole = source.file.size();
  const size_t half = std::max(whole / 2, std::min(whole, kLeastBeginning));
  const auto passed = crop64::pass_all(source.file.first(half), whole, {&options, 1});
  if (passed && !(output.ok() && is_same(passed->front(), output.value()))) {
    crop64::crash("A file passes by its beginning, but not as a whole.");
  }
  if (!is_answer(output) || output.value().plan.strategy == crop64::Strategy::kCopyFile ||
      output.value().plan.format == crop64::ImageFormat::kRaw) {
    return 0;
  }
  source.file = output.value().bytes;
  crop64::Options raw;
  raw.format = crop64::ImageFormat::kRaw;
  raw.auto_orient = false;
  const auto again = crop64::process(source, raw);
  // Coefficients that are moved may themselves be damaged.
  const bool moved = output.value().plan.strategy == crop64::Strategy::kLosslessCrop;
  if (!is_answer(again) && !moved) {
    crop64::crash(again.error().message.c_str());
  }
  return 0;
}
