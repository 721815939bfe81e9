#include "image/resize.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "support/images.h"
#include "support/pictures.h"

namespace crop64 {
namespace {

constexpr Kernel kKernels[] = {Kernel::kNearest, Kernel::kLinear, Kernel::kCubic,
                               Kernel::kLanczos3};
constexpr Kernel kSmoothKernels[] = {Kernel::kLinear, Kernel::kCubic, Kernel::kLanczos3};
constexpr Layout kLayouts[] = {
    {Model::kGray, 8}, {Model::kGrayAlpha, 8}, {Model::kRgb, 8},   {Model::kRgba, 8},
    {Model::kBgr, 8},  {Model::kBgra, 8},      {Model::kGray, 16}, {Model::kGrayAlpha, 16},
    {Model::kRgb, 16}, {Model::kRgba, 16},
};

std::string to_string(Kernel kernel) {
  constexpr const char* kNames[] = {"nearest", "linear", "cubic", "lanczos3"};
  return kNames[static_cast<int>(kernel)];
}

std::string to_string(const Resampling& resampling) {
  const auto& [box, size, kernel] = resampling;
  return to_string(kernel) + " of " + std::to_string(box.left) + ", " + std::to_string(box.top) +
         ", " + std::to_string(box.right) + ", " + std::to_string(box.bottom) + " to " +
         std::to_string(size.width) + " x " + std::to_string(size.height);
}

// The oracle: from the definitions, in floating point, one sample at a time.

double kernel_at(Kernel kernel, double x) {
  const auto sinc = [](double at) { return at == 0 ? 1 : std::sin(M_PI * at) / (M_PI * at); };
  const double d = std::fabs(x);
  switch (kernel) {
    case Kernel::kLinear:
      return d < 1 ? 1 - d : 0;
    case Kernel::kCubic:
      return d < 1   ? 1.5 * d * d * d - 2.5 * d * d + 1
             : d < 2 ? -0.5 * d * d * d + 2.5 * d * d - 4 * d + 2
                     : 0;
    default:
      return d < 3 ? sinc(d) * sinc(d / 3) : 0;
  }
}

double support_of(Kernel kernel) {
  return kernel == Kernel::kLinear ? 1 : kernel == Kernel::kCubic ? 2 : 3;
}

// Each of `size` samples of what lies between the edges, from a line that has samples only within.
std::vector<double> resampled_line(const std::vector<double>& line, double begin, double end,
                                   int size, Kernel kernel) {
  const int from = static_cast<int>(line.size());
  const double scale = (end - begin) / size;
  const double stretch = std::max(1.0, scale);
  std::vector<double> made;
  for (int i = 0; i < size; ++i) {
    const double center = std::clamp(begin + (i + 0.5) * scale, 0.0, double(from));
    // The same samples as Pillow: those whose centres are less than the support away, rounded.
    const double reach = support_of(kernel) * stretch;
    const int first = std::max(0, static_cast<int>(center - reach + 0.5));
    const int last = std::min(from, static_cast<int>(center + reach + 0.5));
    double sum = 0;
    double weights = 0;
    for (int x = first; x < last; ++x) {
      const double weight = kernel_at(kernel, (x + 0.5 - center) / stretch);
      sum += weight * line[static_cast<size_t>(x)];
      weights += weight;
    }
    made.push_back(sum / weights);
  }
  return made;
}

// One channel, rounded to whole numbers up to `max` between the passes and at the end.
class Channel {
 public:
  Channel(int width, int height)
      : width_(width), height_(height), values_(size_t(width) * size_t(height)) {}

  double& at(int x, int y) { return values_[size_t(y) * size_t(width_) + size_t(x)]; }

  Channel resampled(const Resampling& resampling, double max) {
    const auto& [box, size, kernel] = resampling;
    const auto rounded = [&](double value) {
      return std::clamp(std::floor(value + 0.5), 0.0, max);
    };
    Channel narrow(size.width, height_);
    for (int y = 0; y < height_; ++y) {
      std::vector<double> line;
      for (int x = 0; x < width_; ++x) {
        line.push_back(at(x, y));
      }
      line = resampled_line(line, box.left, box.right, size.width, kernel);
      for (int x = 0; x < size.width; ++x) {
        narrow.at(x, y) = rounded(line[size_t(x)]);
      }
    }
    Channel result(size.width, size.height);
    for (int x = 0; x < size.width; ++x) {
      std::vector<double> line;
      for (int y = 0; y < height_; ++y) {
        line.push_back(narrow.at(x, y));
      }
      line = resampled_line(line, box.top, box.bottom, size.height, kernel);
      for (int y = 0; y < size.height; ++y) {
        result.at(x, y) = rounded(line[size_t(y)]);
      }
    }
    return result;
  }

 private:
  int width_;
  int height_;
  std::vector<double> values_;
};

Image slowly_resized(const ImageView& image, const Resampling& resampling) {
  Image made = std::move(Image::allocate(resampling.size, image.layout).value());
  const int channels = image.layout.channels();
  const double full = image.layout.max_value();
  const bool has_alpha = image.layout.has_alpha();
  std::vector<Channel> results;
  for (int channel = 0; channel < channels; ++channel) {
    Channel plane(image.size.width, image.size.height);
    for (int y = 0; y < image.size.height; ++y) {
      for (int x = 0; x < image.size.width; ++x) {
        const double value = sample_at(image, x, y, channel);
        const bool is_alpha = has_alpha && channel == channels - 1;
        const double weight = !has_alpha ? 1
                              : is_alpha ? full
                                         : double(sample_at(image, x, y, channels - 1));
        plane.at(x, y) = value * weight;
      }
    }
    results.push_back(plane.resampled(resampling, has_alpha ? full * full : full));
  }
  for (int y = 0; y < resampling.size.height; ++y) {
    for (int x = 0; x < resampling.size.width; ++x) {
      for (int channel = 0; channel < channels; ++channel) {
        double value = results[size_t(channel)].at(x, y);
        const double alpha = results.back().at(x, y);
        if (has_alpha && channel == channels - 1) {
          value = std::floor(value / full + 0.5);
        } else if (has_alpha) {
          value = alpha == 0 ? 0 : std::min(full, std::floor(value * full / alpha + 0.5));
        }
        set_sample(made, x, y, channel, static_cast<uint32_t>(value));
      }
    }
  }
  return made;
}

// The largest distance between two samples of two pictures of one size and layout.
uint32_t distance(const ImageView& a, const ImageView& b) {
  uint32_t most = 0;
  for (int y = 0; y < a.size.height; ++y) {
    for (int x = 0; x < a.size.width; ++x) {
      for (int channel = 0; channel < a.layout.channels(); ++channel) {
        const int64_t from = sample_at(a, x, y, channel);
        const int64_t to = sample_at(b, x, y, channel);
        most = std::max(most, static_cast<uint32_t>(std::abs(from - to)));
      }
    }
  }
  return most;
}

// Boxes of a picture: all of it, whole pixels, between pixels, and up to a pixel outside.
std::vector<RectF> boxes_of(Size size) {
  const double w = size.width;
  const double h = size.height;
  return {
      {0, 0, w, h},
      {std::floor(w / 3), 0, w, std::ceil(h / 2)},
      {w / 3, h / 5, w / 3 + 0.01, h - 0.25},
      {0.5, 0.25, w - 0.25, h - 0.5},
      {-0.25, -0.5, w + 0.75, h + 0.125},
      {-1, -1, w + 1, h + 1},
      {w - 0.5, h - 0.5, w + 1, h + 1},
      {-1, -1, 0.5, 0.5},
  };
}

TEST_CASE("resize() equals the kernel's definition up to rounding") {
  constexpr Size kFrom[] = {{1, 1}, {2, 3}, {17, 11}, {40, 33}};
  constexpr Size kTo[] = {{1, 1}, {3, 2}, {10, 7}, {61, 40}};
  for (const Layout& layout : kLayouts) {
    for (const Size& from : kFrom) {
      Image image = make_picture(from, layout);
      // Alphas that do not make a rounding of the products a large one of the colours.
      for (int i = 0; layout.has_alpha() && i < from.area(); ++i) {
        const int x = i % from.width;
        const int y = i / from.width;
        const int last = layout.channels() - 1;
        set_sample(image, x, y, last,
                   sample_at(image.view(), x, y, last) | (1U << (layout.depth - 1)));
      }
      for (const RectF& box : boxes_of(from)) {
        for (const Kernel kernel : kSmoothKernels) {
          for (const Size& to : kTo) {
            const Resampling resampling = {box, to, kernel};
            INFO(crop64::to_string(layout), ", ", from.width, " x ", from.height, ", ",
                 to_string(resampling));
            const Result<Image> made = resize(image.view(), resampling);
            REQUIRE(made.ok());
            CHECK(made.value().size == to);
            CHECK(made.value().layout == layout);
            // Weights of 22 bits: the last bit of 16 can be off once in either pass.
            const Image expected = slowly_resized(image.view(), resampling);
            CHECK(distance(made.value().view(), expected.view()) <= (layout.depth == 16 ? 2U : 1U));
          }
        }
      }
    }
  }
}

TEST_CASE("resize() of a few samples equals values computed by hand") {
  struct Case {
    std::vector<int> line;
    double begin;
    double end;
    Kernel kernel;
    std::vector<int> made;
  };
  const Case cases[] = {
      // Between two samples: their mean.
      {{0, 100, 200}, 0.5, 2.5, Kernel::kLinear, {50, 150}},
      {{0, 100, 200}, 0.5, 2.5, Kernel::kNearest, {100, 200}},
      // Half the size: weights of 3/4, 3/4 and 1/4.
      {{0, 100, 200, 100}, 0, 4, Kernel::kLinear, {71, 143}},
      // Twice the size: 3/4 and 1/4, at the ends the last sample alone.
      {{0, 100}, 0, 2, Kernel::kLinear, {0, 25, 75, 100}},
      {{0, 100}, 0, 2, Kernel::kNearest, {0, 0, 100, 100}},
      // Keys' cubic at a half: -1/16, 9/16, 9/16, -1/16.
      {{100, 100, 200, 100, 200}, 1.5, 2.5, Kernel::kCubic, {156}},
      // A whole pixel outside there is nothing to see but the last sample.
      {{10, 20}, -1, 0, Kernel::kLinear, {10}},
      {{10, 20}, 2, 3, Kernel::kLinear, {20}},
      {{10, 20}, -1, 3, Kernel::kNearest, {10, 10, 20, 20}},
  };
  for (const Case& expected : cases) {
    const Size size = {static_cast<int>(expected.made.size()), 1};
    CAPTURE(to_string(expected.kernel));
    CAPTURE(expected.begin);
    const auto from = static_cast<int>(expected.line.size());
    Image across = make_picture({from, 1}, {Model::kGray, 8});
    Image down = make_picture({1, from}, {Model::kGray, 8});
    for (int i = 0; i < from; ++i) {
      across.row(0)[i] = down.row(i)[0] = static_cast<uint8_t>(expected.line[size_t(i)]);
    }
    const auto made_across = resize(
        across.view(), {{expected.begin, 0, expected.end, 1}, {size.width, 1}, expected.kernel});
    const auto made_down = resize(
        down.view(), {{0, expected.begin, 1, expected.end}, {1, size.width}, expected.kernel});
    for (int i = 0; i < size.width; ++i) {
      CHECK(int{made_across.value().view().row(0)[i]} == expected.made[size_t(i)]);
      CHECK(int{made_down.value().view().row(i)[0]} == expected.made[size_t(i)]);
    }
  }
}

TEST_CASE("resize() to the same size keeps all samples") {
  for (const Layout& layout : kLayouts) {
    for (const Kernel kernel : kKernels) {
      INFO(crop64::to_string(layout), ", ", to_string(kernel));
      Image image = make_picture({23, 19}, layout);
      const int last = layout.channels() - 1;
      for (int x = 0; layout.has_alpha() && x < 23; ++x) {
        // No alpha of 0, whose colour nobody sees.
        for (int y = 0; y < 19; ++y) {
          set_sample(image, x, y, last, std::max(1U, sample_at(image.view(), x, y, last)));
        }
      }
      CHECK(difference(resize(image.view(), {{0, 0, 23, 19}, {23, 19}, kernel}), image.view()) ==
            "");
      const Rect part = {5, 3, 20, 18};
      CHECK(difference(resize(image.view(), {to_rectf(part), part.size(), kernel}),
                       crop(image.view(), part)) == "");
    }
  }
}

TEST_CASE("resize() of a uniform image is uniform for every box and size") {
  for (const Layout& layout : kLayouts) {
    for (const Size& from : {Size{1, 1}, Size{3, 2}, Size{100, 7}}) {
      Image image = make_picture(from, layout);
      for (int64_t i = 1; i < from.area(); ++i) {
        std::memcpy(image.samples.data() + size_t(i) * layout.pixel_bytes(), image.samples.data(),
                    layout.pixel_bytes());
      }
      for (const Kernel kernel : kKernels) {
        for (const RectF& box : boxes_of(from)) {
          for (const Size& to : {Size{1, 1}, Size{5, 300}, Size{33, 3}}) {
            INFO(crop64::to_string(layout), ", ", to_string({box, to, kernel}));
            Image expected = std::move(Image::allocate(to, layout).value());
            for (int64_t i = 0; i < to.area(); ++i) {
              std::memcpy(expected.samples.data() + size_t(i) * layout.pixel_bytes(),
                          image.samples.data(), layout.pixel_bytes());
            }
            CHECK(difference(resize(image.view(), {box, to, kernel}), expected.view()) == "");
          }
        }
      }
    }
  }
}

TEST_CASE("resize() of a view reads nothing outside it") {
  const Rect region = {11, 7, 30, 20};
  for (const Layout& layout : kLayouts) {
    for (const Kernel kernel : kKernels) {
      const Image around = make_picture({41, 33}, layout);
      const Image alone = std::move(copy_of(crop(around.view(), region)).value());
      for (const RectF& box : boxes_of(region.size())) {
        for (const Size& to : {Size{1, 1}, Size{7, 4}, Size{50, 50}}) {
          INFO(crop64::to_string(layout), ", ", to_string({box, to, kernel}));
          const Image expected = std::move(resize(alone.view(), {box, to, kernel}).value());
          CHECK(difference(resize(crop(around.view(), region), {box, to, kernel}),
                           expected.view()) == "");
        }
      }
    }
  }
}

// Every third patch is transparent and of that colour, every third half transparent.
Image patches(Layout layout, uint32_t hidden) {
  const auto full = static_cast<uint32_t>(layout.max_value());
  const int alpha = layout.channels() - 1;
  Image image = make_picture({40, 40}, layout);
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 40; ++x) {
      const int kind = (x / 3 + y / 4) % 3;
      for (int channel = 0; channel < alpha; ++channel) {
        set_sample(image, x, y, channel, kind == 0 ? hidden : 100 + static_cast<uint32_t>(channel));
      }
      set_sample(image, x, y, alpha, kind == 0 ? 0 : kind == 1 ? full / 3 : full);
    }
  }
  return image;
}

constexpr Layout kAlphaLayouts[] = {{Model::kGrayAlpha, 8},
                                    {Model::kRgba, 8},
                                    {Model::kBgra, 8},
                                    {Model::kGrayAlpha, 16},
                                    {Model::kRgba, 16}};
constexpr Size kPatchSizes[] = {{40, 39}, {7, 9}, {1, 1}, {90, 70}};

TEST_CASE("resize() ignores the colour of transparent pixels") {
  for (const Layout& layout : kAlphaLayouts) {
    const Image dark = patches(layout, 0);
    const Image bright = patches(layout, static_cast<uint32_t>(layout.max_value()));
    for (const Kernel kernel : kSmoothKernels) {
      for (const Size& to : kPatchSizes) {
        const Resampling resampling = {{0, 0, 40, 40}, to, kernel};
        INFO(crop64::to_string(layout), ", ", to_string(resampling));
        const Image expected = std::move(resize(dark.view(), resampling).value());
        CHECK(difference(resize(bright.view(), resampling), expected.view()) == "");
      }
    }
  }
}

TEST_CASE("resize() keeps a uniform colour if alpha varies") {
  for (const Layout& layout : kAlphaLayouts) {
    const Image image = patches(layout, static_cast<uint32_t>(layout.max_value()));
    const int alpha = layout.channels() - 1;
    for (const Size& to : kPatchSizes) {
      INFO(crop64::to_string(layout), ", ", to.width, " x ", to.height);
      const Image made =
          std::move(resize(image.view(), {{0, 0, 40, 40}, to, Kernel::kLinear}).value());
      int wrong = 0;
      for (int y = 0; y < to.height; ++y) {
        for (int x = 0; x < to.width; ++x) {
          const bool hidden = sample_at(made.view(), x, y, alpha) == 0;
          for (int channel = 0; channel < alpha; ++channel) {
            wrong += !hidden && sample_at(made.view(), x, y, channel) != 100U + uint32_t(channel);
          }
        }
      }
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("resize() with kNearest takes the pixel that contains the centre") {
  constexpr Layout kNarrow[] = {{Model::kGray, 8}, {Model::kRgb, 8}, {Model::kRgba, 16}};
  struct Case {
    RectF box;
    Size size;
  };
  // Steps that floating point holds exactly.
  const Case cases[] = {
      {{0, 0, 16, 8}, {16, 8}},      {{0, 0, 16, 8}, {32, 32}},        {{0, 0, 16, 8}, {4, 2}},
      {{0, 0, 16, 8}, {1, 1}},       {{0.5, 0.25, 8.5, 4.25}, {8, 4}}, {{-1, -1, 17, 9}, {36, 20}},
      {{-0.75, 7, 0.25, 9}, {4, 8}}, {{3, 3, 3.5, 3.5}, {8, 8}},
  };
  for (const Layout& layout : kNarrow) {
    const Image image = make_picture({16, 8}, layout);
    for (const Case& each : cases) {
      const RectF& box = each.box;
      const Size& size = each.size;
      INFO(crop64::to_string(layout), ", ", to_string({box, size, Kernel::kNearest}));
      Image expected = std::move(Image::allocate(size, layout).value());
      for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
          const double at_x = std::floor(box.left + (x + 0.5) * box.width() / size.width);
          const double at_y = std::floor(box.top + (y + 0.5) * box.height() / size.height);
          for (int channel = 0; channel < layout.channels(); ++channel) {
            set_sample(expected, x, y, channel,
                       sample_at(image.view(), std::clamp(int(at_x), 0, 15),
                                 std::clamp(int(at_y), 0, 7), channel));
          }
        }
      }
      CHECK(difference(resize(image.view(), {box, size, Kernel::kNearest}), expected.view()) == "");
    }
  }
}

TEST_CASE("resize() to a much smaller size uses every sample") {
  // A single bright sample among two thousand shows in the one that is left.
  for (const Kernel kernel : kSmoothKernels) {
    Image image = make_picture({2000, 1}, {Model::kGray, 16});
    std::memset(image.samples.data(), 0, image.samples.size());
    set_sample(image, 777, 0, 0, 65535);
    const Image made = std::move(resize(image.view(), {{0, 0, 2000, 1}, {1, 1}, kernel}).value());
    CHECK(sample_at(made.view(), 0, 0, 0) > 10);
  }
}

TEST_CASE("resize() reports OUT_OF_MEMORY for taps and results that are too large") {
  const Image image = make_picture({3, 3}, {Model::kRgba, 8});
  for (const Kernel kernel : kSmoothKernels) {
    CAPTURE(to_string(kernel));
    const Resampling resampling = {{0, 0, 3, 3}, {INT32_MAX, INT32_MAX}, kernel};
    CHECK(code_of(resize(image.view(), resampling)) == "OUT_OF_MEMORY");
  }
}

TEST_CASE(
    "resize_step() of stored rows equals resizing the displayed image, then turning it back") {
  Random random(3);
  for (int tag = 1; tag <= 8; ++tag) {
    const Orientation orientation = exif_orientation(tag);
    for (const Kernel kernel : kKernels) {
      for (const Layout& layout : kLayouts) {
        const Size stored = {random.between(1, 90), random.between(1, 150)};
        const Image image = make_picture(stored, layout);
        const Image displayed = std::move(orient(image.view(), orientation).value());
        const Size size = {random.between(1, 60), random.between(1, 60)};
        const double left = random.below(displayed.size.width) * 0.9;
        const double top = random.below(displayed.size.height) * 0.9;
        const RectF box = {left, top, displayed.size.width - left * 0.1,
                           displayed.size.height - top * 0.1};
        const Resampling resampling = {box, size, kernel};
        INFO("orientation ", tag, ", ", to_string(layout), ", ", to_string(resampling));
        const Image expected = std::move(resize(displayed.view(), resampling).value());
        const Image made = std::move(
            resize_stored(image.view(), orientation, resampling, random.between(1, 40)).value());
        CHECK(difference(orient(made.view(), orientation), expected.view()) == "");
      }
    }
  }
}

TEST_CASE("resize_step() gives the same rows however many come at a time") {
  const Image image = make_picture({70, 900}, {Model::kRgb, 8});
  for (const Size& size : {Size{30, 400}, Size{90, 31}, Size{7, 2000}, Size{70, 3}}) {
    const Resampling resampling = {{3.5, 100.25, 66, 820.5}, size, Kernel::kLanczos3};
    const Image whole = std::move(resize(image.view(), resampling).value());
    for (const int rows : {1, 3, 16, 700}) {
      CHECK(difference(resize_stored(image.view(), {}, resampling, rows), whole.view()) == "");
    }
  }
}

TEST_CASE("resize_memory() does not depend on how many rows the image has, but on the reduction") {
  const auto memory = [](Size from, Size to, Layout layout, bool turned = false) {
    const RectF box = to_rectf(whole(turned ? Size{from.height, from.width} : from));
    return resize_memory(from, {layout}, {.swap_axes = turned}, {box, to, Kernel::kLanczos3});
  };
  const Layout rgb = {Model::kRgb, 8};
  const Layout rgba = {Model::kRgba, 8};
  const Size photo = {4000, 3000};
  CHECK(memory(photo, {1600, 1200}, rgb) < 1.2e6);
  CHECK(memory(photo, {1600, 1200}, rgba) < 3e6);
  CHECK(memory(photo, {1200, 1600}, rgb, true) < 2e6);
  CHECK(memory({4000, 30'000}, {1600, 12'000}, rgb) < 3e6);
  CHECK(memory(photo, {400, 300}, rgb) < memory(photo, {1600, 1200}, rgb));
  const Resampling nearest = {{0, 0, 200, 100}, {100, 50}, Kernel::kNearest};
  CHECK(resize_memory({200, 100}, {rgba}, {}, nearest) == 16 * 400 + 4 * (100 + 50));
}

}  // namespace
}  // namespace crop64
