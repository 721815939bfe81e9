#include "job/memory.h"

#include <algorithm>
#include <cmath>

#include "codecs/registry.h"

namespace crop64 {
namespace {

// The longest string that every engine has is V8's. A few characters are left for a prefix.
constexpr double kMaxTextLength = 536'870'000;

}  // namespace

std::optional<Error> check_limit(const char* limit, double value, double max, const char* what) {
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

std::optional<Error> check_sample_bytes(const Plan& plan) {
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

std::optional<Error> check_source_memory(double bytes, double memory_limit) {
  return check_limit("memory", bytes, memory_limit, "the source alone has");
}

// Each step holds what it reads, what it makes and what it needs beside them.
double memory_needed(const ImageInfo& info, const Plan& plan) {
  const auto file = double(info.byte_length);
  if (plan.strategy == Strategy::kCopyFile || plan.strategy == Strategy::kCopyImageData) {
    const double made = plan.strategy == Strategy::kCopyImageData ? file : 0;
    return file + std::max(made, plan.checks_samples ? double(info.decode_memory) : 0);
  }
  if (plan.strategy == Strategy::kLosslessCrop) {
    // The coded file is smaller than the coefficients.
    return file + double(info.lossless_crop_memory) + bytes_of(plan.layout, plan.size);
  }
  Size size = plan.decode.region.size();
  double image = info.format == ImageFormat::kRaw ? 0 : bytes_of(info.layout, size);
  double peak = double(info.decode_memory) + image;
  const auto step = [&](double made, double beside = 0) {
    peak = std::max(peak, image + made + beside);
    image = made;
  };
  if (plan.orientation != Orientation{}) {
    step(bytes_of(info.layout, size));
    size = oriented(size, plan.orientation);
  }
  if (plan.working != info.layout) {
    step(bytes_of(plan.working, size));
  }
  if (plan.padding) {
    size = plan.padding->canvas;
    step(bytes_of(plan.working, size));
  }
  if (plan.resampling) {
    const Size to = plan.resampling->size;
    // The source's samples are copied first.
    const double packed = image == 0 ? bytes_of(plan.working, size) : 0;
    step(bytes_of(plan.working, to), packed + resize_memory(plan.working, size, *plan.resampling));
    size = to;
  }
  if (plan.letterbox) {
    step(bytes_of(plan.working, plan.letterbox->canvas));
  }
  if (plan.layout != plan.working || plan.flattens) {
    step(bytes_of(plan.layout, plan.size));
  }
  if (const Codec* codec = find_codec(plan.format);
      codec != nullptr && codec->encode_memory != nullptr) {
    // Files are hardly ever larger than their samples. A search for a JPEG's quality keeps the best
    // file so far.
    const double made = bytes_of(plan.layout, plan.size);
    const bool searches = plan.format == ImageFormat::kJpeg && plan.max_bytes;
    const double encoder = codec->encode_memory(plan.layout, plan.size, plan.settings);
    step(made, encoder + (searches ? made : 0));
  }
  return file + peak;
}

std::optional<Error> check_memory(const ImageInfo& info, const Options& options, const Plan& plan) {
  return check_limit("memory", memory_needed(info, plan), options.limits.memory,
                     "the job may need");
}

std::optional<Error> check_base64_length(double bytes) {
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
