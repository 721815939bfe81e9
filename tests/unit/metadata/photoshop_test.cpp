#include "metadata/photoshop.h"

#include <doctest/doctest.h>

#include <string>

#include "support/metadata.h"

namespace crop64 {
namespace {

using namespace std::string_literals;

std::string resource(int number, const std::string& name, const std::string& content) {
  std::string made = "8BIM"s + char(number >> 8) + char(number) + char(name.size()) + name;
  made.resize((made.size() + 1) / 2 * 2);
  made += "\0\0"s + char(content.size() >> 8) + char(content.size()) + content;
  made.resize((made.size() + 1) / 2 * 2);
  return made;
}

std::string photoshop_of(const std::string& resources) {
  const Metadata metadata = select(MetadataKind::kPhotoshop, file_of(resources), cropped_image());
  return text_of(metadata.photoshop);
}

TEST_CASE("update_photoshop() keeps captions and resolution only") {
  const std::string captions = resource(0x0404, "", "\x1c\x02\x78\0\5hello"s);
  const std::string resolution = resource(0x03ed, "odd", "resolution");
  const std::string copyright = resource(0x040a, "even", "1");
  const std::string gone[] = {resource(0x0409, "", "\xff\xd8\xff thumbnail"),
                              resource(0x040c, "x", "\xff\xd8\xff thumbnail"),
                              resource(0x0422, "", "Exif"), resource(0x0424, "", "XMP"),
                              resource(0x07d0, "path", "points")};
  CHECK(photoshop_of(captions + resolution + copyright) == captions + resolution + copyright);
  for (const std::string& other : gone) {
    CHECK(photoshop_of(other).empty());
    CHECK(photoshop_of(captions + other + resolution) == captions + resolution);
    CHECK(photoshop_of(other + captions) == captions);
  }
  // A last resource may end without its byte of padding.
  const std::string unpadded = copyright.substr(0, copyright.size() - 1);
  CHECK(photoshop_of(captions + unpadded) == captions + unpadded);
  CHECK(photoshop_of(resource(0x0404, "", "\xff\xd8\xff")).empty());
}

TEST_CASE("update_photoshop() returns nothing for truncated or damaged resources") {
  const std::string good =
      resource(0x0404, "name", "captions") + resource(0x03ed, "", "resolution");
  const size_t first = resource(0x0404, "name", "captions").size();
  for (size_t size = 0; size < good.size(); ++size) {
    CAPTURE(size);
    CHECK(photoshop_of(good.substr(0, size)) == (size == first ? good.substr(0, first) : ""));
  }
  Random random(3);
  for (int round = 0; round < 5000; ++round) {
    std::string changed = good;
    for (int i = random.below(4); i >= 0; --i) {
      changed[size_t(random.below(int(changed.size())))] =
          char(random.below(3) ? random.next() : 0);
    }
    CHECK(photoshop_of(changed).size() <= good.size());
  }
}

}  // namespace
}  // namespace crop64
