// Any job on any file: a file that it gives can be decoded, and a file that is copied by its first
// bytes is copied as a whole.
#include <algorithm>

#include "fuzz.h"

namespace {

// Enough for a job to read a header.
constexpr size_t kMinHeader = 1024;

bool is_same(const crop64::Output& one, const crop64::Output& other) {
  return one.plan.strategy == other.plan.strategy && one.plan.format == other.plan.format &&
         one.plan.size == other.plan.size && one.plan.region == other.plan.region &&
         one.plan.layout == other.plan.layout && one.info.frame_count == other.info.frame_count &&
         one.info.mime_type == other.info.mime_type && one.bytes_read == other.bytes_read &&
         one.lossless == other.lossless;
}

// The outputs of a job that copies a file by its first bytes, or nothing if it needs more.
std::optional<std::vector<crop64::Output>> copy_by_header(crop64::Bytes file, size_t count,
                                                          const crop64::Options& options) {
  auto first = crop64::Buffer::allocate(count);
  if (!first.ok()) {
    return std::nullopt;
  }
  std::copy_n(file.data(), count, first.value().data());
  auto job = crop64::Job::open(std::move(first.value()), file.size(), {options});
  if (!job.ok() || !job.value().copies_file()) {
    return std::nullopt;
  }
  auto outputs = job.value().finish();
  is_answer(outputs);
  return outputs.ok() ? std::optional(std::move(outputs.value())) : std::nullopt;
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  crop64::Tail tail({data, size});
  const crop64::Options options = crop64::take_options(tail);
  const crop64::Bytes file = tail.rest();
  const auto output = crop64::process(file, options);
  const size_t half = std::max(file.size() / 2, std::min(file.size(), kMinHeader));
  if (auto copied = copy_by_header(file, half, options);
      copied && !(output.ok() && is_same(copied->front(), output.value()))) {
    crop64::crash("A file is copied by its first bytes, but not as a whole.");
  }
  if (!is_answer(output) || output.value().plan.strategy == crop64::Strategy::kCopyFile ||
      output.value().plan.format == crop64::ImageFormat::kRaw) {
    return 0;
  }
  crop64::Options raw;
  raw.format = crop64::ImageFormat::kRaw;
  raw.auto_orient = false;
  const auto again = crop64::process(output.value().bytes, raw);
  // A lossless crop copies damaged coefficients.
  const bool is_lossless_crop = output.value().plan.strategy == crop64::Strategy::kLosslessCrop;
  if (!is_answer(again) && !is_lossless_crop) {
    crop64::crash(again.error().message.c_str());
  }
  return 0;
}
