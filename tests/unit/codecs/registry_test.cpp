#include "codecs/registry.h"

#include <doctest/doctest.h>

#include <string>

#include "support/bmps.h"
#include "support/jpegs.h"
#include "support/pngs.h"

namespace crop64 {
namespace {

using namespace std::string_literals;

Bytes bytes_of(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

TEST_CASE("a format that is not decoded here is recognised by its first bytes") {
  struct Case {
    std::string start;
    std::string name;
    std::string mime_type;
  };
  const Case cases[] = {
      {"RIFF\x24\0\0\0WEBPVP8 "s, "WebP", "image/webp"},
      {"GIF87a"s, "GIF", "image/gif"},
      {"GIF89a"s, "GIF", "image/gif"},
      {"\0\0\0\x20"s + "ftypavif\0\0\0\0"s, "AVIF", "image/avif"},
      {"\0\0\0\x20"s + "ftypavis\0\0\0\0"s, "AVIF", "image/avif"},
      {"\0\0\0\x18"s + "ftypheic\0\0\0\0"s, "HEIC", "image/heic"},
      {"\0\0\0\x18"s + "ftypmif1\0\0\0\0"s, "HEIF", "image/heif"},
      {"II*\0\x08\0\0\0"s, "TIFF", "image/tiff"},
      {"MM\0*\0\0\0\x08"s, "TIFF", "image/tiff"},
      {"\xff\x0a\xfa\x1f"s, "JPEG XL", "image/jxl"},
      {"\0\0\0\x0cJXL \r\n\x87\n"s, "JPEG XL", "image/jxl"},
      {"\0\0\0\x0cjP  \r\n\x87\n"s, "JPEG 2000", "image/jp2"},
      {"\0\0\1\0\1\0\x10\x10"s, "ICO", "image/x-icon"},
      {"8BPS\0\1"s, "Photoshop", "image/vnd.adobe.photoshop"},
      {"qoif\0\0\0\1"s, "QOI", "image/qoi"},
      {"<svg xmlns='http://www.w3.org/2000/svg'/>"s, "SVG", "image/svg+xml"},
      {"<?xml version='1.0'?>\n<svg/>"s, "SVG", "image/svg+xml"},
      {"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- made by hand -->\n<svg/>"s, "SVG", "image/svg+xml"},
      {"\xef\xbb\xbf <svg/>"s, "SVG", "image/svg+xml"},
      {"<!-- <a> -->\n<svg/>"s, "SVG", "image/svg+xml"},
      {"<!DOCTYPE svg [ <!ENTITY a 'b'> ]><svg/>"s, "SVG", "image/svg+xml"},
      {"<?xml version='1.0'?>\n<html/>"s, "", "application/octet-stream"},
      {"<!DOCTYPE html><svg/>"s, "", "application/octet-stream"},
      {"<?"s, "", "application/octet-stream"},
      {" \n"s, "", "application/octet-stream"},
      {"\x89PNG\r\n\x1a\r"s, "", "application/octet-stream"},
      {"\xff\xd8"s, "", "application/octet-stream"},
      {"\xff\xd8\x41"s, "", "application/octet-stream"},
      {"GIF"s, "", "application/octet-stream"},
      {"B"s, "", "application/octet-stream"},
      {"MB\x36\0\0\0"s, "", "application/octet-stream"},
      {"RIFF\x24\0\0\0WEB"s, "", "application/octet-stream"},
      {""s, "", "application/octet-stream"},
  };
  for (const Case& expected : cases) {
    CAPTURE(expected.start);
    CHECK(find_codec(bytes_of(expected.start)) == nullptr);
    const Result<ImageInfo> info = probe(bytes_of(expected.start));
    REQUIRE(info.ok());
    CHECK(info.value().format == ImageFormat::kUnknown);
    CHECK(info.value().name == expected.name);
    CHECK(info.value().mime_type == expected.mime_type);
    CHECK(info.value().byte_length == expected.start.size());
    CHECK(info.value().size == Size{});
    const Error error = unsupported(info.value());
    CHECK(error.code == ErrorCode::kUnsupportedFormat);
    CHECK(error.message.find(expected.name) != std::string::npos);
    REQUIRE(error.details.size() == (expected.name.empty() ? 0 : 1));
    if (!expected.name.empty()) {
      CHECK(error.details[0].name == "mimeType"s);
      CHECK(error.details[0].text == expected.mime_type);
    }
  }
}

TEST_CASE("JPEG, PNG and BMP are known by their first bytes and have a codec") {
  struct Case {
    File file;
    ImageFormat format;
    std::string name;
    std::string mime_type;
  };
  const Case cases[] = {
      {make_jpeg({9, 5}), ImageFormat::kJpeg, "JPEG", "image/jpeg"},
      {make_png(make_picture({9, 5}, {Model::kRgb, 8}).view()), ImageFormat::kPng, "PNG",
       "image/png"},
      {make_bmp(make_picture({9, 5}, {Model::kRgb, 8}).view()), ImageFormat::kBmp, "BMP",
       "image/bmp"},
  };
  for (const Case& expected : cases) {
    CAPTURE(expected.name);
    const Codec* codec = find_codec(Bytes(expected.file));
    REQUIRE(codec != nullptr);
    CHECK(codec == find_codec(expected.format));
    CHECK(codec->format == expected.format);
    const Result<ImageInfo> info = probe(Bytes(expected.file));
    REQUIRE(info.ok());
    CHECK(info.value().format == expected.format);
    CHECK(info.value().name == expected.name);
    CHECK(info.value().mime_type == expected.mime_type);
    CHECK(info.value().size == Size{9, 5});
    CHECK(info.value().byte_length == expected.file.size());
    CHECK(mime_type(expected.format) == expected.mime_type);
  }
  CHECK(find_codec(ImageFormat::kRaw) == nullptr);
  CHECK(find_codec(ImageFormat::kUnknown) == nullptr);
}

TEST_CASE("bytes that are no image are named by what they look like") {
  struct Case {
    std::string bytes;
    std::string words;
  };
  using namespace std::string_literals;
  const Case cases[] = {
      {"", "no bytes at all"},
      {" \r\n", "white space"},
      {"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\0\x10JFIF"s, "decoded as UTF-8"},
      {"\xef\xbf\xbdPNG\r\n\x1a\n"s, "decoded as UTF-8"},
      {"data:image/png;base64,iVBORw0KGgo=", "data URL"},
      {"<!DOCTYPE html><html>", "HTML page"},
      {"\xef\xbb\xbf\n <HTML lang=en>", "HTML page"},
      {"<?xml version='1.0'?><Error>AccessDenied</Error>", "XML"},
      {"{\"error\":\"Access denied\"}", "JSON"},
      {"\x1f\x8b\x08\0\0\0"s, "gzip"},
      {"PK\3\4\0\0"s, "ZIP"},
      {"%PDF-1.7\n", "PDF"},
      {"\0\0\0\x18"
       "ftypmp42"s,
       "video"},
      {"/9j/4AAQSkZJRgABAQEASABIAAD/", "base64 text"},
      {"Not found.", "text"},
      {"\1\2\3\4\5\6\7"s, "bytes of no known format"},
  };
  for (const Case& expected : cases) {
    CAPTURE(expected.words);
    const ImageInfo info = identify(bytes_of(expected.bytes));
    CHECK(info.format == ImageFormat::kUnknown);
    CHECK(std::string(info.id).empty());
    const Error error = unsupported(info);
    CHECK(error.code == ErrorCode::kUnsupportedFormat);
    CHECK(error.message.find(expected.words) != std::string::npos);
  }
}

TEST_CASE("formats have the names of the public interface") {
  CHECK(std::string(to_string(ImageFormat::kUnknown)) == "unknown");
  CHECK(std::string(to_string(ImageFormat::kJpeg)) == "jpeg");
  CHECK(std::string(to_string(ImageFormat::kPng)) == "png");
  CHECK(std::string(to_string(ImageFormat::kBmp)) == "bmp");
  CHECK(std::string(to_string(ImageFormat::kRaw)) == "raw");
}

}  // namespace
}  // namespace crop64
