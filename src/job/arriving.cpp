#include "job/arriving.h"

#include <algorithm>
#include <cmath>

#include "codecs/registry.h"

namespace crop64 {
namespace {

// Less does not tell a format, and for more of a header is not waited.
constexpr size_t kLeastHeader = 1024;
constexpr size_t kMostHeader = size_t{256} * 1024;

}  // namespace

Arriving::Arriving(Buffer room, std::vector<Options> options)
    : room_(std::move(room)), options_(std::move(options)) {}

void Arriving::arrived(size_t count) {
  there_ += count;
  if (may_begin_ && there_ >= kLeastHeader && there_ < room_.size()) {
    may_begin_ = there_ < kMostHeader;
    begin();
  }
  if (decoder_ != nullptr && !is_decoded_) {
    const DecodeStatus progress = decoder_->decode(there_);
    is_decoded_ = progress == DecodeStatus::kDone;
    if (progress == DecodeStatus::kError) {
      decoder_.reset();
    }
  }
}

// Begins to decode what all jobs share. Whatever stands against it, process() will come to.
void Arriving::begin() {
  Result<ImageInfo> info = probe(file());
  if (!info.ok()) {
    return;
  }
  info.value().byte_length = room_.size();
  const Codec* codec = find_codec(info.value().format);
  if (codec == nullptr || codec->start == nullptr) {
    return;
  }
  std::vector<Plan> plans;
  double memory_limit = INFINITY;
  for (const Options& options : options_) {
    const Result<Plan> planned = plan(info.value(), options);
    if (!planned.ok() || planned.value().strategy != Strategy::kTranscode) {
      return;
    }
    plans.push_back(planned.value());
    memory_limit = std::min(memory_limit, options.limits.memory);
    needs_end_ = needs_end_ || plans.back().metadata.policy == MetadataPolicy::kAll;
  }
  const std::vector<DecodeGroup> groups = group_decodes(info.value(), plans, memory_limit);
  if (groups.size() == 1) {
    request_ = groups.front().request;
    decoder_ = codec->start(room_, there_, request_);
    may_begin_ = may_begin_ && decoder_ == nullptr;
  }
}

Result<std::vector<Output>> Arriving::process() {
  Source source;
  source.file = file();
  source.missing_bytes = room_.size() - there_;
  if (!is_decoded_) {
    return process_all(source, options_);
  }
  Ahead ahead = {request_, decoder_->take_result()};
  decoder_.reset();
  return process_all(source, options_, &ahead);
}

}  // namespace crop64
