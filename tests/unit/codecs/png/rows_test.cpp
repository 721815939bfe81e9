#include "codecs/png/rows.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "support/pngs.h"

namespace crop64::png {
namespace {

constexpr Size kSize = {13, 11};

constexpr Layout kLayouts[] = {{Model::kGray, 1},      {Model::kGray, 16}, {Model::kPalette, 4},
                               {Model::kGrayAlpha, 8}, {Model::kRgb, 8},   {Model::kRgb, 16},
                               {Model::kRgba, 8},      {Model::kRgba, 16}};

RowRequest request_of(Size size, Layout layout, int top, int bottom) {
  const auto bits = static_cast<size_t>(layout.channels() * layout.depth);
  RowRequest request = {};
  request.row_bytes = row_bytes({0, 0, 1, size.width}, layout) - 1;
  request.filter_unit = std::max(size_t{1}, bits / 8);
  request.height = size.height;
  request.top = top;
  request.bottom = bottom;
  request.used_bytes = 1 + request.row_bytes / 3;
  return request;
}

// The used bytes of all requested rows.
struct Rows {
  File bytes;
  size_t used;
  std::function<bool(const uint8_t*)> take = [this](const uint8_t* row) {
    bytes.insert(bytes.end(), row, row + used);
    return true;
  };
};

// The same of an unfiltered file.
File expected_rows(const ImageView& picture, const RowRequest& request) {
  const size_t stride = request.row_bytes + 1;
  File rows = inflated(make_png(picture));
  for (int y = 0; y < request.height; ++y) {
    uint8_t* row = &rows[stride * size_t(y)] + 1;
    const uint8_t* above_row = y > 0 ? row - stride : nullptr;
    for (size_t i = 0; i < request.row_bytes; ++i) {
      const int left = i >= request.filter_unit ? row[i - request.filter_unit] : 0;
      const int above = y > 0 ? above_row[i] : 0;
      const int corner = y > 0 && i >= request.filter_unit ? above_row[i - request.filter_unit] : 0;
      const int estimate = left + above - corner;
      const int to_left = std::abs(estimate - left), to_above = std::abs(estimate - above);
      const int to_corner = std::abs(estimate - corner);
      const int paeth = to_left <= to_above && to_left <= to_corner ? left
                        : to_above <= to_corner                     ? above
                                                                    : corner;
      const int predictions[] = {0, left, above, (left + above) / 2, paeth};
      row[i] = static_cast<uint8_t>(row[i] + predictions[row[-1]]);
    }
  }
  File used;
  for (int y = request.top; y < request.bottom; ++y) {
    const uint8_t* row = &rows[stride * size_t(y)] + 1;
    used.insert(used.end(), row, row + request.used_bytes);
  }
  return used;
}

TEST_CASE("RowReader gives the requested rows, for every layout, filter and range") {
  for (const Layout& layout : kLayouts) {
    const Image picture = make_picture(kSize, layout);
    for (const size_t idat_bytes : {size_t{7}, size_t{1} << 20}) {
      const File file = make_png(picture.view(), {.idat_bytes = idat_bytes});
      for (int bottom = 1; bottom <= kSize.height; ++bottom) {
        INFO(to_string(layout), ", ", bottom);
        const RowRequest request = request_of(kSize, layout, bottom / 2, bottom);
        Rows rows = {{}, request.used_bytes};
        const auto reader = RowReader::open(file, find_chunk(file, "IDAT"), file.size(), request);
        REQUIRE(reader != nullptr);
        CHECK(reader->read(file.size(), rows.take) == DecodeStatus::kDone);
        CHECK((rows.bytes == expected_rows(picture.view(), request)));
        CHECK(reader->bytes_read() <= file.size() - 12);
      }
    }
  }
}

TEST_CASE("RowReader gives the same rows while a file is received, stored or compressed") {
  const Size size = {300, 400};
  const Image picture = make_picture(size, {Model::kRgb, 8});
  for (const int level : {0, 6}) {
    const File file = make_png(picture.view(), {.idat_bytes = 100'000, .level = level});
    for (const int bottom : {200, 400}) {
      const RowRequest request = request_of(size, {Model::kRgb, 8}, 10, bottom);
      Rows rows = {{}, request.used_bytes};
      const size_t start = find_chunk(file, "IDAT");
      const auto reader = RowReader::open(file, start, start + 12, request);
      REQUIRE(reader != nullptr);
      DecodeStatus status = DecodeStatus::kNeedInput;
      for (size_t available = start + 12; status == DecodeStatus::kNeedInput; available += 5000) {
        REQUIRE(available < file.size() + 5000);
        status = reader->read(std::min(available, file.size()), rows.take);
      }
      CHECK(status == DecodeStatus::kDone);
      CHECK((rows.bytes == expected_rows(picture.view(), request)));
    }
  }
}

TEST_CASE("RowReader fails if a filter, the data's length or a checksum is wrong") {
  const Image picture = make_picture(kSize, {Model::kRgb, 8});
  const File good = make_png(picture.view());
  const File rows = inflated(good);
  const auto outcome_of = [&](const File& data) {
    std::vector<PngChunk> chunks = chunks_of(good);
    chunks[1].data = data;
    const File file = join(chunks);
    const RowRequest request = request_of(kSize, {Model::kRgb, 8}, 0, kSize.height);
    const auto reader = RowReader::open(file, find_chunk(file, "IDAT"), file.size(), request);
    return reader->read(file.size(), [](const uint8_t*) { return true; });
  };
  CHECK(outcome_of(deflated(rows)) == DecodeStatus::kDone);
  File wrong_filter = rows;
  wrong_filter[0] = 5;
  CHECK(outcome_of(deflated(wrong_filter)) == DecodeStatus::kError);
  CHECK(outcome_of(deflated(first_bytes(rows, rows.size() - 1))) == DecodeStatus::kError);
  File longer = rows;
  longer.push_back(0);
  CHECK(outcome_of(deflated(longer)) == DecodeStatus::kError);
  File wrong_adler = deflated(rows);
  wrong_adler.back() ^= 1;
  CHECK(outcome_of(wrong_adler) == DecodeStatus::kError);
}

}  // namespace
}  // namespace crop64::png
