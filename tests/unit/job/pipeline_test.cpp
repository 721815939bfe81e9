#include "job/pipeline.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "codecs/jpeg/decode.h"
#include "codecs/jpeg/encode.h"
#include "codecs/registry.h"
#include "image/convert.h"
#include "image/orient.h"
#include "image/resize.h"
#include "job/job.h"
#include "support/bmps.h"
#include "support/images.h"
#include "support/jpegs.h"
#include "support/pngs.h"

namespace crop64 {
namespace {

constexpr Layout kRgb8 = {Model::kRgb, 8};
constexpr Layout kRgba8 = {Model::kRgba, 8};
constexpr Color kRed = {255, 0, 0, 1};

Source file_source(const File& file) { return {file, {}}; }
Source sample_source(const ImageView& samples) { return {{}, samples}; }

Result<std::vector<Output>> process_all(const Source& source, std::vector<Options> options) {
  return Job::open(source, std::move(options)).finish();
}

Result<Output> process(const Source& source, const Options& options) {
  Result<std::vector<Output>> outputs = process_all(source, {options});
  return outputs.ok() ? Result<Output>(std::move(outputs.value().front())) : outputs.error();
}

Options crop_to(const Rect& region, std::optional<ImageFormat> format = std::nullopt) {
  Options options;
  options.crop = {
      {double(region.left), double(region.top), double(region.right), double(region.bottom)},
      false};
  options.out_of_bounds = OutOfBounds::kPad;
  options.format = format;
  return options;
}

Options copy_file() {
  Options options;
  options.copies_file = true;
  return options;
}

Output run(const Source& source, const Options& options) {
  Result<Output> output = process(source, options);
  INFO(code_of(output), output.ok() ? "" : output.error().message);
  REQUIRE(output.ok());
  return std::move(output.value());
}

File bytes_of(const Output& output) {
  return {output.bytes.data(), output.bytes.data() + output.bytes.size()};
}

// The samples that kRaw gave, as a picture.
ImageView samples_of(const Output& output) {
  static const Colors kNone;
  const Plan& plan = output.plan;
  const auto stride = static_cast<size_t>(plan.layout.bytes({plan.size.width, 1}));
  REQUIRE(output.bytes.size() == plan.layout.bytes(plan.size));
  return {plan.size, plan.layout, output.bytes.data(), stride, &kNone};
}

TEST_CASE("a region of a file is returned as samples") {
  const Rect region = {5, 7, 30, 19};
  const File jpeg = make_jpeg({45, 37});
  const Image picture = make_picture({45, 37}, {Model::kPalette, 4});
  struct Case {
    std::string name;
    File file;
    Image full;
  };
  Case cases[] = {
      {"JPEG", jpeg, full_decode_with_libjpeg(jpeg)},
      {"PNG", make_png(picture.view()), full_decode_with_libpng(make_png(picture.view()))}};
  for (const Case& expected : cases) {
    CAPTURE(expected.name);
    const Output output = run(file_source(expected.file), crop_to(region, ImageFormat::kRaw));
    const Image rgba = std::move(convert(expected.full.view(), kRgba8, {}).value());
    CHECK(difference(samples_of(output), crop(rgba.view(), region)) == "");
    CHECK(output.lossless);
    CHECK(output.plan.region == region);
  }
}

TEST_CASE("a region of a PNG is written in the PNG's own layout with its colours") {
  for (const Layout& layout :
       {Layout{Model::kGray, 1}, Layout{Model::kPalette, 2}, Layout{Model::kRgba, 16}, kRgb8}) {
    CAPTURE(to_string(layout));
    Image picture = make_picture({45, 37}, layout);
    picture.colors.palette_alphas = static_cast<int>(picture.colors.palette.size() / 2);
    if (layout == kRgb8) {
      picture.colors.transparent = {1, 2, 3};
    }
    const Rect region = {5, 7, 30, 19};
    const Output output = run(file_source(make_png(picture.view())), crop_to(region));
    const Image read = full_decode_with_libpng(bytes_of(output));
    CHECK(difference(read.view(), crop(picture.view(), region)) == "");
    CHECK((read.colors.palette == picture.colors.palette));
    CHECK(read.colors.palette_alphas == picture.colors.palette_alphas);
    CHECK((read.colors.transparent == picture.colors.transparent));
    CHECK(output.lossless);
  }
}

TEST_CASE("a region of a JPEG is written as libjpeg writes these samples") {
  const File file = make_jpeg({45, 37});
  const Image full = full_decode_with_libjpeg(file);
  const Rect region = {5, 7, 30, 19};
  Options options = crop_to(region);
  options.quality = 60;
  const Output output = run(file_source(file), options);
  CHECK((bytes_of(output) == encode_with_libjpeg(crop(full.view(), region), {.quality = 60})));
  CHECK(!output.lossless);
}

TEST_CASE("JPEG to PNG keeps every sample") {
  const File file = make_jpeg({45, 37});
  const Output output = run(file_source(file), crop_to({5, 7, 30, 19}, ImageFormat::kPng));
  const Image full = full_decode_with_libjpeg(file);
  CHECK(difference(full_decode_with_libpng(bytes_of(output)).view(),
                   crop(full.view(), {5, 7, 30, 19})) == "");
  CHECK(output.lossless);
}

TEST_CASE("PNG with alpha to JPEG is blended with the background, white by default") {
  const Image picture = make_picture({45, 37}, kRgba8);
  struct Case {
    Color given;
    Color used;
  };
  const Case cases[] = {{{}, {255, 255, 255, 1}}, {kRed, kRed}};
  for (const auto& [given, used] : cases) {
    Options options;
    options.format = ImageFormat::kJpeg;
    options.background = given;
    const Output output = run(file_source(make_png(picture.view())), options);
    const Image flat = std::move(convert(picture.view(), kRgb8, used).value());
    CHECK((bytes_of(output) == encode_with_libjpeg(flat.view())));
    CHECK(!output.lossless);
  }
}

TEST_CASE("raw samples as a source are cropped, padded and encoded") {
  const Image picture = make_picture({45, 37}, {Model::kBgra, 8});
  // A part, so that its rows do not follow one another without a gap.
  const ImageView part = crop(picture.view(), {3, 2, 40, 30});
  const Output output = run(sample_source(part), crop_to({5, 7, 30, 19}));
  const Image rgba = std::move(convert(part, kRgba8, {}).value());
  CHECK(output.plan.format == ImageFormat::kPng);
  CHECK(difference(full_decode_with_libpng(bytes_of(output)).view(),
                   crop(rgba.view(), {5, 7, 30, 19})) == "");
  CHECK(output.info.format == ImageFormat::kRaw);
  CHECK(output.bytes_read == 25 * 12 * 4);
}

TEST_CASE("pixels outside the image are padded with the background") {
  const Image picture = make_picture({45, 37}, kRgb8);
  struct Case {
    Rect crop;
    Rect region;
    int left;
    int top;
  };
  const Case cases[] = {
      {{-5, -3, 20, 10}, {0, 0, 20, 10}, 5, 3}, {{40, 30, 60, 50}, {40, 30, 45, 37}, 0, 0},
      {{-2, -2, 47, 39}, {0, 0, 45, 37}, 2, 2}, {{100, 100, 110, 105}, {}, 0, 0},
      {{-60, -80, -50, -75}, {}, 0, 0},
  };
  for (const Case& expected : cases) {
    CAPTURE(to_string(expected.crop));
    Options options = crop_to(expected.crop, ImageFormat::kPng);
    options.background = kRed;
    const Output output = run(file_source(make_png(picture.view())), options);
    const Image padded = std::move(pad(crop(picture.view(), expected.region),
                                       {expected.crop.size(), expected.left, expected.top}, kRed)
                                       .value());
    CHECK(difference(full_decode_with_libpng(bytes_of(output)).view(), padded.view()) == "");
  }
}

TEST_CASE("padding an image with a palette or a transparent colour converts it") {
  Image palette = make_picture({45, 37}, {Model::kPalette, 2});
  Image keyed = make_picture({45, 37}, kRgb8);
  keyed.colors.transparent = {uint16_t(sample_at(keyed.view(), 3, 3, 0)),
                              uint16_t(sample_at(keyed.view(), 3, 3, 1)),
                              uint16_t(sample_at(keyed.view(), 3, 3, 2))};
  for (const Image* picture : {&palette, &keyed}) {
    const Image rgba = std::move(convert(picture->view(), kRgba8, {}).value());
    const Output output = run(file_source(make_png(picture->view())), crop_to({-5, 0, 20, 10}));
    const Image expected =
        std::move(pad(crop(rgba.view(), {0, 0, 20, 10}), {{25, 10}, 5, 0}, Color{}).value());
    CHECK(difference(full_decode_with_libpng(bytes_of(output)).view(), expected.view()) == "");
    CHECK(output.lossless);
  }
}

Resize size_of(std::optional<int> width, std::optional<int> height, Fit fit = Fit::kCover) {
  Resize resize;
  resize.width = width;
  resize.height = height;
  resize.fit = fit;
  return resize;
}

TEST_CASE("an image is turned, padded, resampled, letterboxed and converted, in this order") {
  constexpr Color kGreen = {20, 200, 30, 0.5};
  struct Case {
    std::string name;
    Layout source;
    Layout working;
  };
  const Case cases[] = {{"RGBA", kRgba8, kRgba8},
                        {"16 bits", {Model::kRgb, 16}, {Model::kRgba, 16}},
                        {"palette", {Model::kPalette, 4}, kRgba8},
                        {"grey", {Model::kGray, 2}, kRgba8}};
  for (const Case& expected : cases) {
    CAPTURE(expected.name);
    const Image picture = make_picture({45, 37}, expected.source);
    Options options;
    options.rotate = 90;  // 37 x 45
    options.flip = Flip::kHorizontal;
    options.crop = {{-4, 10, 26, 40}, false};
    options.out_of_bounds = OutOfBounds::kPad;
    options.background = kGreen;
    options.resize = size_of(20, 16, Fit::kContain);
    options.format = ImageFormat::kRaw;
    options.channels = Channels::kBgra;
    options.bit_depth = 16;

    const Orientation turn = then(quarter_turns(1), {.mirror_x = true});
    const Image turned = std::move(orient(picture.view(), turn).value());
    const Image working =
        std::move(convert(crop(turned.view(), {0, 10, 26, 40}), expected.working, kGreen).value());
    const Image padded = std::move(pad(working.view(), {{30, 30}, 4, 0}, kGreen).value());
    const Image smaller =
        std::move(resize(padded.view(), {{0, 0, 30, 30}, {16, 16}, Kernel::kLanczos3}).value());
    const Image boxed = std::move(pad(smaller.view(), {{20, 16}, 2, 0}, kGreen).value());
    const Image samples = std::move(convert(boxed.view(), {Model::kBgra, 16}, kGreen).value());
    const Output from_file = run(file_source(make_png(picture.view())), options);
    CHECK(difference(samples_of(from_file), samples.view()) == "");
    CHECK(!from_file.lossless);
    if (expected.source == kRgba8) {
      // Samples of others are a source too, where they stand in a larger picture.
      const Image around = std::move(pad(picture.view(), {{60, 50}, 3, 4}, kRed).value());
      const Output from_samples = run(sample_source(crop(around.view(), {3, 4, 48, 41})), options);
      CHECK(difference(samples_of(from_samples), samples.view()) == "");
    }
  }
}

TEST_CASE("a transparent colour is replaced by the background even if the layout stays") {
  Image picture = make_picture({45, 37}, kRgb8);
  picture.colors.transparent = {uint16_t(sample_at(picture.view(), 3, 2, 0)),
                                uint16_t(sample_at(picture.view(), 3, 2, 1)),
                                uint16_t(sample_at(picture.view(), 3, 2, 2))};
  const Image flat = std::move(convert(picture.view(), kRgb8, kRed).value());
  CHECK(sample_at(flat.view(), 3, 2, 0) == 255);
  Options options;
  options.background = kRed;
  options.format = ImageFormat::kRaw;
  options.channels = Channels::kRgb;
  const Output samples = run(file_source(make_png(picture.view())), options);
  CHECK(difference(samples_of(samples), flat.view()) == "");
  CHECK(!samples.lossless);
  options.format = ImageFormat::kJpeg;
  options.channels = std::nullopt;
  const Output jpeg = run(file_source(make_png(picture.view())), options);
  CHECK((bytes_of(jpeg) == encode_with_libjpeg(flat.view())));
}

TEST_CASE("a JPEG is turned by its Exif orientation") {
  const File plain = make_jpeg({45, 37});
  const Image stored = full_decode_with_libjpeg(plain);
  for (int tag = 1; tag <= 8; ++tag) {
    CAPTURE(tag);
    File file = plain;
    const File exif = {0xff, 0xe1, 0, 34, 'E', 'x', 'i',  'f', 0, 0, 'M', 'M', 0, 42, 0,
                       0,    0,    8, 0,  1,   1,   0x12, 0,   3, 0, 0,   0,   1, 0,  uint8_t(tag),
                       0,    0,    0, 0,  0,   0};
    file.insert(file.begin() + 2, exif.begin(), exif.end());
    const Image shown = std::move(orient(stored.view(), exif_orientation(tag)).value());
    const Rect part = {3, 5, 30, 21};
    const Output output = run(file_source(file), crop_to(part, ImageFormat::kPng));
    CHECK(difference(full_decode_with_libpng(bytes_of(output)).view(), crop(shown.view(), part)) ==
          "");
    CHECK(output.lossless);
    Options as_stored = crop_to(part, ImageFormat::kPng);
    as_stored.auto_orient = false;
    CHECK(difference(full_decode_with_libpng(bytes_of(run(file_source(file), as_stored))).view(),
                     crop(stored.view(), part)) == "");
    const Output rewritten = run(file_source(file), {});
    CHECK(rewritten.plan.strategy == Strategy::kCopyImageData);
    CHECK(probe(Bytes(rewritten.bytes)).value().orientation == exif_orientation(tag));
  }
}

TEST_CASE("a JPEG resized to much less is decoded reduced, with nearly the same result") {
  // Without what is finer than a result's pixel, which filters treat differently.
  const Image few = make_picture({5, 4}, kRgb8);
  const Image picture =
      std::move(resize(few.view(), {{0, 0, 5, 4}, {320, 240}, Kernel::kCubic}).value());
  const File file = encode_with_libjpeg(picture.view(), {.quality = 95});
  const Image full = full_decode_with_libjpeg(file);
  struct Case {
    Size size;
    int reduction;
  };
  for (const Case& expected : {Case{{73, 54}, 2}, Case{{37, 27}, 4}, Case{{17, 13}, 8}}) {
    const Size size = expected.size;
    CAPTURE(expected.reduction);
    Options options = crop_to({7, 5, 307, 227}, ImageFormat::kRaw);
    options.channels = Channels::kRgb;
    options.resize = size_of(size.width, size.height);
    const Output output = run(file_source(file), options);
    REQUIRE(output.plan.decode.reduction == expected.reduction);
    const Image decoded =
        std::move(decode_image(jpeg::decode, file, output.plan.decode).value().image);
    CHECK(difference(samples_of(output),
                     resize(decoded.view(), *output.plan.resampling).value().view()) == "");
    // And nearly what comes of the picture's own pixels.
    const ImageView part = crop(full.view(), {7, 5, 307, 227});
    const RectF box = {0, 0, 300, 222};
    const Image exact = std::move(resize(part, {box, size, Kernel::kLanczos3}).value());
    double sum = 0;
    for (int y = 0; y < size.height; ++y) {
      for (int x = 0; x < 3 * size.width; ++x) {
        sum += std::abs(int{samples_of(output).row(y)[x]} - int{exact.view().row(y)[x]});
      }
    }
    CHECK(sum / double(3 * size.area()) < 1);
    CHECK(!output.lossless);
  }
}

TEST_CASE("CMYK samples are returned as RGB") {
  const File file = make_jpeg({45, 37}, {.sampling = kInkSamplings[0], .stored = JCS_YCCK});
  const Image ink = full_decode_with_libjpeg(file);
  REQUIRE(ink.layout.model == Model::kCmyk);
  const Image rgb = std::move(convert(ink.view(), kRgb8, {}).value());
  const Rect part = {5, 7, 30, 19};
  const Output png = run(file_source(file), crop_to(part, ImageFormat::kPng));
  CHECK(difference(full_decode_with_libpng(bytes_of(png)).view(), crop(rgb.view(), part)) == "");
  CHECK(!png.lossless);
  const Output jpeg = run(file_source(file), crop_to(part));
  const Result<ImageInfo> made = probe(Bytes(jpeg.bytes));
  REQUIRE(made.ok());
  const ImageInfo source = probe(Bytes(file)).value();
  CHECK(made.value().layout == kRgb8);
  CHECK(made.value().quality == source.quality);
  CHECK(made.value().chroma_subsampling == source.chroma_subsampling);
  CHECK(jpeg.quality == source.quality);
}

TEST_CASE("a BMP without options is copied, otherwise it becomes a PNG of the same samples") {
  for (const Layout& layout : {Layout{Model::kPalette, 4}, kRgb8}) {
    CAPTURE(to_string(layout));
    const Image picture = make_picture({45, 37}, layout);
    const File bmp = make_bmp(picture.view());
    CHECK(run(file_source(bmp), copy_file()).plan.strategy == Strategy::kCopyFile);
    CHECK(run(file_source(bmp), {}).plan.format == ImageFormat::kPng);
    const Rect part = {5, 7, 30, 19};
    const Output output = run(file_source(bmp), crop_to(part));
    CHECK(output.plan.format == ImageFormat::kPng);
    const Image read = full_decode_with_libpng(bytes_of(output));
    CHECK(difference(read.view(), crop(picture.view(), part)) == "");
    CHECK((read.colors.palette == picture.colors.palette));
    CHECK(output.lossless);
  }
}

TEST_CASE("maxBytes takes the highest quality at which the JPEG fits and the next does not") {
  const Image picture = make_picture({120, 90}, kRgb8);
  const auto encoded = [&](int quality) {
    const Result<Buffer> file =
        encode_image(jpeg::encode, picture.view(), {.quality = quality}, {});
    return File(file.value().data(), file.value().data() + file.value().size());
  };
  const Source source = sample_source(picture.view());
  const auto within = [&](double max_bytes, int quality) {
    Options options;
    options.format = ImageFormat::kJpeg;
    options.max_bytes = max_bytes;
    options.quality = quality;
    return process(source, options);
  };
  for (const int quality : {1, 20, 85, 100}) {
    for (const int enough_for : {1, 2, 7, 33, 60, 84, 85, 99, 100}) {
      INFO("quality ", quality, ", room for ", enough_for);
      const size_t room = encoded(enough_for).size();
      const Result<Output> output = within(double(room), quality);
      REQUIRE(output.ok());
      const File made = bytes_of(output.value());
      CHECK(made.size() <= room);
      bool found = false;
      for (int at = 1; at <= quality && !found; ++at) {
        found = made == encoded(at) && (at == quality || encoded(at + 1).size() > room);
      }
      CHECK(found);
    }
  }
  const size_t smallest = encoded(1).size();
  const Result<Output> refused = within(double(smallest - 1), 85);
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == ErrorCode::kLimitExceeded);
  CHECK(refused.error().details[0].value == double(smallest - 1));
  CHECK(refused.error().details[1].value == double(smallest));
}

TEST_CASE("maxBytes refuses a PNG that is larger, and rewrites a JPEG that is small enough") {
  const Image picture = make_picture({45, 37}, kRgb8);
  const Source source = sample_source(picture.view());
  const size_t size = run(source, {}).bytes.size();
  Options options;
  options.max_bytes = double(size);
  CHECK(run(source, options).bytes.size() == size);
  options.max_bytes = double(size - 1);
  const Result<Output> refused = process(source, options);
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == ErrorCode::kLimitExceeded);
  CHECK(refused.error().details[1].value == double(size));
  const File jpeg = make_jpeg({45, 37});
  options.max_bytes = double(jpeg.size());
  const Output rewritten = run(file_source(jpeg), options);
  CHECK(rewritten.plan.strategy == Strategy::kCopyImageData);
  CHECK(rewritten.lossless);
  options.max_bytes = double(rewritten.bytes.size() - 1);
  const Output smaller = run(file_source(jpeg), options);
  CHECK(smaller.plan.strategy == Strategy::kTranscode);
  CHECK(!smaller.lossless);
  CHECK(smaller.bytes.size() < rewritten.bytes.size());
  options.lossless = true;
  CHECK(code_of(process(file_source(jpeg), options)) == "LIMIT_EXCEEDED");
}

TEST_CASE("a crop that contains padding only can be resized, turned and encoded") {
  const Image picture = make_picture({45, 37}, kRgb8);
  Options options = crop_to({100, 100, 140, 120}, ImageFormat::kRaw);
  options.channels = Channels::kRgb;
  options.background = kRed;
  options.rotate = 90;
  options.resize = size_of(10, 10, Fit::kContain);
  const Output output = run(file_source(make_png(picture.view())), options);
  const ImageView samples = samples_of(output);
  CHECK(samples.size == Size{10, 10});
  for (int y = 0; y < 10; ++y) {
    for (int x = 0; x < 10; ++x) {
      CHECK(Rgba8{samples.row(y)[3 * x], samples.row(y)[3 * x + 1], samples.row(y)[3 * x + 2],
                  255} == Rgba8{255, 0, 0, 255});
    }
  }
}

TEST_CASE("a copied file allocates no output, whatever its last bytes are") {
  const File jpeg = make_jpeg({45, 37});
  const File cut = first_bytes(jpeg, jpeg.size() - 30);
  const File webp = {'R', 'I', 'F', 'F', 0, 0, 0, 0, 'W', 'E', 'B', 'P'};
  const File broken = first_bytes(jpeg, 30);
  for (const File& file : {jpeg, cut, broken, webp}) {
    const Output output = run(file_source(file), copy_file());
    CHECK(output.plan.strategy == Strategy::kCopyFile);
    CHECK(output.bytes.size() == 0);
    CHECK(output.bytes_read == file.size());
    CHECK(output.lossless);
  }
}

TEST_CASE("bytes that are no image are UNSUPPORTED_FORMAT") {
  const File unknown(100, 'x');
  CHECK(code_of(process(file_source(unknown), copy_file())) == "UNSUPPORTED_FORMAT");
  CHECK(code_of(process(file_source({}), copy_file())) == "UNSUPPORTED_FORMAT");
}

TEST_CASE(
    "a damaged file is rejected instead of rewritten, or encoded anew if damage is accepted") {
  const File jpeg = make_jpeg({45, 37});
  const File cut = first_bytes(jpeg, jpeg.size() - 200);
  Options options;
  CHECK(code_of(process(file_source(cut), options)) == "TRUNCATED_IMAGE");
  options.metadata = MetadataPolicy::kAll;
  CHECK(code_of(process(file_source(cut), options)) == "TRUNCATED_IMAGE");
  CHECK(run(file_source(jpeg), options).plan.strategy == Strategy::kCopyFile);
  options.damaged = Damaged::kAccept;
  const Output accepted = run(file_source(cut), options);
  CHECK(accepted.plan.strategy == Strategy::kTranscode);
  CHECK(!accepted.lossless);
}

TEST_CASE("a crop of a damaged or unknown file fails with the file's own error") {
  const File jpeg = make_jpeg({45, 37});
  File twelve_bits = jpeg;
  twelve_bits[find_marker(jpeg, 0xc0) + 4] = 12;
  struct Case {
    File file;
    std::string code;
  };
  const Case cases[] = {
      {File(100, 'x'), "UNSUPPORTED_FORMAT"},
      {{}, "UNSUPPORTED_FORMAT"},
      {twelve_bits, "UNSUPPORTED_FORMAT"},
      {first_bytes(jpeg, 30), "TRUNCATED_IMAGE"},
      {{0xff, 0xd8, 0xff, 0xd9}, "CORRUPT_IMAGE"},
      {first_bytes(jpeg, jpeg.size() / 2), "TRUNCATED_IMAGE"},
  };
  for (const Case& expected : cases) {
    CHECK(code_of(process(file_source(expected.file), crop_to({0, 20, 10, 37}))) == expected.code);
  }
}

TEST_CASE("an image with filled rows is not lossless") {
  const Image picture = make_picture({45, 37}, kRgb8);
  const File png = make_png(picture.view());
  const File jpeg = make_jpeg({45, 37});
  for (const File& file : {png, jpeg}) {
    const File cut = first_bytes(file, file.size() / 2);
    Options options = crop_to({0, 0, 45, 37}, ImageFormat::kRaw);
    CHECK(code_of(process(file_source(cut), options)) == "TRUNCATED_IMAGE");
    options.damaged = Damaged::kAccept;
    CHECK(!run(file_source(cut), options).lossless);
    CHECK(run(file_source(file), options).lossless);
  }
}

TEST_CASE("a job reads only as much of a file as the region needs") {
  const File jpeg = make_jpeg({45, 370});
  const Output top = run(file_source(jpeg), crop_to({0, 0, 10, 10}));
  const Output all = run(file_source(jpeg), crop_to({0, 0, 10, 370}));
  CHECK(top.bytes_read < jpeg.size() / 5);
  CHECK(all.bytes_read > jpeg.size() * 9 / 10);
}

TEST_CASE("limits are checked before anything is decoded") {
  const File png = make_png(make_picture({45, 37}, kRgb8).view());
  const auto with = [](auto set) {
    Options options;
    options.format = ImageFormat::kRaw;
    set(options.limits);
    return options;
  };
  CHECK(code_of(process(file_source(png), with([](Limits& l) { l.pixels = 1664; }))) ==
        "LIMIT_EXCEEDED");
  CHECK(code_of(process(file_source(png), with([](Limits& l) { l.pixels = 1665; }))) == "ok");
  CHECK(code_of(process(file_source(png), with([](Limits& l) { l.memory = 10000; }))) ==
        "LIMIT_EXCEEDED");
  CHECK(code_of(process(file_source(png), with([](Limits& l) { l.bytes = 100; }))) ==
        "LIMIT_EXCEEDED");
}

TEST_CASE("a region that exceeds all memory is OUT_OF_MEMORY") {
  const Image picture = make_picture({45, 37}, kRgba8);
  Options options = crop_to({0, 0, 1'000'000'000, 1'000'000'000}, ImageFormat::kRaw);
  options.limits.memory = 1e300;
  CHECK(code_of(process(sample_source(picture.view()), options)) == "OUT_OF_MEMORY");
}

TEST_CASE("probe() describes the source") {
  const Image picture = make_picture({45, 37}, {Model::kGrayAlpha, 16});
  const Result<ImageInfo> samples = probe(sample_source(picture.view()));
  REQUIRE(samples.ok());
  CHECK(samples.value().format == ImageFormat::kRaw);
  CHECK(samples.value().size == Size{45, 37});
  CHECK(samples.value().has_alpha);
  CHECK(samples.value().byte_length == 45 * 37 * 4);
  const Result<ImageInfo> file = probe(file_source(make_png(picture.view())));
  REQUIRE(file.ok());
  CHECK(file.value().format == ImageFormat::kPng);
  CHECK(file.value().layout == picture.layout);
}

}  // namespace
}  // namespace crop64
