// Samples of any layout, to any size.
#include <algorithm>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using crop64::Model;
  crop64::Tail tail({data, size});
  crop64::Options options = crop64::take_options(tail);
  crop64::ImageView samples;
  samples.layout = {crop64::pick(tail, Model::kRgba, Model::kRgb, Model::kBgra, Model::kBgr,
                                 Model::kGray, Model::kGrayAlpha),
                    tail.flag() ? 16 : 8};
  samples.size = {1 + tail.below(64), 1 + tail.below(64)};
  if (!options.resize) {
    options.resize.emplace().width = 1 + tail.byte();
  }
  crop64::ask_for_samples(options);
  auto memory = crop64::Buffer::allocate(samples.layout.bytes(samples.size));
  const crop64::Bytes rest = tail.rest();
  std::fill_n(memory.value().data(), memory.value().size(), uint8_t{0});
  std::copy_n(rest.data(), std::min(rest.size(), memory.value().size()), memory.value().data());
  const crop64::Colors colors;
  samples.data = memory.value().data();
  samples.stride = samples.layout.bytes({samples.size.width, 1});
  samples.colors = &colors;
  crop64::Source source;
  source.samples = samples;
  is_answer(crop64::Job::open(source, {options}).finish());
  return 0;
}
