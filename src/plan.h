// What is to be done, worked out from the header and the options alone. Pure: nothing is read,
// decoded or allocated. Whatever a job decides is decided here; the pipeline only carries it out.
#pragma once

#include "codec.h"
#include "options.h"

namespace crop64 {

enum class Way : uint8_t {
  kPass,     // the source's bytes as they are
  kSamples,  // decode the region, convert, pad, encode
};

struct Plan {
  Way way = Way::kSamples;
  Format format = Format::kUnknown;  // of the result
  Rect region;                       // what is taken, within the picture
  Size canvas;                       // of the result
  int pad_left = 0;                  // where the region lies on the canvas
  int pad_top = 0;
  Layout layout;  // of the result's samples
  Color background;
  EncodeSettings settings;
  bool lossless = false;  // whether every sample of the region is kept
};

// Errors: INVALID_ARGUMENT (an empty crop, an option of another format), CROP_OUT_OF_BOUNDS,
// UNSUPPORTED_FORMAT, LIMIT_EXCEEDED.
Result<Plan> plan(const ImageInfo& info, const Options& options);

}  // namespace crop64
