#include "job/group.h"

#include <doctest/doctest.h>

#include <vector>

#include "codecs/registry.h"
#include "job/plan.h"
#include "support/plans.h"

namespace crop64 {
namespace {

// The indices of the jobs in each group.
std::vector<std::vector<size_t>> indices_of_groups(const std::vector<DecodeGroup>& groups) {
  std::vector<std::vector<size_t>> all;
  for (const DecodeGroup& group : groups) {
    all.push_back(group.job_indices);
  }
  return all;
}

Plan decoding(const Rect& region, int reduction = 1, Damaged damaged = Damaged::kError) {
  Plan plan;
  plan.decode = {reduction, region, damaged};
  plan.region = region;
  plan.size = region.size();
  plan.format = ImageFormat::kRaw;
  return plan;
}

TEST_CASE("jobs share a decode if that is less work") {
  using Indices = std::vector<std::vector<size_t>>;
  ImageInfo info = picture(ImageFormat::kJpeg);
  info.size = {1000, 1000};
  const Plan high = decoding({0, 0, 10, 10});
  const Plan middle = decoding({450, 450, 550, 550});
  const Plan below = decoding({460, 500, 560, 600});
  const Plan corner = decoding({990, 990, 1000, 1000});
  const auto groups = [&](const std::vector<Plan>& plans, double memory = 1e18) {
    std::vector<const Plan*> pointers;
    for (const Plan& plan : plans) {
      pointers.push_back(&plan);
    }
    return group_decodes(info, pointers, memory);
  };
  const auto shared = [&](const std::vector<Plan>& plans, double memory = 1e18) {
    return indices_of_groups(groups(plans, memory));
  };
  CHECK(shared({middle, below}) == Indices{{0, 1}});
  CHECK(groups({middle, below})[0].request.region == Rect{450, 450, 560, 600});
  CHECK(shared({middle}) == Indices{{0}});
  // All of the picture for two of its corners is more than each by itself.
  CHECK(shared({high, corner}) == Indices{{0}, {1}});
  // Other sizes and what may be missing are decoded by themselves.
  const Plan reduced = decoding({100, 100, 200, 200}, 2);
  CHECK(shared({middle, reduced, below, reduced}) == Indices{{0, 2}, {1, 3}});
  const Plan accepting = decoding({450, 450, 550, 550}, 1, Damaged::kAccept);
  CHECK(shared({accepting, accepting}) == Indices{{0}, {1}});
  // Too much memory for both.
  CHECK(shared({middle, below}, 40000) == Indices{{0}, {1}});
  // What is not decoded has no share.
  Plan passes = middle;
  passes.strategy = Strategy::kCopyFile;
  Plan moves = middle;
  moves.strategy = Strategy::kLosslessCrop;
  const Plan beyond = decoding({});
  CHECK(shared({passes, middle, moves, beyond, below}) == Indices{{1, 4}});
}

}  // namespace
}  // namespace crop64
