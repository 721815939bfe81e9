#include "codecs/jpeg/decode.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>

#include "support/images.h"
#include "support/jpegs.h"
#include "support/regions.h"

namespace crop64::jpeg {
namespace {

Result<DecodedImage> decode(Bytes file, const DecodeRequest& request) {
  return decode_image(jpeg::decode, file, request);
}

constexpr int kSof0 = 0xc0;
constexpr int kSof2 = 0xc2;
constexpr int kRst0 = 0xd0;
constexpr int kRst7 = 0xd7;
constexpr int kEoi = 0xd9;
constexpr int kSos = 0xda;

// Several iMCUs in both directions, and the last ones not whole.
Size size_for(const SamplingFactors& sampling) {
  const Size block = sampling.block();
  return {4 * block.width + 5, 5 * block.height + 3};
}

void check_recipe(const JpegRecipe& recipe, Size size) {
  INFO("sampling ", std::string(recipe.sampling.name), ", ", recipe.scans.size(), " scans");
  const File file = make_jpeg(size, recipe);
  const Image full = full_decode_with_libjpeg(file);
  REQUIRE(full.size == size);
  check_regions(jpeg::decode, file, full.view());
}

void check_samplings(JpegRecipe recipe, Scans (*scans)(int components) = nullptr) {
  for (const SamplingFactors& sampling : kSamplings) {
    recipe.sampling = sampling;
    recipe.scans = scans != nullptr ? scans(sampling.components) : Scans{};
    check_recipe(recipe, size_for(sampling));
  }
}

TEST_CASE("a region equals that region of a full decode: baseline") { check_samplings({}); }

TEST_CASE("a region equals that region of a full decode: baseline, restart markers") {
  for (const int interval : {1, 3}) {
    check_samplings({.restart_interval = interval});
  }
  for (const int rows : {1, 2}) {
    check_samplings({.restart_rows = rows});
  }
  check_recipe({.restart_interval = 6}, {4 * 16 + 5, 133});  // a row of MCUs and one more
}

TEST_CASE("a region equals that region of a full decode: baseline, a scan for each component") {
  check_samplings({}, separate_scans);
}

TEST_CASE("a region equals that region of a full decode: progressive") {
  check_samplings({}, progressive_scans);
}

TEST_CASE("a region equals that region of a full decode: progressive, restart markers") {
  check_samplings({.restart_interval = 3}, progressive_scans);
}

TEST_CASE("a region equals that region of a full decode: progressive, refinements missing") {
  for (const SamplingFactors& sampling : {k420, k444, k411, kGray}) {
    const Scans scans = progressive_scans(sampling.components);
    for (size_t count = 1; count < scans.size(); ++count) {
      const auto end = scans.begin() + static_cast<std::ptrdiff_t>(count);
      // A low quality, so that smoothing has something to smooth.
      check_recipe({.sampling = sampling, .quality = 30, .scans = {scans.begin(), end}},
                   {4 * sampling.block().width + 5, 27});
    }
  }
}

// Each sampling has every size in one coding and its neighbours in the other: a size asks the same
// of the decoder in both, and every size, as every sampling, is there in both.
TEST_CASE("a region equals that region of a full decode: no more than a few blocks") {
  constexpr Size kSizes[] = {{1, 1},  {2, 1},  {1, 2},   {3, 5},   {8, 8},  {9, 8},
                             {8, 9},  {15, 2}, {16, 16}, {17, 16}, {2, 33}, {33, 1},
                             {32, 7}, {7, 32}, {31, 31}, {40, 24}};
  bool starts_progressive = false;
  for (const SamplingFactors& sampling : kSamplings) {
    bool progressive = starts_progressive;
    for (const Size& size : kSizes) {
      check_recipe({.sampling = sampling,
                    .scans = progressive ? progressive_scans(sampling.components) : Scans{}},
                   size);
      progressive = !progressive;
    }
    starts_progressive = !starts_progressive;
  }
}

TEST_CASE("a region equals that region of a full decode: stored as RGB") {
  check_recipe({.sampling = k444, .stored = JCS_RGB}, {45, 37});
}

TEST_CASE("a region equals that region of a full decode: any quality") {
  for (const int quality : {1, 20, 100}) {
    check_recipe({.quality = quality}, {69, 40});
  }
}

void check_reductions(const JpegRecipe& recipe, Size size) {
  const File file = make_jpeg(size, recipe);
  for (const int reduction : {2, 4, 8}) {
    INFO("sampling ", std::string(recipe.sampling.name), ", ", size.width, " x ", size.height,
         " to 1/", reduction, ", ", recipe.scans.size(), " scans");
    const Image full = full_decode_with_libjpeg(file, reduction);
    REQUIRE(full.size == Size{(size.width + reduction - 1) / reduction,
                              (size.height + reduction - 1) / reduction});
    check_regions(jpeg::decode, file, full.view(), reduction);
  }
}

// Of the reduced picture as many iMCUs as in the other tests.
Size reducible_size_for(const SamplingFactors& sampling) {
  const Size block = sampling.block();
  return {5 * block.width + 3, 4 * block.height + 5};
}

TEST_CASE("a region of a reduced image equals that region of the whole reduced image: baseline") {
  for (const SamplingFactors& sampling : kSamplings) {
    check_reductions({.sampling = sampling}, reducible_size_for(sampling));
    check_reductions({.sampling = sampling, .restart_rows = 1}, reducible_size_for(sampling));
  }
}

TEST_CASE(
    "a region of a reduced image equals that region of the whole reduced image: progressive") {
  for (const SamplingFactors& sampling : kSamplings) {
    check_reductions({.sampling = sampling, .scans = progressive_scans(sampling.components)},
                     reducible_size_for(sampling));
  }
}

TEST_CASE(
    "a region of a reduced image equals that region of the whole reduced image: refinements "
    "missing") {
  for (const SamplingFactors& sampling : {k420, k444, kGray}) {
    const Scans scans = progressive_scans(sampling.components);
    for (const size_t count : {size_t{1}, scans.size() / 2}) {
      const auto end = scans.begin() + static_cast<std::ptrdiff_t>(count);
      check_reductions({.sampling = sampling, .quality = 30, .scans = {scans.begin(), end}},
                       reducible_size_for(sampling));
    }
  }
}

TEST_CASE(
    "a region of a reduced image equals that region of the whole reduced image: a few blocks") {
  constexpr Size kSizes[] = {{1, 1},   {7, 1},   {1, 9},   {8, 8},  {9, 17},
                             {16, 15}, {33, 31}, {63, 64}, {17, 65}};
  for (const SamplingFactors& sampling : kSamplings) {
    for (const Size& size : kSizes) {
      check_reductions({.sampling = sampling}, size);
    }
  }
}

// CMYK as it is, and with luma and chroma.
constexpr J_COLOR_SPACE kInks[] = {JCS_CMYK, JCS_YCCK};

// Decodes some small parts, and nothing else between them.
void check_parts(const JpegRecipe& recipe, int reduction, Random& random) {
  const Size block = recipe.sampling.block();
  const File file = make_jpeg({14 * block.width + 5, 11 * block.height + 3}, recipe);
  const Image full = full_decode_with_libjpeg(file, reduction);
  for (int i = 0; i < 10; ++i) {
    DecodeRequest request;
    request.reduction = reduction;
    std::vector<Rect> parts;
    for (int count = random.between(2, 5); count > 0; --count) {
      const int left = random.below(full.size.width);
      const int top = random.below(full.size.height);
      const int right = left + random.between(1, std::min(full.size.width - left, block.width));
      const int bottom = top + random.between(1, std::min(full.size.height - top, block.height));
      parts.push_back({left, top, right, bottom});
      request.region = unite(parts.size() == 1 ? parts[0] : request.region, parts.back());
    }
    request.parts = parts;
    const Result<DecodedImage> decoded = decode(file, request);
    REQUIRE(decoded.ok());
    for (const Rect& part : request.parts) {
      INFO("sampling ", std::string(recipe.sampling.name), ", 1/", reduction, ", ",
           to_string(part));
      const Rect within = translate(part, -request.region.left, -request.region.top);
      const ImageView view = decoded.value().image.view();
      REQUIRE(difference(crop(view, within), crop(full.view(), part)) == "");
    }
  }
}

TEST_CASE("parts of a region equal those of a full decode, whatever lies between them") {
  Random random(9);
  for (const SamplingFactors& sampling : kSamplings) {
    for (const int reduction : {1, 2, 4, 8}) {
      check_parts({.sampling = sampling}, reduction, random);
      check_parts({.sampling = sampling, .restart_interval = 5}, reduction, random);
      check_parts({.sampling = sampling, .scans = progressive_scans(sampling.components)},
                  reduction, random);
      check_parts({.sampling = sampling, .scans = separate_scans(sampling.components)}, reduction,
                  random);
    }
  }
}

TEST_CASE("a region equals that region of a full decode: CMYK and YCCK") {
  for (const SamplingFactors& sampling : kInkSamplings) {
    for (const J_COLOR_SPACE stored : kInks) {
      CAPTURE(static_cast<int>(stored));
      check_recipe({.sampling = sampling, .stored = stored}, size_for(sampling));
      check_recipe({.sampling = sampling, .scans = progressive_scans(4), .stored = stored},
                   size_for(sampling));
    }
  }
}

TEST_CASE(
    "a region of a reduced image equals that region of the whole reduced image: CMYK and YCCK") {
  for (const SamplingFactors& sampling : kInkSamplings) {
    for (const J_COLOR_SPACE stored : kInks) {
      CAPTURE(static_cast<int>(stored));
      check_reductions({.sampling = sampling, .stored = stored}, reducible_size_for(sampling));
      check_reductions({.sampling = sampling, .scans = progressive_scans(4), .stored = stored},
                       reducible_size_for(sampling));
    }
  }
}

TEST_CASE("a reduced image consists of the means of its blocks") {
  Image picture = make_picture({64, 48}, k444.layout());
  for (int y = 0; y < 48; ++y) {
    for (int x = 0; x < 64; ++x) {
      for (int channel = 0; channel < 3; ++channel) {
        set_sample(picture, x, y, channel, x < 32 ? 40 : 200);
      }
    }
  }
  const File file = encode_with_libjpeg(picture.view(), {.sampling = k444, .quality = 100});
  for (const int reduction : {2, 4, 8}) {
    CAPTURE(reduction);
    const Rect region = {32 / reduction - 1, 1, 32 / reduction + 1, 2};
    const Result<DecodedImage> decoded = decode(file, {.reduction = reduction, .region = region});
    REQUIRE(decoded.ok());
    CHECK(std::abs(int(sample_at(decoded.value().image.view(), 0, 0, 1)) - 40) <= 2);
    CHECK(std::abs(int(sample_at(decoded.value().image.view(), 1, 0, 1)) - 200) <= 2);
  }
}

TEST_CASE("decode() rejects a region beyond the reduced image") {
  const File file = make_jpeg({45, 37});
  CHECK(decode(file, {.reduction = 4, .region = {0, 0, 12, 10}}).ok());
  CHECK(code_of(decode(file, {.reduction = 4, .region = {0, 0, 13, 10}})) == "INTERNAL");
  CHECK(code_of(decode(file, {.reduction = 4, .region = {0, 0, 12, 11}})) == "INTERNAL");
}

// Small files of every kind, with several rows of iMCUs.
struct Kind {
  std::string name;
  JpegRecipe recipe;
};

std::vector<Kind> kinds() {
  return {
      {"baseline, 4:2:0", {.sampling = k420}},
      {"baseline, 4:4:4, restart markers", {.sampling = k444, .restart_rows = 1}},
      {"baseline, grey", {.sampling = kGray}},
      {"baseline, a scan for each component", {.sampling = k420, .scans = separate_scans(3)}},
      {"progressive, 4:2:0", {.sampling = k420, .scans = progressive_scans(3)}},
      {"progressive, 4:4:4, restart markers",
       {.sampling = k444, .scans = progressive_scans(3), .restart_interval = 2}},
      {"baseline, YCCK", {.sampling = kInkSamplings[1], .stored = JCS_YCCK}},
      {"progressive, CMYK", {.sampling = kInkSamplings[0], .scans = progressive_scans(4)}},
      {"progressive, grey", {.sampling = kGray, .scans = progressive_scans(1)}},
  };
}

File make_small(const Kind& kind) { return make_jpeg({21, 35}, kind.recipe); }

TEST_CASE("a JPEG truncated at any byte gives the right samples or TRUNCATED_IMAGE") {
  constexpr Rect kRegions[] = {{0, 0, 21, 35}, {3, 2, 9, 5}, {20, 34, 21, 35}};
  for (const Kind& kind : kinds()) {
    const File file = make_small(kind);
    const Image full = full_decode_with_libjpeg(file);
    for (size_t size = 0; size < file.size(); ++size) {
      const File cut = first_bytes(file, size);
      for (const Rect& region : kRegions) {
        INFO(kind.name, ", ", size, " of ", file.size(), " bytes, region ", to_string(region));
        const Result<DecodedImage> decoded = decode(cut, {.region = region});
        if (decoded.ok() || decoded.error().code != ErrorCode::kTruncatedImage) {
          CHECK(difference(decoded, crop(full.view(), region)) == "");
        }
      }
    }
  }
}

TEST_CASE("a missing end marker is no truncation") {
  for (const Kind& kind : kinds()) {
    CAPTURE(kind.name);
    const File file = make_small(kind);
    const Image full = full_decode_with_libjpeg(file);
    const File cut = first_bytes(file, find_marker(file, kEoi));
    const Result<DecodedImage> decoded = decode(cut, {.region = whole(full.size)});
    CHECK(difference(decoded, full.view()) == "");
  }
}

// Where each row of MCUs ends, in a file with a restart marker after each row.
std::vector<size_t> row_ends(const File& file) {
  std::vector<size_t> ends;
  for (const JpegMarker& marker : markers_of(file)) {
    if (marker.code >= kRst0 && marker.code <= kRst7) {
      ends.push_back(marker.at);
    }
  }
  return ends;
}

TEST_CASE("a region above the truncation decodes") {
  struct Case {
    SamplingFactors sampling;
    int margin;  // rows whose chroma is smoothed with the next iMCU's
  };
  for (const Case& smoothed : {Case{k444, 0}, Case{k420, 2}, Case{k422, 0}}) {
    const SamplingFactors& sampling = smoothed.sampling;
    const int block = sampling.block().height;
    const File file = make_jpeg({50, 70}, {.sampling = sampling, .restart_rows = 1});
    const Image full = full_decode_with_libjpeg(file);
    const std::vector<size_t> ends = row_ends(file);
    REQUIRE(ends.size() == static_cast<size_t>((70 - 1) / block));
    for (size_t row = 0; row < ends.size(); ++row) {
      INFO(std::string(sampling.name), ", cut after row ", row);
      const File cut = first_bytes(file, ends[row]);
      const int bottom = (static_cast<int>(row) + 1) * block;
      const Rect above = {5, 0, 49, bottom - smoothed.margin};
      CHECK(difference(decode(cut, {.region = above}), crop(full.view(), above)) == "");
      CHECK(code_of(decode(cut, {.region = {5, 0, 49, bottom + 1}})) == "TRUNCATED_IMAGE");
      CHECK(code_of(decode(cut, {.region = {5, bottom, 49, bottom + 1}})) == "TRUNCATED_IMAGE");
    }
  }
}

TEST_CASE("a truncated JPEG with damage accepted has its remaining rows, and grey below") {
  const File file = make_jpeg({50, 70}, {.sampling = k444, .restart_rows = 1});
  const Image full = full_decode_with_libjpeg(file);
  const std::vector<size_t> ends = row_ends(file);
  for (size_t row = 0; row < ends.size(); ++row) {
    CAPTURE(row);
    const int bottom = 8 * (static_cast<int>(row) + 1);
    Image expected = full_decode_with_libjpeg(file);
    std::fill(expected.row(bottom), expected.row(70), uint8_t{128});
    const File cut = first_bytes(file, ends[row]);
    // The block in which the data ends is what libjpeg makes of it.
    const Rect parts[] = {{0, 0, 50, bottom}, {8, 0, 50, 70}, {0, bottom + 8, 50, 70}};
    for (const Rect& part : parts) {
      if (part.empty()) {
        continue;
      }
      const Result<DecodedImage> decoded =
          decode(cut, {.region = part, .damaged = Damaged::kAccept});
      CHECK(difference(decoded, crop(expected.view(), part)) == "");
      CHECK((decoded.ok() && !decoded.value().complete) == (part.bottom > bottom));
    }
  }
}

// The file without the marker segment that `size` cuts in two: what can be made use of.
File usable_part(const File& file, size_t size) {
  size_t end = size;
  for (const JpegMarker& marker : markers_of(file)) {
    if (marker.code == kSos || marker.code < kRst0) {
      const size_t length = file[marker.at + 2] << 8 | file[marker.at + 3];
      if (marker.at < size && size < marker.at + 2 + length) {
        end = marker.at;
      }
    }
  }
  return first_bytes(file, end);
}

TEST_CASE("a JPEG truncated at any byte with damage accepted equals libjpeg's result") {
  constexpr Rect kRegion = {3, 2, 20, 35};
  for (const Kind& kind : kinds()) {
    const File file = make_small(kind);
    const Image full = full_decode_with_libjpeg(file);
    const size_t scan = find_marker(file, kSos);
    const size_t scan_data = scan + 2 + static_cast<size_t>(file[scan + 2] << 8 | file[scan + 3]);
    for (size_t size = 0; size < file.size(); ++size) {
      INFO(kind.name, ", ", size, " of ", file.size(), " bytes");
      const File cut = first_bytes(file, size);
      const Result<DecodedImage> decoded =
          decode(cut, {.region = kRegion, .damaged = Damaged::kAccept});
      if (size < scan_data) {
        CHECK(code_of(decoded) == "TRUNCATED_IMAGE");
        continue;
      }
      const Image expected = full_decode_with_libjpeg(usable_part(file, size));
      CHECK(difference(decoded, crop(expected.view(), kRegion)) == "");
      CHECK((decoded.ok() && decoded.value().complete) == decode(cut, {.region = kRegion}).ok());
    }
  }
}

TEST_CASE("a second frame header of any length is an error") {
  const File file = make_jpeg({50, 70}, {.scans = progressive_scans(3)});
  for (const File& damaged : with_second_header(file)) {
    for (const Damaged policy : {Damaged::kError, Damaged::kAccept}) {
      INFO(damaged.size(), " bytes, of which ", file.size(), " are in order");
      const DecodeRequest request = {.region = {0, 0, 50, 70}, .damaged = policy};
      CHECK(code_of(decode(damaged, request)) == "CORRUPT_IMAGE");
    }
  }
}

TEST_CASE("an end marker within a scan is TRUNCATED_IMAGE") {
  File file = make_jpeg({50, 70});
  const size_t middle = file.size() / 2;
  file.insert(file.begin() + static_cast<std::ptrdiff_t>(middle), {0xff, kEoi});
  CHECK(code_of(decode(file, {.region = {0, 0, 50, 70}})) == "TRUNCATED_IMAGE");
  const Result<DecodedImage> accepted =
      decode(file, {.region = {0, 0, 50, 70}, .damaged = Damaged::kAccept});
  REQUIRE(accepted.ok());
  CHECK(!accepted.value().complete);
  CHECK(difference(accepted, full_decode_with_libjpeg(file).view()) == "");
}

// The file with a Huffman code that no table has (all ones), in the middle of its last scan.
File with_bad_code(File file) {
  const std::vector<JpegMarker> markers = markers_of(file);
  size_t scan = 0;
  for (const JpegMarker& marker : markers) {
    scan = marker.code == kSos ? marker.at : scan;
  }
  const size_t middle = (scan + file.size()) / 2;
  for (size_t at = middle; at < middle + 16; at += 2) {
    file[at] = 0xff;
    file[at + 1] = 0;
  }
  return file;
}

void check_bad_code(const Kind& kind, Size size) {
  CAPTURE(kind.name);
  const File file = with_bad_code(make_jpeg(size, kind.recipe));
  const Result<DecodedImage> refused = decode(file, {.region = whole(size)});
  REQUIRE(code_of(refused) == "CORRUPT_IMAGE");
  CHECK(refused.error().message.ends_with(". Use damaged: 'accept' to take what can be decoded."));
  const Result<DecodedImage> accepted =
      decode(file, {.region = whole(size), .damaged = Damaged::kAccept});
  CHECK(difference(accepted, full_decode_with_libjpeg(file).view()) == "");
  CHECK(!accepted.value().complete);
}

TEST_CASE("a bad Huffman code is an error unless damage is accepted") {
  for (const Kind& kind : kinds()) {
    check_bad_code(kind, {30, 20});
  }
}

// libjpeg-turbo's fast decoder reads baseline scans without restart markers but for their last
// bytes.
TEST_CASE("a bad Huffman code is an error in a large file too") {
  for (const Kind& kind : kinds()) {
    check_bad_code(kind, {200, 200});
  }
}

TEST_CASE("a region above the damage decodes") {
  const JpegRecipe recipe = {.sampling = k444};
  const Image full = full_decode_with_libjpeg(make_jpeg({50, 70}, recipe));
  const File file = with_bad_code(make_jpeg({50, 70}, recipe));
  const Rect above = {0, 0, 50, 8};
  CHECK(difference(decode(file, {.region = above}), crop(full.view(), above)) == "");
}

// A file with bits flipped, bytes overwritten, inserted or removed in its scans, or with a restart
// marker less.
File with_damaged_scans(File file, Random& random) {
  const auto scan = static_cast<int>(find_marker(file, kSos)) + 14;
  for (int damage = random.between(1, 4); damage > 0; --damage) {
    const int values[] = {random.below(256), 0xff, 0, 0xd0 + random.below(10)};
    const auto at = file.begin() + random.between(scan, static_cast<int>(file.size()) - 1);
    const auto end = at + std::min<std::ptrdiff_t>(file.end() - at, random.between(1, 40));
    switch (random.below(5)) {
      case 0:
        *at = static_cast<uint8_t>(*at ^ 1 << random.below(8));
        break;
      case 1:
        *at = static_cast<uint8_t>(values[random.below(4)]);
        break;
      case 2:
        file.insert(at, {static_cast<uint8_t>(values[random.below(4)]), 0x5a, 0xd3});
        break;
      case 3:
        file.erase(at, end);
        break;
      default: {
        std::vector<size_t> restarts;
        for (const JpegMarker& marker : markers_of(file)) {
          if (marker.code >= kRst0 && marker.code <= kRst7) {
            restarts.push_back(marker.at);
          }
        }
        if (!restarts.empty()) {
          const auto marker =
              file.begin() + static_cast<std::ptrdiff_t>(restarts[random.next() % restarts.size()]);
          file.erase(marker, marker + 2);
        }
      }
    }
  }
  return file;
}

TEST_CASE("every region of a damaged JPEG with damage accepted equals libjpeg's result") {
  Random random(21);
  int accepted = 0;
  int incomplete = 0;
  for (const Kind& kind : kinds()) {
    for (int i = 0; i < 60; ++i) {
      const Size size = {random.between(1, 90), random.between(1, 120)};
      JpegRecipe recipe = kind.recipe;
      recipe.quality = random.between(5, 95);
      recipe.restart_interval = random.below(2) * random.between(1, 12);
      const File file = with_damaged_scans(make_jpeg(size, recipe), random);
      const int reduction = 1 << random.below(4);
      INFO(kind.name, ", file ", i, ", 1/", reduction);
      const Result<Image> expected = try_full_decode_with_libjpeg(file, reduction);
      if (!expected.ok()) {
        continue;  // headers between the scans are damaged
      }
      ++accepted;
      const Size reduced = expected.value().size;
      std::vector<Rect> regions = {whole(reduced)};
      for (int k = 0; k < 6; ++k) {
        const int left = random.below(reduced.width);
        const int top = random.below(reduced.height);
        regions.push_back({left, top, random.between(left + 1, reduced.width),
                           random.between(top + 1, reduced.height)});
      }
      for (const Rect& region : regions) {
        CAPTURE(to_string(region));
        const Result<DecodedImage> decoded =
            decode(file, {.reduction = reduction, .region = region, .damaged = Damaged::kAccept});
        CHECK(difference(decoded, crop(expected.value().view(), region)) == "");
        if (!decoded.ok()) {
          break;
        }
        const Result<DecodedImage> strict =
            decode(file, {.reduction = reduction, .region = region});
        CHECK(decoded.value().complete == strict.ok());
        incomplete += !strict.ok();
      }
    }
  }
  CHECK(accepted > 300);
  CHECK(incomplete > 300);  // or the damage is none
}

TEST_CASE("a last block that lacks bits before the end marker is no truncation") {
  for (const SamplingFactors& sampling : {k444, k420, kGray}) {
    const File good = make_jpeg({50, 70}, {.sampling = sampling});
    for (size_t lacking = 0; lacking <= 2; ++lacking) {
      File file = good;
      file.erase(file.end() - 2 - static_cast<std::ptrdiff_t>(lacking), file.end() - 2);
      INFO(std::string(sampling.name), ", ", lacking, " bytes less");
      const Result<DecodedImage> decoded = decode(file, {.region = {0, 0, 50, 70}});
      CHECK(difference(decoded, full_decode_with_libjpeg(file).view()) == "");
      CHECK((decoded.ok() && decoded.value().complete));
    }
    // Whole blocks are missing.
    File shorter = good;
    shorter.erase(shorter.end() - 200, shorter.end() - 2);
    CHECK(code_of(decode(shorter, {.region = {0, 0, 50, 70}})) == "TRUNCATED_IMAGE");
  }
}

TEST_CASE("a restart marker out of order, missing or in the wrong place is corruption") {
  const File good = make_jpeg({50, 70}, {.restart_rows = 1});
  const auto second = static_cast<std::ptrdiff_t>(row_ends(good)[1]);
  File out_of_order = good;
  out_of_order[static_cast<size_t>(second + 1)] = kRst0 + 5;
  File missing = good;
  missing.erase(missing.begin() + second, missing.begin() + second + 2);
  File misplaced = good;
  misplaced.insert(misplaced.begin() + second - 20, {0xff, kRst0 + 1});
  for (const File& file : {out_of_order, missing, misplaced}) {
    const Image full = full_decode_with_libjpeg(file);
    for (const Rect& region : {Rect{0, 0, 50, 70}, Rect{3, 66, 50, 70}}) {
      CHECK(code_of(decode(file, {.region = region})) == "CORRUPT_IMAGE");
      CHECK(difference(decode(file, {.region = region, .damaged = Damaged::kAccept}),
                       crop(full.view(), region)) == "");
    }
  }
}

TEST_CASE("damage between restart markers above the region is not looked at") {
  const Image good = full_decode_with_libjpeg(make_jpeg({50, 70}, {.restart_rows = 1}));
  File file = make_jpeg({50, 70}, {.restart_rows = 1});
  const std::vector<size_t> ends = row_ends(file);
  REQUIRE(ends.size() == 4);
  file.erase(file.begin() + std::ptrdiff_t(ends[0]) + 9, file.begin() + std::ptrdiff_t(ends[1]));
  for (const Damaged damaged : {Damaged::kError, Damaged::kAccept}) {
    // The row of iMCUs above the region is decoded.
    for (const int top : {48, 49, 64, 69}) {
      const Rect region = {3, top, 50, 70};
      const Result<DecodedImage> decoded = decode(file, {.region = region, .damaged = damaged});
      REQUIRE(decoded.ok());
      CHECK(difference(decoded, crop(good.view(), region)) == "");
      CHECK(decoded.value().complete);
    }
  }
  CHECK(code_of(decode(file, {.region = {3, 32, 50, 70}})) == "CORRUPT_IMAGE");
  // If a marker is missing, everything is looked at.
  const auto third = file.begin() + std::ptrdiff_t(row_ends(file)[2]);
  file.erase(third, third + 2);
  CHECK(code_of(decode(file, {.region = {3, 69, 50, 70}})) == "CORRUPT_IMAGE");
}

TEST_CASE("bytes after the end marker are ignored") {
  File file = make_jpeg({50, 70});
  const Image full = full_decode_with_libjpeg(file);
  const size_t size = file.size();
  file.insert(file.end(), 1000, 0xff);
  const Result<DecodedImage> decoded = decode(file, {.region = whole(full.size)});
  CHECK(difference(decoded, full.view()) == "");
  CHECK(decoded.value().bytes_read <= size);
}

TEST_CASE("nothing is read after the region's last row") {
  const File file = make_jpeg({64, 640});
  const auto read_for = [&](int bottom) {
    return decode(file, {.region = {10, 0, 20, bottom}}).value().bytes_read;
  };
  CHECK(read_for(10) < file.size() / 10);
  CHECK(read_for(320) > file.size() * 4 / 10);
  CHECK(read_for(320) < file.size() * 6 / 10);
  CHECK(read_for(640) > file.size() - 10);
}

TEST_CASE("a baseline scan with the spectral selection of a progressive one is read in full") {
  File file = make_jpeg({20, 20});
  const Image full = full_decode_with_libjpeg(file);
  const size_t scan = find_marker(file, kSos);
  file[scan + 11] = 1;  // the first coefficient
  file[scan + 12] = 5;  // and the last one
  CHECK(difference(decode(file, {.region = whole(full.size)}), full.view()) == "");
}

// The file with its frame header's marker, or another byte counted from there, changed.
File with_frame_byte(File file, int frame, size_t offset, int value) {
  file[find_marker(file, frame) + offset] = static_cast<uint8_t>(value);
  return file;
}

TEST_CASE("unsupported kinds of JPEG are UNSUPPORTED_FORMAT") {
  const File baseline = make_jpeg({20, 20});
  const File progressive = make_jpeg({20, 20}, {.scans = progressive_scans(3)});
  struct Case {
    std::string name;
    File file;
  };
  const Case cases[] = {
      {"12 bits", with_frame_byte(baseline, kSof0, 4, 12)},
      {"more than 65500 pixels wide", with_frame_byte(make_jpeg({255, 8}), kSof0, 7, 0xff)},
      {"lossless", with_frame_byte(baseline, kSof0, 1, 0xc3)},
      {"hierarchical", with_frame_byte(baseline, kSof0, 1, 0xc5)},
      {"arithmetic", with_frame_byte(baseline, kSof0, 1, 0xc9)},
      {"arithmetic, progressive", with_frame_byte(progressive, kSof2, 1, 0xca)},
      {"arithmetic, lossless", with_frame_byte(baseline, kSof0, 1, 0xcb)},
  };
  for (const Case& unsupported : cases) {
    CAPTURE(unsupported.name);
    CHECK(code_of(decode(unsupported.file, {.region = {0, 0, 1, 1}})) == "UNSUPPORTED_FORMAT");
  }
}

TEST_CASE("decode() reads 100 scans and rejects 101") {
  const Image picture = make_picture({20, 20}, kGray.layout());
  const auto file_of = [&](int scans) {
    return encode_with_libjpeg(picture.view(), {.sampling = kGray, .scans = many_scans(scans)});
  };
  const Image full = full_decode_with_libjpeg(file_of(100));
  CHECK(difference(decode(file_of(100), {.region = {0, 0, 20, 20}}), full.view()) == "");
  CHECK(code_of(decode(file_of(101), {.region = {0, 0, 20, 20}})) == "LIMIT_EXCEEDED");
}

TEST_CASE("decode() of bytes that are no JPEG is an error") {
  CHECK(code_of(decode({}, {.region = {0, 0, 1, 1}})) == "TRUNCATED_IMAGE");
  const File text = {'n', 'o', ' ', 'J', 'P', 'E', 'G'};
  CHECK(code_of(decode(text, {.region = {0, 0, 1, 1}})) == "CORRUPT_IMAGE");
}

TEST_CASE("decode() of a JPEG with any single byte changed returns samples or an error") {
  constexpr Rect kRegion = {3, 2, 20, 35};
  Random random(1);
  for (const Kind& kind : kinds()) {
    const File good = make_small(kind);
    for (size_t at = 0; at < good.size(); ++at) {
      File file = good;
      file[at] = static_cast<uint8_t>(random.next());
      INFO(kind.name, ", byte ", at, " is ", int{file[at]});
      const Result<DecodedImage> decoded = decode(file, {.region = kRegion});
      const std::string code = code_of(decoded);
      // A wrong size is found out by comparing it with the header's, before this function.
      CHECK(code != "INVALID_ARGUMENT");
      CHECK(code != "OUT_OF_MEMORY");
      if (decoded.ok()) {
        CHECK(decoded.value().image.size == kRegion.size());
      }
    }
  }
}

// What start() gives of a file that arrives in pieces, and of how many bytes; and how often it
// had to wait. Nothing where it failed.
struct Arrived {
  std::optional<DecodedImage> decoded;
  size_t there = 0;
  int waits = 0;
};

Arrived decode_arriving(const File& file, const DecodeRequest& request, size_t piece) {
  File room(file.size(), 0xaa);
  Arrived arrived;
  std::unique_ptr<IncrementalDecoder> decoding;
  DecodedImageSink sink(request.region.size());
  while (arrived.there < file.size()) {
    const size_t end = std::min(arrived.there + piece, file.size());
    std::copy(file.begin() + std::ptrdiff_t(arrived.there), file.begin() + std::ptrdiff_t(end),
              room.begin() + std::ptrdiff_t(arrived.there));
    arrived.there = end;
    if (decoding == nullptr) {
      decoding = start(room, end, request);
    }
    if (decoding == nullptr) {
      continue;
    }
    const DecodeStatus progress = decoding->decode(end, sink);
    if (progress == DecodeStatus::kDone) {
      arrived.decoded = {decoding->result(), std::move(sink.image()), sink.quantisation};
    }
    if (progress != DecodeStatus::kNeedInput) {
      break;
    }
    ++arrived.waits;
  }
  return arrived;
}

TEST_CASE("a JPEG received in pieces decodes as the whole file and stops after its region") {
  for (const SamplingFactors& sampling : kSamplings) {
    for (const int restart_rows : {0, 1}) {
      const Size size = {90, 1500};
      const File file =
          make_jpeg(size, {.sampling = sampling, .quality = 98, .restart_rows = restart_rows});
      for (const int reduction : {1, 2, 8}) {
        const int width = (size.width + reduction - 1) / reduction;
        const int height = (size.height + reduction - 1) / reduction;
        for (const Rect& region :
             {Rect{0, 0, 1, 1}, Rect{2, height / 2 + 1, width - 1, height / 2 + 9},
              Rect{0, height / 3, width, height / 3 * 2},
              Rect{width - 1, height - 1, width, height}}) {
          const DecodeRequest request = {reduction, region};
          const Result<DecodedImage> whole = decode(file, request);
          REQUIRE(whole.ok());
          for (const size_t piece : {size_t{97}, size_t{5000}, size_t{40'000}}) {
            INFO(std::string(sampling.name), ", 1/", reduction, ", ", to_string(region), ", ",
                 piece);
            const Arrived arrived = decode_arriving(file, request, piece);
            REQUIRE(arrived.decoded);
            CHECK(difference(arrived.decoded->image.view(), whole.value().image.view()) == "");
            CHECK(arrived.decoded->bytes_read == whole.value().bytes_read);
            CHECK((arrived.decoded->quantisation == whole.value().quantisation));
            CHECK(arrived.decoded->complete);
            if (piece == 97) {
              CHECK((arrived.there < file.size()) == (region.bottom < height / 4 * 3));
              CHECK(arrived.waits > 100);
            }
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace crop64::jpeg
