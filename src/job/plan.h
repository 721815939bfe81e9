// What is to be done, worked out from the header and the options alone. Pure: nothing is read,
// decoded or allocated. Whatever a job decides is decided here; the pipeline only carries it out.
#pragma once

#include <span>
#include <vector>

#include "codecs/codec.h"
#include "image/convert.h"
#include "image/resize.h"
#include "job/options.h"

namespace crop64 {

enum class Way : uint8_t {
  kPass,     // the source's bytes as they are
  kRewrite,  // the source's coded samples as they are, between other metadata
  kMove,     // coefficients of the region, never decoded
  kSamples,  // decode the region, then what the plan's steps say, then encode
};

// Way::kSamples takes its steps in the order in which they stand here; those that are not there are
// left out.
struct Plan {
  Way way = Way::kSamples;
  // Whether the samples of a file that is not decoded for its result are decoded to see that they
  // are sound.
  bool checks_samples = false;
  Format format = Format::kUnknown;  // of the result
  Rect region;                       // what is taken, as displayed; empty where nothing of it is
  DecodeRequest decode;
  Orientation orientation;
  Layout working;                  // for the next three
  std::optional<Padding> padding;  // what the crop has beyond the picture
  std::optional<Resampling> resampling;
  std::optional<Padding> letterbox;  // what 'contain' leaves free
  Layout layout;                     // of the result's samples
  bool flattens = false;             // whether alpha is dropped: the background shows through
  Size size;                         // of the result
  EncodeSettings settings;
  bool keeps_quantisation = false;  // the source's own, in place of the settings' quality
  std::optional<double> max_bytes;
  int min_quality = 1;  // the lowest JPEG quality that max_bytes may choose
  Color background;
  OutputFacts metadata;
  bool lossless = false;  // whether every sample of the region is kept

  bool computes() const { return padding || resampling || letterbox; }
};

// With `encodes_anew` a file whose metadata alone is to change is decoded and encoded again instead
// of being rewritten: for a damaged file, and for one that is too large as it is.
// Errors: INVALID_ARGUMENT (an empty crop, an option of another format), CROP_OUT_OF_BOUNDS,
// UNSUPPORTED_FORMAT, LIMIT_EXCEEDED, LOSSLESS_IMPOSSIBLE.
Result<Plan> plan(const ImageInfo& info, const Options& options, bool encodes_anew = false);

// What is decoded once, and the plans that are served by it.
struct Share {
  DecodeRequest decode;
  std::vector<size_t> plans;  // their places
};

// How plans for one picture share their decoding: what has to be read to reach a part is read for
// all parts below it, so one decoding of the part that holds them all is often less than many. Each
// plan that decodes is in one share, and a share takes no more than `memory_limit` bytes.
std::vector<Share> share_decoding(const ImageInfo& info, std::span<const Plan> plans,
                                  double memory_limit);

}  // namespace crop64
