#include "job/source.h"

#include "codecs/registry.h"

namespace crop64 {
namespace {

ImageInfo describe_samples(const Source& source) {
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

}  // namespace

Result<ImageInfo> probe(const Source& source) {
  Result<ImageInfo> probed = source.is_file() ? probe(source.file) : describe_samples(source);
  if (!probed.ok()) {
    return probed;
  }
  const Result<SourceMetadata> said = metadata_of(source);
  if (!said.ok()) {
    return said.error();
  }
  ImageInfo& info = probed.value();
  const ColorProfile profile = color_profile_of(said.value(), info.layout);
  info.color = {profile.space, uses_profile(said.value(), info.layout.model),
                profile.is_convertible};
  return probed;
}

Result<SourceMetadata> metadata_of(const Source& source) {
  if (source.is_file()) {
    const Codec* codec = find_codec(source.file);
    return codec != nullptr && codec->metadata != nullptr ? codec->metadata(source.file)
                                                          : SourceMetadata();
  }
  SourceMetadata metadata;
  Result<Buffer> profile = Buffer::copy_of(source.icc_profile);
  if (!profile.ok()) {
    return profile.error();
  }
  metadata.icc_profile = std::move(profile.value());
  if (source.icc_profile.empty()) {
    // Grey is the same in both.
    metadata.color =
        ColorProfile(source.samples.layout.is_gray() ? ColorSpace::kSrgb : source.color_space);
  }
  return metadata;
}

}  // namespace crop64
