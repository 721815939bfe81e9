#include "plan.h"

#include <algorithm>

namespace crop64 {
namespace {

// Whether the options leave the file as it is. Judged by what they would change, not by how they
// are put: a crop of the whole picture is none.
bool changes_nothing(const ImageInfo& info, const Options& options, const Rect& region) {
  return info.format != Format::kRaw &&
         (options.format == Format::kKeep || options.format == info.format) &&
         region == whole(info.size) && !(options.quality && info.format == Format::kJpeg) &&
         !(options.compression_level && info.format == Format::kPng);
}

RectF in_pixels(const Crop& crop, Size size) {
  if (!crop.percent) {
    return crop.edges;
  }
  const double x = size.width / 100.0;
  const double y = size.height / 100.0;
  return {crop.edges.left * x, crop.edges.top * y, crop.edges.right * x, crop.edges.bottom * y};
}

Error with_size(Error error, Size size) {
  error.details = {{"width", double(size.width)}, {"height", double(size.height)}};
  return error;
}

// The rounded crop, which may lie beyond the picture only where it is to be padded.
Result<Rect> choose_region(const ImageInfo& info, const Options& options) {
  const RectF asked = in_pixels(options.crop, info.size);
  const Rect rounded = round_edges(asked, info.size);
  if (rounded.empty()) {
    return with_size(
        make_error(ErrorCode::kInvalidArgument,
                   "Expected a crop of at least one pixel but received left %g, top %g, right %g, "
                   "bottom %g (picture: %d x %d).",
                   asked.left, asked.top, asked.right, asked.bottom, info.size.width,
                   info.size.height),
        info.size);
  }
  if (options.outside == Outside::kPad || contains(whole(info.size), rounded)) {
    return rounded;
  }
  const Rect inside = intersect(rounded, whole(info.size));
  if (options.outside == Outside::kClamp && !inside.empty()) {
    return inside;
  }
  return with_size(
      make_error(ErrorCode::kCropOutOfBounds,
                 "Expected a crop inside the picture of %d x %d pixels but received left %d, top "
                 "%d, right %d, bottom %d.%s",
                 info.size.width, info.size.height, rounded.left, rounded.top, rounded.right,
                 rounded.bottom,
                 options.outside == Outside::kError ? " Use outside: 'clamp' or 'pad' to allow it."
                                                    : " Nothing of it lies inside."),
      info.size);
}

Layout with_alpha(Layout layout) {
  switch (layout.model) {
    case Model::kGray:
      return {Model::kGrayAlpha, layout.depth};
    case Model::kRgb:
      return {Model::kRgba, layout.depth};
    case Model::kBgr:
      return {Model::kBgra, layout.depth};
    default:
      return layout;
  }
}

Layout in_color(Layout layout) {
  switch (layout.model) {
    case Model::kGray:
      return {Model::kRgb, layout.depth};
    case Model::kGrayAlpha:
      return {Model::kRgba, layout.depth};
    default:
      return layout;
  }
}

// The layout without a palette and without a transparent colour, of at least 8 bits.
Layout expanded(Layout layout, bool has_alpha) {
  const Layout plain = {layout.model == Model::kPalette ? Model::kRgb : layout.model,
                        std::max(layout.depth, 8)};
  return has_alpha ? with_alpha(plain) : plain;
}

bool is_gray(const Color& color) { return color.r == color.g && color.g == color.b; }

Layout sample_layout(const ImageInfo& info, Channels channels) {
  switch (channels) {
    case Channels::kRgba:
      return {Model::kRgba, 8};
    case Channels::kRgb:
      return {Model::kRgb, 8};
    case Channels::kBgra:
      return {Model::kBgra, 8};
    case Channels::kBgr:
      return {Model::kBgr, 8};
    case Channels::kGray:
      return {Model::kGray, 8};
    case Channels::kGrayAlpha:
      return {Model::kGrayAlpha, 8};
    case Channels::kKeep:
      break;
  }
  return {expanded(info.layout, info.has_alpha).model, 8};
}

Layout choose_layout(const ImageInfo& info, const Options& options, const Plan& plan) {
  if (plan.format == Format::kRaw) {
    return sample_layout(info, options.channels.value_or(Channels::kRgba));
  }
  Layout layout = info.layout;
  const bool pads = plan.canvas != plan.region.size();
  if (pads) {
    // A palette has no room for the background's colour.
    layout = expanded(layout, info.has_alpha || plan.background.alpha < 1);
  }
  const Layout stored = find_codec(plan.format)->storable(layout);
  const bool flattens = info.has_alpha && plan.format == Format::kJpeg;
  return (pads || flattens) && !is_gray(plan.background) ? in_color(stored) : stored;
}

bool keeps_samples(const ImageInfo& info, Layout layout) {
  return layout == info.layout ||
         (layout.depth >= info.layout.depth && info.layout.model != Model::kCmyk &&
          (info.layout.is_gray() || !layout.is_gray()) && (!info.has_alpha || layout.has_alpha()));
}

std::optional<Error> check_options(const Options& options, Format format) {
  const char* name = nullptr;
  const char* belongs_to = nullptr;
  if (options.quality && format != Format::kJpeg) {
    name = "quality", belongs_to = "jpeg";
  } else if (options.compression_level && format != Format::kPng) {
    name = "compressionLevel", belongs_to = "png";
  } else if (options.channels && format != Format::kRaw) {
    name = "channels", belongs_to = "raw";
  }
  // With format 'keep' an option waits for a picture that it fits.
  if (name == nullptr || options.format == Format::kKeep) {
    return std::nullopt;
  }
  return make_error(ErrorCode::kInvalidArgument,
                    "Expected no %s for another format than '%s' but received one together with "
                    "format '%s'.",
                    name, belongs_to, to_string(format));
}

std::optional<Error> check_limit(const char* limit, double value, double most, const char* what) {
  if (value <= most) {
    return std::nullopt;
  }
  Error error = make_error(ErrorCode::kLimitExceeded,
                           "Expected at most %.0f for limits.%s but %s %.0f. Raise the limit if "
                           "you trust the source.",
                           most, limit, what, value);
  error.details = {{"limit", most}, {"value", value}};
  return error;
}

// At most: what decoding needs, the region's samples, twice where they are converted or padded, and
// the result (deflate and Huffman codes never add more than a little).
double memory_needed(const ImageInfo& info, const Plan& plan) {
  double bytes = double(info.byte_length);
  if (plan.way == Way::kSamples) {
    const double result = double(plan.layout.bytes(plan.canvas));
    bytes += double(info.decode_memory) + double(info.layout.bytes(plan.region.size())) + result;
    if (plan.layout != info.layout || plan.canvas != plan.region.size()) {
      bytes += result;
    }
  }
  return bytes;
}

}  // namespace

Result<Plan> plan(const ImageInfo& info, const Options& options) {
  if (auto error =
          check_limit("bytes", double(info.byte_length), options.limits.bytes, "the source has")) {
    return *error;
  }
  Plan plan;
  if (info.format == Format::kUnknown) {
    const Crop none;
    const bool nothing_asked =
        options.format == Format::kKeep && options.crop.percent && options.crop.edges == none.edges;
    if (!nothing_asked) {
      return unsupported(info);
    }
    plan.way = Way::kPass;
    plan.lossless = true;
    return plan;
  }
  if (auto error = check_limit("pixels", double(info.size.area()), options.limits.pixels,
                               "the picture has")) {
    return *error;
  }
  Result<Rect> asked = choose_region(info, options);
  if (!asked.ok()) {
    return asked.error();
  }
  plan.region = intersect(asked.value(), whole(info.size));
  if (plan.region.empty()) {
    plan.region = {};
  }
  plan.canvas = asked.value().size();
  plan.pad_left = plan.region.left - asked.value().left;
  plan.pad_top = plan.region.top - asked.value().top;
  plan.format = options.format;
  if (plan.format == Format::kKeep) {
    plan.format = info.format == Format::kRaw ? Format::kPng : info.format;
  }
  if (auto error = check_options(options, plan.format)) {
    return *error;
  }
  if (changes_nothing(info, options, asked.value())) {
    plan.way = Way::kPass;
    plan.layout = info.layout;
    plan.lossless = true;
  } else {
    plan.background = options.background;
    if (plan.format == Format::kJpeg && plan.background.alpha == 0) {
      plan.background = {255, 255, 255, 1};
    }
    plan.layout = choose_layout(info, options, plan);
    plan.settings.quality = options.quality.value_or(plan.settings.quality);
    plan.settings.compression_level =
        options.compression_level.value_or(plan.settings.compression_level);
    plan.lossless = plan.format != Format::kJpeg && keeps_samples(info, plan.layout);
  }
  if (auto error = check_limit("memory", memory_needed(info, plan), options.limits.memory,
                               "the job may need")) {
    return *error;
  }
  return plan;
}

}  // namespace crop64
