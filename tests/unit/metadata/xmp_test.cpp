#include "metadata/xmp.h"

#include <doctest/doctest.h>

#include <string>

#include "support/metadata.h"

namespace crop64 {
namespace {

using namespace std::string_literals;

std::string xmp_of(const std::string& packet, const OutputFacts& facts) {
  const Metadata metadata = select(MetadataKind::kXmp, file_of(packet), facts);
  return text_of(metadata.xmp);
}

TEST_CASE("update_xmp() sets the orientation in attribute and element form") {
  OutputFacts facts = unchanged_image();
  facts.orientation = exif_orientation(3);
  const std::pair<std::string, std::string> cases[] = {
      {"<a tiff:Orientation=\"6\"/>", "<a tiff:Orientation=\"3\"/>"},
      {"<a tiff:Orientation = '6'/>", "<a tiff:Orientation = '3'/>"},
      {"<tiff:Orientation>6</tiff:Orientation>", "<tiff:Orientation>3</tiff:Orientation>"},
      {"<tiff:Orientation>\n 6</tiff:Orientation>", "<tiff:Orientation>\n 3</tiff:Orientation>"},
      {"<a tiff:Orientation=\"9\"/>", "<a tiff:Orientation=\"9\"/>"},
      {"<a tiff:Orientation", "<a tiff:Orientation"},
  };
  for (const auto& [packet, expected] : cases) {
    CHECK(xmp_of(packet, facts) == expected);
  }
  CHECK(xmp_of(cases[0].first, cropped_image()) == "<a tiff:Orientation=\"1\"/>");
}

TEST_CASE("update_xmp() of a cropped image removes sizes, positions and thumbnails") {
  const std::pair<std::string, std::string> cases[] = {
      {"<a tiff:ImageWidth=\"4000\" b='1'/>", "<a  b='1'/>"},
      {"<a\ntiff:ImageWidth = '4000'\ntiff:ImageLength=\"3000\"/>", "<a\n\n/>"},
      {"<a><tiff:ImageWidth>4000</tiff:ImageWidth></a>", "<a></a>"},
      {"<tiff:ImageWidth/><exif:PixelXDimension />x", "x"},
      {"<tiff:ImageWidthMore>4</tiff:ImageWidthMore>",
       "<tiff:ImageWidthMore>4</tiff:ImageWidthMore>"},
      {"<a b=\"tiff:ImageWidth\"/>", "<a b=\"tiff:ImageWidth\"/>"},
      {"1<xmp:Thumbnails><rdf:li xmpGImg:image=\"/9j/4AAQ\"/></xmp:Thumbnails>2", "12"},
      {"1<mwg-rs:Regions rdf:parseType='Resource'><b>face</b></mwg-rs:Regions>2", "12"},
      {"<a exif:SubjectArea='1 2'/><exif:SubjectLocation><b/></exif:SubjectLocation>", "<a />"},
      {"<a xmpNote:HasExtendedXMP=\"0123\"/>", "<a />"},
      // Broken, or beyond what is taken out: nothing is left.
      {"<tiff:ImageWidth>4000", ""},
      {"<tiff:ImageWidth", "<tiff:ImageWidth"},
      {"<tiff:ImageWidth ", ""},
      {"<tiff:ImageWidth><tiff:ImageWidth>", ""},
      {"<a tiff:ImageWidth=\"4000", ""},
      {"<other:Thumbnails>", ""},
      {"<a b=\"/9j/4AAQ\"/>", ""},
      {"<a GPano:CroppedAreaImageWidthPixels=\"4\"/>", ""},
      {"<a GDepth:Data=\"4\"/>", ""},
      {"<a hdrgm:Version=\"1.0\"/>", ""},
      {"<\0a\0/\0>\0"s, ""},
      {"", ""},
  };
  for (const auto& known : cases) {
    INFO("packet: ", known.first);
    CHECK(xmp_of(known.first, cropped_image()) == known.second);
  }
}

TEST_CASE("update_xmp() of an unchanged image drops only what follows the image in the file") {
  for (const std::string packet :
       {"<a tiff:ImageWidth=\"4000\" GPano:X='1' xmpNote:HasExtendedXMP='2'/>",
        "<xmp:Thumbnails>/9j/</xmp:Thumbnails>"}) {
    CHECK(xmp_of(packet, unchanged_image()) == packet);
  }
  for (const std::string packet :
       {"<a hdrgm:Version=\"1.0\"/>", "<Container:Directory/>", "<a GCamera:MotionPhoto=\"1\"/>"}) {
    CHECK(xmp_of(packet, unchanged_image()).empty());
  }
  OutputFacts elsewhere = unchanged_image();
  elsewhere.same_format = false;
  CHECK(xmp_of("<a xmpNote:HasExtendedXMP='2'/>", elsewhere) == "<a />");
}

TEST_CASE("update_xmp() of a packet of unclosed elements ends") {
  std::string packet;
  for (int i = 0; i < 200000; ++i) {
    packet += i % 2 == 0 ? "<tiff:ImageWidth " : " tiff:ImageWidth =\"";
  }
  CHECK(xmp_of(packet, cropped_image()).size() < packet.size());
}

}  // namespace
}  // namespace crop64
