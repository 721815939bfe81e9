#include "pipeline.h"

#include <algorithm>

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
  if (plan.outside) {
    if (auto error = picture.become(pad(picture.view(), *plan.outside, plan.background))) {
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
  if (!source.is_file()) {
    output.bytes_read = source.samples.layout.bytes(plan.region.size());
    Picture picture(crop(source.samples, plan.decode.region));
    return run(picture, output);
  }
  Result<Decoded> decoded = find_codec(output.info.format)->decode(source.file, plan.decode);
  if (!decoded.ok()) {
    return decoded.error();
  }
  output.bytes_read = decoded.value().bytes_read;
  output.lossless = output.lossless && decoded.value().complete;
  if (plan.keeps_quantisation) {
    output.plan.settings.quantisation = std::move(decoded.value().quantisation);
  }
  Picture picture(std::move(decoded.value().image));
  return run(picture, output);
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
std::optional<Error> choose_metadata(const Source& source, Output& output) {
  const Result<SourceMetadata> said = metadata_of(source);
  if (!said.ok()) {
    return said.error();
  }
  Result<Metadata> chosen = select_metadata(said.value(), output.plan.metadata);
  if (!chosen.ok()) {
    return chosen.error();
  }
  output.metadata = std::move(chosen.value());
  return std::nullopt;
}

}  // namespace

Result<ImageInfo> probe(const Source& source) {
  return source.is_file() ? probe(source.file) : describe(source.samples);
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

Result<Output> process(const Source& source, const Options& options) {
  Output output;
  const Result<ImageInfo> info = probe(source);
  // A file whose header can't be read may still pass as it is.
  output.info = info.ok() ? info.value() : unknown_file(source.file);
  const Result<Plan> planned = plan(output.info, options);
  if (!planned.ok()) {
    return info.ok() ? planned.error() : info.error();
  }
  output.plan = planned.value();
  output.lossless = output.plan.lossless;
  if (output.plan.way == Way::kPass) {
    output.bytes_read = output.info.byte_length;
    return output;
  }
  if (auto error = choose_metadata(source, output)) {
    return *error;
  }
  if (auto error =
          output.plan.way == Way::kMove ? run_move(source, output) : run_samples(source, output)) {
    return *error;
  }
  return output;
}

}  // namespace crop64
