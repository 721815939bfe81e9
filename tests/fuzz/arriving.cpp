// Samples of a file that arrives in pieces: those of the whole file, or the same error.
#include "job/arriving.h"

#include <algorithm>

#include "fuzz.h"

namespace {

using Outputs = crop64::Result<std::vector<crop64::Output>>;

Outputs arrive(crop64::Bytes file, const crop64::Options& options, size_t piece) {
  crop64::Result<crop64::Buffer> room = crop64::Buffer::allocate(file.size());
  if (!room.ok()) {
    return room.error();
  }
  crop64::Arriving arriving(std::move(room.value()), {options});
  while (!arriving.is_enough()) {
    const size_t there = arriving.file().size();
    const size_t count = std::min(piece, arriving.rest().size());
    std::copy_n(file.data() + there, count, arriving.rest().data());
    arriving.arrived(count);
  }
  return arriving.process();
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
  const Outputs whole = crop64::process_all(source, {&options, 1});
  is_answer(whole);
  if (!is_same(arrive(source.file, options, piece), whole)) {
    crop64::crash("A file that arrives in pieces does not give what it gives as a whole.");
  }
  return 0;
}
