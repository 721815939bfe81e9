#include "job/group.h"

#include <algorithm>

#include "job/memory.h"

namespace crop64 {
namespace {

// In samples: reading past one on the way to the region's end costs about as much as decoding one.
double decoding_work(const ImageInfo& info, const DecodeRequest& request) {
  const double rows = double(request.region.bottom) * request.reduction;
  return rows * info.size.width + double(request.region.size().area());
}

}  // namespace

std::vector<DecodeGroup> group_decodes(const ImageInfo& info, std::span<const Plan* const> plans,
                                       double memory_limit) {
  std::vector<DecodeGroup> groups;
  std::vector<bool> served(plans.size());
  for (size_t i = 0; i < plans.size(); ++i) {
    const DecodeRequest& request = plans[i]->decode;
    if (plans[i]->strategy != Strategy::kTranscode || request.region.empty() || served[i]) {
      continue;
    }
    DecodeGroup group = {request, {}, {}};
    double alone = 0;
    double memory = double(info.byte_length);
    for (size_t k = i; k < plans.size(); ++k) {
      const DecodeRequest& other = plans[k]->decode;
      // `complete` is reported for each region by itself, so regions that may be damaged share
      // nothing.
      const bool joins =
          plans[k]->strategy == Strategy::kTranscode && !other.region.empty() && !served[k] &&
          (k == i ||
           (other.reduction == request.reduction && other.components == request.components &&
            other.damaged == Damaged::kError && request.damaged == Damaged::kError));
      if (joins) {
        group.job_indices.push_back(k);
        group.request.region = unite(group.request.region, other.region);
        group.regions.push_back(other.region);
        alone += decoding_work(info, other);
        memory += pipeline_memory(info, *plans[k]);
      }
    }
    memory += decoding_memory(info, group.request);
    if (decoding_work(info, group.request) > alone || memory > memory_limit) {
      group = {request, {}, {i}};
    }
    if (group.job_indices.size() > 1) {
      group.request.parts = group.regions;
    }
    for (const size_t index : group.job_indices) {
      served[index] = true;
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

}  // namespace crop64
