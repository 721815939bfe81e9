// Carries out a plan: the whole way from a source to a result.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "codecs/codec.h"
#include "job/group.h"
#include "job/options.h"
#include "job/plan.h"

namespace crop64 {

// A picture to work on: a file's bytes, or samples. Borrowed for the length of a call.
struct Source {
  Bytes file;
  ImageView samples;
  Bytes icc_profile = {};  // of samples, these two; a profile goes before the name
  ColorSpace color_space = ColorSpace::kSrgb;
  ImageFormat kept_as =
      ImageFormat::kPng;       // of samples: the file format that they had, or the nearest
  uint64_t missing_bytes = 0;  // of the file, that did not come, for nothing needs them

  bool is_file() const { return samples.data == nullptr; }
};

struct Output {
  Plan plan;
  ImageInfo info;           // of the source
  Buffer bytes;             // the file or, for kRaw, the samples; empty if the file keeps its own
  Metadata metadata;        // what was said beside the samples; nothing if the file keeps its own
  uint64_t bytes_read = 0;  // of the source's bytes, how many were looked at
  int quality = 0;          // of a JPEG, 1 to 100; 0 if it is not known, and for other formats
  bool lossless = false;
};

// What was decoded of a file while it was arriving.
struct Ahead {
  DecodeRequest request;
  Decoded decoded;
};

// What the source is, from its header alone. Errors: those of codec.h's probe().
Result<ImageInfo> probe(const Source& source);

// What the source's colours are, by a profile that fits its samples or by name. Errors:
// OUT_OF_MEMORY.
Result<ColorSpace> color_space_of(const Source& source, const ImageInfo& info);

// Several jobs on one source, which is decoded as little as they share. The first job that fails
// fails them all. Where a part that is to be decoded was decoded ahead, it is taken from there.
// Errors: those of probe(), plan() and the codecs, with the job's "index" in their details where
// there are several.
Result<std::vector<Output>> process_all(const Source& source, std::span<const Options> options,
                                        Ahead* ahead = nullptr);

// The same outputs by a file's first bytes alone, a kilobyte or more (what format it is may be told
// by as much), where those tell that each job passes the file, of `size` bytes, as it is; otherwise
// nothing.
std::optional<std::vector<Output>> pass_all(Bytes beginning, uint64_t size,
                                            std::span<const Options> options);

// One job.
Result<Output> process(const Source& source, const Options& options);

}  // namespace crop64
