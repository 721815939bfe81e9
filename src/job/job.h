// Jobs on one source, from its first byte to their results: opened, fed and finished.
//
//   Result<Job> job = Job::open(first_bytes, file_size, options);
//   while (job.value().status() != DecodeStatus::kDone) {
//     const size_t count = …;  // write bytes to job.value().input()
//     job.value().feed(count);
//   }
//   Result<std::vector<Output>> outputs = job.value().finish();
//
// The header is read and the jobs are planned once. If one decode serves all jobs, they are done
// while the file is being received, and the file is needed no further than that decode reads. If
// that fails or is not possible, the complete file is decoded by finish(), which is the only place
// that reports what is wrong with it.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "job/group.h"
#include "job/options.h"
#include "job/pipeline.h"
#include "job/source.h"

namespace crop64 {

class Job {
 public:
  // As a rule a file's header lies within this many bytes.
  static constexpr size_t kFirstBytes = size_t{64} * 1024;

  // Opens jobs on a source that is complete. It is borrowed until finish() has returned.
  static Job open(const Source& source, std::vector<Options> options);

  // Opens jobs on a file of `size` bytes that is being received. `first` is its beginning, best of
  // kFirstBytes; the rest goes to input(). No memory is taken for a file that all jobs copy.
  // Errors: LIMIT_EXCEEDED (limits.memory, by the file alone), OUT_OF_MEMORY.
  static Result<Job> open(Buffer first, uint64_t size, std::vector<Options> options);

  // kNeedInput and kError: feed() the file's next bytes. After kError nothing is decoded before the
  // file is complete. kDone: finish() can be called.
  DecodeStatus status() const;

  // Where to write the file's next bytes, any number of them up to its size. Valid until the next
  // call of feed() or finish().
  std::span<uint8_t> input();

  // Takes the first `count` bytes of input(), and does the jobs as far as they allow.
  DecodeStatus feed(size_t count);

  // Does the jobs. To be called once, after kDone. A decode serves several jobs if that is less
  // work than one for each. The first job that fails fails them all. Errors: those of probe(),
  // plan() and pipeline.h, with the job's "index" in their details if there are several.
  Result<std::vector<Output>> finish();

  // The part of the file that has been received. Of samples, nothing.
  Bytes file() const { return source_.file; }
  bool is_complete() const { return source_.file.size() == size_; }
  // Whether all jobs copy the file without looking at more than its first bytes: kDone, although
  // file() is only these.
  bool copies_file() const { return copies_file_; }

 private:
  Job(const Source& source, uint64_t size, std::vector<Options> options);

  // The jobs of a file that is being received, all of which one decode serves.
  struct Run {
    SourceMetadata said;
    std::vector<Output> outputs;
    DecodeGroup group;
    std::unique_ptr<IncrementalDecoder> decoder;
    std::unique_ptr<GroupSink> sink;
    bool is_decoded = false;
    bool needs_end = false;  // whether metadata behind the samples is kept
  };

  bool read_header();
  std::unique_ptr<Run> start_run() const;
  void decode();
  Result<std::vector<Output>> finish_run();
  Result<Output> plan_job(const Options& options, bool encodes_anew) const;
  Failure prepare(size_t index, const Result<SourceMetadata>& said);
  Failure decode_groups(std::vector<Output>& outputs, size_t& failed);

  Source source_;  // its file is what has been received
  uint64_t size_;  // of the complete file
  Buffer buffer_;  // the file, unless it is borrowed or too little of it is needed
  std::vector<Options> options_;
  double memory_limit_;  // the lowest of all jobs

  bool has_header_ = false;  // whether the next two are set
  Result<ImageInfo> info_ = ImageInfo();
  std::vector<Result<Output>> outputs_;  // planned; their order is that of `options_`
  bool copies_file_ = false;

  std::unique_ptr<Run> run_;
};

}  // namespace crop64
