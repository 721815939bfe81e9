#include "image/convert.h"

#include <doctest/doctest.h>

#include <array>
#include <cmath>

#include "support/images.h"
#include "support/pictures.h"

namespace crop64 {
namespace {

constexpr Model kTargets[] = {Model::kGray, Model::kGrayAlpha, Model::kRgb,
                              Model::kRgba, Model::kBgr,       Model::kBgra};
constexpr Layout kSources[] = {
    {Model::kGray, 1},    {Model::kGray, 2},       {Model::kGray, 4},    {Model::kGray, 8},
    {Model::kGray, 16},   {Model::kGrayAlpha, 8},  {Model::kRgb, 8},     {Model::kRgb, 16},
    {Model::kRgba, 8},    {Model::kGrayAlpha, 16}, {Model::kRgba, 16},   {Model::kBgr, 8},
    {Model::kBgra, 8},    {Model::kPalette, 1},    {Model::kPalette, 2}, {Model::kPalette, 4},
    {Model::kPalette, 8}, {Model::kCmyk, 8},
};
constexpr Color kTransparent = {10, 20, 30, 0};
constexpr Color kBackgrounds[] = {
    kTransparent, {255, 255, 255, 1}, {200, 100, 0, 1}, {200, 100, 0, 0.5}};

using Rgba = std::array<double, 4>;

// The oracle: one pixel at a time, in floating point, straight from what convert.h says.

double rescaled(double value, int from_depth, int to_depth) {
  if (from_depth == 16 && to_depth == 8) {
    return std::floor(value / 256);
  }
  return value * ((1 << to_depth) - 1) / ((1 << from_depth) - 1);
}

Rgba rgba_at(const ImageView& image, int x, int y, int depth) {
  const auto at = [&](int channel) { return double(sample_at(image, x, y, channel)); };
  Rgba pixel = {0, 0, 0, double(image.layout.max_value())};
  int from_depth = image.layout.depth;
  switch (image.layout.model) {
    case Model::kGray:
      pixel = {at(0), at(0), at(0), pixel[3]};
      break;
    case Model::kGrayAlpha:
      pixel = {at(0), at(0), at(0), at(1)};
      break;
    case Model::kRgb:
      pixel = {at(0), at(1), at(2), pixel[3]};
      break;
    case Model::kRgba:
      pixel = {at(0), at(1), at(2), at(3)};
      break;
    case Model::kBgr:
      pixel = {at(2), at(1), at(0), pixel[3]};
      break;
    case Model::kBgra:
      pixel = {at(2), at(1), at(0), at(3)};
      break;
    case Model::kPalette: {
      const auto index = static_cast<size_t>(at(0));
      const bool known = index < image.colors->palette.size();
      const Rgba8 entry = known ? image.colors->palette[index] : Rgba8{0, 0, 0, 255};
      pixel = {double(entry.r), double(entry.g), double(entry.b), double(entry.a)};
      from_depth = 8;
      break;
    }
    case Model::kCmyk: {
      // Samples are what the ink lets through.
      const auto through = [&](int channel) { return std::floor(at(channel) * at(3) / 255 + 0.5); };
      pixel = {through(0), through(1), through(2), 255};
      break;
    }
  }
  if (const auto& key = image.colors->transparent;
      key && pixel[0] == (*key)[0] && pixel[1] == (*key)[1] && pixel[2] == (*key)[2]) {
    pixel[3] = 0;
  }
  for (double& value : pixel) {
    value = rescaled(value, from_depth, depth);
  }
  return pixel;
}

// "Over", with both alphas; over a transparent background the colour stays.
Rgba flattened(Rgba pixel, const Color& background, double full) {
  const double scale = full / 255;
  const Rgba behind = {background.r * scale, background.g * scale, background.b * scale,
                       std::floor(background.alpha * full + 0.5)};
  const double front = pixel[3] * full;
  const double back = (full - pixel[3]) * behind[3];
  for (size_t i = 0; i < 3 && back > 0; ++i) {
    pixel[i] = std::floor((pixel[i] * front + behind[i] * back) / (front + back) + 0.5);
  }
  return pixel;
}

double pillow_l(const Rgba& pixel) {
  return std::floor((19595 * pixel[0] + 38470 * pixel[1] + 7471 * pixel[2] + 32768) / 65536);
}

std::vector<double> stored(const Rgba& pixel, Model model) {
  const auto& [r, g, b, a] = pixel;
  switch (model) {
    case Model::kGray:
      return {pillow_l(pixel)};
    case Model::kGrayAlpha:
      return {pillow_l(pixel), a};
    case Model::kRgb:
      return {r, g, b};
    case Model::kRgba:
      return {r, g, b, a};
    case Model::kBgr:
      return {b, g, r};
    case Model::kBgra:
      return {b, g, r, a};
    default:
      return {};
  }
}

Image slowly_converted(const ImageView& image, Layout layout, const Color& background) {
  Image converted = std::move(Image::allocate(image.size, layout).value());
  const bool flattens = image.has_alpha() && !layout.has_alpha();
  for (int y = 0; y < image.size.height; ++y) {
    for (int x = 0; x < image.size.width; ++x) {
      Rgba pixel = rgba_at(image, x, y, layout.depth);
      if (flattens) {
        pixel = flattened(pixel, background, layout.max_value());
      }
      const std::vector<double> samples = stored(pixel, layout.model);
      for (int channel = 0; channel < layout.channels(); ++channel) {
        const double value = samples[static_cast<size_t>(channel)];
        set_sample(converted, x, y, channel, static_cast<uint32_t>(value));
      }
    }
  }
  return converted;
}

void check_all_targets(const Image& image, const std::string& what) {
  for (const Model model : kTargets) {
    for (const int depth : {8, 16}) {
      for (const Color& background : kBackgrounds) {
        const Layout layout = {model, depth};
        INFO(what, ": ", to_string(image.layout), " to ", to_string(layout), ", background alpha ",
             background.alpha);
        const Image expected = slowly_converted(image.view(), layout, background);
        CHECK(difference(convert(image.view(), layout, background), expected.view()) == "");
      }
    }
  }
}

TEST_CASE("convert() of every layout to every other equals a slow reference") {
  for (const Layout& source : kSources) {
    check_all_targets(make_picture({31, 9}, source), "plain");
  }
}

TEST_CASE("convert() compares the transparent colour at the image's own depth") {
  for (const Layout& source : kSources) {
    if (source.has_alpha() || source.model == Model::kPalette || source.model == Model::kCmyk) {
      continue;
    }
    Image image = make_picture({31, 9}, source);
    const int channels = source.channels();
    const auto key_at = [&](int channel) {
      const int last = std::min(channel, channels - 1);
      return static_cast<uint16_t>(sample_at(image.view(), 4, 5, last));
    };
    image.colors.transparent = {key_at(0), key_at(1), key_at(2)};
    if (source.model == Model::kBgr) {
      std::swap((*image.colors.transparent)[0], (*image.colors.transparent)[2]);
    }
    const Image converted =
        std::move(convert(image.view(), {Model::kRgba, 8}, kTransparent).value());
    CHECK(sample_at(converted.view(), 4, 5, 3) == 0);
    check_all_targets(image, "transparent colour");
  }
}

TEST_CASE("convert() keeps a 16-bit colour opaque that equals the transparent one in 8 bits only") {
  Image image = make_picture({2, 1}, {Model::kGray, 16});
  set_sample(image, 0, 0, 0, 0x1234);
  set_sample(image, 1, 0, 0, 0x1235);
  image.colors.transparent = {0x1234, 0x1234, 0x1234};
  const Image converted =
      std::move(convert(image.view(), {Model::kGrayAlpha, 8}, kTransparent).value());
  CHECK(sample_at(converted.view(), 0, 0, 1) == 0);
  CHECK(sample_at(converted.view(), 1, 0, 1) == 255);
}

TEST_CASE("convert() computes RGB from inverted CMYK as ink times black") {
  struct Case {
    std::array<uint32_t, 4> cmyk;
    Rgba8 rgba;
  };
  const Case cases[] = {
      {{255, 255, 255, 255}, {255, 255, 255, 255}}, {{0, 255, 255, 255}, {0, 255, 255, 255}},
      {{255, 0, 255, 255}, {255, 0, 255, 255}},     {{255, 255, 0, 255}, {255, 255, 0, 255}},
      {{255, 255, 255, 0}, {0, 0, 0, 255}},         {{200, 100, 50, 128}, {100, 50, 25, 255}},
      {{1, 2, 254, 128}, {1, 1, 127, 255}},
  };
  for (const auto& [cmyk, rgba] : cases) {
    Image image = make_picture({1, 1}, {Model::kCmyk, 8});
    for (int channel = 0; channel < 4; ++channel) {
      set_sample(image, 0, 0, channel, cmyk[static_cast<size_t>(channel)]);
    }
    const Image mixed = std::move(convert(image.view(), {Model::kRgba, 8}, kTransparent).value());
    const uint8_t* pixel = mixed.view().row(0);
    CHECK(Rgba8{pixel[0], pixel[1], pixel[2], pixel[3]} == rgba);
  }
}

TEST_CASE("convert() applies palette alpha, and makes an index beyond the palette opaque black") {
  for (const int depth : {1, 2, 4, 8}) {
    Image image = make_picture({31, 9}, {Model::kPalette, depth});
    std::vector<Rgba8>& palette = image.colors.palette;
    palette.resize(palette.size() * 3 / 4);
    for (size_t i = 0; i < palette.size(); i += 2) {
      palette[i].a = static_cast<uint8_t>(40 * i);
    }
    image.colors.palette_alphas = static_cast<int>(palette.size());
    set_sample(image, 0, 0, 0, static_cast<uint32_t>(palette.size()));
    const Image converted =
        std::move(convert(image.view(), {Model::kRgba, 8}, kTransparent).value());
    CHECK(Rgba8{converted.view().row(0)[0], converted.view().row(0)[1], converted.view().row(0)[2],
                converted.view().row(0)[3]} == Rgba8{0, 0, 0, 255});
    check_all_targets(image, "short palette with alphas");
  }
}

TEST_CASE("convert() from 16 to 8 bits drops the lower byte") {
  Image image = make_picture({256, 256}, {Model::kGray, 16});
  Image expected = make_picture({256, 256}, {Model::kGray, 8});
  for (int value = 0; value < 65536; ++value) {
    set_sample(image, value % 256, value / 256, 0, static_cast<uint32_t>(value));
    set_sample(expected, value % 256, value / 256, 0, static_cast<uint32_t>(value >> 8));
  }
  CHECK(difference(convert(image.view(), {Model::kGray, 8}, {}), expected.view()) == "");
}

TEST_CASE("convert() to more bits keeps the smallest and the largest value") {
  for (const int depth : {1, 2, 4, 8}) {
    for (const int to_depth : {8, 16}) {
      Image image = make_picture({2, 1}, {Model::kGray, depth});
      const auto full = static_cast<uint32_t>(image.layout.max_value());
      set_sample(image, 0, 0, 0, 0);
      set_sample(image, 1, 0, 0, full);
      const Image wide = std::move(convert(image.view(), {Model::kGray, to_depth}, {}).value());
      CHECK(sample_at(wide.view(), 0, 0, 0) == 0);
      CHECK(sample_at(wide.view(), 1, 0, 0) == (1U << to_depth) - 1);
    }
  }
}

TEST_CASE("convert() to grey equals Pillow's L") {
  struct Case {
    std::array<uint32_t, 3> rgb;
    uint32_t l;
  };
  // Image.new('RGB', (1, 1), rgb).convert('L').getpixel((0, 0))
  const Case cases[] = {{{255, 0, 0}, 76},      {{0, 255, 0}, 150},     {{0, 0, 255}, 29},
                        {{255, 255, 255}, 255}, {{1, 2, 3}, 2},         {{200, 100, 50}, 124},
                        {{12, 200, 77}, 130},   {{128, 128, 128}, 128}, {{254, 1, 128}, 91}};
  for (const auto& [rgb, l] : cases) {
    Image image = make_picture({1, 1}, {Model::kRgb, 8});
    for (int channel = 0; channel < 3; ++channel) {
      set_sample(image, 0, 0, channel, rgb[static_cast<size_t>(channel)]);
    }
    const Image gray = std::move(convert(image.view(), {Model::kGray, 8}, {}).value());
    CHECK(sample_at(gray.view(), 0, 0, 0) == l);
  }
}

TEST_CASE("convert() without alpha blends with the background as far as that is opaque") {
  struct Case {
    uint32_t alpha;
    Color background;
    uint32_t red;
  };
  // A red of 100 over another red.
  const Case cases[] = {
      {255, {200, 0, 0, 1}, 100}, {0, {200, 0, 0, 1}, 200},     {128, {200, 0, 0, 1}, 150},
      {0, {200, 0, 0, 0}, 100},   {128, {200, 0, 0, 0}, 100},   {0, {200, 0, 0, 0.5}, 200},
      {64, {0, 0, 0, 1}, 25},     {128, {200, 0, 0, 0.5}, 133},
  };
  for (const Case& expected : cases) {
    CAPTURE(expected.alpha);
    CAPTURE(expected.background.alpha);
    Image image = make_picture({1, 1}, {Model::kRgba, 8});
    set_sample(image, 0, 0, 0, 100);
    set_sample(image, 0, 0, 3, expected.alpha);
    const Image flat =
        std::move(convert(image.view(), {Model::kRgb, 8}, expected.background).value());
    CHECK(sample_at(flat.view(), 0, 0, 0) == expected.red);
  }
}

TEST_CASE("convert() of a view converts that region only") {
  const Image image = make_picture({31, 19}, {Model::kRgba, 16});
  const Image all = std::move(convert(image.view(), {Model::kBgr, 8}, kBackgrounds[2]).value());
  const Rect region = {5, 7, 20, 11};
  CHECK(difference(convert(crop(image.view(), region), {Model::kBgr, 8}, kBackgrounds[2]),
                   crop(all.view(), region)) == "");
}

}  // namespace
}  // namespace crop64
