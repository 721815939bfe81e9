#include "codecs/codec.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "codecs/bmp/decode.h"
#include "codecs/jpeg/decode.h"
#include "codecs/jpeg/encode.h"
#include "codecs/jpeg/lossless_crop.h"
#include "codecs/jpeg/metadata.h"
#include "codecs/jpeg/probe.h"
#include "codecs/jpeg/rewrite.h"
#include "codecs/png/decode.h"
#include "codecs/png/encode.h"
#include "codecs/png/metadata.h"
#include "codecs/png/probe.h"
#include "codecs/png/rewrite.h"

namespace crop64 {
namespace {

constexpr Codec kCodecs[] = {
    {Format::kJpeg, "jpeg", "JPEG", "image/jpeg", matches_jpeg, probe_jpeg, decode_jpeg, begin_jpeg,
     encode_jpeg, move_jpeg, rewrite_jpeg, metadata_of_jpeg, storable_jpeg, jpeg_encode_memory},
    {Format::kPng, "png", "PNG", "image/png", png::matches, png::probe, png::decode,
     png::start_decoding, png::encode, nullptr, png::rewrite, png::read_metadata,
     png::encoder_layout, png::encode_memory},
    {Format::kBmp, "bmp", "BMP", "image/bmp", bmp::matches, bmp::probe, bmp::decode, nullptr,
     nullptr, nullptr, nullptr, nullptr, nullptr, nullptr},
};

// Image formats that are not decoded here, but can be named and copied.
struct Signature {
  size_t offset;
  std::string_view bytes;
  const char* id;
  const char* name;
  const char* mime_type;
};

using namespace std::string_view_literals;

constexpr Signature kSignatures[] = {
    {8, "WEBP"sv, "webp", "WebP", "image/webp"},
    {0, "GIF8"sv, "gif", "GIF", "image/gif"},
    {4, "ftypavif"sv, "avif", "AVIF", "image/avif"},
    {4, "ftypavis"sv, "avif", "AVIF", "image/avif"},
    {4, "ftyphei"sv, "heic", "HEIC", "image/heic"},
    {4, "ftyphev"sv, "heic", "HEIC", "image/heic"},
    {4, "ftypmif1"sv, "heif", "HEIF", "image/heif"},
    {4, "ftypmsf1"sv, "heif", "HEIF", "image/heif"},
    {0, "II*\0"sv, "tiff", "TIFF", "image/tiff"},
    {0, "MM\0*"sv, "tiff", "TIFF", "image/tiff"},
    {0, "\xff\x0a"sv, "jxl", "JPEG XL", "image/jxl"},
    {0, "\0\0\0\x0cJXL "sv, "jxl", "JPEG XL", "image/jxl"},
    {0, "\0\0\0\x0cjP  "sv, "jp2", "JPEG 2000", "image/jp2"},
    {0, "\xff\x4f\xff\x51"sv, "jp2", "JPEG 2000", "image/jp2"},
    {0, "\0\0\1\0"sv, "ico", "ICO", "image/x-icon"},
    {0, "8BPS"sv, "psd", "Photoshop", "image/vnd.adobe.photoshop"},
    {0, "qoif"sv, "qoi", "QOI", "image/qoi"},
};

std::string_view text_of(Bytes file) {
  return {reinterpret_cast<const char*>(file.data()), std::min<size_t>(file.size(), 4096)};
}

bool has_at(Bytes file, size_t offset, std::string_view bytes) {
  return file.size() >= offset + bytes.size() &&
         std::memcmp(file.data() + offset, bytes.data(), bytes.size()) == 0;
}

// `text` begins with `word`, whose letters are small, in letters of either case.
bool begins(std::string_view text, std::string_view word) {
  return text.size() >= word.size() &&
         std::equal(word.begin(), word.end(), text.begin(),
                    [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b | 0x20 : b); });
}

// Without a byte order mark and white space.
std::string_view trimmed(std::string_view text) {
  text.remove_prefix(text.starts_with("\xef\xbb\xbf") ? 3 : 0);
  const size_t first = text.find_first_not_of(" \t\r\n\f");
  return first == std::string_view::npos ? "" : text.substr(first);
}

// An SVG, which may begin with an XML declaration, comments and a document type.
bool is_svg(std::string_view text) {
  return text.starts_with("<svg") || ((text.starts_with("<?xml") || text.starts_with("<!--") ||
                                       begins(text, "<!doctype svg")) &&
                                      text.find("<svg") != std::string_view::npos);
}

bool is_base64(std::string_view text) {
  return text.size() >= 16 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  c == '+' || c == '/' || c == '-' || c == '_' || c == '=' || c == '\r' ||
                  c == '\n';
         });
}

bool is_text(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<uint8_t>(c);
    return byte < 0x20 && c != '\t' && c != '\r' && c != '\n' && c != '\f' && c != 0x1b;
  });
}

// What bytes that are no image look like, and what was probably meant.
const char* looks_like(Bytes file) {
  const std::string_view start = text_of(file);
  const std::string_view text = trimmed(start);
  // U+FFFD as UTF-8, for a byte that is none: 0x89 of a PNG, or 0xff 0xd8 0xff of a JPEG.
  constexpr std::string_view kReplacement = "\xef\xbf\xbd";
  if (start.substr(0, 64).find(kReplacement) != std::string_view::npos) {
    return "a binary file that was decoded as UTF-8 text, which damages it: read it as bytes";
  }
  if (file.empty()) {
    return "no bytes at all";
  }
  if (text.empty()) {
    return "white space";
  }
  if (begins(text, "data:")) {
    return "the text of a data URL as bytes: pass it as a string";
  }
  if (begins(text, "<!doctype html") || begins(text, "<html") || begins(text, "<head") ||
      begins(text, "<body") || begins(text, "<script")) {
    return "an HTML page: a server may have sent an error or a login page";
  }
  if (text.starts_with("<?xml") || text.starts_with("<")) {
    return "XML or HTML";
  }
  if (text.starts_with("{") || text.starts_with("[")) {
    return "JSON or other text: a server may have sent an error";
  }
  if (has_at(file, 0, "\x1f\x8b"sv)) {
    return "a gzip file: decompress it first";
  }
  if (has_at(file, 0, "PK\3\4"sv)) {
    return "a ZIP archive: unpack it first";
  }
  if (has_at(file, 0, "%PDF-"sv)) {
    return "a PDF document: render a page as an image first";
  }
  if (has_at(file, 4, "ftyp"sv)) {
    return "a video (MP4 or QuickTime)";
  }
  if (is_base64(text)) {
    return "base64 text as bytes: pass it as a string";
  }
  return is_text(start) ? "text" : "bytes of no known format";
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

ImageInfo recognise(Bytes file) {
  ImageInfo info;
  info.mime_type = mime_type(Format::kUnknown);
  info.byte_length = file.size();
  const auto name_it = [&](const auto& known) {
    info.id = known.id;
    info.name = known.name;
    info.mime_type = known.mime_type;
  };
  if (const Codec* codec = find_codec(file)) {
    name_it(*codec);
    return info;
  }
  for (const Signature& signature : kSignatures) {
    if (has_at(file, signature.offset, signature.bytes)) {
      name_it(signature);
      return info;
    }
  }
  if (is_svg(trimmed(text_of(file)))) {
    name_it(Signature{0, {}, "svg", "SVG", "image/svg+xml"});
    return info;
  }
  info.looks_like = looks_like(file);
  return info;
}

Result<ImageInfo> probe(Bytes file) {
  const Codec* codec = find_codec(file);
  if (codec == nullptr) {
    return recognise(file);
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
