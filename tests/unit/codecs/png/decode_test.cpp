#include "codecs/png/decode.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "codecs/png/libpng_decode.h"
#include "support/images.h"
#include "support/pngs.h"
#include "support/regions.h"

namespace crop64::png {
namespace {

Result<DecodedImage> decode(Bytes file, const DecodeRequest& request) {
  return decode_image(png::decode, file, request);
}

Result<DecodedImage> decode_with_libpng(Bytes file, const DecodeRequest& request) {
  return decode_image(png::decode_with_libpng, file, request);
}

constexpr Layout kLayouts[] = {
    {Model::kGray, 1},       {Model::kGray, 2},    {Model::kGray, 4},    {Model::kGray, 8},
    {Model::kGray, 16},      {Model::kRgb, 8},     {Model::kRgb, 16},    {Model::kPalette, 1},
    {Model::kPalette, 2},    {Model::kPalette, 4}, {Model::kPalette, 8}, {Model::kGrayAlpha, 8},
    {Model::kGrayAlpha, 16}, {Model::kRgba, 8},    {Model::kRgba, 16},
};

void check_file(const File& file, const ImageView& picture) {
  const Image full = full_decode_with_libpng(file);
  REQUIRE(difference(full.view(), picture) == "");
  check_regions(png::decode, file, full.view());
}

void check_layouts(const PngRecipe& recipe, Size size) {
  for (const Layout& layout : kLayouts) {
    CAPTURE(to_string(layout));
    const Image picture = make_picture(size, layout);
    check_file(make_png(picture.view(), recipe), picture.view());
  }
}

TEST_CASE("decode() of a region equals that region of a full decode") {
  check_layouts({}, {37, 29});
}

TEST_CASE("decode() of a region of an interlaced PNG equals that region of a full decode") {
  check_layouts({.interlaced = true}, {37, 29});
}

TEST_CASE(
    "decode() of a region of a PNG with many small IDATs equals that region of a full decode") {
  check_layouts({.idat_bytes = 7}, {19, 11});
  check_layouts({.interlaced = true, .idat_bytes = 7}, {19, 11});
}

TEST_CASE(
    "decode() of a region of a tiny PNG, whose passes may be empty, equals that region of a full "
    "decode") {
  for (const Layout& layout : {Layout{Model::kGray, 1}, Layout{Model::kRgb, 16}}) {
    for (int width = 1; width <= 9; ++width) {
      for (int height = 1; height <= 9; ++height) {
        CAPTURE(to_string(layout));
        const Image picture = make_picture({width, height}, layout);
        check_file(make_png(picture.view()), picture.view());
        check_file(make_png(picture.view(), {.interlaced = true}), picture.view());
      }
    }
  }
}

TEST_CASE("decode() gives the palette with its alphas") {
  for (const int depth : {1, 2, 4, 8}) {
    for (const int missing : {0, 1}) {
      Image picture = make_picture({9, 9}, {Model::kPalette, depth});
      std::vector<Rgba8>& palette = picture.colors.palette;
      palette.resize(palette.size() - static_cast<size_t>(missing));
      for (size_t i = 0; i < palette.size() / 2; ++i) {
        palette[i].a = static_cast<uint8_t>(i * 77);
      }
      picture.colors.palette_alphas = static_cast<int>(palette.size() / 2);
      const Result<DecodedImage> decoded =
          decode(make_png(picture.view()), {.region = {1, 1, 3, 3}});
      REQUIRE(decoded.ok());
      const Colors& colors = decoded.value().image.colors;
      CHECK((colors.palette == palette));
      CHECK(colors.palette_alphas == picture.colors.palette_alphas);
      CHECK(!colors.transparent);
    }
  }
}

TEST_CASE("decode() keeps an index beyond the palette") {
  Image picture = make_picture({9, 9}, {Model::kPalette, 8});
  picture.colors.palette.resize(10);
  CHECK(difference(decode(make_png(picture.view()), {.region = {0, 0, 9, 9}}), picture.view()) ==
        "");
}

using Key = std::array<uint16_t, 3>;

TEST_CASE("decode() gives the transparent colour at the image's depth, without higher bits") {
  struct Case {
    Layout layout;
    Key stored;
    Key read;
  };
  const Case cases[] = {
      {{Model::kGray, 1}, {1, 1, 1}, {1, 1, 1}},
      {{Model::kGray, 4}, {9, 9, 9}, {9, 9, 9}},
      {{Model::kGray, 16}, {0x1234, 0x1234, 0x1234}, {0x1234, 0x1234, 0x1234}},
      {{Model::kRgb, 8}, {1, 2, 255}, {1, 2, 255}},
      {{Model::kRgb, 16}, {1, 0x8000, 0xffff}, {1, 0x8000, 0xffff}},
      {{Model::kGray, 1}, {0xff01, 0xff01, 0xff01}, {1, 1, 1}},
      {{Model::kGray, 4}, {0x1239, 0x1239, 0x1239}, {9, 9, 9}},
      {{Model::kRgb, 8}, {0x101, 0xff02, 0x12ff}, {1, 2, 255}},
  };
  for (const Case& expected : cases) {
    Image picture = make_picture({9, 9}, expected.layout);
    picture.colors.transparent = expected.stored;
    const Result<DecodedImage> decoded = decode(make_png(picture.view()), {.region = {1, 1, 3, 3}});
    CAPTURE(to_string(expected.layout));
    REQUIRE(decoded.ok());
    REQUIRE(decoded.value().image.colors.transparent.has_value());
    CHECK((*decoded.value().image.colors.transparent == expected.read));
  }
}

// The pixels for which one of an interlaced image stands until the next passes come (PNG
// specification, 8.2 and the figure there).
Size block_at(int x, int y) {
  constexpr std::string_view kPasses =
      "1646264677777777565656567777777736463646777777775656565677777777";
  constexpr Size kBlocks[] = {{8, 8}, {4, 8}, {4, 4}, {2, 4}, {2, 2}, {1, 2}, {1, 1}};
  return kBlocks[kPasses[static_cast<size_t>(y % 8 * 8 + x % 8)] - '1'];
}

// `known` with the first `count` of those rows as the picture has them.
void put_rows(const Image& picture, const std::vector<PngRow>& rows, size_t count, bool interlaced,
              Image& known) {
  for (const PngRow& row : std::span(rows).first(count)) {
    for (int i = 0; i < row.count; ++i) {
      const int left = row.left + i * row.step;
      const Size block = interlaced ? block_at(left, row.y) : Size{1, 1};
      for (int y = row.y; y < std::min(row.y + block.height, known.size.height); ++y) {
        for (int x = left; x < std::min(left + block.width, known.size.width); ++x) {
          for (int channel = 0; channel < picture.layout.channels(); ++channel) {
            set_sample(known, x, y, channel, sample_at(picture.view(), left, row.y, channel));
          }
        }
      }
    }
  }
}

Image plain(Size size, Layout layout, const std::vector<uint32_t>& pixel) {
  Image image = std::move(Image::allocate(size, layout).value());
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      for (int channel = 0; channel < layout.channels(); ++channel) {
        set_sample(image, x, y, channel, pixel[static_cast<size_t>(channel)]);
      }
    }
  }
  return image;
}

// Some layouts, and one file of each.
struct Kind {
  Layout layout;
  std::vector<uint32_t> missing;
  PngRecipe recipe;
};

std::vector<Kind> kinds() {
  return {
      {{Model::kRgb, 8}, {0, 0, 0}, {}},
      {{Model::kRgb, 8}, {0, 0, 0}, {.idat_bytes = 50}},
      {{Model::kRgb, 8}, {0, 0, 0}, {.interlaced = true}},
      {{Model::kRgba, 16}, {0, 0, 0, 0}, {.interlaced = true}},
      {{Model::kGrayAlpha, 8}, {0, 0}, {.level = 0}},
      {{Model::kGray, 1}, {0}, {}},
      {{Model::kGray, 4}, {0}, {.interlaced = true}},
  };
}

constexpr Size kSmall = {13, 11};

TEST_CASE("decode() of a PNG cut anywhere gives the right samples or TRUNCATED_IMAGE") {
  constexpr Rect kRegions[] = {{0, 0, 13, 11}, {2, 0, 9, 3}, {12, 10, 13, 11}};
  for (const Kind& kind : kinds()) {
    const Image picture = make_picture(kSmall, kind.layout);
    const File file = make_png(picture.view(), kind.recipe);
    for (size_t size = 0; size < file.size(); ++size) {
      const File cut = first_bytes(file, size);
      for (const Rect& region : kRegions) {
        INFO(to_string(kind.layout), ", ", size, " of ", file.size(), " bytes");
        const Result<DecodedImage> decoded = decode(cut, {.region = region});
        if (decoded.ok() || decoded.error().code != ErrorCode::kTruncatedImage) {
          CHECK(difference(decoded, crop(picture.view(), region)) == "");
        }
      }
    }
  }
}

TEST_CASE("decode() of a region succeeds as soon as its last row is in the file") {
  for (const size_t idat_bytes : {size_t{50}, size_t{1} << 20}) {
    const Image picture = make_picture(kSmall, {Model::kRgb, 8});
    const File file = make_png(picture.view(), {.idat_bytes = idat_bytes});
    const std::vector<PngRow> all = rows_of(kSmall, false);
    for (size_t size = find_chunk(file, "IDAT") + 8; size < file.size(); ++size) {
      CAPTURE(size);
      const File cut = first_bytes(file, size);
      const int rows = static_cast<int>(count_rows(cut, all, picture.layout));
      if (rows > 0 && rows < kSmall.height) {
        const Rect above = {3, rows - 1, 9, rows};
        CHECK(difference(decode(cut, {.region = above}), crop(picture.view(), above)) == "");
        CHECK(code_of(decode(cut, {.region = {3, rows, 9, rows + 1}})) == "TRUNCATED_IMAGE");
      }
    }
  }
}

// What a file is to show of which only `rows` rows can be decoded.
Image partial(const Image& picture, const Kind& kind, size_t rows) {
  const std::vector<PngRow> all = rows_of(picture.size, kind.recipe.interlaced);
  Image known = plain(picture.size, kind.layout, kind.missing);
  put_rows(picture, all, rows, kind.recipe.interlaced, known);
  return known;
}

TEST_CASE("decode() of a cut PNG with damage accepted gives its rows and fills the others") {
  constexpr Rect kRegions[] = {{0, 0, 13, 11}, {1, 1, 12, 11}, {5, 3, 6, 9}, {12, 10, 13, 11}};
  for (const Kind& kind : kinds()) {
    const Image picture = make_picture(kSmall, kind.layout);
    const File file = make_png(picture.view(), kind.recipe);
    const std::vector<PngRow> rows = rows_of(kSmall, kind.recipe.interlaced);
    const size_t data = find_chunk(file, "IDAT") + 8;
    for (size_t size = 0; size < file.size(); ++size) {
      INFO(to_string(kind.layout), ", interlaced: ", kind.recipe.interlaced, ", ", size, " of ",
           file.size(), " bytes");
      const File cut = first_bytes(file, size);
      const size_t count = size < data ? 0 : count_rows(cut, rows, kind.layout);
      for (const Rect& region : kRegions) {
        const Result<DecodedImage> decoded =
            decode(cut, {.region = region, .damaged = Damaged::kAccept});
        if (size < data) {
          CHECK(code_of(decoded) == "TRUNCATED_IMAGE");
          continue;
        }
        const Result<DecodedImage> strict = decode(cut, {.region = region});
        const bool is_whole = count == rows.size();
        if (is_whole) {
          CHECK(strict.ok());  // a checksum and the end are all that is missing
        }
        const Image known = partial(picture, kind, count);
        CHECK(difference(decoded, crop((strict.ok() ? picture : known).view(), region)) == "");
        CHECK((decoded.ok() && decoded.value().complete) == strict.ok());
      }
    }
  }
}

TEST_CASE("decode() of corrupt data with damage accepted gives the rows before it") {
  Random random(33);
  for (const Kind& kind : kinds()) {
    const Image picture = make_picture(kSmall, kind.layout);
    const std::vector<PngRow> rows = rows_of(kSmall, kind.recipe.interlaced);
    const File good = inflated(make_png(picture.view(), kind.recipe));
    std::vector<PngChunk> chunks = chunks_of(make_png(picture.view()));
    size_t before = 0;
    for (size_t row = 0; row < rows.size(); before += row_bytes(rows[row++], kind.layout)) {
      if (row_bytes(rows[row], kind.layout) == 0) {
        continue;
      }
      INFO(to_string(kind.layout), ", interlaced: ", kind.recipe.interlaced, ", row ", row);
      File broken = good;
      broken[before] = 7;  // no filter
      chunks[0].data = chunks_of(make_png(picture.view(), kind.recipe))[0].data;
      chunks[1].data = deflated(broken);
      const File file = join(chunks);
      const Result<DecodedImage> strict = decode(file, {.region = whole(kSmall)});
      CHECK(code_of(strict) == "CORRUPT_IMAGE");
      CHECK(strict.error().message.ends_with(
          ". Use damaged: 'accept' to take the rows that can be decoded."));
      for (const Rect& region : {whole(kSmall), Rect{3, 2, 12, 11}}) {
        const Result<DecodedImage> decoded =
            decode(file, {.region = region, .damaged = Damaged::kAccept});
        CHECK(difference(decoded, crop(partial(picture, kind, row).view(), region)) == "");
      }
    }
  }
}

TEST_CASE("decode() of a complete file with too few rows is TRUNCATED_IMAGE") {
  const Image picture = make_picture(kSmall, {Model::kRgb, 8});
  File rows = inflated(make_png(picture.view()));
  rows.resize(rows.size() / 2);
  std::vector<PngChunk> chunks = chunks_of(make_png(picture.view()));
  chunks[1].data = deflated(rows);
  CHECK(code_of(decode(join(chunks), {.region = whole(kSmall)})) == "TRUNCATED_IMAGE");
  const Rect above = {0, 0, 13, 3};
  CHECK(difference(decode(join(chunks), {.region = above}), crop(picture.view(), above)) == "");
}

// The file with one bit of the checksum of the first such chunk changed.
File with_wrong_checksum(File file, const std::string& type) {
  const size_t at = find_chunk(file, type);
  const size_t length = static_cast<size_t>(file[at + 2] << 8 | file[at + 3]);
  file[at + 8 + length + 3] ^= 1;
  return file;
}

TEST_CASE("decode() of a header or palette with a wrong CRC fails even with damage accepted") {
  Image picture = make_picture(kSmall, {Model::kPalette, 8});
  const File file = make_png(picture.view(), {.idat_bytes = 50});
  for (const std::string type : {"IHDR", "PLTE"}) {
    CAPTURE(type);
    for (const Damaged policy : {Damaged::kError, Damaged::kAccept}) {
      CHECK(code_of(decode(with_wrong_checksum(file, type),
                           {.region = whole(kSmall), .damaged = policy})) == "CORRUPT_IMAGE");
    }
  }
}

TEST_CASE("decode() ignores an ancillary chunk with a wrong CRC") {
  Image picture = make_picture(kSmall, {Model::kPalette, 8});
  picture.colors.palette_alphas = 1;
  const File file = insert_chunk(make_png(picture.view()), "IDAT", {"tEXt", {'a', 0, 'b'}});
  for (const std::string type : {"tRNS", "tEXt"}) {
    CAPTURE(type);
    const Result<DecodedImage> decoded =
        decode(with_wrong_checksum(file, type), {.region = whole(kSmall)});
    CHECK(difference(decoded, picture.view()) == "");
    CHECK(decoded.value().image.colors.palette_alphas == (type == "tRNS" ? 0 : 1));
  }
}

TEST_CASE("decode() accepts image data with a wrong Adler-32, and rejects a wrong CRC") {
  for (const bool interlaced : {false, true}) {
    for (const size_t idat_bytes : {size_t{50}, size_t{1} << 20}) {
      INFO("interlaced: ", interlaced, ", IDATs of ", idat_bytes, " bytes");
      const Image picture = make_picture(kSmall, {Model::kRgb, 8});
      const PngRecipe recipe = {.interlaced = interlaced, .idat_bytes = idat_bytes};
      const File good = make_png(picture.view(), recipe);
      std::vector<PngChunk> chunks = chunks_of(good);
      chunks[chunks.size() - 2].data.back() ^= 1;
      const File bad_adler = join(chunks);
      const File bad_crc = with_wrong_checksum(good, "IDAT");
      const File bad_both = with_wrong_checksum(bad_adler, "IDAT");
      for (const Rect& region : {whole(kSmall), Rect{2, 3, 9, 11}, Rect{2, 3, 9, 5}}) {
        CAPTURE(to_string(region));
        const Result<DecodedImage> decoded = decode(bad_adler, {.region = region});
        CHECK(difference(decoded, crop(picture.view(), region)) == "");
        CHECK((decoded.ok() && decoded.value().complete));
        for (const File& file : {bad_crc, bad_both}) {
          const Result<DecodedImage> accepted =
              decode(file, {.region = region, .damaged = Damaged::kAccept});
          CHECK(difference(accepted, crop(picture.view(), region)) == "");
        }
      }
      for (const File& file : {bad_crc, bad_both}) {
        CHECK(code_of(decode(file, {.region = whole(kSmall)})) == "CORRUPT_IMAGE");
        CHECK(
            !decode(file, {.region = whole(kSmall), .damaged = Damaged::kAccept}).value().complete);
      }
      for (const File& file : {good, bad_adler}) {
        const Result<DecodedImage> copied =
            decode(file, {.region = whole(kSmall), .checks_end = true});
        CHECK((copied.ok() && copied.value().is_intact == (file == good)));
      }
    }
  }
}

TEST_CASE("decode() of corrupt deflate data is CORRUPT_IMAGE") {
  const Image picture = make_picture(kSmall, {Model::kRgb, 8});
  std::vector<PngChunk> chunks = chunks_of(make_png(picture.view()));
  std::fill(chunks[1].data.begin() + 10, chunks[1].data.end(), uint8_t{0xff});
  CHECK(code_of(decode(join(chunks), {.region = whole(kSmall)})) == "CORRUPT_IMAGE");
}

TEST_CASE("decode() accepts irregularities of a PNG that do not affect its samples") {
  const Image picture = make_picture(kSmall, {Model::kRgb, 8});
  const File good = make_png(picture.view());
  const std::vector<PngChunk> chunks = chunks_of(good);
  struct Case {
    std::string name;
    File file;
  };
  std::vector<Case> cases;
  const auto add_with_data = [&](const std::string& name, const File& data) {
    std::vector<PngChunk> changed = chunks;
    changed[1].data = data;
    cases.push_back({name, join(changed)});
  };
  File more_rows = inflated(good);
  more_rows.resize(more_rows.size() + 100);
  add_with_data("more rows than the header says", deflated(more_rows));
  File window = chunks[1].data;
  window[0] = 0x18;  // of 512 bytes
  window[1] = static_cast<uint8_t>(31 - 0x1800 % 31);
  add_with_data("a window smaller than matches need", window);
  File trailing = chunks[1].data;
  trailing.resize(trailing.size() + 10);
  add_with_data("bytes behind the deflate data", trailing);
  cases.push_back({"a chunk of 9 MB", insert_chunk(good, "IDAT", {"teSt", File(9'000'000)})});
  cases.push_back({"tRNS of a wrong length", insert_chunk(good, "IDAT", {"tRNS", {1, 2, 3}})});
  cases.push_back({"tRNS twice", insert_chunk(insert_chunk(good, "IDAT", {"tRNS", File(6)}), "IDAT",
                                              {"tRNS", File(6)})});
  cases.push_back({"a suggested palette that is no palette",
                   insert_chunk(good, "IDAT", {"PLTE", {1, 2, 3, 4}})});
  for (const Case& odd : cases) {
    CAPTURE(odd.name);
    CHECK(difference(decode(odd.file, {.region = whole(kSmall)}), picture.view()) == "");
  }
}

TEST_CASE("decode() of a PNG that is invalid is CORRUPT_IMAGE") {
  const Image picture = make_picture(kSmall, {Model::kPalette, 8});
  const File good = make_png(picture.view());
  std::vector<PngChunk> no_palette = chunks_of(good);
  no_palette.erase(no_palette.begin() + 1);
  std::vector<PngChunk> bad_filter = chunks_of(good);
  File rows = inflated(good);
  rows[0] = 5;
  bad_filter[2].data = deflated(rows);
  struct Case {
    std::string name;
    File file;
  };
  const Case cases[] = {
      {"no palette", join(no_palette)},
      {"a filter that there is not", join(bad_filter)},
      {"an unknown critical chunk", insert_chunk(good, "IDAT", {"ABCD", {1, 2, 3}})},
      {"no PNG", File(100, 'x')},
  };
  for (const Case& broken : cases) {
    CAPTURE(broken.name);
    CHECK(code_of(decode(broken.file, {.region = whole(kSmall)})) == "CORRUPT_IMAGE");
  }
}

TEST_CASE("decode() reads no further than the region's last row") {
  const Image picture = make_picture({64, 640}, {Model::kRgb, 8});
  const File file = make_png(picture.view(), {.idat_bytes = 1000});
  const auto read_for = [&](int bottom) {
    return decode(file, {.region = {10, 0, 20, bottom}}).value().bytes_read;
  };
  CHECK(read_for(10) < file.size() / 10);
  CHECK(read_for(320) > file.size() * 4 / 10);
  CHECK(read_for(320) < file.size() * 6 / 10);
  CHECK(read_for(640) > file.size() - 20);
}

TEST_CASE("decode() of a PNG with any byte changed gives samples or an error") {
  Random random(1);
  for (const Kind& kind : kinds()) {
    const File good = make_png(make_picture(kSmall, kind.layout).view(), kind.recipe);
    for (size_t at = 0; at < good.size(); ++at) {
      File file = good;
      file[at] = static_cast<uint8_t>(random.next());
      INFO(to_string(kind.layout), ", byte ", at, " is ", int{file[at]});
      const Result<DecodedImage> decoded = decode(file, {.region = whole(kSmall)});
      CHECK(code_of(decoded) != "OUT_OF_MEMORY");
      if (decoded.ok()) {
        CHECK(decoded.value().image.size == kSmall);
      }
    }
  }
}

// What decoding came to, in words; samples by a number that is theirs alone.
std::string outcome(const Result<DecodedImage>& decoded) {
  if (!decoded.ok()) {
    return code_of(decoded) + ": " + decoded.error().message;
  }
  const Buffer& samples = decoded.value().image.samples;
  const std::string_view bytes(reinterpret_cast<const char*>(samples.data()), samples.size());
  return std::to_string(std::hash<std::string_view>()(bytes)) +
         (decoded.value().complete ? "" : ", not complete");
}

void check_against_libpng(const File& file, const DecodeRequest& request) {
  CHECK(outcome(decode(file, request)) == outcome(decode_with_libpng(file, request)));
}

constexpr Rect kPart = {2, 3, 9, 7};

TEST_CASE("decode() of an image of several batches gives the right samples for every region") {
  const Size size = {1500, 700};
  for (const Layout& layout : {Layout{Model::kRgb, 8}, Layout{Model::kGray, 16}}) {
    const Image picture = make_picture(size, layout);
    const File file = make_png(picture.view(), {.idat_bytes = 8192, .level = 1});
    for (const Rect& region : {Rect{0, 0, 1500, 700}, Rect{700, 420, 900, 480},
                               Rect{0, 699, 1, 700}, Rect{1499, 0, 1500, 700}}) {
      INFO(to_string(layout), ", ", to_string(region));
      CHECK(difference(decode(file, {.region = region}), crop(picture.view(), region)) == "");
    }
  }
}

TEST_CASE("decode() of a corrupt file gives what libpng alone gives") {
  Random random(9);
  for (const Kind& kind : kinds()) {
    const File good = make_png(make_picture(kSmall, kind.layout).view(), kind.recipe);
    for (int i = 0; i < 400; ++i) {
      CAPTURE(i);
      File file = good;
      file[static_cast<size_t>(random.below(static_cast<int>(good.size())))] =
          static_cast<uint8_t>(random.next());
      const Rect region = i % 2 == 0 ? whole(kSmall) : kPart;
      check_against_libpng(file, {.region = region});
      check_against_libpng(file, {.region = region, .damaged = Damaged::kAccept});
      const File cut = first_bytes(good, static_cast<size_t>(random.below(int(good.size()))));
      check_against_libpng(cut, {.region = kPart});
      check_against_libpng(cut, {.region = kPart, .damaged = Damaged::kAccept});
    }
  }
}

TEST_CASE("decode() of corrupt deflate data with right CRCs gives what libpng alone gives") {
  Random random(10);
  for (const Kind& kind : kinds()) {
    const std::vector<PngChunk> good =
        chunks_of(make_png(make_picture(kSmall, kind.layout).view(), kind.recipe));
    for (int i = 0; i < 400; ++i) {
      CAPTURE(i);
      std::vector<PngChunk> chunks = good;
      PngChunk& idat = chunks[1 + static_cast<size_t>(random.below(int(good.size()) - 2))];
      REQUIRE(idat.type == "IDAT");
      const auto at = static_cast<size_t>(random.below(static_cast<int>(idat.data.size())));
      if (i % 5 == 0) {
        idat.data.resize(at);
      } else {
        idat.data[at] = static_cast<uint8_t>(random.next());
      }
      const Result<DecodedImage> accepted =
          decode(join(chunks), {.region = whole(kSmall), .damaged = Damaged::kAccept});
      for (const Rect& region : {whole(kSmall), kPart}) {
        check_against_libpng(join(chunks), {.region = region});
        // Wherever the damage is, a region shows what the whole image shows there.
        CHECK(difference(decode(join(chunks), {.region = region, .damaged = Damaged::kAccept}),
                         crop(accepted.value().image.view(), region)) == "");
      }
    }
  }
}

TEST_CASE("decode() of corrupt rows gives what libpng alone gives") {
  Random random(11);
  const Image picture = make_picture(kSmall, {Model::kRgb, 8});
  const File good = make_png(picture.view());
  const File rows = inflated(good);
  const size_t stride = rows.size() / static_cast<size_t>(kSmall.height);
  for (int i = 0; i < 300; ++i) {
    CAPTURE(i);
    File broken = rows;
    if (i % 3 == 0) {
      broken.resize(static_cast<size_t>(random.below(2 * static_cast<int>(rows.size()))));
    } else {
      broken[stride * static_cast<size_t>(random.below(kSmall.height))] =
          static_cast<uint8_t>(random.below(10));
    }
    std::vector<PngChunk> chunks = chunks_of(good);
    chunks[1].data = deflated(broken);
    if (i % 4 == 0) {
      chunks[1].data.resize(chunks[1].data.size() - 4);  // no Adler-32
    }
    for (const Rect& region : {whole(kSmall), kPart, Rect{0, 10, 13, 11}}) {
      check_against_libpng(join(chunks), {.region = region});
    }
  }
}

}  // namespace
}  // namespace crop64::png
