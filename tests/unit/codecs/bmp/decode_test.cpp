#include "codecs/bmp/decode.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "support/bmps.h"
#include "support/images.h"
#include "support/regions.h"

namespace crop64::bmp {
namespace {

Result<DecodedImage> decode(Bytes file, const DecodeRequest& request) {
  return decode_image(bmp::decode, file, request);
}

constexpr uint32_t kRle8 = 1;
constexpr uint32_t kRle4 = 2;
constexpr uint32_t kRle24 = 4;
constexpr uint32_t kBitFields = 3;
constexpr uint32_t kAlphaFields = 6;
constexpr uint32_t kHeaders[] = {12, 40, 52, 56, 64, 108, 124};

TEST_CASE(
    "decode() of a region equals that part of the image, for palettes and RGB with every header") {
  constexpr Layout kLayouts[] = {{Model::kPalette, 1},
                                 {Model::kPalette, 2},
                                 {Model::kPalette, 4},
                                 {Model::kPalette, 8},
                                 {Model::kRgb, 8}};
  for (const Layout& layout : kLayouts) {
    for (const uint32_t header_bytes : kHeaders) {
      for (const bool top_down : {false, true}) {
        if (top_down && header_bytes == 12) {
          continue;
        }
        const Image picture = make_picture({21, 13}, layout);
        const File file = make_bmp(picture.view(), {.header_bytes = header_bytes,
                                                    .top_down = top_down,
                                                    .gap = top_down ? size_t{6} : size_t{0}});
        INFO(to_string(layout), ", header of ", header_bytes, " bytes, top down: ", top_down);
        check_regions(bmp::decode, file, picture.view());
        const Result<ImageInfo> info = probe(file);
        REQUIRE(info.ok());
        CHECK(info.value().size == picture.size);
        CHECK(info.value().layout == layout);
        CHECK(!info.value().has_alpha);
        CHECK(info.value().exact);
        const Result<DecodedImage> decoded = decode(file, {.region = {0, 0, 1, 1}});
        CHECK((decoded.value().image.colors.palette == picture.colors.palette));
        CHECK(decoded.value().image.colors.palette_alphas == 0);
      }
    }
  }
}

TEST_CASE("decode() expects rows padded to four bytes for every width") {
  for (const int depth : {1, 2, 4, 8}) {
    for (int width = 1; width <= 33; ++width) {
      CAPTURE(depth);
      CAPTURE(width);
      const Image picture = make_picture({width, 3}, {Model::kPalette, depth});
      const File file = make_bmp(picture.view());
      CHECK(difference(decode(file, {.region = {0, 0, width, 3}}), picture.view()) == "");
    }
  }
}

// The oracle: a channel's bits, one by one, as a share of all that are set.
uint32_t channel_value(uint32_t pixel, uint32_t mask) {
  uint32_t value = 0;
  int bits = 0;
  if (mask == 0) {
    return 0;
  }
  for (int bit = 31; bit >= 0; --bit) {
    if ((mask >> bit & 1) != 0) {
      value = value << 1 | (pixel >> bit & 1);
      ++bits;
    }
  }
  if (bits > 8) {
    return value >> (bits - 8);
  }
  return value * 255 / ((1U << bits) - 1);
}

struct Fields {
  std::string name;
  int bits;
  uint32_t compression;
  std::vector<uint32_t> headers;
  std::array<uint32_t, 4> masks;
  bool exact = true;
};

const std::vector<Fields>& all_fields() {
  static const std::vector<Fields> fields = {
      {"16 bits, 5-5-5", 16, 0, {12, 40, 124}, {0x7c00, 0x3e0, 0x1f, 0}},
      {"16 bits, 5-6-5", 16, kBitFields, {40, 52, 56, 124}, {0xf800, 0x7e0, 0x1f, 0}},
      {"16 bits, 4-4-4-4", 16, kBitFields, {56, 108}, {0xf00, 0xf0, 0xf, 0xf000}},
      {"16 bits, 4-4-4-4 behind the header", 16, kAlphaFields, {40}, {0xf00, 0xf0, 0xf, 0xf000}},
      {"16 bits, 1-2-3-7 in odd places", 16, kBitFields, {124}, {0x2000, 0x18, 0x7, 0x1fc0}},
      {"16 bits, one for all", 16, kBitFields, {40}, {0xffff, 0xffff, 0xffff, 0}, false},
      {"32 bits, 8-8-8", 32, 0, {12, 40, 124}, {0xff0000, 0xff00, 0xff, 0}},
      {"32 bits, 8-8-8-8", 32, kBitFields, {56, 124}, {0xff0000, 0xff00, 0xff, 0xff000000}},
      {"32 bits, backwards", 32, kBitFields, {40}, {0xff, 0xff00, 0xff0000, 0}},
      {"32 bits, 10-10-10-2",
       32,
       kBitFields,
       {124},
       {0x3ff00000, 0xffc00, 0x3ff, 0xc0000000},
       false},
      {"32 bits, all in one channel", 32, kBitFields, {40}, {0xffffffff, 1, 0x80000000, 0}, false},
      {"32 bits, uncompressed with alpha", 32, 0, {108, 124}, {0xff0000, 0xff00, 0xff, 0xff000000}},
      {"16 bits, uncompressed with alpha", 16, 0, {108, 124}, {0x7c00, 0x3e0, 0x1f, 0x8000}},
      {"16 bits, no blue", 16, kBitFields, {40, 52}, {0xff00, 0xff, 0, 0}},
      {"32 bits, only alpha", 32, kBitFields, {56, 124}, {0, 0, 0, 0xff00}},
      {"32 bits, odd ones", 32, kBitFields, {52}, {0x1fe, 0x7e00, 0xf8000000, 0}},
  };
  return fields;
}

TEST_CASE("decode() of a region equals that part of the image, for every kind of bit fields") {
  const Size size = {21, 13};
  for (const Fields& fields : all_fields()) {
    for (const uint32_t header_bytes : fields.headers) {
      for (const bool top_down : {false, true}) {
        if (top_down && header_bytes == 12) {
          continue;
        }
        INFO(fields.name, ", header of ", header_bytes, " bytes, top down: ", top_down);
        const BmpRecipe recipe = {.header_bytes = header_bytes,
                                  .size = size,
                                  .top_down = top_down,
                                  .bits = fields.bits,
                                  .compression = fields.compression,
                                  .masks = fields.masks};
        const bool has_alpha = fields.masks[3] != 0;
        const Layout layout = {has_alpha ? Model::kRgba : Model::kRgb, 8};
        Image picture = std::move(Image::allocate(size, layout).value());
        Random random(7);
        const File rows = bmp_rows(recipe, [&](int x, int y) {
          const uint32_t pixel = x == 0 ? 0 : x == 1 ? 0xffffffff : random.next();
          const uint32_t cut = fields.bits == 16 ? pixel & 0xffff : pixel;
          for (int channel = 0; channel < layout.channels(); ++channel) {
            set_sample(picture, x, y, channel, channel_value(cut, fields.masks[size_t(channel)]));
          }
          return cut;
        });
        const File file = make_bmp(recipe, rows);
        check_regions(bmp::decode, file, picture.view());
        const Result<ImageInfo> info = probe(file);
        REQUIRE(info.ok());
        CHECK(info.value().layout == layout);
        CHECK(info.value().has_alpha == has_alpha);
        CHECK(info.value().exact == fields.exact);
      }
    }
  }
}

std::vector<Rgba8> grays(int count) {
  std::vector<Rgba8> palette;
  for (int i = 0; i < count; ++i) {
    const auto value = static_cast<uint8_t>(i * 255 / count);
    palette.push_back({value, value, value, 255});
  }
  return palette;
}

BmpRecipe rle_recipe(Size size, uint32_t compression) {
  if (compression == kRle24) {
    return {.header_bytes = 64, .size = size, .bits = 24, .compression = compression};
  }
  const int bits = compression == kRle8 ? 8 : 4;
  return {.size = size, .bits = bits, .compression = compression, .palette = grays(1 << bits)};
}

Image picture_of(const std::vector<std::vector<int>>& rows, int depth) {
  const Size size = {static_cast<int>(rows[0].size()), static_cast<int>(rows.size())};
  Image picture = std::move(Image::allocate(size, {Model::kPalette, depth}).value());
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      picture.row(y)[x] = static_cast<uint8_t>(rows[size_t(y)][size_t(x)]);
    }
  }
  return picture;
}

TEST_CASE("decode() draws runs as Microsoft describes them") {
  struct Case {
    std::string name;
    uint32_t compression;
    File runs;
    std::vector<std::vector<int>> rows;  // from the top
  };
  const Case cases[] = {
      {"a run, and the end of the picture", kRle8, {3, 4, 0, 1}, {{0, 0, 0, 0}, {4, 4, 4, 0}}},
      {"two rows", kRle8, {3, 4, 0, 0, 4, 5, 0, 1}, {{5, 5, 5, 5}, {4, 4, 4, 0}}},
      {"an absolute run of three, filled up",
       kRle8,
       {0, 3, 7, 8, 9, 0xee, 1, 1, 0, 1},
       {{0, 0, 0, 0}, {7, 8, 9, 1}}},
      {"an absolute run of four",
       kRle8,
       {0, 4, 7, 8, 9, 2, 0, 0, 1, 1, 0, 1},
       {{1, 0, 0, 0}, {7, 8, 9, 2}}},
      {"a leap", kRle8, {1, 9, 0, 2, 1, 1, 2, 7, 0, 1}, {{0, 0, 7, 7}, {9, 0, 0, 0}}},
      {"a leap to the right", kRle8, {1, 9, 0, 2, 2, 0, 1, 7, 0, 1}, {{0, 0, 0, 0}, {9, 0, 0, 7}}},
      {"a leap out of the row and the picture",
       kRle8,
       {1, 9, 0, 2, 200, 0, 1, 7, 0, 2, 1, 200, 1, 7, 0, 1},
       {{0, 0, 0, 0}, {9, 0, 0, 0}}},
      {"a run that is too long", kRle8, {9, 4, 0, 0, 2, 5, 0, 1}, {{5, 5, 0, 0}, {4, 4, 4, 4}}},
      {"an absolute run that is too long",
       kRle8,
       {0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 2, 5, 0, 1},
       {{5, 5, 0, 0}, {1, 2, 3, 4}}},
      {"more rows than there are",
       kRle8,
       {0, 0, 0, 0, 0, 0, 9, 9, 0, 1},
       {{0, 0, 0, 0}, {0, 0, 0, 0}}},
      {"no end of the picture", kRle8, {4, 4, 0, 0, 4, 5}, {{5, 5, 5, 5}, {4, 4, 4, 4}}},
      {"indices in turn", kRle4, {4, 0x47, 0, 0, 3, 0x12, 0, 1}, {{1, 2, 1, 0}, {4, 7, 4, 7}}},
      {"an absolute run of four, in two bytes",
       kRle4,
       {0, 4, 0x12, 0x34, 0, 1},
       {{0, 0, 0, 0}, {1, 2, 3, 4}}},
      {"an absolute run of three",
       kRle4,
       {0, 3, 0x12, 0x34, 1, 0x50, 0, 1},
       {{0, 0, 0, 0}, {1, 2, 3, 5}}},
      {"a leap after one index",
       kRle4,
       {1, 0x90, 0, 2, 0, 1, 2, 0x67, 0, 1},
       {{0, 6, 7, 0}, {9, 0, 0, 0}}},
  };
  for (const Case& expected : cases) {
    const int depth = expected.compression == kRle8 ? 8 : 4;
    const File file = make_bmp(rle_recipe({4, 2}, expected.compression), expected.runs);
    CAPTURE(expected.name);
    check_regions(bmp::decode, file, picture_of(expected.rows, depth).view());
  }
}

TEST_CASE("decode() draws Microsoft's examples of runs") {
  // "Bitmap Compression": the bytes, and what they expand to.
  struct Case {
    uint32_t compression;
    File runs;
    std::vector<std::vector<int>> rows;
  };
  const Case cases[] = {
      {kRle8,
       {3, 4, 5, 6, 0, 3, 0x45, 0x56, 0x67, 0, 2, 0x78, 0, 2, 5, 1, 2, 0x78, 0, 0, 9, 0x1e, 0, 1},
       {{0x1e, 0x1e, 0x1e, 0x1e, 0x1e, 0x1e, 0x1e, 0x1e, 0x1e, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
        {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x78, 0x78},
        {4, 4, 4, 6, 6, 6, 6, 6, 0x45, 0x56, 0x67, 0x78, 0x78, 0, 0, 0, 0, 0, 0, 0}}},
      {kRle4,
       {3, 4, 5, 6, 0, 6, 0x45, 0x56, 0x67, 0, 4, 0x78, 0, 2, 5, 1, 4, 0x78, 0, 0, 9, 0x1e, 0, 1},
       {{1, 0xe, 1, 0xe, 1, 0xe, 1, 0xe, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
        {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 8, 7, 8},
        {0, 4, 0, 0, 6, 0, 6, 0, 4, 5, 5, 6, 6, 7, 7, 8, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0}}},
  };
  for (const Case& expected : cases) {
    const int depth = expected.compression == kRle8 ? 8 : 4;
    const Image picture = picture_of(expected.rows, depth);
    const File file = make_bmp(rle_recipe(picture.size, expected.compression), expected.runs);
    CHECK(difference(decode(file, {.region = whole(picture.size)}), picture.view()) == "");
  }
}

// The colour that stands for an index in runs of 24 bits.
Rgba8 color_of(uint8_t index) {
  return {index, static_cast<uint8_t>(index * 7), static_cast<uint8_t>(index * 31), 255};
}

// `picture` in runs of every kind, at random; pixels of index 0 are often leapt over.
File random_runs(const Image& picture, Random& random, uint32_t compression) {
  const int depth = picture.layout.depth;
  const Size size = picture.size;
  File runs;
  const auto put = [&](int value) { runs.push_back(static_cast<uint8_t>(value)); };
  const auto put_pixel = [&](uint8_t index) {
    if (compression == kRle24) {
      const Rgba8 color = color_of(index);
      put(color.b), put(color.g), put(color.r);
    } else {
      put(index);
    }
  };
  for (int y = size.height - 1; y >= 0; --y) {
    const uint8_t* row = picture.view().row(y);
    for (int x = 0; x < size.width;) {
      const int left = size.width - x;
      int zeros = 0;
      while (zeros < left && row[x + zeros] == 0) {
        ++zeros;
      }
      if (zeros > 0 && random.below(2) == 0) {
        put(0), put(2), put(zeros), put(0);
        x += zeros;
        continue;
      }
      if (left >= 3 && random.below(2) == 0) {
        const int count = random.between(3, std::min(left, 20));
        put(0), put(count);
        for (int i = 0; i < count; i += depth == 8 ? 1 : 2) {
          const int second = i + 1 < count ? row[x + i + 1] : 0;
          put_pixel(static_cast<uint8_t>(depth == 8 ? row[x + i] : row[x + i] << 4 | second));
        }
        if (runs.size() % 2 != 0) {
          put(0xee);
        }
        x += count;
        continue;
      }
      int count = 1;
      const int other = depth == 8 || left < 2 ? row[x] : row[x + 1];
      while (count < std::min(left, 255) && row[x + count] == (count % 2 == 0 ? row[x] : other)) {
        ++count;
      }
      put(count), put_pixel(static_cast<uint8_t>(depth == 8 ? row[x] : row[x] << 4 | other));
      x += count;
    }
    put(0), put(0);
  }
  put(0), put(1);
  return runs;
}

// Areas of one index, noise, and much of index 0.
Image drawn(Size size, int depth) {
  Image picture = make_picture(size, {Model::kPalette, depth});
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const int kind = (x / 6 + y / 2) % 3;
      uint8_t& index = picture.row(y)[x];
      index = static_cast<uint8_t>(kind == 0 ? 0 : kind == 1 ? 5 + y % 3 : index);
    }
  }
  return picture;
}

TEST_CASE("decode() of a region equals that part of the image, for every kind of runs") {
  Random random(3);
  for (const uint32_t compression : {kRle8, kRle4, kRle24}) {
    for (int round = 0; round < 10; ++round) {
      const bool top_down = round % 2 == 1;
      INFO("compression ", compression, ", round ", round);
      const Image picture = drawn({37, 15}, compression == kRle4 ? 4 : 8);
      BmpRecipe recipe = rle_recipe(picture.size, compression);
      recipe.top_down = top_down;
      const File file = make_bmp(recipe, random_runs(picture, random, compression));
      const bool is_rgb = compression == kRle24;
      Image expected = make_picture(picture.size, is_rgb ? Layout{Model::kRgb, 8} : picture.layout);
      for (int y = 0; y < picture.size.height; ++y) {
        const int from = top_down ? picture.size.height - 1 - y : y;
        for (int x = 0; x < picture.size.width; ++x) {
          const uint8_t index = picture.view().row(from)[x];
          const Rgba8 color = color_of(index);
          const uint32_t samples[] = {is_rgb ? color.r : index, color.g, color.b};
          for (int channel = 0; channel < expected.layout.channels(); ++channel) {
            set_sample(expected, x, y, channel, samples[channel]);
          }
        }
      }
      check_regions(bmp::decode, file, expected.view());
    }
  }
}

TEST_CASE("decode() accepts a short OS/2 header and any number of planes") {
  const Image palette = make_picture({9, 9}, {Model::kPalette, 8});
  for (const uint32_t header_bytes : {16U, 20U, 36U}) {
    CAPTURE(header_bytes);
    const File file = make_bmp(palette.view(), {.header_bytes = header_bytes});
    CHECK(difference(decode(file, {.region = {0, 0, 9, 9}}), palette.view()) == "");
    CHECK(probe(file).value().density_per_inch == 0);
  }
  for (const int planes : {0, 2, 30000}) {
    const File file = make_bmp(palette.view(), {.planes = planes});
    CHECK(difference(decode(file, {.region = {0, 0, 9, 9}}), palette.view()) == "");
  }
}

// One file of each way to keep samples, and the picture.
struct Kind {
  std::string name;
  File file;
  Image picture;
  std::vector<uint32_t> missing;
};

std::vector<Kind> kinds() {
  const Size size = {13, 7};
  std::vector<Kind> kinds;
  const auto add = [&](const std::string& name, const BmpRecipe& recipe, Layout layout,
                       const std::vector<uint32_t>& missing) {
    kinds.push_back({name, make_bmp(make_picture(size, layout).view(), recipe),
                     make_picture(size, layout), missing});
  };
  add("1 bit", {}, {Model::kPalette, 1}, {});
  add("4 bits, core header", {.header_bytes = 12}, {Model::kPalette, 4}, {});
  add("8 bits, top down", {.top_down = true}, {Model::kPalette, 8}, {});
  add("24 bits", {}, {Model::kRgb, 8}, {0, 0, 0});
  Random random(5);
  for (const uint32_t compression : {kRle8, kRle4}) {
    Image picture = drawn(size, compression == kRle8 ? 8 : 4);
    const File runs = random_runs(picture, random, compression);
    kinds.push_back(
        {"runs", make_bmp(rle_recipe(size, compression), runs), std::move(picture), {}});
  }
  const BmpRecipe fields = {.header_bytes = 56,
                            .size = size,
                            .bits = 32,
                            .compression = kBitFields,
                            .masks = {0xff, 0xff00, 0xff0000, 0xff000000}};
  Image rgba = make_picture(size, {Model::kRgba, 8});
  const File rows = bmp_rows(fields, [&](int x, int y) {
    uint32_t pixel = 0;
    for (int channel = 3; channel >= 0; --channel) {
      pixel = pixel << 8 | sample_at(rgba.view(), x, y, channel);
    }
    return pixel;
  });
  kinds.push_back({"bit fields with alpha", make_bmp(fields, rows), std::move(rgba), {0, 0, 0, 0}});
  return kinds;
}

size_t samples_at(const File& file) { return file[10] | size_t{file[11]} << 8; }

TEST_CASE("decode() of a BMP cut anywhere gives the right samples or TRUNCATED_IMAGE") {
  constexpr Rect kRegions[] = {{0, 0, 13, 7}, {2, 5, 9, 7}, {12, 0, 13, 1}, {0, 3, 1, 4}};
  for (const Kind& kind : kinds()) {
    for (size_t size = 0; size < kind.file.size(); ++size) {
      const File cut = first_bytes(kind.file, size);
      INFO(kind.name, ", ", size, " of ", kind.file.size(), " bytes");
      if (size < samples_at(kind.file)) {
        CHECK(code_of(probe(cut)) == "TRUNCATED_IMAGE");
      } else {
        CHECK(code_of(probe(cut)) == "ok");
      }
      for (const Rect& region : kRegions) {
        CAPTURE(to_string(region));
        const Result<DecodedImage> decoded = decode(cut, {.region = region});
        if (decoded.ok() || decoded.error().code != ErrorCode::kTruncatedImage) {
          CHECK(difference(decoded, crop(kind.picture.view(), region)) == "");
          CHECK(decoded.value().bytes_read <= size);
        }
      }
    }
  }
}

TEST_CASE("decode() reports as read exactly the bytes that a region needs") {
  constexpr Rect kRegions[] = {{0, 0, 13, 7}, {2, 5, 9, 7}, {12, 0, 13, 1}, {0, 3, 1, 4}};
  for (const Kind& kind : kinds()) {
    for (const Rect& region : kRegions) {
      INFO(kind.name, ", ", to_string(region));
      const Result<DecodedImage> decoded = decode(kind.file, {.region = region});
      REQUIRE(decoded.ok());
      const auto read = static_cast<size_t>(decoded.value().bytes_read);
      CHECK(read > samples_at(kind.file));
      CHECK(difference(decode(first_bytes(kind.file, read), {.region = region}),
                       crop(kind.picture.view(), region)) == "");
      // The pixel, that is, and not the end of an absolute run that it is in.
      if (kind.name != "runs") {
        CHECK(code_of(decode(first_bytes(kind.file, read - 1), {.region = region})) ==
              "TRUNCATED_IMAGE");
      }
    }
  }
}

TEST_CASE("decode() of a cut BMP with damage accepted gives its rows and fills the others") {
  const Size size = {13, 7};
  for (const Kind& kind : kinds()) {
    if (kind.missing.empty()) {
      continue;  // below
    }
    const size_t start = samples_at(kind.file);
    const size_t row_bytes = (kind.file.size() - start) / size_t(size.height);
    for (size_t cut = start; cut < kind.file.size(); ++cut) {
      INFO(kind.name, ", ", cut, " bytes");
      Image expected = std::move(copy_of(kind.picture.view()).value());
      const size_t used = row_bytes - (kind.name == "24 bits" ? 1 : 0);
      bool complete = true;
      for (int y = 0; y < size.height; ++y) {
        const auto file_row = static_cast<size_t>(size.height - 1 - y);
        if (start + file_row * row_bytes + used <= cut) {
          continue;
        }
        complete = false;
        for (int x = 0; x < size.width; ++x) {
          for (int channel = 0; channel < kind.picture.layout.channels(); ++channel) {
            set_sample(expected, x, y, channel, kind.missing[size_t(channel)]);
          }
        }
      }
      const Result<DecodedImage> decoded =
          decode(first_bytes(kind.file, cut), {.region = whole(size), .damaged = Damaged::kAccept});
      CHECK(difference(decoded, expected.view()) == "");
      CHECK(decoded.value().complete == complete);
    }
  }
}

TEST_CASE("decode() with damage accepted fills pixels without a run by the darkest entry") {
  BmpRecipe recipe = rle_recipe({4, 3}, kRle4);
  const File file = make_bmp(recipe, {4, 0x12, 0, 0, 2, 0x34});
  const Result<DecodedImage> decoded =
      decode(file, {.region = {0, 0, 4, 3}, .damaged = Damaged::kAccept});
  CHECK(difference(decoded, picture_of({{0, 0, 0, 0}, {3, 4, 0, 0}, {1, 2, 1, 2}}, 4).view()) ==
        "");
  CHECK(!decoded.value().complete);
  const Rect there = {0, 2, 4, 3};
  CHECK(decode(file, {.region = there}).ok());
  CHECK(code_of(decode(file, {.region = {0, 0, 4, 3}})) == "TRUNCATED_IMAGE");
}

TEST_CASE("decode() accepts a palette shorter than the indices") {
  for (const uint32_t used : {3U, 16U}) {
    Image picture = make_picture({9, 9}, {Model::kPalette, 4});
    picture.colors.palette.resize(used);
    const File file = make_bmp(picture.view());
    const Result<DecodedImage> decoded = decode(file, {.region = {0, 0, 9, 9}});
    CHECK(difference(decoded, picture.view()) == "");
    CHECK((decoded.value().image.colors.palette == picture.colors.palette));
  }
  // More entries than the indices can reach are left where they are.
  Image picture = make_picture({9, 9}, {Model::kPalette, 1});
  const File file = make_bmp(picture.view(), {.used_colors = 1000, .gap = 4000});
  CHECK(decode(file, {.region = {0, 0, 9, 9}}).value().image.colors.palette.size() == 2);
}

TEST_CASE("probe() reports the header's density") {
  const Image picture = make_picture({9, 9}, {Model::kRgb, 8});
  CHECK(probe(make_bmp(picture.view(), {.per_meter = 11811})).value().density_per_inch ==
        doctest::Approx(300).epsilon(0.001));
  CHECK(probe(make_bmp(picture.view(), {.header_bytes = 12})).value().density_per_inch == 0);
}

File with_bytes(File file, size_t at, uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) {
    file[at + size_t(i)] = static_cast<uint8_t>(value >> (8 * i));
  }
  return file;
}

TEST_CASE("probe() and decode() report invalid and unsupported headers") {
  const File rgb = make_bmp(make_picture({9, 9}, {Model::kRgb, 8}).view());
  const File palette = make_bmp(make_picture({9, 9}, {Model::kPalette, 8}).view());
  const auto fields = [](std::array<uint32_t, 4> masks, uint32_t header_bytes = 40) {
    const BmpRecipe recipe = {.header_bytes = header_bytes,
                              .size = {9, 9},
                              .bits = 32,
                              .compression = kBitFields,
                              .masks = masks};
    return make_bmp(recipe, File(9 * 9 * 4));
  };
  struct Case {
    std::string name;
    File file;
    std::string code;
  };
  const Case cases[] = {
      {"a header of 15 bytes", with_bytes(rgb, 14, 15, 4), "UNSUPPORTED_FORMAT"},
      {"a header of 125 bytes", with_bytes(rgb, 14, 125, 4), "UNSUPPORTED_FORMAT"},
      {"a header of 4 GB", with_bytes(rgb, 14, 0xffffffff, 4), "UNSUPPORTED_FORMAT"},
      {"no width", with_bytes(rgb, 18, 0, 4), "CORRUPT_IMAGE"},
      {"a negative width", with_bytes(rgb, 18, 0xffffffff, 4), "CORRUPT_IMAGE"},
      {"no height", with_bytes(rgb, 22, 0, 4), "CORRUPT_IMAGE"},
      {"the height without a negative", with_bytes(rgb, 22, 0x80000000, 4), "CORRUPT_IMAGE"},
      {"no bits", with_bytes(rgb, 28, 0, 2), "UNSUPPORTED_FORMAT"},
      {"3 bits", with_bytes(rgb, 28, 3, 2), "UNSUPPORTED_FORMAT"},
      {"64 bits", with_bytes(rgb, 28, 64, 2), "UNSUPPORTED_FORMAT"},
      {"RLE8 of 24 bits", with_bytes(rgb, 30, kRle8, 4), "UNSUPPORTED_FORMAT"},
      {"RLE4 of 8 bits", with_bytes(palette, 30, kRle4, 4), "UNSUPPORTED_FORMAT"},
      {"bit fields of 8 bits", with_bytes(palette, 30, kBitFields, 4), "UNSUPPORTED_FORMAT"},
      {"a JPEG within", with_bytes(with_bytes(rgb, 30, 4, 4), 28, 0, 2), "UNSUPPORTED_FORMAT"},
      {"a PNG within", with_bytes(rgb, 30, 5, 4), "UNSUPPORTED_FORMAT"},
      {"a mask with a hole", fields({0xff0000, 0xff00, 0x5}), "CORRUPT_IMAGE"},
      {"an alpha with a hole", fields({0xff0000, 0xff00, 0xff, 0x81000000}, 56), "CORRUPT_IMAGE"},
  };
  for (const Case& expected : cases) {
    CAPTURE(expected.name);
    CHECK(code_of(probe(expected.file)) == expected.code);
    CHECK(code_of(decode(expected.file, {.region = {0, 0, 1, 1}})) == expected.code);
  }
}

TEST_CASE("decode() of samples that begin beyond the file is TRUNCATED_IMAGE") {
  for (const Kind& kind : kinds()) {
    for (const uint32_t at :
         {uint32_t(kind.file.size()), 0x7fffffffU, 0x80000000U, 0xfffffffeU, 0xffffffffU}) {
      INFO(kind.name, ", at ", at);
      const File file = with_bytes(kind.file, 10, at, 4);
      CHECK(code_of(decode(file, {.region = {0, 0, 13, 7}})) == "TRUNCATED_IMAGE");
      const Result<DecodedImage> accepted =
          decode(file, {.region = {0, 0, 13, 7}, .damaged = Damaged::kAccept});
      REQUIRE(accepted.ok());
      CHECK(!accepted.value().complete);
      CHECK(accepted.value().bytes_read <= file.size());
    }
  }
}

TEST_CASE("decode() of an image of the largest size is TRUNCATED_IMAGE") {
  for (const int bits : {1, 8, 24, 32}) {
    const BmpRecipe recipe = {.size = {INT32_MAX, INT32_MAX}, .bits = bits};
    BmpRecipe with_palette = recipe;
    with_palette.palette = bits <= 8 ? grays(1 << bits) : std::vector<Rgba8>{};
    for (const bool top_down : {false, true}) {
      with_palette.top_down = top_down;
      const File file = make_bmp(with_palette, File(100));
      for (const int at : {0, INT32_MAX - 3}) {
        CAPTURE(bits);
        CAPTURE(at);
        const Result<DecodedImage> decoded = decode(file, {.region = {at, at, at + 3, at + 3}});
        CHECK(code_of(decoded) == "TRUNCATED_IMAGE");
      }
    }
  }
}

TEST_CASE("decode() of runs that skip an image of the largest size ends at once") {
  const File leaps[] = {{0, 1}, {1, 5, 0, 1}, {1, 5, 0, 0, 0, 1}, {0, 2, 255, 255, 0, 1}};
  for (const File& runs : leaps) {
    const File file = make_bmp(rle_recipe({INT32_MAX, INT32_MAX}, kRle8), runs);
    for (const int at : {0, 1000, INT32_MAX - 3}) {
      CAPTURE(at);
      const Image nothing = picture_of({{0, 0, 0}, {0, 0, 0}}, 8);
      CHECK(difference(decode(file, {.region = {at, at, at + 3, at + 2}}), nothing.view()) == "");
    }
  }
}

TEST_CASE("decode() of a BMP with any bytes changed gives samples or an error of the file") {
  Random random(1);
  for (const Kind& kind : kinds()) {
    for (int round = 0; round < 3000; ++round) {
      File file = kind.file;
      const int changes = random.between(1, 4);
      for (int i = 0; i < changes; ++i) {
        // Mostly the header, where bytes mean most.
        const auto end =
            static_cast<int>(random.below(3) == 0 ? file.size() : samples_at(kind.file));
        file[size_t(random.below(end))] = static_cast<uint8_t>(random.next());
      }
      INFO(kind.name, ", round ", round);
      const Result<ImageInfo> info = probe(file);
      const std::string code = code_of(info);
      CHECK((code == "ok" || code == "TRUNCATED_IMAGE" || code == "CORRUPT_IMAGE" ||
             code == "UNSUPPORTED_FORMAT"));
      if (!info.ok()) {
        continue;
      }
      const Size size = info.value().size;
      const Rect region = intersect(whole(size), {3, 1, 12, 6});
      const Rect corner = {size.width - 1, size.height - 1, size.width, size.height};
      for (const Rect& part : {region.empty() ? corner : region, corner}) {
        for (const Damaged policy : {Damaged::kError, Damaged::kAccept}) {
          const Result<DecodedImage> decoded = decode(file, {.region = part, .damaged = policy});
          if (decoded.ok()) {
            CHECK(decoded.value().image.size == part.size());
            CHECK(decoded.value().image.layout == info.value().layout);
            CHECK(decoded.value().bytes_read <= file.size());
          } else {
            CHECK(code_of(decoded) == "TRUNCATED_IMAGE");
            CHECK(policy == Damaged::kError);
          }
        }
      }
    }
  }
}

TEST_CASE("matches() accepts files by their first two bytes") {
  CHECK(matches(File{'B', 'M'}));
  CHECK(!matches(File{'B'}));
  CHECK(!matches(File{'M', 'B'}));
  CHECK(!matches(File{}));
}

}  // namespace
}  // namespace crop64::bmp
