#include "codecs/sniff.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace crop64 {
namespace {

struct Signature {
  size_t offset;
  std::string_view bytes;
  FileType type;
};

using namespace std::string_view_literals;

constexpr Signature kSignatures[] = {
    {8, "WEBP"sv, {"webp", "WebP", "image/webp"}},
    {0, "GIF8"sv, {"gif", "GIF", "image/gif"}},
    {4, "ftypavif"sv, {"avif", "AVIF", "image/avif"}},
    {4, "ftypavis"sv, {"avif", "AVIF", "image/avif"}},
    {4, "ftyphei"sv, {"heic", "HEIC", "image/heic"}},
    {4, "ftyphev"sv, {"heic", "HEIC", "image/heic"}},
    {4, "ftypmif1"sv, {"heif", "HEIF", "image/heif"}},
    {4, "ftypmsf1"sv, {"heif", "HEIF", "image/heif"}},
    {0, "II*\0"sv, {"tiff", "TIFF", "image/tiff"}},
    {0, "MM\0*"sv, {"tiff", "TIFF", "image/tiff"}},
    {0, "\xff\x0a"sv, {"jxl", "JPEG XL", "image/jxl"}},
    {0, "\0\0\0\x0cJXL "sv, {"jxl", "JPEG XL", "image/jxl"}},
    {0, "\0\0\0\x0cjP  "sv, {"jp2", "JPEG 2000", "image/jp2"}},
    {0, "\xff\x4f\xff\x51"sv, {"jp2", "JPEG 2000", "image/jp2"}},
    {0, "\0\0\1\0"sv, {"ico", "ICO", "image/x-icon"}},
    {0, "8BPS"sv, {"psd", "Photoshop", "image/vnd.adobe.photoshop"}},
    {0, "qoif"sv, {"qoi", "QOI", "image/qoi"}},
};

// The part that is looked at.
std::string_view text_of(Bytes file) {
  return {reinterpret_cast<const char*>(file.data()), std::min<size_t>(file.size(), 4096)};
}

bool has_at(Bytes file, size_t offset, std::string_view bytes) {
  return file.size() >= offset + bytes.size() &&
         std::memcmp(file.data() + offset, bytes.data(), bytes.size()) == 0;
}

// Whether `text` begins with `word`, which is lower-case, in either case.
bool starts_with_word(std::string_view text, std::string_view word) {
  return text.size() >= word.size() &&
         std::equal(word.begin(), word.end(), text.begin(),
                    [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b | 0x20 : b); });
}

// `text` without a byte order mark and leading white space.
std::string_view trimmed(std::string_view text) {
  text.remove_prefix(text.starts_with("\xef\xbb\xbf") ? 3 : 0);
  const size_t first = text.find_first_not_of(" \t\r\n\f");
  return first == std::string_view::npos ? "" : text.substr(first);
}

// An SVG may begin with an XML declaration, comments and a document type.
bool is_svg(std::string_view text) {
  return text.starts_with("<svg") || ((text.starts_with("<?xml") || text.starts_with("<!--") ||
                                       starts_with_word(text, "<!doctype svg")) &&
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

}  // namespace

std::optional<FileType> sniff(Bytes file) {
  for (const Signature& signature : kSignatures) {
    if (has_at(file, signature.offset, signature.bytes)) {
      return signature.type;
    }
  }
  if (is_svg(trimmed(text_of(file)))) {
    return FileType{"svg", "SVG", "image/svg+xml"};
  }
  return std::nullopt;
}

const char* looks_like(Bytes file) {
  const std::string_view start = text_of(file);
  const std::string_view text = trimmed(start);
  // U+FFFD in UTF-8: a decoder writes it for invalid bytes, such as 0x89 of a PNG or 0xff of a
  // JPEG.
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
  if (starts_with_word(text, "data:")) {
    return "the text of a data URL as bytes: pass it as a string";
  }
  if (starts_with_word(text, "<!doctype html") || starts_with_word(text, "<html") ||
      starts_with_word(text, "<head") || starts_with_word(text, "<body") ||
      starts_with_word(text, "<script")) {
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

}  // namespace crop64
