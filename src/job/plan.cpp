#include "job/plan.h"

#include <algorithm>

#include "codecs/registry.h"
#include "job/colors.h"
#include "job/crop.h"
#include "job/fit.h"
#include "job/layout.h"
#include "job/memory.h"
#include "job/rotation.h"

namespace crop64 {
namespace {

// The turn and flip that were asked for. They come after the file's own orientation.
Orientation asked_orientation(const Options& options) {
  Orientation flip;
  flip.mirror_x = options.flip == Flip::kHorizontal;
  flip.mirror_y = options.flip == Flip::kVertical;
  return then(quarter_turns(static_cast<int>(options.rotate / 90)), flip);
}

// Whether the options ask for another chroma subsampling than that of a JPEG in colour.
bool asks_for_subsampling(const ImageInfo& info, const Options& options) {
  return options.chroma_subsampling && info.chroma_subsampling &&
         *options.chroma_subsampling != *info.chroma_subsampling;
}

// Whether the options ask for another coding than that of a JPEG.
bool asks_for_coding(const ImageInfo& info, const Options& options) {
  const Progressive progressive = options.progressive.value_or(Progressive::kKeep);
  return options.quality.value_or(0) != 0 || asks_for_subsampling(info, options) ||
         options.optimize_coding.value_or(false) ||
         (progressive != Progressive::kKeep &&
          (progressive == Progressive::kYes) != info.progressive);
}

// Whether the options change no coded sample. Only their effect counts: a crop of the whole image
// changes nothing.
bool keeps_coded_samples(const ImageInfo& info, const Options& options, const Plan& plan) {
  const Orientation own = options.auto_orient ? info.orientation : Orientation{};
  const Size displayed = oriented(info.size, plan.orientation);
  return info.format != ImageFormat::kRaw && plan.format == info.format &&
         plan.region == whole(displayed) && !plan.computes() && !plan.colors.converts &&
         plan.orientation == own &&
         !(info.format == ImageFormat::kJpeg && asks_for_coding(info, options)) &&
         !(options.compression_level && info.format == ImageFormat::kPng) &&
         !expands_palette(info, options);
}

// Whether a file that keeps its coded samples also keeps its metadata, that is, all of its bytes.
bool keeps_file(const ImageInfo& info, const Options& options) {
  return options.metadata == MetadataPolicy::kAll &&
         double(info.byte_length) <= options.max_bytes.value_or(1e18);
}

bool can_rewrite(const ImageInfo& info, const Options& options) {
  const Codec* codec = find_codec(info.format);
  return options.metadata != MetadataPolicy::kAll && codec != nullptr && codec->rewrite != nullptr;
}

// Whether files of that format can be encoded.
bool is_written(ImageFormat format) {
  const Codec* codec = find_codec(format);
  return codec != nullptr && codec->encode != nullptr;
}

Failure check_options(const Options& options, ImageFormat format) {
  const char* name = nullptr;
  const char* belongs_to = nullptr;
  const bool jpeg = format == ImageFormat::kJpeg;
  if (options.quality && !jpeg) {
    name = "quality", belongs_to = "jpeg";
  } else if (options.progressive && !jpeg) {
    name = "progressive", belongs_to = "jpeg";
  } else if (options.optimize_coding && !jpeg) {
    name = "optimizeCoding", belongs_to = "jpeg";
  } else if (options.chroma_subsampling && !jpeg) {
    name = "chromaSubsampling", belongs_to = "jpeg";
  } else if (options.min_quality && !jpeg) {
    name = "minQuality", belongs_to = "jpeg";
  } else if (options.compression_level && format != ImageFormat::kPng) {
    name = "compressionLevel", belongs_to = "png";
  } else if (options.palette && format != ImageFormat::kPng) {
    name = "palette", belongs_to = "png";
  } else if (options.channels && format != ImageFormat::kRaw) {
    name = "channels", belongs_to = "raw";
  } else if (options.bit_depth && format != ImageFormat::kRaw) {
    name = "bitDepth", belongs_to = "raw";
  }
  // With format 'keep', options of other formats are ignored.
  if (name == nullptr || !options.format) {
    return std::nullopt;
  }
  return make_error(ErrorCode::kInvalidArgument,
                    "Expected no %s for another format than '%s' but received one together with "
                    "format '%s'.",
                    name, belongs_to, to_string(format));
}

// Without any option an image file is copied, also one of a format that is not decoded here.
Plan plan_copy(const ImageInfo& info) {
  Plan plan;
  plan.strategy = Strategy::kCopyFile;
  plan.format = info.format;
  plan.layout = info.layout;
  plan.settings.quality = info.quality;
  plan.size = oriented(info.size, info.orientation);
  plan.region = whole(plan.size);
  plan.lossless = true;
  return plan;
}

// Whether a result has the quality of its source, a JPEG: it does unless the options name another.
// But a resized image has no more detail than the default quality shows, so it gets the lower of
// the two.
bool keeps_own_quality(const ImageInfo& info, const Options& options, const Plan& plan) {
  if (info.format != ImageFormat::kJpeg) {
    return false;
  }
  if (options.quality) {
    return *options.quality == 0;
  }
  return !plan.resampling || (info.quality > 0 && info.quality < plan.settings.quality);
}

void choose_coding(const ImageInfo& info, const Options& options, Plan& plan) {
  const bool from_jpeg = info.format == ImageFormat::kJpeg;
  const bool keeps_own = keeps_own_quality(info, options, plan);
  // A CMYK image's tables are for four inks, and a result has three components.
  const bool is_cmyk = info.layout.model == Model::kCmyk;
  plan.keeps_quantisation = keeps_own && !is_cmyk;
  plan.settings.chroma_subsampling = options.chroma_subsampling;
  if (options.quality.value_or(0) != 0) {
    plan.settings.quality = *options.quality;
  } else if (keeps_own && info.quality > 0) {
    plan.settings.quality = info.quality;
  }
  if (keeps_own && is_cmyk && !options.chroma_subsampling) {
    plan.settings.chroma_subsampling = info.chroma_subsampling;
  }
  plan.min_quality = options.min_quality.value_or(1);
  plan.settings.optimize_coding = options.optimize_coding;
  const Progressive progressive = options.progressive.value_or(Progressive::kKeep);
  plan.settings.progressive = progressive == Progressive::kKeep ? from_jpeg && info.progressive
                                                                : progressive == Progressive::kYes;
}

// Whether luma and chroma are encoded as they are stored, resized or not, and never become RGB.
bool keeps_components(const ImageInfo& info, const Plan& plan) {
  if (!info.has_ycc || plan.format != ImageFormat::kJpeg || plan.padding || plan.letterbox ||
      plan.colors.converts || plan.rotation) {
    return false;
  }
  const Size decoded = reduce(whole(info.size), info.size, plan.decode.reduction).size();
  if (plan.decode.region != whole(decoded)) {
    return false;
  }
  // A search for a quality may give up the source's subsampling with its quantisation.
  constexpr ChromaSubsampling kDefault = {2, 2};
  const ChromaSubsampling own = *info.chroma_subsampling;
  if (plan.max_bytes && plan.keeps_quantisation && own != kDefault) {
    return false;
  }
  if (plan.resampling) {
    return plan.resampling->kernel != Kernel::kNearest;
  }
  const auto& asked = plan.settings.chroma_subsampling;
  return plan.orientation == Orientation{} &&
         own == asked.value_or(plan.keeps_quantisation ? own : kDefault);
}

constexpr const char* kRotates =
    "a rotation by other than a multiple of 90 degrees computes new samples";
constexpr const char* kConvertsColors =
    "its colours are converted (keep them: colorSpace: 'keep', metadata: 'color')";

// Why a kTranscode plan does not keep every sample of the region; null if it does.
const char* why_lossy(const ImageInfo& info, const Plan& plan) {
  if (plan.rotation) {
    return kRotates;
  }
  if (plan.resampling) {
    return "a resize computes new samples";
  }
  if (plan.colors.converts) {
    return kConvertsColors;
  }
  if (plan.format == ImageFormat::kJpeg) {
    return "JPEG keeps samples only approximately";
  }
  if (info.layout.model == Model::kCmyk) {
    return "CMYK becomes RGB";
  }
  if (info.frame_count > 1) {
    return "an animation becomes its first image";
  }
  if (!info.exact) {
    return "its colours have more bits than samples here have";
  }
  if (plan.flattens) {
    return "alpha is dropped";
  }
  if (plan.layout.is_gray() && !info.layout.is_gray()) {
    return "colour becomes grey";
  }
  return plan.layout.depth < info.layout.depth ? "16 bits become 8" : nullptr;
}

Error lossless_impossible(const char* why) {
  return make_error(ErrorCode::kLosslessImpossible,
                    "Expected a job that keeps everything, for lossless: true, but %s.", why);
}

// Fills in kCopyFile or kCopyImageData. The image is not turned: its metadata says how to display
// it.
void plan_unchanged(const ImageInfo& info, const Options& options, Plan& plan) {
  plan.strategy = keeps_file(info, options) ? Strategy::kCopyFile : Strategy::kCopyImageData;
  plan.layout = info.layout;
  plan.orientation = info.orientation;
  plan.decode.region = whole(info.size);
  plan.max_bytes = options.max_bytes;
  plan.settings.quality = info.quality;
  plan.checks_samples = true;
  plan.lossless = true;
}

bool supports_lossless_crop(const ImageInfo& info, const Plan& plan) {
  return plan.format == info.format && info.format != ImageFormat::kRaw &&
         find_codec(info.format)->lossless_crop != nullptr;
}

// Fills in kLosslessCrop: the region grows to the left and upwards to the grid of blocks.
Failure plan_lossless_crop(const ImageInfo& info, const Options& options, Plan& plan) {
  if (plan.rotation) {
    return lossless_impossible(kRotates);
  }
  if (plan.resampling) {
    return lossless_impossible("a resize computes new samples");
  }
  if (plan.padding || plan.letterbox) {
    return lossless_impossible("padding has no coefficients");
  }
  if (plan.colors.converts) {
    return lossless_impossible(kConvertsColors);
  }
  if (options.quality.value_or(0) != 0 || asks_for_subsampling(info, options)) {
    return lossless_impossible("another quality or subsampling computes new coefficients");
  }
  plan.strategy = Strategy::kLosslessCrop;
  Rect stored = to_stored(plan.region, info.size, plan.orientation);
  stored.left -= stored.left % info.block.width;
  stored.top -= stored.top % info.block.height;
  plan.decode.region = stored;
  plan.region = oriented(stored, info.size, plan.orientation);
  plan.size = plan.region.size();
  // The blocks are not turned: the file says how to display them. Without `auto_orient` the
  // source's own orientation still applies after the turn that was asked for, as if samples were
  // turned.
  plan.orientation =
      options.auto_orient ? plan.orientation : then(plan.orientation, info.orientation);
  plan.layout = info.layout;
  plan.max_bytes = options.max_bytes;
  choose_coding(info, options, plan);
  plan.lossless = true;
  return std::nullopt;
}

// Fills in kTranscode. Errors: UNSUPPORTED_FORMAT.
Failure plan_transcode(const ImageInfo& info, const Options& options, Plan& plan) {
  plan.background = options.background;
  plan.make_sample_sink = options.make_sample_sink;
  if (plan.format == ImageFormat::kJpeg && plan.background.alpha == 0) {
    plan.background = {255, 255, 255, 1};
  }
  Rect stored_region = to_stored(plan.region, info.size, plan.orientation);
  if (plan.rotation) {
    stored_region = rotated_region(info, plan);
    plan.resampling = resampling_before_rotation(plan, stored_region);
  }
  if (plan.resampling && !plan.padding) {
    plan.decode.reduction = choose_reduction(info, *plan.resampling);
  }
  // Missing samples cannot be kept.
  plan.decode.damaged = options.lossless ? Damaged::kError : options.damaged;
  plan.decode.region = reduce(stored_region, info.size, plan.decode.reduction);
  if (plan.rotation) {
    rotate_decoded(plan);
  } else if (plan.resampling && !plan.padding) {
    plan.resampling->box =
        box_in_decoded(plan.resampling->box, stored_region, plan.decode, plan.orientation);
  }
  plan.colors = {};
  choose_layouts(info, options, plan);
  if (auto error = plan_colors(info, options, plan)) {
    return error;
  }
  choose_layouts(info, options, plan);
  choose_coding(info, options, plan);
  plan.settings.compression_level =
      options.compression_level.value_or(plan.settings.compression_level);
  plan.max_bytes = options.max_bytes;
  plan.decode.components = plan.settings.components = keeps_components(info, plan);
  plan.lossless = why_lossy(info, plan) == nullptr;
  return std::nullopt;
}

OutputFacts metadata_facts(const ImageInfo& info, const Options& options, const Plan& plan) {
  const bool is_copied =
      plan.strategy == Strategy::kLosslessCrop || plan.strategy == Strategy::kCopyImageData;
  OutputFacts facts;
  facts.policy = options.metadata;
  facts.same_format = plan.format == info.format;
  facts.profile = plan.colors.profile;
  facts.same_colors = !plan.colors.converts;
  facts.same_layout = plan.layout == info.layout && !plan.computes();
  const Orientation left = is_copied ? plan.orientation : Orientation{};
  facts.same_image = plan.decode.region == whole(info.size) && !plan.computes() &&
                     (is_copied || plan.orientation == Orientation{});
  facts.size = is_copied ? plan.decode.region.size() : plan.size;
  // Without `auto_orient` the result still has to be turned.
  facts.orientation = options.auto_orient || is_copied ? left : info.orientation;
  return facts;
}

}  // namespace

Result<Plan> plan(const ImageInfo& info, const Options& options, bool encodes_anew) {
  if (auto error =
          check_limit("bytes", double(info.byte_length), options.limits.bytes, "the source has")) {
    return error;
  }
  if (info.format == ImageFormat::kUnknown) {
    return options.copies_file && *info.id != '\0' ? Result<Plan>(plan_copy(info))
                                                   : unsupported(info);
  }
  if (auto error =
          check_limit("pixels", double(info.size.area()), options.limits.pixels, "the image has")) {
    return error;
  }
  if (options.copies_file && info.format != ImageFormat::kRaw) {
    Plan plan = plan_copy(info);
    auto error = check_memory(info, options, plan);
    return error ? Result<Plan>(*error) : plan;
  }
  Plan plan;
  const bool rotates = rotates_freely(options);
  plan.orientation = options.auto_orient ? info.orientation : Orientation{};
  if (!rotates) {
    plan.orientation = then(plan.orientation, asked_orientation(options));
  }
  Size displayed = oriented(info.size, plan.orientation);
  if (rotates) {
    displayed = rotated(displayed, options.rotate);
  }
  const Result<Rect> asked = choose_region(displayed, options);
  if (!asked.ok()) {
    return asked.error();
  }
  const Rect& crop = asked.value();
  plan.region = intersect(crop, whole(displayed));
  if (plan.region.empty()) {
    plan.region = {};
  }
  if (plan.region != crop) {
    plan.padding = {crop.size(), std::max(0, -crop.left), std::max(0, -crop.top)};
  }
  plan.size = crop.size();
  if (options.resize) {
    const Fitted fitted = fit(plan.size, *options.resize);
    if (!is_identity(fitted.resampling, plan.size)) {
      plan.resampling = fitted.resampling;
      plan.size = fitted.resampling.size;
    }
    if (fitted.letterbox && fitted.letterbox->canvas != plan.size) {
      plan.letterbox = fitted.letterbox;
      plan.size = fitted.letterbox->canvas;
    }
  }
  if (rotates) {
    plan_rotation(info, options, crop, plan);
  }
  plan.format = options.format.value_or(info.format);
  plan.layout = info.layout;
  if (auto error = plan_colors(info, options, plan)) {
    return error;
  }
  const bool is_unchanged = !encodes_anew && keeps_coded_samples(info, options, plan) &&
                            (keeps_file(info, options) || can_rewrite(info, options));
  if (!options.format && !is_unchanged && !is_written(plan.format)) {
    plan.format = options.lossless ? ImageFormat::kPng : info.kept_as;
  }
  if (!is_unchanged && !is_written(plan.format) && plan.format != ImageFormat::kRaw) {
    return make_error(ErrorCode::kInvalidArgument,
                      "Expected 'jpeg', 'png' or 'raw' for format but received '%s', which is not "
                      "written here.",
                      to_string(plan.format));
  }
  if (auto error = check_options(options, plan.format)) {
    return error;
  }
  if (options.quality == 0 && options.format == ImageFormat::kJpeg &&
      info.format != ImageFormat::kJpeg) {
    return make_error(ErrorCode::kInvalidArgument,
                      "Expected a number from 1 to 100 for quality but received 'keep', and the "
                      "source is no JPEG whose quality could be kept.");
  }
  if (is_unchanged) {
    plan_unchanged(info, options, plan);
  } else if (supports_lossless_crop(info, plan) && options.lossless) {
    if (auto error = plan_lossless_crop(info, options, plan)) {
      return error;
    }
  } else {
    if (auto error = plan_transcode(info, options, plan)) {
      return error;
    }
    if (options.lossless && !plan.lossless) {
      return lossless_impossible(why_lossy(info, plan));
    }
  }
  if (auto error = check_sample_bytes(plan)) {
    return error;
  }
  plan.metadata = metadata_facts(info, options, plan);
  if (auto error = check_memory(info, options, plan)) {
    return error;
  }
  return plan;
}

}  // namespace crop64
