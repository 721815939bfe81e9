#include "job/pipeline.h"

#include <algorithm>

#include "codecs/registry.h"
#include "image/convert.h"
#include "image/orient.h"
#include "image/resize.h"

namespace crop64 {
namespace {

// The image between decoding and encoding: its own, or a borrowed one.
class WorkingImage {
 public:
  explicit WorkingImage(const ImageView& borrowed) : view_(borrowed) {}
  explicit WorkingImage(Image image) : owner_(std::move(image)), view_(owner_.view()) {}
  WorkingImage(const WorkingImage&) = delete;
  WorkingImage& operator=(const WorkingImage&) = delete;

  const ImageView& view() const { return view_; }

  // Replaces the image by the next one, or returns its error.
  std::optional<Error> replace(Result<Image> next) {
    if (!next.ok()) {
      return next.error();
    }
    owner_ = std::move(next.value());
    view_ = owner_.view();
    return std::nullopt;
  }

  // The samples without gaps between rows. The image is then gone.
  Result<Buffer> take_samples() {
    if (owner_.samples.data() == nullptr) {
      if (auto error = replace(copy_of(view_))) {
        return *error;
      }
    }
    return std::move(owner_.samples);
  }

 private:
  Image owner_;
  ImageView view_;
};

// Takes the plan's steps between decoding and encoding.
std::optional<Error> transform(WorkingImage& image, const Plan& plan) {
  if (plan.orientation != Orientation{}) {
    if (auto error = image.replace(orient(image.view(), plan.orientation))) {
      return error;
    }
  }
  if (image.view().layout != plan.working) {
    if (auto error = image.replace(convert(image.view(), plan.working, plan.background))) {
      return error;
    }
  }
  if (plan.padding) {
    if (auto error = image.replace(pad(image.view(), *plan.padding, plan.background))) {
      return error;
    }
  }
  if (plan.resampling) {
    if (auto error = image.replace(resize(image.view(), *plan.resampling))) {
      return error;
    }
  }
  if (plan.letterbox) {
    if (auto error = image.replace(pad(image.view(), *plan.letterbox, plan.background))) {
      return error;
    }
  }
  // A transparent colour has no channel: it is flattened even if the layout stays.
  const bool flattens = plan.flattens && image.view().has_alpha();
  if (image.view().layout != plan.layout || flattens) {
    return image.replace(convert(image.view(), plan.layout, plan.background));
  }
  return std::nullopt;
}

// The error for a result that exceeds maxBytes.
Error too_large(const Plan& plan, size_t smallest) {
  const bool may_be_coarser = plan.format == ImageFormat::kJpeg && plan.min_quality > 1;
  Error error =
      make_error(ErrorCode::kLimitExceeded,
                 "Expected a file of at most %.0f bytes for maxBytes but the smallest has "
                 "%zu. Resize the image%s, or crop a smaller region.",
                 *plan.max_bytes, smallest, may_be_coarser ? ", allow a lower minQuality" : "");
  error.details = {{"limit", *plan.max_bytes}, {"value", double(smallest)}};
  return error;
}

// Encodes at the highest quality, up to the plan's, whose file fits into `max_bytes`, found by
// bisection; `quality` is then that quality. Other formats than JPEG have one try.
Result<Buffer> encode_within(const ImageView& image, const Plan& plan, const Metadata& metadata,
                             int& quality) {
  const Codec& codec = *find_codec(plan.format);
  const auto fits = [&](const Result<Buffer>& file) {
    return double(file.value().size()) <= *plan.max_bytes;
  };
  quality = plan.format == ImageFormat::kJpeg ? plan.settings.quality : 0;
  Result<Buffer> best = codec.encode(image, plan.settings, metadata);
  if (!best.ok() || !plan.max_bytes || fits(best)) {
    return best;
  }
  if (plan.format != ImageFormat::kJpeg) {
    return too_large(plan, best.value().size());
  }
  EncodeSettings settings = plan.settings;
  // The first try may have used the source's tables: then the plan's quality has not been tried.
  int too_high = settings.quantisation ? settings.quality + 1 : settings.quality;
  settings.quantisation.reset();
  int good = 0;  // 0: none yet
  int too_low = plan.min_quality - 1;
  size_t smallest = best.value().size();
  while (too_high - too_low > 1) {
    settings.quality = (too_low + too_high) / 2;
    Result<Buffer> file = codec.encode(image, settings, metadata);
    if (!file.ok()) {
      return file;
    }
    smallest = std::min(smallest, file.value().size());
    if (fits(file)) {
      good = too_low = quality = settings.quality;
      best = std::move(file);
    } else {
      too_high = settings.quality;
    }
  }
  return good > 0 ? std::move(best) : too_large(plan, smallest);
}

Result<Buffer> encode(WorkingImage& image, Output& output) {
  const Plan& plan = output.plan;
  return plan.format == ImageFormat::kRaw
             ? image.take_samples()
             : encode_within(image.view(), plan, output.metadata, output.quality);
}

std::optional<Error> transcode(WorkingImage& image, Output& output) {
  if (auto error = transform(image, output.plan)) {
    return error;
  }
  Result<Buffer> bytes = encode(image, output);
  if (!bytes.ok()) {
    return bytes.error();
  }
  output.bytes = std::move(bytes.value());
  return std::nullopt;
}

// Finds damage in coded samples that are to be copied, by decoding a column of one pixel: the
// decoder reads all of the file for it. False if they can be decoded but not copied. Errors: those
// of Codec::decode.
Result<bool> check_samples(const Source& source, const ImageInfo& info) {
  DecodeRequest column;
  column.reduction = info.max_reduction;
  column.region = {0, 0, 1, (info.size.height + column.reduction - 1) / column.reduction};
  column.checks_end = true;
  const Result<Decoded> decoded = find_codec(info.format)->decode(source.file, column);
  return decoded.ok() ? Result<bool>(decoded.value().is_intact) : decoded.error();
}

}  // namespace

Result<bool> run_copy(const Source& source, Output& output) {
  const Plan& plan = output.plan;
  if (plan.checks_samples) {
    Result<bool> is_intact = check_samples(source, output.info);
    if (!is_intact.ok() || (plan.strategy == Strategy::kCopyImageData && !is_intact.value())) {
      return is_intact;
    }
  }
  if (plan.strategy == Strategy::kCopyFile) {
    return true;
  }
  Result<Buffer> file = find_codec(plan.format)->rewrite(source.file, output.metadata);
  if (!file.ok()) {
    return file.error();
  }
  if (plan.max_bytes && double(file.value().size()) > *plan.max_bytes) {
    return too_large(plan, file.value().size());
  }
  output.bytes = std::move(file.value());
  return true;
}

std::optional<Error> run_lossless_crop(const Source& source, Output& output) {
  const Plan& plan = output.plan;
  Result<Buffer> file =
      find_codec(plan.format)
          ->lossless_crop(source.file, plan.decode.region, plan.settings, output.metadata);
  if (!file.ok()) {
    return file.error();
  }
  if (plan.max_bytes && double(file.value().size()) > *plan.max_bytes) {
    return too_large(plan, file.value().size());
  }
  output.bytes = std::move(file.value());
  output.bytes_read = source.file.size();
  return std::nullopt;
}

std::optional<Error> run_undecoded(const Source& source, Output& output) {
  const Plan& plan = output.plan;
  if (plan.region.empty()) {
    Result<Image> empty = Image::allocate({}, plan.working);
    if (!empty.ok()) {
      return empty.error();
    }
    WorkingImage image(std::move(empty.value()));
    return transcode(image, output);
  }
  output.bytes_read = source.samples.layout.bytes(plan.region.size());
  WorkingImage image(crop(source.samples, plan.decode.region));
  return transcode(image, output);
}

std::optional<Error> run_group(const DecodeGroup& group, Decoded decoded, std::span<Output> outputs,
                               size_t& failed) {
  for (const size_t index : group.job_indices) {
    failed = index;
    Output& output = outputs[index];
    output.bytes_read = decoded.bytes_read;
    output.lossless = output.lossless && decoded.complete;
    if (output.plan.keeps_quantisation) {
      output.plan.settings.quantisation = decoded.quantisation;
    }
    if (group.job_indices.size() == 1) {
      WorkingImage image(std::move(decoded.image));  // freed by the first step
      return transcode(image, output);
    }
    const Rect region =
        translate(output.plan.decode.region, -group.request.region.left, -group.request.region.top);
    WorkingImage image(crop(decoded.image.view(), region));
    if (auto error = transcode(image, output)) {
      return error;
    }
  }
  return std::nullopt;
}

}  // namespace crop64
