#include "job/job.h"

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
  return outcome(Job::open(source, options).finish());
}

Buffer copy_of_bytes(Bytes bytes) {
  Result<Buffer> copy = Buffer::allocate(bytes.size());
  REQUIRE(copy.ok());
  std::copy(bytes.begin(), bytes.end(), copy.value().data());
  return std::move(copy.value());
}

Result<Job> open_job(const File& file, const std::vector<Options>& options, size_t first) {
  return Job::open(copy_of_bytes(Bytes(file).first(std::min(first, file.size()))), file.size(),
                   options);
}

struct Fed {
  std::string outcome;
  bool was_streamed;  // up to the end of the input
  size_t needed;      // bytes of the file
};

// Feeds a file in pieces of at most `piece` bytes.
Fed feed(const File& file, const std::vector<Options>& options, size_t piece) {
  Result<Job> opened = open_job(file, options, piece);
  REQUIRE(opened.ok());
  Job& job = opened.value();
  DecodeStatus last = DecodeStatus::kError;
  for (DecodeStatus status = job.status(); status != DecodeStatus::kDone;) {
    last = status;
    const std::span<uint8_t> input = job.input();
    const size_t count = std::min(piece, input.size());
    REQUIRE(count > 0);
    std::copy_n(file.data() + job.file().size(), count, input.data());
    status = job.feed(count);
  }
  const size_t needed = job.file().size();
  return {outcome(job.finish()), last == DecodeStatus::kNeedInput, needed};
}

TEST_CASE("a PNG fed in pieces gives the result of the complete file and is needed no further") {
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
          const Fed fed = feed(file, options, piece);
          CHECK(fed.outcome == expected);
          CHECK(fed.was_streamed == (piece < file.size()));
          const bool reaches_end = region.bottom == kSize.height;
          CHECK((fed.needed == file.size()) == (reaches_end || fed.needed + piece >= file.size()));
          if (region.bottom == 1) {
            CHECK(fed.needed < 24'000 + piece);
          }
        }
      }
    }
  }
}

TEST_CASE("a JPEG fed in pieces gives the result of the complete file and is needed no further") {
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
        const Fed fed = feed(file, {options}, piece);
        CHECK(fed.outcome == outcome_whole(file, {options}));
        CHECK(fed.was_streamed);
        CHECK((fed.needed == file.size()) == (region.bottom == size.height));
      }
    }
  }
}

TEST_CASE("a JPEG whose rows take more bytes than their samples is decoded when it is complete") {
  File file = make_jpeg({120, 900}, {.quality = 95, .restart_rows = 2});
  const File filler(100'000, 0xff);  // any number of these may stand before a marker
  constexpr uint8_t kRst2[] = {0xff, 0xd2};
  const auto rst2 = std::search(file.begin(), file.end(), kRst2, kRst2 + 2);
  REQUIRE(rst2 != file.end());
  file.insert(rst2, filler.begin(), filler.end());
  const std::vector<Options> options = {crop_to({7, 300, 100, 400})};
  const Fed fed = feed(file, options, 1000);
  CHECK(fed.outcome == outcome_whole(file, options));
  CHECK(!fed.was_streamed);
  CHECK(fed.needed == file.size());
}

TEST_CASE("damage above restart markers gives the same result in pieces, accepted or not") {
  File file = make_jpeg({120, 900}, {.quality = 98, .restart_rows = 1});
  const auto middle = file.begin() + std::ptrdiff_t(file.size() / 4);
  file.erase(middle, middle + 20);
  std::vector<Options> options = {crop_to({7, 700, 100, 800})};
  for (const Damaged damaged : {Damaged::kError, Damaged::kAccept}) {
    options[0].damaged = damaged;
    for (const size_t piece : {size_t{1000}, size_t{20'000}}) {
      const Fed fed = feed(file, options, piece);
      CHECK(fed.outcome == outcome_whole(file, options));
      CHECK(fed.outcome.ends_with(", lossless; "));
    }
  }
}

TEST_CASE("a header may be fed in several pieces") {
  const File small = make_png(make_picture(kSize, kRgb8).view(), {.level = 1});
  const File file = insert_chunk(small, "IDAT", {"tEXt", File(100'000, 'a')});
  const std::vector<Options> options = {crop_to({10, 10, 50, 50})};
  const Fed fed = feed(file, options, 30'000);
  CHECK(fed.outcome == outcome_whole(file, options));
  CHECK(fed.was_streamed);
  CHECK(fed.needed < file.size());
}

TEST_CASE("a job that keeps all metadata needs the file to its end") {
  const File file = insert_chunk(make_png(make_picture(kSize, kRgb8).view(), {.level = 1}), "IEND",
                                 {"tEXt", {'a', '\0', 'b'}});
  std::vector<Options> options = {crop_to({10, 10, 50, 50})};
  CHECK(feed(file, options, 5000).needed < file.size());
  options[0].metadata = MetadataPolicy::kAll;
  const Fed fed = feed(file, options, 5000);
  CHECK(fed.outcome == outcome_whole(file, options));
  CHECK(fed.was_streamed);
  CHECK(fed.needed == file.size());
}

TEST_CASE("several jobs share an incremental decode") {
  const File file = make_png(make_picture(kSize, kRgb8).view(), {.level = 1});
  const std::vector<Options> options = {crop_to({0, 10, 50, 50}), crop_to({5, 15, 90, 70})};
  const Fed fed = feed(file, options, 4096);
  CHECK(fed.outcome == outcome_whole(file, options));
  CHECK(fed.was_streamed);
  CHECK(fed.needed < file.size());
}

TEST_CASE("a file that cannot be decoded incrementally is needed as a whole") {
  const Image picture = make_picture(kSize, kRgb8);
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
      {"rewritten", make_png(picture.view()), rewrites},
      {"outside", make_png(picture.view()), outside},
      {"unknown", File(5000, 'x'), crop_to({0, 0, 9, 9})},
  };
  for (const Case& expected : cases) {
    CAPTURE(expected.name);
    const Fed fed = feed(expected.file, {expected.options}, 2000);
    CHECK(!fed.was_streamed);
    CHECK(fed.needed == expected.file.size());
    CHECK(fed.outcome == outcome_whole(expected.file, {expected.options}));
  }
}

TEST_CASE("a damaged file gives the same result or error wherever its pieces end") {
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
      CHECK(feed(file, {options}, piece).outcome == outcome_whole(file, {options}));
    }
  }
}

TEST_CASE("a job that copies a file needs its first bytes only") {
  const File file = insert_chunk(make_png(make_picture(kSize, kRgb8).view()), "IEND",
                                 {"tEXt", File(100'000, 'a')});
  Options copies;
  copies.copies_file = true;
  Result<Job> job = open_job(file, {copies, copies}, Job::kFirstBytes);
  REQUIRE(job.ok());
  CHECK(job.value().status() == DecodeStatus::kDone);
  CHECK(job.value().copies_file());
  CHECK(!job.value().is_complete());
  const Result<std::vector<Output>> outputs = job.value().finish();
  REQUIRE(outputs.ok());
  REQUIRE(outputs.value().size() == 2);
  for (const Output& output : outputs.value()) {
    CHECK(output.plan.strategy == Strategy::kCopyFile);
    CHECK(output.bytes.size() == 0);
    CHECK(output.bytes_read == file.size());
    CHECK(output.info.byte_length == file.size());
  }

  // Another job that decodes needs the samples.
  Result<Job> both = open_job(file, {copies, crop_to({0, 0, 9, 9})}, Job::kFirstBytes);
  REQUIRE(both.ok());
  CHECK(!both.value().copies_file());
  CHECK(both.value().status() == DecodeStatus::kError);
  CHECK(both.value().input().size() == file.size() - Job::kFirstBytes);
}

TEST_CASE("a job needs the complete file unless its header shows that it is copied") {
  const File jpeg = make_jpeg({450, 370});
  const File unknown(5000, 'x');
  const size_t scan = find_marker(jpeg, 0xda);
  const auto copies_file = [](const File& file, size_t first, const Options& options) {
    const Result<Job> job = open_job(file, {options}, first);
    return job.ok() && job.value().copies_file();
  };
  Options copies;
  copies.copies_file = true;
  Options limited = copies;
  limited.limits.bytes = double(jpeg.size()) - 1;
  Options all;
  all.metadata = MetadataPolicy::kAll;  // its bytes are kept, but its samples are checked
  CHECK(copies_file(jpeg, 2000, copies));
  CHECK_FALSE(copies_file(jpeg, 1000, copies));
  CHECK_FALSE(copies_file(unknown, 2000, copies));
  CHECK_FALSE(copies_file(jpeg, 2000, limited));
  CHECK_FALSE(copies_file(jpeg, 2000, all));
  CHECK(scan < 1000);
}

TEST_CASE("a job that copies a file with a long header needs the complete file") {
  const File file = insert_chunk(make_png(make_picture(kSize, kRgb8).view()), "IDAT",
                                 {"tEXt", File(100'000, 'a')});
  Options copies;
  copies.copies_file = true;
  const Fed fed = feed(file, {copies}, Job::kFirstBytes);
  CHECK(fed.needed == file.size());
  CHECK(fed.outcome == outcome_whole(file, {copies}));
}

TEST_CASE("a file larger than limits.memory is refused before memory is taken for it") {
  const File file = make_png(make_picture(kSize, kRgb8).view());
  Options options = crop_to({0, 0, 9, 9});
  options.limits.memory = 1e9;
  Options strict = options;
  strict.limits.memory = 1e6;
  for (const size_t first : {size_t{2000}, file.size()}) {
    const uint64_t size = first == file.size() ? first : uint64_t{1} << 40;
    strict.limits.memory = double(size) - 1;
    const Result<Job> job =
        Job::open(copy_of_bytes(Bytes(file).first(first)), size, {options, strict});
    REQUIRE(!job.ok());
    CHECK(job.error().code == ErrorCode::kLimitExceeded);
    REQUIRE(job.error().details.size() == 2);
    CHECK(job.error().details[0].value <= 1e9);
    CHECK(job.error().details[1].value == double(size));
  }
}

TEST_CASE("an error has the index of the job that failed if there are several") {
  const File file = make_png(make_picture(kSize, kRgb8).view(), {.level = 1});
  const Options good = crop_to({0, 0, 9, 9});
  const Options outside = crop_to({0, 0, 302, 1});
  const auto index_of = [&](const std::vector<Options>& options) {
    Source source;
    source.file = file;
    const Result<std::vector<Output>> outputs = Job::open(source, options).finish();
    REQUIRE(!outputs.ok());
    CHECK(outputs.error().code == ErrorCode::kCropOutOfBounds);
    const Detail& last = outputs.error().details.back();
    return std::string_view(last.name) == "index" ? last.value : -1;
  };
  CHECK(index_of({outside}) == -1);
  CHECK(index_of({good, outside, outside}) == 1);
}

TEST_CASE("the input of a job is a piece while it decodes, and everything after that") {
  const File file = make_png(make_picture({700, 700}, kRgb8).view(), {.level = 0});
  REQUIRE(file.size() > 1'400'000);
  Result<Job> job = open_job(file, {crop_to({0, 600, 9, 609})}, Job::kFirstBytes);
  REQUIRE(job.ok());
  CHECK(job.value().status() == DecodeStatus::kNeedInput);
  CHECK(job.value().input().size() == size_t{256} * 1024);
  Result<Job> interlaced =
      open_job(make_png(make_picture({700, 700}, kRgb8).view(), {.interlaced = true, .level = 0}),
               {crop_to({0, 600, 9, 609})}, Job::kFirstBytes);
  REQUIRE(interlaced.ok());
  CHECK(interlaced.value().status() == DecodeStatus::kError);
  CHECK(interlaced.value().input().size() + Job::kFirstBytes > 1'400'000);
}

}  // namespace
}  // namespace crop64
