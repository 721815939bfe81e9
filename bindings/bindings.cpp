// The module's functions, as web/wasm/bindings.d.ts describes them: values in, copies out, no
// decisions. Emscripten's headers are included in this folder only. No view of the module's memory
// leaves it.

#include <emscripten/bind.h>
#include <emscripten/val.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "fields.h"
#include "javascript.h"
#include "job/job.h"
#include "load.h"
#include "report.h"

namespace bindings {
namespace {

using crop64::DecodeStatus;
using crop64::Job;

val probe(const val& from, double memory_limit) {
  Input input;
  read(from, input);
  Loaded loaded;
  if (const auto error = load(input, memory_limit, loaded)) {
    return failure(*error);
  }
  const Result<crop64::ImageInfo> info = crop64::probe(loaded.source);
  if (!info.ok()) {
    return failure(info.error());
  }
  if (info.value().format == crop64::ImageFormat::kUnknown) {
    return failure(unsupported(info.value()));
  }
  return success(describe(info.value()));
}

std::vector<crop64::Options> options_of(const val& jobs, Form form) {
  std::vector<crop64::Options> options;
  for (int i = 0; i < length_of(jobs); ++i) {
    read(at(jobs, i), options.emplace_back());
    if (form == Form::kBytes) {
      options.back().make_sample_sink = SampleArray::make;
    }
  }
  return options;
}

// Opens jobs on a file of `size` bytes that begins with those of `array`. Errors: those of
// Job::open(), INVALID_ARGUMENT.
Result<Job> open_file(double size, const val& jobs, Form form, const val& array) {
  const double length = length_of(array);
  if (!is_byte_count(size) || !(length <= size)) {
    return changed();
  }
  Result<Buffer> first = copy_in(array, std::min(length, double{Job::kFirstBytes}));
  return first.ok() ? Job::open(std::move(first.value()), static_cast<uint64_t>(size),
                                options_of(jobs, form))
                    : first.error();
}

// Feeds an array's bytes from `offset` on until the job needs no more, or the array ends.
DecodeStatus feed(Job& job, const val& array, double offset) {
  DecodeStatus status = job.status();
  while (status != DecodeStatus::kDone) {
    const auto input = job.input();
    const double copied = copy(input.data(), array, offset, double(input.size()));
    if (copied == 0) {
      break;
    }
    status = job.feed(static_cast<size_t>(copied));
    offset += copied;
  }
  return status;
}

val process_file(const val& file, const val& jobs, Form form) {
  Result<Job> opened = open_file(length_of(file), jobs, form, file);
  if (!opened.ok()) {
    return failure(opened.error());
  }
  Job& job = opened.value();
  if (feed(job, file, double(job.file().size())) != DecodeStatus::kDone) {
    return failure(changed());
  }
  return report_all(job.finish(), job.copies_file() ? Outgoing{{}, file} : Outgoing{job.file()},
                    form);
}

val process(const val& from, const val& jobs, const val& form_name) {
  Input input;
  read(from, input);
  const auto form = choice<Form>(form_name);
  if (input.kind == Kind::kFile) {
    return process_file(input.data, jobs, form);
  }
  std::vector<crop64::Options> options = options_of(jobs, form);
  double memory_limit = INFINITY;
  for (const crop64::Options& job : options) {
    memory_limit = std::min(memory_limit, job.limits.memory);
  }
  Loaded loaded;
  if (const auto error = load(input, memory_limit, loaded)) {
    return failure(*error);
  }
  Job job = Job::open(loaded.source, std::move(options));
  return report_all(job.finish(), {loaded.source.file}, form);
}

// A job that JavaScript holds between calls. finish_job() and close_job() end it.
struct HeldJob {
  Job job;
  Form form;
};

using Handle = uintptr_t;

HeldJob& job_of(Handle handle) { return *reinterpret_cast<HeldJob*>(handle); }

Handle open_job(double size, const val& jobs, const val& form_name, const val& piece) {
  const auto form = choice<Form>(form_name);
  Result<Job> job = open_file(size, jobs, form, piece);
  if (!job.ok() || job.value().copies_file() ||
      feed(job.value(), piece, double(job.value().file().size())) == DecodeStatus::kError) {
    return 0;
  }
  auto held = std::make_unique<HeldJob>(HeldJob{std::move(job.value()), form});
  return reinterpret_cast<Handle>(held.release());
}

bool feed_job(Handle handle, const val& piece) {
  return feed(job_of(handle).job, piece, 0) == DecodeStatus::kDone;
}

void close_job(Handle handle) { delete &job_of(handle); }

val finish_job(Handle handle) {
  const std::unique_ptr<HeldJob> held(&job_of(handle));
  return report_all(held->job.finish(), {held->job.file()}, held->form);
}

// The highest address that the allocator has used.
double heap_high_water() { return static_cast<double>(reinterpret_cast<uintptr_t>(sbrk(0))); }

}  // namespace

// Embind formats names of unbound types with siprintf(), in errors that users never see. The C
// library's would bring all of its formatting into the module.
extern "C" int siprintf(char* text, const char* /*format*/, ...) {
  *text = '\0';
  return 0;
}

EMSCRIPTEN_BINDINGS(crop64) {
  emscripten::function("probe", &probe);
  emscripten::function("process", &process);
  emscripten::function("openJob", &open_job);
  emscripten::function("feedJob", &feed_job);
  emscripten::function("finishJob", &finish_job);
  emscripten::function("closeJob", &close_job);
  emscripten::function("heapHighWater", &heap_high_water);
}

}  // namespace bindings
