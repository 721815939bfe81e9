#include "job/memory.h"

#include <algorithm>
#include <cmath>

#include "codecs/registry.h"
#include "color/transform.h"
#include "image/convert.h"

namespace crop64 {
namespace {

// The longest string that every engine has is V8's. A few characters are left for a prefix.
constexpr double kMaxTextLength = 536'870'000;

}  // namespace

Failure check_limit(const char* limit, double value, double max, const char* what) {
  if (value <= max) {
    return std::nullopt;
  }
  Error error = make_error(ErrorCode::kLimitExceeded,
                           "Expected at most %.0f for limits.%s but %s %.0f. Raise the limit if "
                           "you trust the source.",
                           max, limit, what, value);
  error.details = {{"limit", max}, {"value", value}};
  return error;
}

double bytes_of(const Layout& layout, Size size) {
  return double(size.area()) * double(layout.pixel_bytes());
}

Failure check_sample_bytes(const Plan& plan) {
  const double size = bytes_of(plan.layout, plan.size);
  if (plan.format != ImageFormat::kRaw || size <= plan.max_bytes.value_or(1e300)) {
    return std::nullopt;
  }
  Error error = make_error(ErrorCode::kLimitExceeded,
                           "Expected samples of at most %.0f bytes for maxBytes but they have "
                           "%.0f. Resize the image, or crop a smaller region.",
                           *plan.max_bytes, size);
  error.details = {{"limit", *plan.max_bytes}, {"value", size}};
  return error;
}

Failure check_source_memory(double bytes, double memory_limit) {
  return check_limit("memory", bytes, memory_limit, "the source alone has");
}

double decoding_memory(const ImageInfo& info, const DecodeRequest& request) {
  return double(info.decode_memory) +
         (info.holds_region ? bytes_of(info.layout, request.region.size()) : 0);
}

namespace {

// The steps of luma and chroma, and the encoder's rows that wait for those of the other components:
// all of them if the image is turned.
double components_memory(const ImageInfo& info, Size stored, const Plan& plan) {
  const Sampling across = {info.chroma_subsampling->horizontal};
  const Sampling down = {info.chroma_subsampling->vertical};
  const auto resize = [&](const Component& from) {
    // The result's chroma may have all samples.
    return resize_memory(stored, {{Model::kGray, 8}, true, from, {}}, plan.orientation,
                         *plan.resampling);
  };
  constexpr int kWaiting = 4 * 16;
  const int rows = holds_image(plan.orientation) ? plan.size.height : kWaiting;
  return (plan.resampling ? resize({}) + 2 * resize({across, down}) : 0) +
         bytes_of(plan.layout, {plan.size.width, rows});
}

}  // namespace

double pipeline_memory(const ImageInfo& info, const Plan& plan) {
  double bytes = 0;
  Size size = plan.decode.region.size();
  if (plan.working != info.layout) {
    bytes += ConvertStep::memory(size.width, plan.working);
  }
  if (plan.padding) {
    size = oriented(plan.padding->canvas, plan.orientation);
    bytes += PadStep::memory(size.width, plan.working);
  }
  if (plan.decode.components) {
    bytes += components_memory(info, size, plan);
  } else if (plan.resampling) {
    bytes += resize_memory(size, {plan.working}, plan.orientation, *plan.resampling);
  }
  if (plan.resampling) {
    size = oriented(plan.resampling->size, plan.orientation);
  }
  const Layout rgba = {Model::kRgba, plan.working.depth};
  if (plan.rotation) {
    bytes += ConvertStep::memory(size.width, rgba) +
             RotateStep::memory(*plan.rotation, rgba.depth, !info.has_alpha);
    size = plan.rotation->to;
  }
  if (plan.orientation != Orientation{}) {
    bytes += OrientStep::memory(plan.orientation, size, plan.working);
  }
  if (plan.colors.converts) {
    bytes += ColorStep::memory(size.width, plan.working);
  }
  if (plan.letterbox) {
    bytes += PadStep::memory(plan.letterbox->canvas.width, plan.rotation ? rgba : plan.working);
  }
  if (plan.layout != plan.working || plan.flattens) {
    bytes += ConvertStep::memory(plan.size.width, plan.layout);
  }
  const double samples = bytes_of(plan.layout, plan.size);
  const Codec* codec = find_codec(plan.format);
  if (codec != nullptr && codec->encode_memory != nullptr) {
    // Files are hardly ever larger than their samples. A search for a quality keeps the best file
    // so far.
    bytes += codec->encode_memory(plan.layout, plan.size, plan.settings) + samples;
    bytes += plan.holds_result() ? samples : 0;
  }
  const bool is_samples = plan.format == ImageFormat::kRaw;  // whoever holds them
  return bytes + (plan.holds_result() || is_samples ? samples : 0);
}

double memory_needed(const ImageInfo& info, const Plan& plan) {
  const auto file = double(info.byte_length);
  switch (plan.strategy) {
    case Strategy::kCopyFile:
      return file + (plan.checks_samples ? double(info.decode_memory) : 0);
    case Strategy::kCopyImageData:
      return file + std::max(file, plan.checks_samples ? double(info.decode_memory) : 0);
    case Strategy::kLosslessCrop:
      // The region's coefficients have two bytes each. The coded file is smaller than its samples.
      return file + double(info.decode_memory) + 3 * bytes_of(plan.layout, plan.size);
    case Strategy::kTranscode:
      break;
  }
  return file + decoding_memory(info, plan.decode) + pipeline_memory(info, plan);
}

Failure check_memory(const ImageInfo& info, const Options& options, const Plan& plan) {
  return check_limit("memory", memory_needed(info, plan), options.limits.memory,
                     "the job may need");
}

Failure check_base64_length(double bytes) {
  const double length = 4 * std::ceil(bytes / 3);
  if (length <= kMaxTextLength) {
    return std::nullopt;
  }
  Error error = make_error(ErrorCode::kLimitExceeded,
                           "Expected at most %.0f characters of base64, which is what a string "
                           "may have, but the result has %.0f. Use toBytes() or toBlob().",
                           kMaxTextLength, length);
  error.details = {{"limit", kMaxTextLength}, {"value", length}};
  return error;
}

}  // namespace crop64
