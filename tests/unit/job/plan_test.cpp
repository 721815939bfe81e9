#include "job/plan.h"

#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "codecs/registry.h"
#include "support/plans.h"

namespace crop64 {
namespace {

TEST_CASE("the format is kept unless another one is asked for, and samples become a PNG") {
  struct Case {
    ImageFormat source;
    std::optional<ImageFormat> asked;
    ImageFormat result;
  };
  const Case cases[] = {
      {ImageFormat::kJpeg, std::nullopt, ImageFormat::kJpeg},
      {ImageFormat::kPng, std::nullopt, ImageFormat::kPng},
      {ImageFormat::kRaw, std::nullopt, ImageFormat::kPng},
      {ImageFormat::kJpeg, ImageFormat::kPng, ImageFormat::kPng},
      {ImageFormat::kPng, ImageFormat::kJpeg, ImageFormat::kJpeg},
      {ImageFormat::kPng, ImageFormat::kRaw, ImageFormat::kRaw},
      {ImageFormat::kBmp, std::nullopt, ImageFormat::kPng},
      {ImageFormat::kBmp, ImageFormat::kJpeg, ImageFormat::kJpeg},
  };
  for (const Case& expected : cases) {
    Options options = crop_to({0, 0, 10, 10});
    options.format = expected.asked;
    const Result<Plan> result = plan(picture(expected.source), options);
    REQUIRE(result.ok());
    CHECK(result.value().format == expected.result);
  }
}

TEST_CASE("samples of a lossy format keep it unless the job is lossless") {
  ImageInfo info = picture(ImageFormat::kRaw);
  info.kept_as = ImageFormat::kJpeg;
  Options options;
  CHECK(plan(info, options).value().format == ImageFormat::kJpeg);
  options.compression_level = 9;  // waits for an image that it fits
  CHECK(plan(info, options).value().format == ImageFormat::kJpeg);
  options.lossless = true;
  CHECK(plan(info, options).value().format == ImageFormat::kPng);
}

TEST_CASE("a file keeps its coded samples if the options change none of them") {
  using Change = std::function<void(Options&)>;
  struct Case {
    std::string name;
    ImageFormat source;
    bool keeps;
    Change change;
  };
  const Change nothing = [](Options&) {};
  const Change whole_picture = [](Options& o) { o.crop = {{0, 0, 100, 50}, false}; };
  const Change part = [](Options& o) { o.crop = {{0, 0, 100, 49}, false}; };
  const Change beyond = [](Options& o) { o.crop = {{-9, 0, 100, 50}, false}; };
  const Change quality = [](Options& o) { o.quality = 85; };
  const Change level = [](Options& o) { o.compression_level = 6; };
  const Case cases[] = {
      {"nothing, JPEG", ImageFormat::kJpeg, true, nothing},
      {"nothing, PNG", ImageFormat::kPng, true, nothing},
      {"nothing, samples", ImageFormat::kRaw, false, nothing},
      {"the whole picture", ImageFormat::kPng, true, whole_picture},
      {"almost the whole picture", ImageFormat::kPng, false, part},
      {"clamped to the whole picture", ImageFormat::kPng, true,
       [&](Options& o) { beyond(o), o.out_of_bounds = OutOfBounds::kClamp; }},
      {"padded", ImageFormat::kPng, false,
       [&](Options& o) { beyond(o), o.out_of_bounds = OutOfBounds::kPad; }},
      {"padding that is not needed", ImageFormat::kPng, true,
       [](Options& o) { o.out_of_bounds = OutOfBounds::kPad, o.background = kRed; }},
      {"its own format", ImageFormat::kPng, true, [](Options& o) { o.format = ImageFormat::kPng; }},
      {"another format", ImageFormat::kPng, false,
       [](Options& o) { o.format = ImageFormat::kJpeg; }},
      {"samples", ImageFormat::kPng, false, [](Options& o) { o.format = ImageFormat::kRaw; }},
      {"a quality for a JPEG", ImageFormat::kJpeg, false, quality},
      {"a quality for a PNG", ImageFormat::kPng, true, quality},
      {"a level for a PNG", ImageFormat::kPng, false, level},
      {"a level for a JPEG", ImageFormat::kJpeg, true, level},
      {"channels for a file", ImageFormat::kPng, true,
       [](Options& o) { o.channels = Channels::kGray; }},
      {"a depth for a file", ImageFormat::kPng, true, [](Options& o) { o.bit_depth = 16; }},
      {"a turn", ImageFormat::kPng, false, [](Options& o) { o.rotate = 180; }},
      {"a flip", ImageFormat::kPng, false, [](Options& o) { o.flip = Flip::kVertical; }},
      {"its own size", ImageFormat::kPng, true,
       [](Options& o) { o.resize = size_of(100, std::nullopt); }},
      {"its own size, contained", ImageFormat::kPng, true,
       [](Options& o) { o.resize = size_of(100, 50, Fit::kContain); }},
      {"a letterbox", ImageFormat::kPng, false,
       [](Options& o) { o.resize = size_of(100, 51, Fit::kContain); }},
      {"another size", ImageFormat::kPng, false,
       [](Options& o) { o.resize = size_of(101, std::nullopt); }},
      {"a larger size that is not wanted", ImageFormat::kPng, true,
       [](Options& o) {
         o.resize = size_of(101, std::nullopt), o.resize->without_enlargement = true;
       }},
      {"small enough", ImageFormat::kJpeg, true, [](Options& o) { o.max_bytes = 1000; }},
      {"BMP", ImageFormat::kBmp, true, nothing},
      {"a quality for a BMP", ImageFormat::kBmp, true, quality},
      {"a part of a BMP", ImageFormat::kBmp, false, part},
      {"truncation accepted", ImageFormat::kJpeg, true,
       [](Options& o) { o.damaged = Damaged::kAccept; }},
  };
  for (const Case& expected : cases) {
    CAPTURE(expected.name);
    for (const MetadataPolicy policy :
         {MetadataPolicy::kNone, MetadataPolicy::kColor, MetadataPolicy::kAll}) {
      Options options;
      options.metadata = policy;
      expected.change(options);
      const Result<Plan> result = plan(picture(expected.source), options);
      REQUIRE(result.ok());
      const bool all = policy == MetadataPolicy::kAll;
      // A BMP has no metadata that could be taken out without writing it as a PNG.
      const bool keeps = expected.keeps && (all || expected.source != ImageFormat::kBmp);
      CHECK((result.value().strategy == Strategy::kCopyFile) == (keeps && all));
      CHECK((result.value().strategy == Strategy::kCopyImageData) == (keeps && !all));
      if (keeps) {
        CHECK(result.value().lossless);
        CHECK(result.value().checks_samples);
        CHECK(result.value().format == expected.source);
        CHECK(result.value().size == kSize);
      }
    }
  }
}

TEST_CASE(
    "a file that exceeds maxBytes with all metadata is encoded, and rewritten with less metadata") {
  Options options;
  options.max_bytes = 999;
  CHECK(plan(picture(ImageFormat::kJpeg), options).value().strategy == Strategy::kCopyImageData);
  CHECK(plan(picture(ImageFormat::kJpeg), options, true).value().strategy == Strategy::kTranscode);
  options.metadata = MetadataPolicy::kAll;
  CHECK(plan(picture(ImageFormat::kJpeg), options).value().strategy == Strategy::kTranscode);
}

TEST_CASE("a file without options is copied, and its samples are not decoded") {
  Options options;
  options.copies_file = true;
  for (const ImageFormat format : {ImageFormat::kJpeg, ImageFormat::kPng, ImageFormat::kBmp}) {
    const Plan copy = plan(picture(format), options).value();
    CHECK(copy.strategy == Strategy::kCopyFile);
    CHECK(!copy.checks_samples);
    CHECK(copy.lossless);
    CHECK(copy.size == kSize);
  }
  CHECK(plan(picture(ImageFormat::kRaw), options).value().format == ImageFormat::kPng);
}

TEST_CASE("an option of another format is an error only if a format is given") {
  struct Case {
    std::string name;
    ImageFormat belongs_to;
    void (*set)(Options&);
  };
  const Case cases[] = {
      {"quality", ImageFormat::kJpeg, [](Options& o) { o.quality = 50; }},
      {"compressionLevel", ImageFormat::kPng, [](Options& o) { o.compression_level = 9; }},
      {"channels", ImageFormat::kRaw, [](Options& o) { o.channels = Channels::kRgb; }},
      {"bitDepth", ImageFormat::kRaw, [](Options& o) { o.bit_depth = 16; }},
  };
  for (const Case& option : cases) {
    for (const ImageFormat source : {ImageFormat::kJpeg, ImageFormat::kPng, ImageFormat::kRaw}) {
      for (const std::optional<ImageFormat> format : {std::optional<ImageFormat>(),
                                                      {ImageFormat::kJpeg},
                                                      {ImageFormat::kPng},
                                                      {ImageFormat::kRaw}}) {
        INFO(option.name, " for ", std::string(to_string(source)), " to ",
             std::string(format ? to_string(*format) : "keep"));
        Options options = crop_to({0, 0, 10, 10});
        options.format = format;
        option.set(options);
        const Result<Plan> result = plan(picture(source), options);
        const bool fits = !format || format == option.belongs_to;
        CHECK(code_of(result) == (fits ? "ok" : "INVALID_ARGUMENT"));
        if (!result.ok()) {
          CHECK(result.error().message.find(option.name) != std::string::npos);
          CHECK(result.error().message.find(to_string(*format)) != std::string::npos);
        }
      }
    }
  }
}

TEST_CASE("encode settings are those asked for or the defaults") {
  Options options = crop_to({0, 0, 10, 10});
  CHECK(plan(picture(ImageFormat::kJpeg), options).value().settings.quality == 85);
  CHECK(plan(picture(ImageFormat::kPng), options).value().settings.compression_level == 6);
  options.quality = 1;
  options.compression_level = 0;
  CHECK(plan(picture(ImageFormat::kJpeg), options).value().settings.quality == 1);
  CHECK(plan(picture(ImageFormat::kPng), options).value().settings.compression_level == 0);
}

TEST_CASE("a format that cannot be encoded is refused unless the file is copied") {
  for (const ImageFormat format : {ImageFormat::kBmp, ImageFormat::kUnknown}) {
    CHECK(code_of(plan(picture(ImageFormat::kPng), as(format))) == "INVALID_ARGUMENT");
    CHECK(code_of(plan(picture(ImageFormat::kRaw), as(format))) == "INVALID_ARGUMENT");
  }
  Options all = as(ImageFormat::kBmp);
  all.metadata = MetadataPolicy::kAll;
  CHECK(code_of(plan(picture(ImageFormat::kBmp), all)) == "ok");
}

TEST_CASE("a turn comes after the file's orientation, and a flip after that") {
  struct Case {
    int exif;
    bool auto_orient;
    int rotate;
    Flip flip;
    int shown;
  };
  const Case cases[] = {
      {1, true, 0, Flip::kNone, 1},        {6, true, 0, Flip::kNone, 6},
      {6, false, 0, Flip::kNone, 1},       {1, true, 90, Flip::kNone, 6},
      {1, true, 180, Flip::kNone, 3},      {1, true, 270, Flip::kNone, 8},
      {1, true, 0, Flip::kHorizontal, 2},  {1, true, 0, Flip::kVertical, 4},
      {1, true, 90, Flip::kHorizontal, 5}, {1, true, 90, Flip::kVertical, 7},
      {6, true, 270, Flip::kNone, 1},      {6, false, 270, Flip::kNone, 8},
      {6, true, 90, Flip::kNone, 3},       {2, true, 0, Flip::kHorizontal, 1},
      {2, true, 90, Flip::kNone, 7},       {8, true, 90, Flip::kVertical, 4},
  };
  for (const Case& expected : cases) {
    INFO("Exif ", expected.exif, ", used: ", expected.auto_orient, ", ", expected.rotate,
         " degrees");
    ImageInfo info = picture(ImageFormat::kJpeg);
    info.orientation = exif_orientation(expected.exif);
    Options options = as(ImageFormat::kPng);
    options.auto_orient = expected.auto_orient;
    options.rotate = expected.rotate;
    options.flip = expected.flip;
    const Plan made = plan(info, options).value();
    CHECK(exif_tag(made.orientation) == expected.shown);
    CHECK(made.size == (expected.shown >= 5 ? Size{50, 100} : kSize));
    CHECK(made.decode.region == whole(kSize));
    CHECK(made.lossless);
  }
}

TEST_CASE("a file keeps its coded samples with its orientation, applied or not") {
  for (int tag = 1; tag <= 8; ++tag) {
    ImageInfo info = picture(ImageFormat::kJpeg);
    info.orientation = exif_orientation(tag);
    Options options;
    CHECK(plan(info, options).value().strategy == Strategy::kCopyImageData);
    options.auto_orient = false;
    CHECK(plan(info, options).value().strategy == Strategy::kCopyImageData);
    options.auto_orient = true;
    options.rotate = 180;
    CHECK(plan(info, options).value().strategy == Strategy::kTranscode);
  }
}

TEST_CASE("a job is lossless if it keeps every sample of the region") {
  struct Case {
    std::string name;
    ImageFormat source;
    Layout layout;
    bool lossless;
    std::function<void(Options&)> change;
  };
  const auto part = [](Options& o) { o.crop.edges.right = 10; };
  const Case cases[] = {
      {"a part of a PNG", ImageFormat::kPng, kRgb16, true, part},
      {"a part of a BMP, as a PNG", ImageFormat::kBmp, kPalette4, true, part},
      {"a part of samples, as a PNG", ImageFormat::kRaw, kBgra8, true, part},
      {"a part of a JPEG, as a JPEG", ImageFormat::kJpeg, kRgb8, false, part},
      {"a part of a JPEG, as a PNG", ImageFormat::kJpeg, kRgb8, true,
       [](Options& o) { o.format = ImageFormat::kPng; }},
      {"CMYK, as a PNG", ImageFormat::kJpeg, kCmyk8, false,
       [](Options& o) { o.format = ImageFormat::kPng; }},
      {"turned", ImageFormat::kPng, kPalette4, true, [](Options& o) { o.rotate = 90; }},
      {"padded", ImageFormat::kPng, kPalette4, true, [](Options& o) { o.crop.edges.left = -10; }},
      {"resized", ImageFormat::kPng, kRgb8, false, [](Options& o) { o.resize = size_of(50, {}); }},
      {"resized by nearest", ImageFormat::kPng, kRgb8, false,
       [](Options& o) { o.resize = size_of(50, {}), o.resize->kernel = Kernel::kNearest; }},
      {"resized to its own size and turned", ImageFormat::kPng, kRgb8, true,
       [](Options& o) { o.resize = size_of({}, 100), o.rotate = 90; }},
  };
  for (const Case& expected : cases) {
    CAPTURE(expected.name);
    Options options = crop_to({0, 0, 100, 50}, OutOfBounds::kPad);
    if (expected.name.find("turned") != std::string::npos) {
      options.crop.edges = {0, 0, 50, 100};
    }
    expected.change(options);
    ImageInfo info = picture(expected.source, expected.layout);
    CHECK(plan(info, options).value().lossless == expected.lossless);
    // Not where the decoder itself had to drop bits.
    info.exact = false;
    CHECK(!plan(info, options).value().lossless);
  }
}

TEST_CASE("a format that is not decoded here is copied only without options") {
  ImageInfo info = picture(ImageFormat::kUnknown);
  info.size = {};
  info.id = "webp";
  info.name = "WebP";
  Options options;
  options.copies_file = true;
  const Result<Plan> result = plan(info, options);
  REQUIRE(result.ok());
  CHECK(result.value().strategy == Strategy::kCopyFile);
  CHECK(result.value().format == ImageFormat::kUnknown);
  CHECK(result.value().lossless);
  const Result<Plan> refused = plan(info, {});
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == ErrorCode::kUnsupportedFormat);
  CHECK(refused.error().message.find("WebP") != std::string::npos);
  info.id = info.name = "";
  info.looks_like = "an HTML page";
  CHECK(code_of(plan(info, options)) == "UNSUPPORTED_FORMAT");
}

TEST_CASE("a resized JPEG has the lower of its own quality and 85") {
  ImageInfo info = picture(ImageFormat::kJpeg);
  struct Case {
    int own;
    std::optional<int> asked;
    bool resizes;
    bool keeps;
    int quality;
  };
  const Case cases[] = {
      {95, {}, false, true, 95}, {60, {}, false, true, 60}, {95, {}, true, false, 85},
      {60, {}, true, true, 60},  {85, {}, true, false, 85}, {95, 0, true, true, 95},
      {60, 90, true, false, 90}, {0, {}, true, false, 85},  {0, {}, false, true, 85},
  };
  for (const Case& expected : cases) {
    CAPTURE(expected.own);
    info.quality = expected.own;
    Options options = crop_to({0, 0, 90, 45});
    options.quality = expected.asked;
    if (expected.resizes) {
      options.resize = size_of(20, {});
    }
    const Plan planned = plan(info, options).value();
    CHECK(planned.keeps_quantisation == expected.keeps);
    CHECK(planned.settings.quality == expected.quality);
  }
}

TEST_CASE("luma and chroma are kept as they are stored if a whole JPEG becomes a JPEG") {
  using Change = std::function<void(ImageInfo&, Options&)>;
  struct Case {
    std::string name;
    bool keeps;
    Change change;
  };
  const Case cases[] = {
      {"a resize", true, [](auto&, auto&) {}},
      {"a box", true, [](auto&, auto& o) { o.resize->height = 40; }},
      {"turned", true, [](auto&, auto& o) { o.rotate = 90; }},
      {"larger", true, [](auto&, auto& o) { o.resize->width = 300; }},
      {"maxBytes", true, [](auto&, auto& o) { o.max_bytes = 5000; }},
      {"all metadata", true, [](auto&, auto& o) { o.metadata = MetadataPolicy::kAll; }},
      {"maxBytes and coarse tables", true,
       [](auto& i, auto& o) { i.quality = 30, o.max_bytes = 5000; }},
      {"maxBytes and coarse tables of another subsampling", false,
       [](auto& i, auto& o) {
         i.quality = 30, o.max_bytes = 5000;
         i.chroma_subsampling = ChromaSubsampling{2, 1};
       }},
      {"components are not luma and chroma", false, [](auto& i, auto&) { i.has_ycc = false; }},
      {"another quality", true, [](auto&, auto& o) { o.resize.reset(), o.quality = 80; }},
      {"another quality, turned", false,
       [](auto&, auto& o) { o.resize.reset(), o.quality = 80, o.rotate = 180; }},
      {"another quality and subsampling", false,
       [](auto& i, auto& o) {
         o.resize.reset(), o.quality = 80;
         i.chroma_subsampling = ChromaSubsampling{1, 1};
       }},
      {"its own subsampling", true,
       [](auto& i, auto& o) {
         o.resize.reset(), o.quality = 80;
         i.chroma_subsampling = o.chroma_subsampling = ChromaSubsampling{1, 1};
       }},
      {"nearest", false, [](auto&, auto& o) { o.resize->kernel = Kernel::kNearest; }},
      {"a crop", false,
       [](auto&, auto& o) {
         o.crop = {{0, 0, 90, 50}, false};
       }},
      {"padding", false,
       [](auto&, auto& o) {
         o.crop = {{-9, 0, 100, 50}, false};
       }},
      {"a letterbox", false,
       [](auto&, auto& o) { o.resize->height = 40, o.resize->fit = Fit::kContain; }},
      {"a PNG", false, [](auto&, auto& o) { o.format = ImageFormat::kPng; }},
      {"samples", false, [](auto&, auto& o) { o.format = ImageFormat::kRaw; }},
  };
  for (const Case& given : cases) {
    CAPTURE(given.name);
    ImageInfo info = picture(ImageFormat::kJpeg);
    info.has_ycc = true;
    info.quality = 95;
    info.chroma_subsampling = ChromaSubsampling{2, 2};
    Options options;
    options.resize = size_of(40, {});
    options.out_of_bounds = OutOfBounds::kPad;
    given.change(info, options);
    const Result<Plan> planned = plan(info, options);
    REQUIRE(planned.ok());
    CHECK(planned.value().decode.components == given.keeps);
    CHECK(planned.value().settings.components == given.keeps);
  }
}

TEST_CASE("a rotation decodes what the crop's corners reach, and makes it smaller first") {
  ImageInfo info = picture(ImageFormat::kJpeg);
  info.size = {4000, 3000};
  Options options;
  options.rotate = 30;
  const Plan whole_image = plan(info, options).value();
  CHECK(whole_image.size == rotated(info.size, 30));
  CHECK(whole_image.region == whole(whole_image.size));
  CHECK(whole_image.decode.region == whole(info.size));
  CHECK(!whole_image.resampling);
  CHECK(whole_image.rotation->to == whole_image.size);
  CHECK(!whole_image.lossless);

  options.crop = {{2000, 1500, 2400, 1800}, false};
  const Plan part = plan(info, options).value();
  CHECK(part.size == Size{400, 300});
  CHECK(part.decode.region.width() < 400 + 300 + 20);
  CHECK(part.rotation->from == part.decode.region.size());

  options.crop = {};
  options.resize = size_of(500, {});
  const Plan small = plan(info, options).value();
  CHECK(small.size.width == 500);
  REQUIRE(small.resampling);
  CHECK(small.rotation->from == small.resampling->size);
  CHECK(small.rotation->from.width < 500);
  CHECK(!small.decode.components);

  options.lossless = true;
  CHECK(code_of(plan(info, options)) == "LOSSLESS_IMPOSSIBLE");
}

TEST_CASE("a CMYK JPEG keeps the nearest quality and its subsampling") {
  ImageInfo info = picture(ImageFormat::kJpeg, {Model::kCmyk, 8});
  info.quality = 97;
  info.chroma_subsampling = ChromaSubsampling{1, 1};
  Options options = crop_to({0, 0, 90, 45});
  const Plan kept = plan(info, options).value();
  CHECK(!kept.keeps_quantisation);
  CHECK(kept.settings.quality == 97);
  CHECK(kept.settings.chroma_subsampling == info.chroma_subsampling);
  options.quality = 50;
  const Plan asked = plan(info, options).value();
  CHECK(asked.settings.quality == 50);
  CHECK(!asked.settings.chroma_subsampling);
}

ImageInfo turned_picture(ImageFormat format, int tag) {
  ImageInfo info = picture(format);
  info.orientation = exif_orientation(tag);
  info.block = {8, 8};
  return info;
}

TEST_CASE("a job that changes metadata only keeps the coded samples and their orientation") {
  for (const MetadataPolicy policy : {MetadataPolicy::kNone, MetadataPolicy::kColor}) {
    for (const bool auto_orient : {true, false}) {
      Options options;
      options.metadata = policy;
      options.auto_orient = auto_orient;
      for (const ImageFormat format : {ImageFormat::kJpeg, ImageFormat::kPng}) {
        const Plan planned = plan(turned_picture(format, 6), options).value();
        CHECK(planned.strategy == Strategy::kCopyImageData);
        CHECK(planned.lossless);
        CHECK(planned.size == (auto_orient ? Size{50, 100} : kSize));
        CHECK(planned.metadata.policy == policy);
        CHECK(planned.metadata.same_image);
        CHECK(planned.metadata.size == kSize);
        CHECK(exif_tag(planned.metadata.orientation) == 6);
      }
    }
  }
  Options all;
  all.metadata = MetadataPolicy::kAll;
  CHECK(plan(turned_picture(ImageFormat::kJpeg, 6), all).value().strategy == Strategy::kCopyFile);
  CHECK(plan(turned_picture(ImageFormat::kPng, 6), all).value().strategy == Strategy::kCopyFile);
}

TEST_CASE("a job with a quality, a resize or a turn decodes samples and turns them upright") {
  for (const int change : {0, 1, 2}) {
    Options options;
    options.metadata = MetadataPolicy::kNone;
    if (change == 0) {
      options.quality = 50;
    } else if (change == 1) {
      options.resize = size_of(10, {});
    } else {
      options.rotate = 90;
    }
    const Plan planned = plan(turned_picture(ImageFormat::kJpeg, 6), options).value();
    CHECK(planned.strategy == Strategy::kTranscode);
    CHECK(!planned.metadata.same_image);
    CHECK(exif_tag(planned.metadata.orientation) == 1);
  }
}

TEST_CASE("the orientation of a result is what has not been applied") {
  for (int tag = 1; tag <= 8; ++tag) {
    for (const int rotate : {0, 90, 180, 270}) {
      for (const Flip flip : {Flip::kNone, Flip::kHorizontal, Flip::kVertical}) {
        for (const bool auto_orient : {true, false}) {
          for (const bool lossless : {true, false}) {
            Options options = crop_to({8, 8, 40, 40});
            options.rotate = rotate;
            options.flip = flip;
            options.auto_orient = auto_orient;
            options.lossless = lossless;
            const ImageInfo info = turned_picture(ImageFormat::kJpeg, tag);
            const Plan planned = plan(info, options).value();
            const Orientation done =
                planned.strategy == Strategy::kLosslessCrop ? Orientation{} : planned.orientation;
            const Orientation mirror = {false, flip == Flip::kHorizontal, flip == Flip::kVertical};
            const Orientation asked = then(quarter_turns(rotate / 90), mirror);
            // Without autoOrient the picture's own turn is still to come.
            CHECK(then(done, planned.metadata.orientation) ==
                  (auto_orient ? then(info.orientation, asked) : then(asked, info.orientation)));
            if (auto_orient && !lossless) {
              CHECK(planned.metadata.orientation == Orientation{});
            }
            CHECK(!planned.metadata.same_image);
            const Size stored = lossless ? planned.decode.region.size() : planned.size;
            CHECK(planned.metadata.size == stored);
          }
        }
      }
    }
  }
}

TEST_CASE("an animation's other frames are kept only with its coded samples") {
  ImageInfo info = picture(ImageFormat::kPng);
  info.frame_count = 3;
  CHECK(plan(info, {}).value().lossless);
  Options options = crop_to({0, 0, 10, 10});
  CHECK(!plan(info, options).value().lossless);
  options.lossless = true;
  CHECK(code_of(plan(info, options)) == "LOSSLESS_IMPOSSIBLE");
}

}  // namespace
}  // namespace crop64
