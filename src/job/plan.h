// Every decision of a job, by the header and the options alone. Pure: nothing is read, decoded or
// allocated. pipeline.h carries it out.
#pragma once

#include <optional>

#include "codecs/codec.h"
#include "image/orient.h"
#include "image/pad.h"
#include "image/resize.h"
#include "image/rotate.h"
#include "job/options.h"

namespace crop64 {

enum class Strategy : uint8_t {
  kCopyFile,       // the source's bytes as they are
  kCopyImageData,  // the source's coded samples as they are, with other metadata
  kLosslessCrop,   // the region's coded blocks, without decoding them
  kTranscode,      // decode the region, take the plan's steps, then encode
};

struct ColorPlan {
  // Whether samples are converted to `space`: before the padding if there is any, else after
  // resampling and turn, but before a rotation.
  bool converts = false;
  ColorSpace space = ColorSpace::kSrgb;  // of the result
  ProfileChoice profile = ProfileChoice::kNone;
};

// The steps of kTranscode are taken in the order of their members here, but an image that is turned
// is padded and resampled first, as it is stored; steps without a value are left out.
struct Plan {
  Strategy strategy = Strategy::kTranscode;
  // kCopyFile and kCopyImageData: whether to decode the samples to see whether they are damaged.
  bool checks_samples = false;
  ImageFormat format = ImageFormat::kUnknown;  // of the result
  Rect
      region;  // of the source that is taken, as displayed; empty if the crop lies beside the image
  DecodeRequest decode;
  Orientation orientation;
  Layout working;                  // the layout in which padding, resampling and letterbox are done
  std::optional<Padding> padding;  // around the region, up to the crop
  std::optional<Resampling> resampling;
  ColorPlan colors;
  // By other than a multiple of 90 degrees, together with the turn and what is left of a resize.
  std::optional<Rotation> rotation;
  std::optional<Padding> letterbox;  // what 'contain' leaves free
  Layout layout;                     // of the result's samples
  bool flattens = false;             // whether alpha is replaced by the background
  Size size;                         // of the result
  EncodeSettings settings;
  bool keeps_quantisation = false;  // encode with the source's quantisation
  std::optional<double> max_bytes;
  int min_quality = 1;  // the lowest JPEG quality that max_bytes may choose
  Color background;
  std::unique_ptr<RowSink> (*make_sample_sink)(double bytes) = nullptr;  // Options has it
  OutputFacts metadata;
  bool lossless = false;  // whether every sample of the region is kept

  bool computes() const { return padding || resampling || rotation || letterbox; }
  // Rows flow from the decoder to the encoder, but a turn whose rows come in another order holds
  // its image (image/orient.h), some decoders hold the region (ImageInfo::holds_region), and the
  // result's samples are held if nobody takes their rows, if a JPEG's quality is searched, or if
  // the file may have metadata behind its samples, for an encoder writes metadata first.
  bool holds_result() const {
    if (format == ImageFormat::kRaw) {
      return make_sample_sink == nullptr;
    }
    return (format == ImageFormat::kJpeg && max_bytes) || metadata.policy == MetadataPolicy::kAll;
  }
};

// With `encodes_anew` the plan is kTranscode where it would be kCopyImageData: for a damaged file,
// and for one that is too large with its coded samples. Errors: INVALID_ARGUMENT (an empty crop, an
// option of another format), CROP_OUT_OF_BOUNDS, UNSUPPORTED_FORMAT, LIMIT_EXCEEDED,
// LOSSLESS_IMPOSSIBLE.
Result<Plan> plan(const ImageInfo& info, const Options& options, bool encodes_anew = false);

}  // namespace crop64
