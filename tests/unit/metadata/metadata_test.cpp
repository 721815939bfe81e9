#include "metadata/metadata.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "support/pictures.h"

namespace crop64 {
namespace {

// Numbers in one of the two byte orders.
class Tiff {
 public:
  explicit Tiff(bool little, uint32_t directory = 8) : little_(little) {
    const uint8_t order = little ? 'I' : 'M';
    bytes_ = {order, order};
    u16(42).u32(directory);
  }

  Tiff& u16(uint32_t value) { return put(value, 2); }
  Tiff& u32(uint32_t value) { return put(value, 4); }
  // A directory entry whose value is a short.
  Tiff& entry(uint32_t tag, uint32_t type, uint32_t count, uint32_t value) {
    return u16(tag).u16(type).u32(count).u16(value).u16(0);
  }
  const File& bytes() const { return bytes_; }

 private:
  Tiff& put(uint32_t value, int count) {
    for (int i = 0; i < count; ++i) {
      const int shift = 8 * (little_ ? i : count - 1 - i);
      bytes_.push_back(static_cast<uint8_t>(value >> shift));
    }
    return *this;
  }

  File bytes_;
  bool little_;
};

constexpr uint32_t kOrientation = 0x0112;
constexpr uint32_t kShort = 3;
constexpr uint32_t kLong = 4;

Tiff one_entry(bool little, uint32_t value) {
  return Tiff(little).u16(1).entry(kOrientation, kShort, 1, value).u32(0);
}

TEST_CASE("the orientation is read in both byte orders, and only 1 to 8 are valid") {
  for (const bool little : {true, false}) {
    for (int value = 1; value <= 8; ++value) {
      CHECK(read_exif_orientation(one_entry(little, uint32_t(value)).bytes()) == value);
    }
    for (const uint32_t value : {0U, 9U, 256U, 0x600U, 65535U}) {
      CHECK(read_exif_orientation(one_entry(little, value).bytes()) == 1);
    }
  }
}

TEST_CASE("the orientation is found among other entries and wherever the directory is") {
  for (const bool little : {true, false}) {
    Tiff many(little);
    many.u16(4).entry(0x010f, 2, 20, 0).entry(0x011a, 5, 1, 90);
    many.entry(kOrientation, kShort, 1, 6).entry(0x0213, kShort, 1, 1).u32(0);
    CHECK(read_exif_orientation(many.bytes()) == 6);
    Tiff far(little, 20);
    far.u32(0).u32(0).u32(0).u16(1).entry(kOrientation, kShort, 1, 3).u32(0);
    CHECK(read_exif_orientation(far.bytes()) == 3);
  }
}

TEST_CASE("Exif data that is not valid has no orientation") {
  struct Case {
    std::string name;
    File exif;
  };
  for (const bool little : {true, false}) {
    File mixed = one_entry(little, 6).bytes();
    mixed[1] = little ? 'M' : 'I';
    File no_tiff = one_entry(little, 6).bytes();
    no_tiff[little ? 2 : 3] = 43;
    File lower_case = one_entry(little, 6).bytes();
    lower_case[0] = lower_case[1] = 'i';
    const Case cases[] = {
        {"nothing", {}},
        {"two byte orders", mixed},
        {"no 42", no_tiff},
        {"no byte order", lower_case},
        {"no entry", Tiff(little).u16(0).u32(0).bytes()},
        {"another tag", Tiff(little).u16(1).entry(0x0113, kShort, 1, 6).u32(0).bytes()},
        {"a long", Tiff(little).u16(1).entry(kOrientation, kLong, 1, 6).u32(0).bytes()},
        {"a byte", Tiff(little).u16(1).entry(kOrientation, 1, 1, 6).u32(0).bytes()},
        {"no such type", Tiff(little).u16(1).entry(kOrientation, 0xffff, 1, 6).u32(0).bytes()},
        {"one entry behind the last",
         Tiff(little).u16(1).entry(0x0113, kShort, 1, 6).entry(kOrientation, kShort, 1, 6).bytes()},
        {"a directory in the header", Tiff(little, 0).u32(0).u32(0).bytes()},
        {"a directory beyond the end", Tiff(little, 1000).u32(0).bytes()},
        {"a directory at the end", Tiff(little, 12).u32(0).bytes()},
        {"a directory as far as can be", Tiff(little, 0xffffffff).u32(0).bytes()},
        {"a directory that wraps around", Tiff(little, 0xfffffffe).u32(0).bytes()},
        {"65535 entries, one there", Tiff(little).u16(65535).entry(0x0113, kShort, 1, 6).bytes()},
    };
    for (const Case& broken : cases) {
      INFO(broken.name, ", little-endian: ", little);
      CHECK(read_exif_orientation(broken.exif) == 1);
    }
  }
}

TEST_CASE("a count that is too large does not hide an orientation that is there") {
  for (const bool little : {true, false}) {
    const Tiff tiff = Tiff(little).u16(65535).entry(kOrientation, kShort, 1, 8);
    CHECK(read_exif_orientation(tiff.bytes()) == 8);
    CHECK(read_exif_orientation(Tiff(little).u16(1).entry(kOrientation, kShort, 9999, 8).bytes()) ==
          8);
  }
}

TEST_CASE("Exif data cut anywhere has its orientation or none") {
  for (const bool little : {true, false}) {
    Tiff tiff(little);
    tiff.u16(2).entry(0x010f, 2, 4, 0).entry(kOrientation, kShort, 1, 6).u32(0);
    const size_t value_end = 8 + 2 + 12 + 10;
    for (size_t size = 0; size <= tiff.bytes().size(); ++size) {
      CAPTURE(size);
      CHECK(read_exif_orientation(first_bytes(tiff.bytes(), size)) == (size >= value_end ? 6 : 1));
    }
  }
}

TEST_CASE("whatever bytes Exif data has, an orientation of 1 to 8 comes out") {
  Random random(1);
  const auto check = [](const File& exif) {
    const int orientation = read_exif_orientation(exif);
    CHECK(orientation >= 1);
    CHECK(orientation <= 8);
  };
  for (int round = 0; round < 20000; ++round) {
    CAPTURE(round);
    // Noise behind a header that is valid, and a valid block with some bytes changed.
    File noise = Tiff(round % 2 == 0, static_cast<uint32_t>(random.below(60))).bytes();
    const int more = random.below(60);
    for (int i = 0; i < more; ++i) {
      const auto any = static_cast<uint8_t>(random.next());
      noise.push_back(random.below(2) == 0 ? any : static_cast<uint8_t>(any % 4));
    }
    noise.shrink_to_fit();
    check(noise);
    File changed = one_entry(round % 2 == 0, 6).bytes();
    for (int i = random.below(5); i >= 0; --i) {
      changed[size_t(random.below(int(changed.size())))] = static_cast<uint8_t>(random.next());
    }
    changed.shrink_to_fit();
    check(changed);
  }
}

// Selecting.

using namespace std::string_literals;

File file_of(const std::string& text) { return {text.begin(), text.end()}; }
std::string text_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

OutputFacts whole_picture() {
  OutputFacts facts;
  facts.policy = MetadataPolicy::kAll;
  facts.same_format = facts.same_layout = facts.same_image = true;
  facts.size = {300, 200};
  return facts;
}

OutputFacts part_of_picture() {
  OutputFacts facts = whole_picture();
  facts.same_image = false;
  return facts;
}

Metadata select(MetadataKind kind, const File& data, const OutputFacts& facts) {
  SourceMetadata source;
  source.blocks.push_back({kind, data, data});
  return std::move(select_metadata(source, facts).value());
}

File exif_of(const File& exif, const OutputFacts& facts) {
  const Metadata metadata = select(MetadataKind::kExif, exif, facts);
  const Bytes bytes = metadata.exif;
  return {bytes.begin(), bytes.end()};
}

// Exif as a camera writes it: a size, an orientation, details with a maker's note, another size and
// a place in the picture, and a thumbnail.
constexpr uint32_t kDetails = 62;
constexpr uint32_t kNote = 116;
constexpr uint32_t kThumbnail = 146;

Tiff put_value(Tiff tiff, uint32_t tag, uint32_t type, uint32_t count, uint32_t value) {
  tiff.u16(tag).u16(type).u32(count);
  return type == kShort && count == 1 ? tiff.u16(value).u16(0) : tiff.u32(value);
}

File camera_exif(bool little, const std::string& note, const std::string& thumbnail) {
  Tiff tiff(little);
  tiff.u16(4);
  tiff = put_value(tiff, 0x0100, kLong, 1, 4000);
  tiff = put_value(tiff, 0x0101, kShort, 1, 3000);
  tiff = put_value(tiff, kOrientation, kShort, 1, 6);
  tiff = put_value(tiff, 0x8769, kLong, 1, kDetails);
  tiff.u32(kNote);  // the second directory
  REQUIRE(tiff.bytes().size() == kDetails);
  tiff.u16(4);
  tiff = put_value(tiff, 0x9214, kShort, 4, kThumbnail + 20);
  tiff = put_value(tiff, 0x927c, 7, uint32_t(note.size()), kThumbnail + 30);
  tiff = put_value(tiff, 0xa002, kShort, 1, 4000);
  tiff = put_value(tiff, 0xa003, kLong, 1, 3000);
  tiff.u32(0);
  REQUIRE(tiff.bytes().size() == kNote);
  tiff.u16(2);
  tiff = put_value(tiff, 0x0201, kLong, 1, kThumbnail);
  tiff = put_value(tiff, 0x0202, kLong, 1, uint32_t(thumbnail.size()));
  tiff.u32(0);
  REQUIRE(tiff.bytes().size() == kThumbnail);
  File exif = tiff.bytes();
  exif.insert(exif.end(), thumbnail.begin(), thumbnail.end());
  exif.resize(kThumbnail + 20);
  exif.insert(exif.end(), {0x77, 0x77, 0x77, 0x77, 0x77, 0x77, 0x77, 0x77, 0, 0});
  exif.insert(exif.end(), note.begin(), note.end());
  exif.shrink_to_fit();
  return exif;
}

bool contains(const File& bytes, const std::string& text) {
  return text_of(bytes).find(text) != std::string::npos;
}

TEST_CASE("Exif of a whole picture keeps everything, and its orientation is what is left of it") {
  for (const bool little : {true, false}) {
    const File exif = camera_exif(little, "a maker's note", "\xff\xd8\xff thumb");
    for (int tag = 1; tag <= 8; ++tag) {
      OutputFacts facts = whole_picture();
      facts.orientation = exif_orientation(tag);
      File expected = exif;
      const size_t at = 8 + 2 + 2 * 12 + 8;
      expected[at + (little ? 0 : 1)] = uint8_t(tag);
      CHECK(exif_of(exif, facts) == expected);
    }
  }
}

TEST_CASE("Exif of a part loses what shows the whole, and has the part's size") {
  for (const bool little : {true, false}) {
    const File exif = camera_exif(little, "a maker's note", "\xff\xd8\xff thumb");
    const File made = exif_of(exif, part_of_picture());
    CHECK(made.size() == exif.size());
    CHECK(read_exif_orientation(made) == 1);
    for (const char* gone : {"maker", "thumb", "\x77\x77", "\xff\xd8\xff"}) {
      CHECK(contains(exif, gone));
      CHECK(!contains(made, gone));
    }
    // The details have two entries fewer, and both sizes are right.
    Tiff expected(little);
    expected.u16(4);
    expected = put_value(expected, 0x0100, kLong, 1, 300);
    expected = put_value(expected, 0x0101, kShort, 1, 200);
    expected = put_value(expected, kOrientation, kShort, 1, 1);
    expected = put_value(expected, 0x8769, kLong, 1, kDetails);
    expected.u32(0).u16(2);
    expected = put_value(expected, 0xa002, kShort, 1, 300);
    expected = put_value(expected, 0xa003, kLong, 1, 200);
    expected.u32(0);
    File all = expected.bytes();
    all.resize(exif.size());
    CHECK(made == all);
  }
}

TEST_CASE("a size that is too large for a short becomes a long") {
  OutputFacts facts = part_of_picture();
  facts.size = {70000, 80000};
  for (const bool little : {true, false}) {
    const File made = exif_of(camera_exif(little, "note", ""), facts);
    Tiff expected(little);
    expected.u16(4);
    expected = put_value(expected, 0x0100, kLong, 1, 70000);
    expected = put_value(expected, 0x0101, kLong, 1, 80000);
    CHECK(first_bytes(made, 34) == first_bytes(expected.bytes(), 34));
  }
}

TEST_CASE("a preview that nothing leads to, damage, and too much of it drop a part's Exif") {
  File hidden = one_entry(true, 6).bytes();
  hidden.insert(hidden.end(), {0xff, 0xd8, 0xff, 0xdb});
  CHECK(exif_of(hidden, part_of_picture()).empty());
  CHECK(!exif_of(hidden, whole_picture()).empty());
  CHECK(exif_of(file_of("not TIFF at all"), whole_picture()).empty());
  CHECK(exif_of({}, whole_picture()).empty());
  File large = one_entry(true, 6).bytes();
  large.resize(65527);
  CHECK(exif_of(large, whole_picture()).size() == large.size());
  large.resize(65528);
  CHECK(exif_of(large, whole_picture()).empty());
  // Its orientation is told all the same.
  OutputFacts facts = whole_picture();
  facts.orientation = exif_orientation(6);
  CHECK(read_exif_orientation(exif_of(large, facts)) == 6);
}

TEST_CASE("thumbnails in strips and in directories behind the second are wiped") {
  for (const bool little : {true, false}) {
    Tiff tiff(little);
    tiff.u16(0).u32(14);
    tiff.u16(2);
    tiff = put_value(tiff, 0x0111, kLong, 2, 62);
    tiff = put_value(tiff, 0x0117, kLong, 2, 70);
    tiff.u32(44);
    tiff.u16(1);
    tiff = put_value(tiff, 0x0111, kLong, 1, 90);
    tiff.u32(0);
    REQUIRE(tiff.bytes().size() == 62);
    tiff.u32(78).u32(84).u32(6).u32(6);
    File exif = tiff.bytes();
    const File parts = file_of("stripastripbkept");
    exif.insert(exif.end(), parts.begin(), parts.end());
    File expected = exif;
    std::fill(expected.begin() + 10, expected.begin() + 62, uint8_t{0});
    std::fill(expected.begin() + 78, expected.begin() + 90, uint8_t{0});
    CHECK(exif_of(exif, part_of_picture()) == expected);
  }
}

TEST_CASE("directories in a loop, and more of them than there can be, come to an end") {
  for (const uint32_t next : {8U, 14U, 20U, 0xffffffffU}) {
    Tiff tiff(true);
    tiff.u16(0).u32(14).u16(0).u32(next).u16(0).u32(14);
    exif_of(tiff.bytes(), part_of_picture());
  }
  Tiff many(true);
  for (uint32_t i = 1; i <= 100; ++i) {
    many.u16(0).u32(8 + 6 * i);
  }
  CHECK(exif_of(many.bytes(), part_of_picture()).empty());
  Tiff strips(true);
  strips.u16(0).u32(14).u16(1);
  strips = put_value(strips, 0x0111, kShort, 0xffffffff, 0);
  strips.u32(0);
  CHECK(exif_of(strips.bytes(), part_of_picture()).empty());
}

TEST_CASE("whatever bytes Exif has, its orientation comes out as it is, within its bounds") {
  Random random(2);
  for (int round = 0; round < 20000; ++round) {
    CAPTURE(round);
    File changed = camera_exif(round % 2 == 0, "note", "\xff\xd8\xff thumb");
    for (int i = random.below(8); i >= 0; --i) {
      constexpr uint8_t kOften[] = {0, 1, 8, 62, 116, 146, 0xff};
      const uint8_t any = random.below(2) == 0 ? kOften[random.below(7)] : uint8_t(random.next());
      changed[size_t(random.below(int(changed.size())))] = any;
    }
    if (random.below(4) == 0) {
      changed.resize(size_t(random.below(int(changed.size()))));
    }
    changed.shrink_to_fit();
    OutputFacts facts = round % 3 == 0 ? whole_picture() : part_of_picture();
    facts.orientation = exif_orientation(random.between(1, 8));
    const File made = exif_of(changed, facts);
    CHECK(read_exif_orientation(made) == exif_tag(facts.orientation));
    if (!facts.same_image) {
      CHECK(!contains(made, "\xff\xd8\xff"));
    }
  }
}

TEST_CASE("of two blocks the first counts") {
  const File first = one_entry(true, 6).bytes();
  const File second = camera_exif(true, "note", "");
  SourceMetadata source;
  for (const File* exif : {&first, &second}) {
    source.blocks.push_back({MetadataKind::kExif, *exif, *exif});
  }
  const File xmps[] = {file_of("<first/>"), file_of("<second/>")};
  for (const File& xmp : xmps) {
    source.blocks.push_back({MetadataKind::kXmp, xmp, xmp});
  }
  const Metadata metadata = std::move(select_metadata(source, whole_picture()).value());
  CHECK(metadata.exif.size() == first.size());
  CHECK(text_of(metadata.xmp) == "<first/>");
}

TEST_CASE("an orientation that is left is told under every policy") {
  for (const MetadataPolicy policy :
       {MetadataPolicy::kNone, MetadataPolicy::kColor, MetadataPolicy::kAll}) {
    for (const bool same : {true, false}) {
      OutputFacts facts = whole_picture();
      facts.policy = policy;
      facts.same_image = facts.same_format = same;
      CHECK(select_metadata({}, facts).value().exif.size() == 0);
      facts.orientation = exif_orientation(8);
      const Metadata metadata = std::move(select_metadata({}, facts).value());
      CHECK(metadata.exif.size() == 26);
      CHECK(read_exif_orientation(metadata.exif) == 8);
    }
  }
}

std::string xmp_of(const std::string& packet, const OutputFacts& facts) {
  const Metadata metadata = select(MetadataKind::kXmp, file_of(packet), facts);
  return text_of(metadata.xmp);
}

TEST_CASE("XMP's own orientation is set, in each of its forms") {
  OutputFacts facts = whole_picture();
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
  CHECK(xmp_of(cases[0].first, part_of_picture()) == "<a tiff:Orientation=\"1\"/>");
}

TEST_CASE("XMP of a part loses the sizes, places and thumbnails of the whole") {
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
    CHECK(xmp_of(known.first, part_of_picture()) == known.second);
  }
}

TEST_CASE("XMP of a whole picture is kept, but for what stands behind the picture") {
  for (const std::string packet :
       {"<a tiff:ImageWidth=\"4000\" GPano:X='1' xmpNote:HasExtendedXMP='2'/>",
        "<xmp:Thumbnails>/9j/</xmp:Thumbnails>"}) {
    CHECK(xmp_of(packet, whole_picture()) == packet);
  }
  for (const std::string packet :
       {"<a hdrgm:Version=\"1.0\"/>", "<Container:Directory/>", "<a GCamera:MotionPhoto=\"1\"/>"}) {
    CHECK(xmp_of(packet, whole_picture()).empty());
  }
  OutputFacts elsewhere = whole_picture();
  elsewhere.same_format = false;
  CHECK(xmp_of("<a xmpNote:HasExtendedXMP='2'/>", elsewhere) == "<a />");
}

TEST_CASE("a packet of nothing but beginnings does not take long") {
  std::string packet;
  for (int i = 0; i < 200000; ++i) {
    packet += i % 2 == 0 ? "<tiff:ImageWidth " : " tiff:ImageWidth =\"";
  }
  CHECK(xmp_of(packet, part_of_picture()).size() < packet.size());
}

std::string resource(int number, const std::string& name, const std::string& content) {
  std::string made = "8BIM"s + char(number >> 8) + char(number) + char(name.size()) + name;
  made.resize((made.size() + 1) / 2 * 2);
  made += "\0\0"s + char(content.size() >> 8) + char(content.size()) + content;
  made.resize((made.size() + 1) / 2 * 2);
  return made;
}

std::string photoshop_of(const std::string& resources) {
  const Metadata metadata = select(MetadataKind::kPhotoshop, file_of(resources), part_of_picture());
  return text_of(metadata.photoshop);
}

TEST_CASE("of Photoshop's resources a part keeps captions and resolution") {
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

TEST_CASE("resources that are cut or damaged leave nothing") {
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

TEST_CASE("blocks are kept by their kind and the policy") {
  struct Case {
    MetadataKind kind;
    MetadataPolicy least;
    bool needs_layout;
    bool needs_image;
  };
  const Case cases[] = {
      {MetadataKind::kColor, MetadataPolicy::kColor, false, false},
      {MetadataKind::kLayout, MetadataPolicy::kColor, true, false},
      {MetadataKind::kText, MetadataPolicy::kAll, false, false},
      {MetadataKind::kPhotoshop, MetadataPolicy::kAll, false, true},
      {MetadataKind::kOpaque, MetadataPolicy::kAll, false, true},
  };
  const File data = file_of("anything");
  for (const Case& block : cases) {
    for (int bits = 0; bits < 24; ++bits) {
      OutputFacts facts;
      facts.policy = static_cast<MetadataPolicy>(bits / 8);
      facts.same_format = (bits & 1) != 0;
      facts.same_layout = (bits & 2) != 0;
      facts.same_image = (bits & 4) != 0;
      const bool kept = facts.same_format && facts.policy >= block.least &&
                        (facts.same_layout || !block.needs_layout) &&
                        (facts.same_image || !block.needs_image);
      CHECK(select(block.kind, data, facts).raw.size() == (kept ? 1 : 0));
    }
  }
}

TEST_CASE("a profile is kept where it fits, and density with it") {
  File rgb(132);
  const std::string name = "RGB ";
  std::copy(name.begin(), name.end(), rgb.begin() + 16);
  const auto select_profile = [&](const File& profile, const OutputFacts& facts) {
    SourceMetadata source;
    source.icc_profile = std::move(Buffer::allocate(profile.size()).value());
    std::copy(profile.begin(), profile.end(), source.icc_profile.data());
    source.color_space = ColorSpace::kOther;
    source.density = Density{72, 72, Density::Unit::kInch};
    return std::move(select_metadata(source, facts).value());
  };
  OutputFacts facts = whole_picture();
  for (const MetadataPolicy policy :
       {MetadataPolicy::kNone, MetadataPolicy::kColor, MetadataPolicy::kAll}) {
    facts.policy = policy;
    const bool kept = policy != MetadataPolicy::kNone;
    const Metadata metadata = select_profile(rgb, facts);
    CHECK(metadata.icc_profile.size() == (kept ? rgb.size() : 0));
    CHECK(metadata.density.has_value() == kept);
    CHECK(metadata.color_space == ColorSpace::kOther);
  }
  // Colour has become grey: the profile is none of its own.
  facts.model = Model::kGray;
  CHECK(select_profile(rgb, facts).icc_profile.size() == 0);
  CHECK(select_profile(rgb, facts).color_space == ColorSpace::kSrgb);
  // Grey has become R = G = B: it still means what it did.
  File gray = rgb;
  const std::string gray_name = "GRAY";
  std::copy(gray_name.begin(), gray_name.end(), gray.begin() + 16);
  facts.model = Model::kRgba;
  CHECK(select_profile(gray, facts).icc_profile.size() == 0);
  CHECK(select_profile(gray, facts).color_space == ColorSpace::kOther);
}

TEST_CASE("Display P3 by name becomes a profile where the new format has no name, in colour") {
  for (const Model model :
       {Model::kRgb, Model::kRgba, Model::kPalette, Model::kGray, Model::kGrayAlpha}) {
    for (const bool same_format : {false, true}) {
      for (const MetadataPolicy policy : {MetadataPolicy::kNone, MetadataPolicy::kColor}) {
        SourceMetadata source;
        source.color_space = ColorSpace::kDisplayP3;
        OutputFacts facts;
        facts.policy = policy;
        facts.same_format = same_format;
        facts.model = model;
        const bool is_gray = Layout{model}.is_gray();
        const bool made = !same_format && policy != MetadataPolicy::kNone && !is_gray;
        const Metadata metadata = std::move(select_metadata(source, facts).value());
        CHECK(metadata.icc_profile.size() == (made ? 492 : 0));
      }
    }
  }
}

TEST_CASE("blocks beyond the most are passed over") {
  SourceMetadata source;
  const File data = file_of("x");
  for (size_t i = 0; i < SourceMetadata::kMaxBlocks + 5; ++i) {
    source.add({MetadataKind::kText, data, data});
  }
  CHECK(source.blocks.size() == SourceMetadata::kMaxBlocks);
}

}  // namespace
}  // namespace crop64
