#include "codec.h"

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

TEST_CASE("a format that is not read here is known by sight") {
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
      {"%PDF-1.7"s, "PDF", "application/pdf"},
      {"<svg xmlns='http://www.w3.org/2000/svg'/>"s, "SVG", "image/svg+xml"},
      {"<?xml version='1.0'?>\n<svg/>"s, "SVG", "image/svg+xml"},
      {"<?xml version='1.0'?>\n<html/>"s, "", "application/octet-stream"},
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
    CHECK(info.value().format == Format::kUnknown);
    CHECK(info.value().name == expected.name);
    CHECK(info.value().mime_type == expected.mime_type);
    CHECK(info.value().byte_length == expected.start.size());
    CHECK(info.value().size == Size{});
    const Error error = unsupported(info.value());
    CHECK(error.code == ErrorCode::kUnsupportedFormat);
    CHECK(error.message.find(expected.name) != std::string::npos);
  }
}

TEST_CASE("JPEG, PNG and BMP are known by their first bytes and have a codec") {
  struct Case {
    File file;
    Format format;
    std::string name;
    std::string mime_type;
  };
  const Case cases[] = {
      {make_jpeg({9, 5}), Format::kJpeg, "JPEG", "image/jpeg"},
      {make_png(make_picture({9, 5}, {Model::kRgb, 8}).view()), Format::kPng, "PNG", "image/png"},
      {make_bmp(make_picture({9, 5}, {Model::kRgb, 8}).view()), Format::kBmp, "BMP", "image/bmp"},
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
  CHECK(find_codec(Format::kRaw) == nullptr);
  CHECK(find_codec(Format::kUnknown) == nullptr);
}

TEST_CASE("no bytes at all and unknown bytes are told apart") {
  CHECK(unsupported(unknown_file({})).message.find("no bytes at all") != std::string::npos);
  CHECK(unsupported(unknown_file(bytes_of("what"))).message.find("no known format") !=
        std::string::npos);
}

TEST_CASE("formats have the names of the public interface") {
  CHECK(std::string(to_string(Format::kKeep)) == "keep");
  CHECK(std::string(to_string(Format::kUnknown)) == "unknown");
  CHECK(std::string(to_string(Format::kJpeg)) == "jpeg");
  CHECK(std::string(to_string(Format::kPng)) == "png");
  CHECK(std::string(to_string(Format::kBmp)) == "bmp");
  CHECK(std::string(to_string(Format::kRaw)) == "raw");
}

}  // namespace
}  // namespace crop64
