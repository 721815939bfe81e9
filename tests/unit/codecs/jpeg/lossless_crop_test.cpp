#include "codecs/jpeg/lossless_crop.h"

#include <doctest/doctest.h>

#include <random>

#include "codecs/jpeg/probe.h"
#include "support/jpegs.h"

namespace crop64::jpeg {
namespace {

constexpr Size kSize = {75, 53};

File make_jpeg(const SamplingFactors& sampling, Scans scans = {}) {
  const Image picture = make_picture(kSize, sampling.layout());
  return encode_with_libjpeg(picture.view(),
                             {.sampling = sampling, .quality = 90, .scans = std::move(scans)});
}

Rect on_grid(const SamplingFactors& sampling) {
  const Size block = sampling.components == 1 ? Size{8, 8} : sampling.block();
  return {block.width, block.height, kSize.width - 3, kSize.height - 5};
}

std::vector<EncodeSettings> codings() {
  return {{}, {.progressive = true}, {.optimize_coding = true}};
}

TEST_CASE("lossless crop keeps the coefficients of every sampling in every coding") {
  for (const SamplingFactors& sampling : kSamplings) {
    for (const bool progressive : {false, true}) {
      const File file =
          make_jpeg(sampling, progressive ? progressive_scans(sampling.components) : Scans{});
      const Rect region = on_grid(sampling);
      for (const EncodeSettings& settings : codings()) {
        INFO(sampling.name);
        const Result<Buffer> moved = lossless_crop(file, region, settings, {});
        REQUIRE(moved.ok());
        const Bytes bytes = {moved.value().data(), moved.value().size()};
        const Result<ImageInfo> info = probe(bytes);
        REQUIRE(info.ok());
        CHECK(info.value().size == region.size());
        CHECK(info.value().progressive == settings.progressive);
      }
    }
  }
}

TEST_CASE("lossless crop reports a second frame header of any length as an error") {
  for (const File& damaged : with_second_header(make_jpeg(k420, progressive_scans(3)))) {
    INFO(damaged.size(), " bytes");
    CHECK(code_of(lossless_crop(damaged, {0, 0, 64, 48}, {}, {})) == "CORRUPT_IMAGE");
  }
}

TEST_CASE("lossless crop of an image of one scan reads nothing below the region") {
  for (const SamplingFactors& sampling : kSamplings) {
    INFO(sampling.name);
    const File file = make_jpeg(sampling);
    const Rect region = {0, 0, 40, 8 * 4};
    const Result<Buffer> whole = lossless_crop(file, region, {}, {});
    REQUIRE(whole.ok());
    const File cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(file.size() * 9 / 10));
    const Result<Buffer> of_cut = lossless_crop(cut, region, {}, {});
    REQUIRE(of_cut.ok());
    CHECK(File(of_cut.value().data(), of_cut.value().data() + of_cut.value().size()) ==
          File(whole.value().data(), whole.value().data() + whole.value().size()));
    const File shorter(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(file.size() / 3));
    CHECK(code_of(lossless_crop(shorter, region, {}, {})) == "TRUNCATED_IMAGE");
  }
}

// A file is written in one coding out of three: what damage does while it is read is the same in
// each. Hits, cuts and codings come in every combination once in 60 files.
TEST_CASE("lossless crop of a damaged file returns a file or an error, never INTERNAL") {
  std::mt19937 random(1);
  for (const SamplingFactors& sampling : {k420, k444, kGray}) {
    for (const bool progressive : {false, true}) {
      const File file =
          make_jpeg(sampling, progressive ? progressive_scans(sampling.components) : Scans{});
      for (int i = 0; i < 1500; ++i) {
        File damaged = file;
        for (int hit = 0; hit < 1 + i % 4; ++hit) {
          damaged[random() % damaged.size()] = static_cast<uint8_t>(random());
        }
        if (i % 5 == 0) {
          damaged.resize(random() % damaged.size());
        }
        const Result<ImageInfo> info = probe(damaged);
        if (!info.ok() || info.value().size.area() > 1'000'000) {
          continue;
        }
        const Size block = info.value().block;
        const Size size = info.value().size;
        const int left = size.width > block.width ? block.width : 0;
        const int top = size.height > block.height ? block.height : 0;
        const EncodeSettings settings = codings()[static_cast<size_t>(i % 3)];
        const Result<Buffer> moved =
            lossless_crop(damaged, {left, top, size.width, size.height}, settings, {});
        if (!moved.ok()) {
          INFO(moved.error().message);
          CHECK(moved.error().code != ErrorCode::kInternal);
        }
      }
    }
  }
}

}  // namespace
}  // namespace crop64::jpeg
