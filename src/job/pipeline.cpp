#include "job/pipeline.h"

#include <algorithm>
#include <cmath>

#include "codecs/registry.h"
#include "image/convert.h"
#include "image/orient.h"
#include "image/resize.h"
#include "metadata/select.h"

namespace crop64 {
namespace {

ImageInfo describe(const Source& source) {
  const ImageView& samples = source.samples;
  ImageInfo info;
  info.kept_as = source.kept_as;
  info.format = ImageFormat::kRaw;
  info.name = "samples";
  info.mime_type = mime_type(ImageFormat::kRaw);
  info.size = samples.size;
  info.layout = samples.layout;
  info.has_alpha = samples.has_alpha();
  info.byte_length = samples.layout.bytes(samples.size);
  return info;
}

// The picture between decoding and encoding: `view` looks at `owner`'s samples, or at the source's.
class Picture {
 public:
  explicit Picture(const ImageView& borrowed) : view_(borrowed) {}
  explicit Picture(Image image) : owner_(std::move(image)), view_(owner_.view()) {}
  Picture(const Picture&) = delete;
  Picture& operator=(const Picture&) = delete;

  const ImageView& view() const { return view_; }

  // The next picture in this one's place, or its error.
  std::optional<Error> become(Result<Image> next) {
    if (!next.ok()) {
      return next.error();
    }
    owner_ = std::move(next.value());
    view_ = owner_.view();
    return std::nullopt;
  }

  // The samples in one piece; the picture is then gone.
  Result<Buffer> take_samples() {
    if (owner_.samples.data() == nullptr) {
      if (auto error = become(copy_of(view_))) {
        return *error;
      }
    }
    return std::move(owner_.samples);
  }

 private:
  Image owner_;
  ImageView view_;
};

// What the plan does with the picture between decoding and encoding.
std::optional<Error> transform(Picture& picture, const Plan& plan) {
  if (plan.orientation != Orientation{}) {
    if (auto error = picture.become(orient(picture.view(), plan.orientation))) {
      return error;
    }
  }
  if (picture.view().layout != plan.working) {
    if (auto error = picture.become(convert(picture.view(), plan.working, plan.background))) {
      return error;
    }
  }
  if (plan.padding) {
    if (auto error = picture.become(pad(picture.view(), *plan.padding, plan.background))) {
      return error;
    }
  }
  if (plan.resampling) {
    if (auto error = picture.become(resize(picture.view(), *plan.resampling))) {
      return error;
    }
  }
  if (plan.letterbox) {
    if (auto error = picture.become(pad(picture.view(), *plan.letterbox, plan.background))) {
      return error;
    }
  }
  // A transparent colour is dropped too where the layout stays.
  const bool flattens = plan.flattens && picture.view().has_alpha();
  if (picture.view().layout != plan.layout || flattens) {
    return picture.become(convert(picture.view(), plan.layout, plan.background));
  }
  return std::nullopt;
}

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

// The file of the highest quality up to the plan's that fits while the next higher does not, found
// by halving, and that quality. A format without quality fits or does not.
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
  // What was too large may have been the source's own tables: then the quality itself comes next.
  int too_high = settings.quantisation ? settings.quality + 1 : settings.quality;
  settings.quantisation.reset();
  int good = 0;  // none yet
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

Result<Buffer> finish(Picture& picture, Output& output) {
  const Plan& plan = output.plan;
  return plan.format == ImageFormat::kRaw
             ? picture.take_samples()
             : encode_within(picture.view(), plan, output.metadata, output.quality);
}

std::optional<Error> run(Picture& picture, Output& output) {
  if (auto error = transform(picture, output.plan)) {
    return error;
  }
  Result<Buffer> bytes = finish(picture, output);
  if (!bytes.ok()) {
    return bytes.error();
  }
  output.bytes = std::move(bytes.value());
  return std::nullopt;
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

// Decodes one column of the file, and with it all that a decoder has to read: what a job that
// copies the coded samples would otherwise not notice. Gives whether they can be copied. Errors:
// those of decoding.
Result<bool> check_samples(const Source& source, const ImageInfo& info) {
  DecodeRequest column;
  column.reduction = info.max_reduction;
  column.region = {0, 0, 1, (info.size.height + column.reduction - 1) / column.reduction};
  column.checks_end = true;
  const Result<Decoded> decoded = find_codec(info.format)->decode(source.file, column);
  return decoded.ok() ? Result<bool>(decoded.value().is_intact) : decoded.error();
}

// Does a job that keeps the coded samples. False if they cannot be copied although they can be
// decoded. Errors: those of decoding, and LIMIT_EXCEEDED.
Result<bool> run_unchanged(const Source& source, Output& output) {
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

// Whether a job that failed to keep the coded samples may decode and encode them instead.
bool may_encode_anew(const Error& error, const Options& options) {
  switch (error.code) {
    case ErrorCode::kCorruptImage:
    case ErrorCode::kTruncatedImage:
      return options.damaged == Damaged::kAccept && !options.lossless;
    case ErrorCode::kLimitExceeded:
      return options.max_bytes && !options.lossless;
    default:
      return false;
  }
}

// A job that needs no decoding: of samples, or of a crop that lies wholly beyond the picture.
std::optional<Error> run_without_decoding(const Source& source, Output& output) {
  const Plan& plan = output.plan;
  if (plan.region.empty()) {
    Result<Image> nothing = Image::allocate({}, plan.working);
    if (!nothing.ok()) {
      return nothing.error();
    }
    Picture picture(std::move(nothing.value()));
    return run(picture, output);
  }
  output.bytes_read = source.samples.layout.bytes(plan.region.size());
  Picture picture(crop(source.samples, plan.decode.region));
  return run(picture, output);
}

// The jobs of a share, on its part of the picture.
std::optional<Error> run_group(const Source& source, const DecodeGroup& group, Ahead* ahead,
                               std::span<Output> outputs, size_t& failed) {
  failed = group.job_indices.front();
  const ImageFormat format = outputs[failed].info.format;
  const bool is_ahead = ahead != nullptr && ahead->request == group.request;
  Result<Decoded> decoded = is_ahead ? Result<Decoded>(std::move(ahead->decoded))
                                     : find_codec(format)->decode(source.file, group.request);
  if (!decoded.ok()) {
    return decoded.error();
  }
  Decoded& part = decoded.value();
  for (const size_t place : group.job_indices) {
    failed = place;
    Output& output = outputs[place];
    output.bytes_read = part.bytes_read;
    output.lossless = output.lossless && part.complete;
    if (output.plan.keeps_quantisation) {
      output.plan.settings.quantisation = part.quantisation;
    }
    if (group.job_indices.size() == 1) {
      Picture picture(std::move(part.image));  // so that it goes as soon as another takes its place
      return run(picture, output);
    }
    const Rect region =
        translate(output.plan.decode.region, -group.request.region.left, -group.request.region.top);
    Picture picture(crop(part.image.view(), region));
    if (auto error = run(picture, output)) {
      return error;
    }
  }
  return std::nullopt;
}

Result<SourceMetadata> metadata_of(const Source& source) {
  if (source.is_file()) {
    const Codec* codec = find_codec(source.file);
    return codec != nullptr && codec->metadata != nullptr ? codec->metadata(source.file)
                                                          : SourceMetadata();
  }
  SourceMetadata metadata;
  const Bytes profile = source.icc_profile;
  metadata.color_space = profile.empty() ? source.color_space : color_space_of(profile);
  Result<Buffer> copy = Buffer::allocate(profile.size());
  if (!copy.ok()) {
    return copy.error();
  }
  std::copy(profile.begin(), profile.end(), copy.value().data());
  metadata.icc_profile = std::move(copy.value());
  return metadata;
}

// What the result is to say, of what the source says.
std::optional<Error> choose_metadata(const SourceMetadata& said, Output& output) {
  Result<Metadata> chosen = select_metadata(said, output.plan.metadata);
  if (!chosen.ok()) {
    return chosen.error();
  }
  output.metadata = std::move(chosen.value());
  return std::nullopt;
}

Error with_index(Error error, size_t index, size_t count) {
  if (count > 1) {
    error.details.push_back({"index", double(index)});
  }
  return error;
}

Result<Output> plan_job(const ImageInfo& info, const Options& options, bool encodes_anew = false) {
  Output output;
  output.info = info;
  const Result<Plan> planned = plan(info, options, encodes_anew);
  if (!planned.ok()) {
    return planned.error();
  }
  output.plan = planned.value();
  output.lossless = output.plan.lossless;
  const bool keeps_quality =
      output.plan.strategy != Strategy::kTranscode && output.plan.format == ImageFormat::kJpeg;
  output.quality = keeps_quality ? info.quality : 0;
  output.bytes_read = output.info.byte_length;  // where it passes
  return output;
}

// A job with its plan and its metadata; one that keeps the coded samples is done already.
Result<Output> prepare_job(const Source& source, const Result<ImageInfo>& info,
                           const Result<SourceMetadata>& said, const Options& options) {
  // A variant that is not decoded here, and a file whose header is damaged, can be copied, as other
  // formats can.
  const bool is_copied = !info.ok() && options.copies_file;
  if (!info.ok() && !is_copied) {
    return info.error();
  }
  const ImageInfo& known = is_copied ? identify(source.file) : info.value();
  for (const bool encodes_anew : {false, true}) {
    Result<Output> output = plan_job(known, options, encodes_anew);
    if (!output.ok()) {
      return output;
    }
    const Strategy strategy = output.value().plan.strategy;
    if (strategy != Strategy::kCopyFile) {
      if (auto error = said.ok() ? choose_metadata(said.value(), output.value()) : said.error()) {
        return *error;
      }
    }
    if (strategy != Strategy::kCopyFile && strategy != Strategy::kCopyImageData) {
      return output;
    }
    const Result<bool> is_kept = run_unchanged(source, output.value());
    if (is_kept.ok() && is_kept.value()) {
      return output;
    }
    if (!is_kept.ok() && !may_encode_anew(is_kept.error(), options)) {
      return is_kept.error();
    }
  }
  return make_error(ErrorCode::kInternal, "A job that encodes keeps the coded samples.");
}

// Does a job that needs none of the file's samples decoded; leaves the others.
std::optional<Error> run_undecoded(const Source& source, Output& output) {
  const bool decodes = source.is_file() && !output.plan.region.empty();
  if (output.plan.strategy == Strategy::kLosslessCrop) {
    return run_lossless_crop(source, output);
  }
  return output.plan.strategy == Strategy::kTranscode && !decodes
             ? run_without_decoding(source, output)
             : std::nullopt;
}

}  // namespace

Result<ImageInfo> probe(const Source& source) {
  if (!source.is_file()) {
    return describe(source);
  }
  Result<ImageInfo> info = probe(source.file);
  if (info.ok()) {
    info.value().byte_length += source.missing_bytes;
  }
  return info;
}

Result<ColorSpace> color_space_of(const Source& source, const ImageInfo& info) {
  const Result<SourceMetadata> said = metadata_of(source);
  if (!said.ok()) {
    return said.error();
  }
  OutputFacts facts;
  facts.policy = MetadataPolicy::kNone;
  facts.model = info.layout.model;
  const Result<Metadata> metadata = select_metadata(said.value(), facts);
  return metadata.ok() ? Result<ColorSpace>(metadata.value().color_space) : metadata.error();
}

Result<std::vector<Output>> process_all(const Source& source, std::span<const Options> options,
                                        Ahead* ahead) {
  const Result<ImageInfo> info = probe(source);
  const Result<SourceMetadata> said = metadata_of(source);
  std::vector<Output> outputs;
  double memory_limit = INFINITY;
  for (const Options& job : options) {
    Result<Output> output = prepare_job(source, info, said, job);
    if (!output.ok()) {
      return with_index(output.error(), outputs.size(), options.size());
    }
    outputs.push_back(std::move(output.value()));
    memory_limit = std::min(memory_limit, job.limits.memory);
  }
  std::vector<Plan> plans;
  size_t place = 0;
  for (Output& output : outputs) {
    if (auto error = run_undecoded(source, output)) {
      return with_index(*error, place, options.size());
    }
    plans.push_back(output.plan);
    ++place;
  }
  if (source.is_file() && !outputs.empty()) {
    for (const DecodeGroup& group : group_decodes(outputs.front().info, plans, memory_limit)) {
      if (auto error = run_group(source, group, ahead, outputs, place)) {
        return with_index(*error, place, options.size());
      }
    }
  }
  return outputs;
}

std::optional<std::vector<Output>> pass_all(Bytes beginning, uint64_t size,
                                            std::span<const Options> options) {
  Result<ImageInfo> info = probe(beginning);
  if (!info.ok()) {
    return std::nullopt;
  }
  info.value().byte_length = size;
  std::vector<Output> outputs;
  for (const Options& job : options) {
    Result<Output> output = plan_job(info.value(), job);
    if (!output.ok() || output.value().plan.strategy != Strategy::kCopyFile ||
        output.value().plan.checks_samples) {
      return std::nullopt;
    }
    outputs.push_back(std::move(output.value()));
  }
  return outputs;
}

Result<Output> process(const Source& source, const Options& options) {
  Result<std::vector<Output>> outputs = process_all(source, {&options, 1});
  return outputs.ok() ? Result<Output>(std::move(outputs.value().front())) : outputs.error();
}

}  // namespace crop64
