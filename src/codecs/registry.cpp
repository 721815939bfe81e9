#include "codecs/registry.h"

#include "codecs/bmp/codec.h"
#include "codecs/jpeg/codec.h"
#include "codecs/png/codec.h"
#include "codecs/sniff.h"

namespace crop64 {
namespace {

constexpr const Codec* kCodecs[] = {&jpeg::kCodec, &png::kCodec, &bmp::kCodec};

}  // namespace

const Codec* find_codec(Bytes file) {
  for (const Codec* codec : kCodecs) {
    if (codec->matches(file)) {
      return codec;
    }
  }
  return nullptr;
}

const Codec* find_codec(ImageFormat format) {
  for (const Codec* codec : kCodecs) {
    if (codec->format == format) {
      return codec;
    }
  }
  return nullptr;
}

Result<ImageInfo> probe(Bytes file) {
  const Codec* codec = find_codec(file);
  if (codec == nullptr) {
    return identify(file);
  }
  Result<ImageInfo> info = codec->probe(file);
  if (info.ok()) {
    info.value().format = codec->format;
    info.value().id = codec->id;
    info.value().name = codec->name;
    info.value().mime_type = codec->mime_type;
    info.value().byte_length = file.size();
  }
  return info;
}

ImageInfo identify(Bytes file) {
  ImageInfo info;
  info.mime_type = mime_type(ImageFormat::kUnknown);
  info.byte_length = file.size();
  const auto set_type = [&](const auto& type) {
    info.id = type.id;
    info.name = type.name;
    info.mime_type = type.mime_type;
  };
  if (const Codec* codec = find_codec(file)) {
    set_type(*codec);
  } else if (const std::optional<FileType> type = sniff(file)) {
    set_type(*type);
  } else {
    info.looks_like = looks_like(file);
  }
  return info;
}

Error unsupported(const ImageInfo& info) {
  if (*info.name == '\0') {
    return make_error(ErrorCode::kUnsupportedFormat,
                      "Expected a JPEG, PNG or BMP image but received %s.", info.looks_like);
  }
  Error error = make_error(ErrorCode::kUnsupportedFormat,
                           "Expected a JPEG, PNG or BMP image but received %s, which is not read "
                           "here.",
                           info.name);
  error.details = {{"mimeType", 0, info.mime_type}};
  return error;
}

const char* to_string(ImageFormat format) {
  if (const Codec* codec = find_codec(format)) {
    return codec->id;
  }
  return format == ImageFormat::kRaw ? "raw" : "unknown";
}

const char* mime_type(ImageFormat format) {
  const Codec* codec = find_codec(format);
  return codec != nullptr ? codec->mime_type : "application/octet-stream";
}

}  // namespace crop64
