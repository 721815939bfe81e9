// Carries out plans. Decides nothing: job.h calls what a plan's strategy needs.
#pragma once

#include <optional>
#include <span>

#include "job/group.h"
#include "job/plan.h"
#include "job/source.h"

namespace crop64 {

// A job's plan, and what came of it.
struct Output {
  Plan plan;
  ImageInfo info;           // of the source
  Buffer bytes;             // the file or, for kRaw, the samples; empty for kCopyFile
  Metadata metadata;        // of the new file; empty for kCopyFile
  uint64_t bytes_read = 0;  // of the source's bytes
  int quality = 0;          // of a JPEG, 1 to 100; 0 if unknown, and for other formats
  bool lossless = false;
};

// Does a kCopyFile or kCopyImageData job. False if the coded samples cannot be copied although they
// can be decoded. Errors: those of Codec::decode and Codec::rewrite, and LIMIT_EXCEEDED (maxBytes).
Result<bool> run_copy(const Source& source, Output& output);

// Does a kLosslessCrop job. Errors: those of Codec::lossless_crop, LIMIT_EXCEEDED (maxBytes).
std::optional<Error> run_lossless_crop(const Source& source, Output& output);

// Does a kTranscode job whose source is samples, or whose crop lies beside the image. Errors:
// OUT_OF_MEMORY, INVALID_ARGUMENT (a size that the format does not have), LIMIT_EXCEEDED
// (maxBytes).
std::optional<Error> run_undecoded(const Source& source, Output& output);

// Does the kTranscode jobs of a group, whose region is `decoded`. `outputs` are those of all jobs.
// Errors: as run_undecoded(); `failed` is then the index of the job.
std::optional<Error> run_group(const DecodeGroup& group, Decoded decoded, std::span<Output> outputs,
                               size_t& failed);

}  // namespace crop64
