// Carries out plans. Decides nothing: job.h calls what a plan's strategy needs.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "job/group.h"
#include "job/plan.h"
#include "job/source.h"

namespace crop64 {

// A job's plan, and what came of it.
struct Output {
  Plan plan;
  ImageInfo info;                    // of the source
  Buffer bytes;                      // the file or, for kRaw, the samples; empty for kCopyFile
  std::unique_ptr<RowSink> samples;  // what has taken them, if the options make it
  Metadata metadata;                 // of the new file; empty for kCopyFile
  Buffer color_tables;               // if the plan converts colours
  uint64_t bytes_read = 0;           // of the source's bytes
  int quality = 0;                   // of a JPEG, 1 to 100; 0 if unknown, and for other formats
  bool lossless = false;
};

// Does a kCopyFile or kCopyImageData job. False if the coded samples cannot be copied although they
// can be decoded. Errors: those of Codec::decode and Codec::rewrite, and LIMIT_EXCEEDED (maxBytes).
Result<bool> run_copy(const Source& source, Output& output);

// Does a kLosslessCrop job. Errors: those of Codec::lossless_crop, LIMIT_EXCEEDED (maxBytes).
Failure run_lossless_crop(const Source& source, Output& output);

// Does a kTranscode job whose source is samples, or whose crop lies beside the image. Errors:
// OUT_OF_MEMORY, INVALID_ARGUMENT (a size that the format does not have), LIMIT_EXCEEDED
// (maxBytes).
Failure run_undecoded(const Source& source, Output& output);

class Pipeline;

// Does the kTranscode jobs of a group while their source is decoded: each row of the group's region
// goes to the jobs whose region it crosses.
class GroupSink : public DecodeSink {
 public:
  // `outputs` are those of all jobs. Both are borrowed.
  GroupSink(const DecodeGroup& group, std::span<Output> outputs);
  ~GroupSink() override;

  void begin(const std::optional<Quantisation>& quantisation) override;
  // Errors: as run_undecoded().
  Failure write(const ImageView& rows) override;
  Failure write_components(const Components& components, std::span<const ImageView> rows) override;
  Failure finish() override;
  // What decoding came to. To be called after finish().
  void set_result(const Decoded& decoded);

  // The index of the job that failed, or of the first one.
  size_t failed() const { return failed_; }

 private:
  const DecodeGroup& group_;
  std::span<Output> outputs_;
  std::vector<std::unique_ptr<Pipeline>> pipelines_;  // one for each job of the group
  int y_ = 0;                                         // of the group's region
  size_t failed_;
};

}  // namespace crop64
