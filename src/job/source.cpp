#include "job/source.h"

#include <algorithm>

#include "codecs/registry.h"
#include "metadata/select.h"

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
  return source.is_file() ? probe(source.file) : describe_samples(source);
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

}  // namespace crop64
