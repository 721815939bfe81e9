// Resizing by taking the nearest pixel: no new colours, so any layout will do.
#pragma once

#include <memory>

#include "image/axes.h"

namespace crop64 {

// resize_step() for kNearest. Errors: OUT_OF_MEMORY.
Result<std::unique_ptr<RowSink>> nearest_step(Layout layout, const Axes& axes, RowSink& next);

}  // namespace crop64
