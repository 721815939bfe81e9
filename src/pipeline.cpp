#include "pipeline.h"

#include <algorithm>
#include <cmath>

#include "convert.h"
#include "orient.h"
#include "resize.h"

namespace crop64 {
namespace {

ImageInfo describe(const ImageView& samples) {
  ImageInfo info;
  info.format = Format::kRaw;
  info.name = "samples";
  info.mime_type = mime_type(Format::kRaw);
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
  Error error =
      make_error(ErrorCode::kLimitExceeded,
                 "Expected a file of at most %.0f bytes for maxBytes but the smallest has "
                 "%zu. Resize the picture, or crop a smaller part.",
                 *plan.max_bytes, smallest);
  error.details = {{"limit", *plan.max_bytes}, {"value", double(smallest)}};
  return error;
}

// The file of the highest quality up to the plan's that fits while the next higher does not, found
// by halving. A format without quality fits or does not.
Result<Buffer> encode_within(const ImageView& image, const Plan& plan, const Metadata& metadata) {
  const Codec& codec = *find_codec(plan.format);
  const auto fits = [&](const Result<Buffer>& file) {
    return double(file.value().size()) <= *plan.max_bytes;
  };
  Result<Buffer> best = codec.encode(image, plan.settings, metadata);
  if (!best.ok() || !plan.max_bytes || fits(best)) {
    return best;
  }
  if (plan.format != Format::kJpeg) {
    return too_large(plan, best.value().size());
  }
  EncodeSettings settings = plan.settings;
  // What was too large may have been the source's own tables: then the quality itself comes next.
  int too_high = settings.quantisation ? settings.quality + 1 : settings.quality;
  settings.quantisation.reset();
  int good = 0;
  size_t smallest = best.value().size();
  while (too_high - good > 1) {
    settings.quality = (good + too_high) / 2;
    Result<Buffer> file = codec.encode(image, settings, metadata);
    if (!file.ok()) {
      return file;
    }
    smallest = std::min(smallest, file.value().size());
    if (fits(file)) {
      good = settings.quality;
      best = std::move(file);
    } else {
      too_high = settings.quality;
    }
  }
  return good > 0 ? std::move(best) : too_large(plan, smallest);
}

Result<Buffer> finish(Picture& picture, const Plan& plan, const Metadata& metadata) {
  return plan.format == Format::kRaw ? picture.take_samples()
                                     : encode_within(picture.view(), plan, metadata);
}

std::optional<Error> run(Picture& picture, Output& output) {
  if (auto error = transform(picture, output.plan)) {
    return error;
  }
  Result<Buffer> bytes = finish(picture, output.plan, output.metadata);
  if (!bytes.ok()) {
    return bytes.error();
  }
  output.bytes = std::move(bytes.value());
  return std::nullopt;
}

std::optional<Error> run_move(const Source& source, Output& output) {
  const Plan& plan = output.plan;
  Result<Buffer> file = find_codec(plan.format)
                            ->move(source.file, plan.decode.region, plan.settings, output.metadata);
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

// A job that needs no decoding: of samples, or of a crop that lies wholly beyond the picture.
std::optional<Error> run_samples(const Source& source, Output& output) {
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
std::optional<Error> run_share(const Source& source, const Share& share, Ahead* ahead,
                               std::span<Output> outputs, size_t& failed) {
  failed = share.plans.front();
  const Format format = outputs[failed].info.format;
  const bool is_ahead = ahead != nullptr && ahead->request == share.decode;
  Result<Decoded> decoded = is_ahead ? Result<Decoded>(std::move(ahead->decoded))
                                     : find_codec(format)->decode(source.file, share.decode);
  if (!decoded.ok()) {
    return decoded.error();
  }
  Decoded& part = decoded.value();
  for (const size_t place : share.plans) {
    failed = place;
    Output& output = outputs[place];
    output.bytes_read = part.bytes_read;
    output.lossless = output.lossless && part.complete;
    if (output.plan.keeps_quantisation) {
      output.plan.settings.quantisation = part.quantisation;
    }
    if (share.plans.size() == 1) {
      Picture picture(std::move(part.image));  // so that it goes as soon as another takes its place
      return run(picture, output);
    }
    const Rect region =
        move(output.plan.decode.region, -share.decode.region.left, -share.decode.region.top);
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

Result<Output> plan_job(const ImageInfo& info, const Options& options) {
  Output output;
  output.info = info;
  const Result<Plan> planned = plan(info, options);
  if (!planned.ok()) {
    return planned.error();
  }
  output.plan = planned.value();
  output.lossless = output.plan.lossless;
  output.bytes_read = output.info.byte_length;  // where it passes
  return output;
}

}  // namespace

Result<ImageInfo> probe(const Source& source) {
  if (!source.is_file()) {
    return describe(source.samples);
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
  MetadataFacts facts;
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
  std::vector<Plan> plans;
  double memory_limit = INFINITY;
  for (const Options& job : options) {
    // A file whose header can't be read may still pass as it is.
    Result<Output> output = plan_job(info.ok() ? info.value() : unknown_file(source.file), job);
    std::optional<Error> error;
    if (!output.ok()) {
      error = info.ok() ? output.error() : info.error();
    } else if (output.value().plan.way != Way::kPass) {
      error = said.ok() ? choose_metadata(said.value(), output.value()) : said.error();
    }
    if (error) {
      return with_index(*error, outputs.size(), options.size());
    }
    outputs.push_back(std::move(output.value()));
    plans.push_back(outputs.back().plan);
    memory_limit = std::min(memory_limit, job.limits.memory);
  }
  size_t place = 0;
  for (Output& output : outputs) {
    const bool decodes = source.is_file() && !output.plan.region.empty();
    std::optional<Error> error;
    if (output.plan.way == Way::kMove) {
      error = run_move(source, output);
    } else if (output.plan.way == Way::kSamples && !decodes) {
      error = run_samples(source, output);
    }
    if (error) {
      return with_index(*error, place, options.size());
    }
    ++place;
  }
  if (source.is_file() && !outputs.empty()) {
    for (const Share& share : share_decoding(outputs.front().info, plans, memory_limit)) {
      if (auto error = run_share(source, share, ahead, outputs, place)) {
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
    if (!output.ok() || output.value().plan.way != Way::kPass) {
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
