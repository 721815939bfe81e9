#include "support/regions.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace crop64 {
namespace {

struct Span {
  int first;
  int end;
};

Span any_span(Random& random, int length) {
  const int first = random.below(length);
  return {first, random.between(first + 1, length)};
}

// From every start: one pixel, a few, many, all of the rest.
std::vector<Span> spans_to_try(Random& random, int length) {
  std::vector<Span> spans;
  for (int first = 0; first < length; ++first) {
    const int few = std::min(length, first + random.between(2, 12));
    spans.insert(spans.end(), {{first, first + 1}, {first, few}, {first, length}});
  }
  return spans;
}

}  // namespace

std::vector<Rect> regions_to_try(Size size) {
  Random random(static_cast<uint32_t>(size.width * 1000 + size.height));
  std::vector<Rect> regions = {whole(size)};
  for (const Span& x : spans_to_try(random, size.width)) {
    const Span y = any_span(random, size.height);
    regions.push_back({x.first, y.first, x.end, y.end});
  }
  for (const Span& y : spans_to_try(random, size.height)) {
    const Span x = any_span(random, size.width);
    regions.push_back({x.first, y.first, x.end, y.end});
  }
  for (int i = 0; i < std::min(size.width, size.height); ++i) {
    const Span x = any_span(random, size.width);
    const Span y = any_span(random, size.height);
    regions.insert(regions.end(), {{i, i, i + 1, i + 1}, {x.first, y.first, x.end, y.end}});
  }
  return regions;
}

void check_regions(Decode* decode, const File& file, const ImageView& full, int reduction) {
  for (const Rect& region : regions_to_try(full.size)) {
    INFO("picture: ", full.size.width, " x ", full.size.height, ", region: ", to_string(region));
    const std::string found = difference(
        decode_image(decode, file, {.reduction = reduction, .region = region}), crop(full, region));
    CHECK(found == "");
    if (!found.empty()) {
      return;
    }
  }
}

}  // namespace crop64
