#include "job/job.h"

#include <algorithm>
#include <cmath>

#include "codecs/registry.h"
#include "color/transform.h"
#include "job/memory.h"
#include "metadata/select.h"

namespace crop64 {
namespace {

// Enough to identify any format.
constexpr size_t kMinHeader = 1024;
// A file whose header is longer is not decoded before it is complete.
constexpr size_t kMaxHeader = size_t{256} * 1024;
// What is fed at a time: it is still in the processor's cache when it is decoded.
constexpr size_t kPieceBytes = size_t{256} * 1024;

Error with_index(Error error, size_t index, size_t count) {
  if (count > 1) {
    error.details.push_back({"index", double(index)});
  }
  return error;
}

// Whether a job whose coded samples cannot be copied may decode and encode them instead.
bool may_encode_anew(const Error& error, const Options& options) {
  switch (error.code) {
    case ErrorCode::kCorruptImage:
    case ErrorCode::kTruncatedImage:
      return options.damaged == Damaged::kAccept && !options.lossless;
    case ErrorCode::kLimitExceeded:
      return options.max_bytes && !options.lossless;
    default:
      return false;
  }
}

bool is_copy(const Plan& plan) {
  return plan.strategy == Strategy::kCopyFile || plan.strategy == Strategy::kCopyImageData;
}

std::vector<const Plan*> plans_of(const std::vector<Output>& outputs) {
  std::vector<const Plan*> plans;
  plans.reserve(outputs.size());
  for (const Output& output : outputs) {
    plans.push_back(&output.plan);
  }
  return plans;
}

// Sets `color_tables`, if the plan needs it. Errors: OUT_OF_MEMORY.
Failure prepare_colors(const SourceMetadata& said, Output& output) {
  const Plan& plan = output.plan;
  if (!plan.colors.converts) {
    return std::nullopt;
  }
  // Once it is RGB, CMYK is sRGB.
  const Layout own = output.info.layout;
  const ColorProfile from =
      own.model == Model::kCmyk ? ColorProfile() : color_profile_of(said, own);
  Result<Buffer> tables = make_color_tables(from, plan.colors.space, plan.working);
  if (!tables.ok()) {
    return tables.error();
  }
  output.color_tables = std::move(tables.value());
  return std::nullopt;
}

// Errors: OUT_OF_MEMORY.
Failure choose_metadata(const SourceMetadata& said, Output& output) {
  Result<Metadata> metadata = select_metadata(said, output.plan.metadata);
  if (!metadata.ok()) {
    return metadata.error();
  }
  output.metadata = std::move(metadata.value());
  return std::nullopt;
}

}  // namespace

Job::Job(const Source& source, uint64_t size, std::vector<Options> options)
    : source_(source), size_(size), options_(std::move(options)), memory_limit_(INFINITY) {
  for (const Options& job : options_) {
    memory_limit_ = std::min(memory_limit_, job.limits.memory);
  }
}

Job Job::open(const Source& source, std::vector<Options> options) {
  return {source, source.file.size(), std::move(options)};
}

Result<Job> Job::open(Buffer first, uint64_t size, std::vector<Options> options) {
  Source source;
  source.file = first;
  Job job(source, size, std::move(options));
  if (job.is_complete()) {
    if (auto error = check_source_memory(double(size), job.memory_limit_)) {
      return error;
    }
    job.buffer_ = std::move(first);
    return job;
  }
  const bool has_header = job.read_header();
  job.copies_file_ =
      has_header &&
      std::all_of(job.outputs_.begin(), job.outputs_.end(), [](const Result<Output>& output) {
        return output.ok() && output.value().plan.strategy == Strategy::kCopyFile &&
               !output.value().plan.checks_samples;
      });
  if (job.copies_file_) {
    job.buffer_ = std::move(first);
    return job;
  }
  if (auto error = check_source_memory(double(size), job.memory_limit_)) {
    return error;
  }
  Result<Buffer> buffer = Buffer::allocate(size);
  if (!buffer.ok()) {
    return buffer.error();
  }
  job.buffer_ = std::move(buffer.value());
  std::copy_n(first.data(), first.size(), job.buffer_.data());
  job.source_.file = Bytes(job.buffer_).first(first.size());
  first = Buffer();
  if (has_header) {
    job.run_ = job.start_run();
  }
  return job;
}

// Reads the header and plans the jobs, if the header has been received or the file is complete.
bool Job::read_header() {
  const bool is_whole = is_complete();
  if (!is_whole && file().size() < kMinHeader) {
    return false;
  }
  info_ = probe(source_);
  if (!is_whole && !info_.ok()) {
    return false;
  }
  if (info_.ok() && source_.is_file()) {
    info_.value().byte_length = size_;
  }
  for (const Options& job : options_) {
    outputs_.push_back(plan_job(job, false));
  }
  has_header_ = true;
  return true;
}

Result<Output> Job::plan_job(const Options& options, bool encodes_anew) const {
  // A file with a damaged header, or of a variant that is not decoded here, can be copied.
  const bool is_copied = !info_.ok() && options.copies_file;
  if (!info_.ok() && !is_copied) {
    return info_.error();
  }
  Output output;
  output.info = is_copied ? identify(source_.file) : info_.value();
  Result<Plan> planned = plan(output.info, options, encodes_anew);
  if (!planned.ok()) {
    return planned.error();
  }
  output.plan = planned.value();
  output.lossless = output.plan.lossless;
  const bool keeps_quality =
      output.plan.strategy != Strategy::kTranscode && output.plan.format == ImageFormat::kJpeg;
  output.quality = keeps_quality ? output.info.quality : 0;
  output.bytes_read = output.info.byte_length;
  return output;
}

// Starts to decode if the jobs share one decode. Null if they do not, and if that fails: errors are
// left to finish().
std::unique_ptr<Job::Run> Job::start_run() const {
  const Codec* codec = find_codec(info_.value().format);
  if (codec == nullptr || codec->start == nullptr) {
    return nullptr;
  }
  Result<SourceMetadata> said = metadata_of(source_);
  if (!said.ok()) {
    return nullptr;
  }
  auto run = std::make_unique<Run>();
  run->said = std::move(said.value());
  for (const Options& options : options_) {
    Result<Output> planned = plan_job(options, false);
    if (!planned.ok()) {
      return nullptr;
    }
    Output& output = run->outputs.emplace_back(std::move(planned.value()));
    if (output.plan.strategy != Strategy::kTranscode || choose_metadata(run->said, output) ||
        prepare_colors(run->said, output)) {
      return nullptr;
    }
    run->needs_end = run->needs_end || output.plan.metadata.policy == MetadataPolicy::kAll;
  }
  const std::vector<const Plan*> plans = plans_of(run->outputs);
  std::vector<DecodeGroup> groups = group_decodes(info_.value(), plans, memory_limit_);
  if (groups.size() != 1 || groups.front().job_indices.size() != plans.size()) {
    return nullptr;
  }
  run->group = std::move(groups.front());
  run->decoder = codec->start(buffer_, file().size(), run->group.request);
  if (run->decoder == nullptr) {
    return nullptr;
  }
  run->sink = std::make_unique<GroupSink>(run->group, run->outputs);
  return run;
}

DecodeStatus Job::status() const {
  if (copies_file_ || is_complete() || (run_ != nullptr && run_->is_decoded && !run_->needs_end)) {
    return DecodeStatus::kDone;
  }
  const bool may_start = !has_header_ && file().size() < kMaxHeader;
  return run_ != nullptr || may_start ? DecodeStatus::kNeedInput : DecodeStatus::kError;
}

std::span<uint8_t> Job::input() {
  const std::span<uint8_t> rest(buffer_.data() + file().size(), buffer_.size() - file().size());
  const bool in_pieces = status() == DecodeStatus::kNeedInput;
  return in_pieces ? rest.first(std::min(rest.size(), kPieceBytes)) : rest;
}

DecodeStatus Job::feed(size_t count) {
  const bool may_start = status() == DecodeStatus::kNeedInput && !has_header_;
  source_.file = Bytes(buffer_).first(file().size() + count);
  if (may_start && !is_complete() && read_header()) {
    run_ = start_run();
  }
  decode();
  return status();
}

void Job::decode() {
  if (run_ == nullptr || run_->is_decoded) {
    return;
  }
  const DecodeStatus status = run_->decoder->decode(file().size(), *run_->sink);
  run_->is_decoded = status == DecodeStatus::kDone;
  if (status == DecodeStatus::kError) {
    run_.reset();
  }
}

// Chooses the metadata of a job, and does it if it copies coded samples. If they cannot be copied,
// the job is planned anew, to decode and encode them.
Failure Job::prepare(size_t index, const Result<SourceMetadata>& said) {
  const Options& options = options_[index];
  Result<Output>& output = outputs_[index];
  for (bool encodes_anew : {false, true}) {
    if (encodes_anew) {
      output = plan_job(options, true);
    }
    if (!output.ok()) {
      return output.error();
    }
    const Plan& plan = output.value().plan;
    if (plan.strategy != Strategy::kCopyFile) {
      if (!said.ok()) {
        return said.error();
      }
      if (auto error = choose_metadata(said.value(), output.value())) {
        return error;
      }
    }
    if (!is_copy(plan)) {
      return prepare_colors(said.value(), output.value());
    }
    const Result<bool> is_copied = run_copy(source_, output.value());
    if (is_copied.ok() && is_copied.value()) {
      return std::nullopt;
    }
    if (!is_copied.ok() && !may_encode_anew(is_copied.error(), options)) {
      return is_copied.error();
    }
  }
  return make_error(ErrorCode::kInternal, "A job that encodes copies the coded samples.");
}

Failure Job::decode_groups(std::vector<Output>& outputs, size_t& failed) {
  for (const DecodeGroup& group :
       group_decodes(outputs.front().info, plans_of(outputs), memory_limit_)) {
    failed = group.job_indices.front();
    GroupSink sink(group, outputs);
    const Codec* codec = find_codec(outputs[failed].info.format);
    const Result<Decoded> decoded = codec->decode(source_.file, group.request, sink);
    if (auto error = decoded.ok() ? sink.finish() : decoded.error()) {
      failed = sink.failed();
      return error;
    }
    sink.set_result(decoded.value());
  }
  return std::nullopt;
}

Result<std::vector<Output>> Job::finish_run() {
  if (run_->needs_end) {
    Result<SourceMetadata> said = metadata_of(source_);
    if (!said.ok()) {
      return said.error();
    }
    run_->said = std::move(said.value());
    for (Output& output : run_->outputs) {
      if (auto error = choose_metadata(run_->said, output)) {
        return error;
      }
    }
  }
  if (auto error = run_->sink->finish()) {
    return with_index(*error, run_->sink->failed(), options_.size());
  }
  run_->sink->set_result(run_->decoder->result());
  return std::move(run_->outputs);
}

Result<std::vector<Output>> Job::finish() {
  const size_t count = options_.size();
  if (run_ != nullptr && run_->is_decoded) {
    return finish_run();
  }
  run_.reset();
  if (!has_header_) {
    read_header();
  }
  const Result<SourceMetadata> said = copies_file_ ? SourceMetadata() : metadata_of(source_);
  std::vector<Output> outputs;
  for (size_t index = 0; index < count; ++index) {
    if (auto error = prepare(index, said)) {
      return with_index(*error, index, count);
    }
    outputs.push_back(std::move(outputs_[index].value()));
  }
  for (size_t index = 0; index < count; ++index) {
    Output& output = outputs[index];
    const bool decodes = source_.is_file() && !output.plan.region.empty();
    Failure error;
    if (output.plan.strategy == Strategy::kLosslessCrop) {
      error = run_lossless_crop(source_, output);
    } else if (output.plan.strategy == Strategy::kTranscode && !decodes) {
      error = run_undecoded(source_, output);
    }
    if (error) {
      return with_index(*error, index, count);
    }
  }
  size_t failed = 0;
  if (source_.is_file() && !outputs.empty()) {
    if (auto error = decode_groups(outputs, failed)) {
      return with_index(*error, failed, count);
    }
  }
  return outputs;
}

}  // namespace crop64
