#include "job/arriving.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "codecs/registry.h"
#include "support/jpegs.h"
#include "support/pngs.h"

namespace crop64 {
namespace {

constexpr Layout kRgb8 = {Model::kRgb, 8};
constexpr Layout kLayouts[] = {kRgb8,
                               {Model::kGray, 1},
                               {Model::kGray, 16},
                               {Model::kPalette, 8},
                               {Model::kRgba, 8},
                               {Model::kRgba, 16}};
constexpr Size kSize = {300, 260};

Options crop_to(const Rect& region) {
  Options options;
  options.crop = {
      {double(region.left), double(region.top), double(region.right), double(region.bottom)},
      false};
  options.format = ImageFormat::kPng;
  options.compression_level = 1;
  return options;
}

// All that is to be the same.
std::string outcome(const Result<std::vector<Output>>& outputs) {
  if (!outputs.ok()) {
    return outputs.error().message;
  }
  std::string told;
  for (const Output& output : outputs.value()) {
    const std::string_view bytes(reinterpret_cast<const char*>(output.bytes.data()),
                                 output.bytes.size());
    told += std::to_string(std::hash<std::string_view>()(bytes)) + " of " +
            std::to_string(bytes.size()) + (output.lossless ? ", lossless; " : "; ");
  }
  return told;
}

std::string outcome_whole(const File& file, const std::vector<Options>& options) {
  Source source;
  source.file = file;
  return outcome(process_all(source, options));
}

struct Arrived {
  std::string outcome;
  bool was_idle;  // at the end of its arrival
  size_t needed;  // bytes of the file
};

Arrived arrive(const File& file, const std::vector<Options>& options, size_t piece) {
  Result<Buffer> room = Buffer::allocate(file.size());
  REQUIRE(room.ok());
  std::fill_n(room.value().data(), file.size(), uint8_t{0xaa});
  Arriving arriving(std::move(room.value()), options);
  while (!arriving.is_enough()) {
    const size_t there = arriving.file().size();
    const size_t count = std::min(piece, arriving.rest().size());
    std::copy_n(file.data() + there, count, arriving.rest().data());
    arriving.arrived(count);
  }
  const bool was_idle = arriving.is_idle();
  const size_t needed = arriving.file().size();
  return {outcome(arriving.process()), was_idle, needed};
}

TEST_CASE("what arrives in pieces gives what the whole file gives, and no more arrives than that") {
  for (const Layout& layout : kLayouts) {
    const Image picture = make_picture(kSize, layout);
    for (const size_t idat_bytes : {size_t{100}, size_t{8192}, size_t{1} << 20}) {
      const File file = make_png(picture.view(), {.idat_bytes = idat_bytes, .level = 1});
      for (const Rect& region : {Rect{0, 0, 1, 1}, Rect{7, 5, 200, 90}, Rect{299, 259, 300, 260},
                                 Rect{0, 0, 300, 260}}) {
        const std::vector<Options> options = {crop_to(region)};
        const std::string expected = outcome_whole(file, options);
        for (const size_t piece : {size_t{37}, size_t{1001}, size_t{10'000}}) {
          INFO(to_string(layout), ", ", to_string(region), ", ", idat_bytes, ", ", piece);
          const Arrived arrived = arrive(file, options, piece);
          CHECK(arrived.outcome == expected);
          CHECK(arrived.was_idle == (piece >= file.size()));
          const bool reaches_end = region.bottom == kSize.height;
          CHECK((arrived.needed == file.size()) ==
                (reaches_end || arrived.needed + piece >= file.size()));
          if (region.bottom == 1) {
            CHECK(arrived.needed < 24'000 + piece);
          }
        }
      }
    }
  }
}

TEST_CASE("a JPEG that arrives in pieces gives what the whole file gives, and no more arrives") {
  const Size size = {120, 900};
  const File file = make_jpeg(size, {.quality = 95, .restart_rows = 2});
  for (const Rect& region : {Rect{0, 0, 1, 1}, Rect{7, 300, 100, 400}, Rect{0, 0, 120, 900}}) {
    for (const ImageFormat format : {ImageFormat::kPng, ImageFormat::kJpeg}) {
      Options options = crop_to(region);
      if (format == ImageFormat::kJpeg) {
        options.format = format;
        options.compression_level.reset();
        options.quality = 80;  // or it would be cut out without being decoded
      }
      for (const size_t piece : {size_t{37}, size_t{1001}, size_t{10'000}}) {
        INFO(to_string(region), ", ", std::string(to_string(format)), ", ", piece);
        const Arrived arrived = arrive(file, {options}, piece);
        CHECK(arrived.outcome == outcome_whole(file, {options}));
        CHECK(!arrived.was_idle);
        CHECK((arrived.needed == file.size()) == (region.bottom == size.height));
      }
    }
  }
}

TEST_CASE("a JPEG whose rows take more bytes than their samples is decoded as a whole") {
  File file = make_jpeg({120, 900}, {.quality = 95, .restart_rows = 2});
  const File filler(100'000, 0xff);  // any number of these may stand before a marker
  constexpr uint8_t kRst2[] = {0xff, 0xd2};
  const auto rst2 = std::search(file.begin(), file.end(), kRst2, kRst2 + 2);
  REQUIRE(rst2 != file.end());
  file.insert(rst2, filler.begin(), filler.end());
  const std::vector<Options> options = {crop_to({7, 300, 100, 400})};
  const Arrived arrived = arrive(file, options, 1000);
  CHECK(arrived.outcome == outcome_whole(file, options));
  CHECK(arrived.was_idle);
  CHECK(arrived.needed == file.size());
}

TEST_CASE("a header arrives over several pieces") {
  const File small = make_png(make_picture(kSize, kRgb8).view(), {.level = 1});
  const File file = insert_chunk(small, "IDAT", {"tEXt", File(100'000, 'a')});
  const std::vector<Options> options = {crop_to({10, 10, 50, 50})};
  const Arrived arrived = arrive(file, options, 30'000);
  CHECK(arrived.outcome == outcome_whole(file, options));
  CHECK(!arrived.was_idle);
  CHECK(arrived.needed < file.size());
}

TEST_CASE("metadata from behind the samples is waited for") {
  const File file = insert_chunk(make_png(make_picture(kSize, kRgb8).view(), {.level = 1}), "IEND",
                                 {"tEXt", {'a', '\0', 'b'}});
  std::vector<Options> options = {crop_to({10, 10, 50, 50})};
  CHECK(arrive(file, options, 5000).needed < file.size());
  options[0].metadata = MetadataPolicy::kAll;
  const Arrived arrived = arrive(file, options, 5000);
  CHECK(arrived.outcome == outcome_whole(file, options));
  CHECK(!arrived.was_idle);
  CHECK(arrived.needed == file.size());
}

TEST_CASE("several jobs share what arrives") {
  const File file = make_png(make_picture(kSize, kRgb8).view(), {.level = 1});
  const std::vector<Options> options = {crop_to({0, 10, 50, 50}), crop_to({5, 15, 90, 70})};
  const Arrived arrived = arrive(file, options, 4096);
  CHECK(arrived.outcome == outcome_whole(file, options));
  CHECK(!arrived.was_idle);
  CHECK(arrived.needed < file.size());
}

TEST_CASE("what is not decoded ahead has to be there as a whole") {
  const Image picture = make_picture(kSize, kRgb8);
  Options copies;
  copies.copies_file = true;
  const Options rewrites;
  Options outside = crop_to({0, 0, 302, 1});
  struct Case {
    const char* name;
    File file;
    Options options;
  };
  const Case cases[] = {
      {"interlaced", make_png(picture.view(), {.interlaced = true}), crop_to({0, 0, 9, 9})},
      {"JPEG, progressive", make_jpeg(kSize, {.scans = progressive_scans(3)}),
       crop_to({0, 0, 9, 9})},
      {"JPEG, a scan for each component", make_jpeg(kSize, {.scans = separate_scans(3)}),
       crop_to({0, 0, 9, 9})},
      {"copied", make_png(picture.view()), copies},
      {"rewritten", make_png(picture.view()), rewrites},
      {"outside", make_png(picture.view()), outside},
      {"unknown", File(5000, 'x'), crop_to({0, 0, 9, 9})},
  };
  for (const Case& expected : cases) {
    CAPTURE(expected.name);
    const Arrived arrived = arrive(expected.file, {expected.options}, 2000);
    CHECK(arrived.was_idle);
    CHECK(arrived.needed == expected.file.size());
    CHECK(arrived.outcome == outcome_whole(expected.file, {expected.options}));
  }
}

TEST_CASE("broken files give what they give as a whole, wherever the pieces end") {
  Random random(64);
  const Image picture = make_picture(kSize, kRgb8);
  const File sound_ones[] = {
      make_png(picture.view(), {.idat_bytes = 900, .level = 1}),
      make_png(picture.view(), {.idat_bytes = size_t{1} << 20, .level = 1}),
      make_jpeg(kSize, {.sampling = k444, .quality = 98}),
      make_jpeg(kSize, {.quality = 98, .restart_rows = 1}),
  };
  for (const File& sound : sound_ones) {
    for (int i = 0; i < 150; ++i) {
      File file = sound;
      const auto last = static_cast<int>(file.size()) - 1;
      if (i % 3 == 0) {
        file.resize(static_cast<size_t>(random.between(1, last)));
      } else {
        file[static_cast<size_t>(random.between(0, last))] ^=
            static_cast<uint8_t>(1 << random.between(0, 7));
      }
      Options options = crop_to({3, 60, 200, random.between(61, 260)});
      options.damaged = i % 2 == 0 ? Damaged::kAccept : Damaged::kError;
      const auto piece = static_cast<size_t>(random.between(1, 20'000));
      CAPTURE(i);
      CHECK(arrive(file, {options}, piece).outcome == outcome_whole(file, {options}));
    }
  }
}

}  // namespace
}  // namespace crop64
