// The samples of a file that is fed in pieces: those of the complete file, or the same error.
#include <algorithm>

#include "fuzz.h"

namespace {

using Outputs = crop64::Result<std::vector<crop64::Output>>;

Outputs feed(crop64::Bytes file, const crop64::Options& options, size_t piece) {
  const size_t count = std::min(piece, file.size());
  crop64::Result<crop64::Buffer> first = crop64::Buffer::allocate(count);
  if (!first.ok()) {
    return first.error();
  }
  std::copy_n(file.data(), count, first.value().data());
  auto opened = crop64::Job::open(std::move(first.value()), file.size(), {options});
  if (!opened.ok()) {
    return opened.error();
  }
  crop64::Job& job = opened.value();
  while (job.status() != crop64::DecodeStatus::kDone) {
    const auto input = job.input();
    const size_t next = std::min(piece, input.size());
    std::copy_n(file.data() + job.file().size(), next, input.data());
    job.feed(next);
  }
  return job.finish();
}

bool is_same(const Outputs& one, const Outputs& other) {
  if (!one.ok() || !other.ok()) {
    return !one.ok() && !other.ok() && one.error().code == other.error().code;
  }
  const crop64::Output& mine = one.value().front();
  const crop64::Output& theirs = other.value().front();
  return mine.lossless == theirs.lossless && mine.info.byte_length == theirs.info.byte_length &&
         std::ranges::equal(crop64::Bytes(mine.bytes), crop64::Bytes(theirs.bytes));
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  crop64::Tail tail({data, size});
  const auto piece = static_cast<size_t>(64 * (1 + tail.below(64)));
  crop64::Options options = crop64::take_options(tail);
  crop64::ask_for_samples(options);
  crop64::Source source;
  source.file = tail.rest();
  const Outputs whole = crop64::Job::open(source, {options}).finish();
  is_answer(whole);
  if (!is_same(feed(source.file, options, piece), whole)) {
    crop64::crash("A file that is fed in pieces gives another result than the complete file.");
  }
  return 0;
}
