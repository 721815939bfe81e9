#include "metadata/metadata.h"

#include <cmath>

namespace crop64 {

double per_inch(const std::optional<Density>& density) {
  if (!density || density->unit == Density::Unit::kNone) {
    return 0;
  }
  return density->unit == Density::Unit::kInch ? density->x : std::round(density->x * 2.54) / 100;
}

}  // namespace crop64
