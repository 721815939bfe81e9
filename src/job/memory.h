// What a job takes, and the errors of its limits. Bytes are in floating point: options may ask for
// sizes whose bytes no integer holds.
#pragma once

#include <optional>

#include "base/result.h"
#include "codecs/codec.h"
#include "job/options.h"
#include "job/plan.h"

namespace crop64 {

double bytes_of(const Layout& layout, Size size);

// LIMIT_EXCEEDED if `value` exceeds `max`, with both in its details. The message is "Expected at
// most `max` for limits.`limit` but `what` `value`. …".
Failure check_limit(const char* limit, double value, double max, const char* what);

// LIMIT_EXCEEDED if a source of `bytes` exceeds limits.memory by itself. To be called before the
// source is copied into memory.
Failure check_source_memory(double bytes, double memory_limit);

// The most bytes that decoding a region takes. `info` is the source's.
double decoding_memory(const ImageInfo& info, const DecodeRequest& request);

// The most bytes that a kTranscode plan takes beside the source and decoding, the result included.
double pipeline_memory(const ImageInfo& info, const Plan& plan);

// The most bytes that the plan takes at any time, the source included.
double memory_needed(const ImageInfo& info, const Plan& plan);

// LIMIT_EXCEEDED if those exceed limits.memory.
Failure check_memory(const ImageInfo& info, const Options& options, const Plan& plan);

// LIMIT_EXCEEDED if the plan's result is samples that exceed `max_bytes`.
Failure check_sample_bytes(const Plan& plan);

// LIMIT_EXCEEDED if base64 of `bytes` bytes is longer than the longest string of an engine.
Failure check_base64_length(double bytes);

}  // namespace crop64
