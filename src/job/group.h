// Which jobs on one image share a decode.
#pragma once

#include <span>
#include <vector>

#include "codecs/codec.h"
#include "job/plan.h"

namespace crop64 {

// One decode, and the indices of the jobs that use it. It may be moved, but not copied: the parts
// of its request are its regions.
struct DecodeGroup {
  DecodeRequest request;
  std::vector<Rect> regions;  // of the jobs
  std::vector<size_t> job_indices;
};

// Groups the plans of one image that decode: everything before a region has to be read to reach it,
// so one decode of a region that holds several is often less work than several decodes. Each such
// plan is in one group. A group takes no more than `memory_limit` bytes.
std::vector<DecodeGroup> group_decodes(const ImageInfo& info, std::span<const Plan* const> plans,
                                       double memory_limit);

}  // namespace crop64
