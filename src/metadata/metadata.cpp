#include "metadata/metadata.h"

#include <cmath>

namespace crop64 {

double per_inch(const std::optional<Density>& density) {
  if (!density || density->unit == Density::Unit::kNone) {
    return 0;
  }
  return density->unit == Density::Unit::kInch ? density->x : std::round(density->x * 2.54) / 100;
}

bool uses_profile(const SourceMetadata& source, Model model) {
  return !source.color_precedes_profile && is_profile_for(source.icc_profile, model);
}

ColorProfile color_profile_of(const SourceMetadata& source, Layout layout) {
  if (layout == Layout{Model::kGray, 1}) {
    return {};  // black and white are the same everywhere
  }
  return uses_profile(source, layout.model) ? read_profile(source.icc_profile) : source.color;
}

}  // namespace crop64
