#include "codec.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "bmp/reader.h"
#include "jpeg/mover.h"
#include "jpeg/reader.h"
#include "jpeg/segments.h"
#include "jpeg/writer.h"
#include "png/chunks.h"
#include "png/reader.h"
#include "png/writer.h"

namespace crop64 {
namespace {

constexpr Codec kCodecs[] = {
    {Format::kJpeg, "JPEG", "image/jpeg", matches_jpeg, probe_jpeg, decode_jpeg, begin_jpeg,
     encode_jpeg, move_jpeg, metadata_of_jpeg, storable_jpeg, jpeg_encode_memory},
    {Format::kPng, "PNG", "image/png", matches_png, probe_png, decode_png, begin_png, encode_png,
     nullptr, metadata_of_png, storable_png, png_encode_memory},
    {Format::kBmp, "BMP", "image/bmp", matches_bmp, probe_bmp, decode_bmp, nullptr, nullptr,
     nullptr, nullptr, nullptr, nullptr},
};

// Formats that are not decoded here, but can be named.
struct Signature {
  size_t offset;
  std::string_view bytes;
  const char* name;
  const char* mime_type;
};

using namespace std::string_view_literals;

constexpr Signature kSignatures[] = {
    {8, "WEBP"sv, "WebP", "image/webp"},
    {0, "GIF8"sv, "GIF", "image/gif"},
    {4, "ftypavif"sv, "AVIF", "image/avif"},
    {4, "ftypavis"sv, "AVIF", "image/avif"},
    {4, "ftyphei"sv, "HEIC", "image/heic"},
    {4, "ftypmif1"sv, "HEIF", "image/heif"},
    {0, "II*\0"sv, "TIFF", "image/tiff"},
    {0, "MM\0*"sv, "TIFF", "image/tiff"},
    {0, "\xff\x0a"sv, "JPEG XL", "image/jxl"},
    {0, "\0\0\0\x0cJXL "sv, "JPEG XL", "image/jxl"},
    {0, "\0\0\0\x0cjP  "sv, "JPEG 2000", "image/jp2"},
    {0, "\0\0\1\0"sv, "ICO", "image/x-icon"},
    {0, "8BPS"sv, "Photoshop", "image/vnd.adobe.photoshop"},
    {0, "qoif"sv, "QOI", "image/qoi"},
    {0, "%PDF-"sv, "PDF", "application/pdf"},
    {0, "<svg"sv, "SVG", "image/svg+xml"},
};

bool starts_with(Bytes file, const Signature& signature) {
  return file.size() >= signature.offset + signature.bytes.size() &&
         std::memcmp(file.data() + signature.offset, signature.bytes.data(),
                     signature.bytes.size()) == 0;
}

// An SVG that begins with an XML declaration.
bool is_svg_document(Bytes file) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()),
                              std::min<size_t>(file.size(), 1024));
  return text.starts_with("<?xml") && text.find("<svg") != std::string_view::npos;
}

}  // namespace

const Codec* find_codec(Bytes file) {
  for (const Codec& codec : kCodecs) {
    if (codec.matches(file)) {
      return &codec;
    }
  }
  return nullptr;
}

const Codec* find_codec(Format format) {
  for (const Codec& codec : kCodecs) {
    if (codec.format == format) {
      return &codec;
    }
  }
  return nullptr;
}

ImageInfo unknown_file(Bytes file) {
  ImageInfo unknown;
  unknown.mime_type = mime_type(Format::kUnknown);
  unknown.byte_length = file.size();
  return unknown;
}

Result<ImageInfo> probe(Bytes file) {
  if (const Codec* codec = find_codec(file)) {
    Result<ImageInfo> info = codec->probe(file);
    if (info.ok()) {
      info.value().format = codec->format;
      info.value().name = codec->name;
      info.value().mime_type = codec->mime_type;
      info.value().byte_length = file.size();
    }
    return info;
  }
  ImageInfo unknown = unknown_file(file);
  for (const Signature& signature : kSignatures) {
    if (starts_with(file, signature)) {
      unknown.name = signature.name;
      unknown.mime_type = signature.mime_type;
      return unknown;
    }
  }
  if (is_svg_document(file)) {
    unknown.name = "SVG";
    unknown.mime_type = "image/svg+xml";
  }
  return unknown;
}

Error unsupported(const ImageInfo& info) {
  if (info.byte_length == 0) {
    return make_error(ErrorCode::kUnsupportedFormat,
                      "Expected a JPEG, PNG or BMP picture but received no bytes at all.");
  }
  if (*info.name == '\0') {
    return make_error(ErrorCode::kUnsupportedFormat,
                      "Expected a JPEG, PNG or BMP picture but received bytes of no known format.");
  }
  return make_error(ErrorCode::kUnsupportedFormat,
                    "Expected a JPEG, PNG or BMP picture but received %s, which is not read here.",
                    info.name);
}

const char* to_string(Format format) {
  switch (format) {
    case Format::kKeep:
      return "keep";
    case Format::kUnknown:
      return "unknown";
    case Format::kJpeg:
      return "jpeg";
    case Format::kPng:
      return "png";
    case Format::kBmp:
      return "bmp";
    case Format::kRaw:
      return "raw";
  }
  return "unknown";
}

const char* mime_type(Format format) {
  const Codec* codec = find_codec(format);
  return codec != nullptr ? codec->mime_type : "application/octet-stream";
}

}  // namespace crop64
