#include "color/transform.h"

#include <doctest/doctest.h>

#include <cstring>
#include <memory>
#include <string>

#include "color/convert_colors.h"
#include "support/color_twin.h"
#include "support/profiles.h"

namespace crop64 {
namespace {

constexpr int kWhite = 65535;

// Random samples of 16 bits, with the darkest and the lightest among them.
std::vector<uint16_t> samples_of(Random& random, size_t count) {
  std::vector<uint16_t> samples(count);
  for (uint16_t& sample : samples) {
    const int kind = random.below(8);
    sample = static_cast<uint16_t>(kind == 0   ? 0
                                   : kind == 1 ? kWhite
                                   : kind == 2 ? random.below(1000)
                                               : random.below(kWhite + 1));
  }
  return samples;
}

// Keeps the rows that it gets.
class Rows : public RowSink {
 public:
  Failure write(const ImageView& rows) override {
    palette = rows.colors->palette;
    for (int y = 0; y < rows.size.height; ++y) {
      bytes.insert(bytes.end(), rows.row(y), rows.row(y) + rows.layout.bytes({rows.size.width, 1}));
    }
    return std::nullopt;
  }
  Failure finish() override {
    finished = true;
    return std::nullopt;
  }
  std::vector<Rgba8> palette;
  File bytes;
  bool finished = false;
};

template <class Sample>
std::vector<Sample> converted(const ColorProfile& from, ColorSpace to, Model model,
                              const std::vector<Sample>& in) {
  const Layout layout = {model, int{sizeof(Sample)} * 8};
  const Result<Buffer> tables = make_color_tables(from, to, layout);
  REQUIRE(tables.ok());
  Rows rows;
  ColorStep step(&tables.value(), rows);
  // In rows of two pixels, of which a batch has several.
  const size_t stride = layout.bytes({2, 1});
  const int height = int(in.size() * sizeof(Sample) / stride);
  const Colors colors;
  const auto* bytes = reinterpret_cast<const uint8_t*>(in.data());
  CHECK(!step.write({{2, height}, layout, bytes, stride, &colors}));
  CHECK(!step.finish());
  CHECK(rows.finished);
  std::vector<Sample> out(rows.bytes.size() / sizeof(Sample));
  std::memcpy(out.data(), rows.bytes.data(), rows.bytes.size());
  return out;
}

// The largest difference from the twin, on the scale of the samples. Alpha has to be the same.
template <class Sample>
double difference(const ColorProfile& from, ColorSpace to, Model model,
                  const std::vector<Sample>& in) {
  const std::vector<Sample> out = converted(from, to, model, in);
  const double max = sizeof(Sample) == 1 ? 255 : kWhite;
  const auto channels = size_t(Layout{model}.channels());
  const bool bgr = model == Model::kBgr || model == Model::kBgra;
  double largest = 0;
  for (size_t at = 0; at + channels <= in.size(); at += channels) {
    if (channels <= 2) {
      const double expected = twin_srgb(twin_light(from.curves[0], in[at] / max)) * max;
      largest = std::max(largest, std::fabs(expected - out[at]));
    } else {
      const auto color = [&](size_t i) { return at + (bgr ? 2 - i : i); };
      const auto expected =
          twin_convert(from, to, {in[color(0)] / max, in[color(1)] / max, in[color(2)] / max});
      for (size_t i = 0; i < 3; ++i) {
        largest = std::max(largest, std::fabs(expected[i] * max - out[color(i)]));
      }
    }
    if (channels % 2 == 0) {
      CHECK(out[at + channels - 1] == in[at + channels - 1]);
    }
  }
  return largest;
}

struct Named {
  std::string name;
  File profile;
};

std::vector<Named> profiles() {
  const auto power = [](double gamma) { return [gamma](double x) { return std::pow(x, gamma); }; };
  const Colorants wide = {
      {{0.79767, 0.28804, 0}, {0.13519, 0.71188, 0}, {0.03134, 0.00009, 0.8249}}};
  return {
      {"linear", matrix(kSrgb, table(0, srgb)).bytes()},
      {"gamma 1.8", matrix(kP3, gamma_of(1.8)).bytes()},
      {"Adobe RGB", matrix(kAdobe, gamma_of(2.19921875)).bytes()},
      {"ProPhoto", matrix(wide, formula(3, {1.8, 1, 0, 0.0625, 0.031248})).bytes()},
      {"Display P3", matrix(kP3, formula(3, kNumbers)).bytes()},
      {"para 0", matrix(kAdobe, formula(0, {2.4})).bytes()},
      {"para 1", matrix(kP3, formula(1, {2.2, 1.1, -0.1})).bytes()},
      {"para 2", matrix(kP3, formula(2, {2.2, 0.9, -0.05, 0.1})).bytes()},
      {"para 4", matrix(kP3, formula(4, {2.2, 0.9, 0.06, 0.1, 0.04, 0.000243, 0.002})).bytes()},
      {"two entries", matrix(kP3, table(2, power(1))).bytes()},
      {"16 entries", matrix(kAdobe, table(16, power(2.2))).bytes()},
      {"1024 entries", matrix(wide, table(1024, power(2.6))).bytes()},
  };
}

TEST_CASE("ColorStep is within one of 8 bits and 24 of 16 bits of double precision") {
  Random random(1);
  const std::vector<uint16_t> wide = samples_of(random, 12 * 4000);
  std::vector<uint8_t> narrow(wide.size());
  std::transform(wide.begin(), wide.end(), narrow.begin(), [](int v) { return v >> 8; });
  for (const Named& made : profiles()) {
    CAPTURE(made.name);
    const ColorProfile from = read_profile(made.profile);
    REQUIRE(from.is_convertible);
    for (const ColorSpace to : {ColorSpace::kSrgb, ColorSpace::kDisplayP3}) {
      for (const Model model : {Model::kRgb, Model::kRgba, Model::kBgr, Model::kBgra, Model::kGray,
                                Model::kGrayAlpha}) {
        CHECK(difference(from, to, model, narrow) <= 0.6);
        CHECK(difference(from, to, model, wide) <= 24);
      }
    }
  }
}

TEST_CASE("ColorStep from a space to itself changes nothing, and white stays white") {
  std::vector<uint8_t> in(3 * 256);
  for (size_t i = 0; i < in.size(); ++i) {
    in[i] = static_cast<uint8_t>(i * 7);
  }
  for (const ColorSpace space : {ColorSpace::kSrgb, ColorSpace::kDisplayP3}) {
    CHECK(converted(ColorProfile(space), space, Model::kRgb, in) == in);
  }
  const std::vector<uint16_t> white(6, kWhite);
  CHECK(converted(ColorProfile(ColorSpace::kSrgb), ColorSpace::kDisplayP3, Model::kRgb, white) ==
        white);
  CHECK(converted(ColorProfile(ColorSpace::kDisplayP3), ColorSpace::kSrgb, Model::kRgb, white) ==
        white);
}

TEST_CASE("convert_colors() equals its scalar version") {
  Random random(2);
  const auto tables = std::make_unique<ColorTables>();
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < kEntries16; ++i) {
      for (auto& light : tables->linear) {
        light[i] = float(random.below(1001)) / 1000;
      }
      tables->encoded16[i] = float(random.below(255));
    }
    for (uint8_t& sample : tables->encoded8) {
      sample = static_cast<uint8_t>(random.next());
    }
    for (auto& column : tables->columns) {
      for (int k = 0; k < 3; ++k) {
        column[k] = float(random.below(3 * kSteps8) - kSteps8);
      }
      column[3] = 0;
    }
    const std::vector<uint16_t> wide = samples_of(random, 12 * 50);
    std::vector<uint8_t> narrow(wide.begin(), wide.end());
    for (size_t channels = 1; channels <= 4; ++channels) {
      const auto check = [&](const auto& in) {
        auto fast = in, expected = in;
        convert_colors(*tables, in.data(), in.size() / channels, channels, fast.data());
        convert_colors_scalar(*tables, in.data(), in.size() / channels, channels, expected.data());
        CHECK(fast == expected);
      };
      check(wide);
      check(narrow);
    }
  }
}

TEST_CASE("profiles with absurd numbers are converted to some colours, or not at all") {
  Random random(3);
  const auto word = [&] {
    constexpr uint32_t kExtremes[] = {0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x10000};
    return random.below(2) == 0 ? kExtremes[random.below(6)] : uint32_t(random.next());
  };
  const std::vector<uint16_t> wide = samples_of(random, 12 * 20);
  const std::vector<uint8_t> narrow(wide.begin(), wide.end());
  for (int round = 0; round < 300; ++round) {
    const auto curve = [&] {
      File content = begin(random.below(3) == 0 ? "curv" : "para");
      const uint32_t type = uint32_t(random.below(5)) << 16;
      ProfileMaker::put(content, content[0] == 'p' ? type : random.below(3) == 0 ? word() : 4, 4);
      for (int i = 0; i < 7; ++i) {
        ProfileMaker::put(content, word(), 4);
      }
      return content;
    };
    ProfileMaker maker("RGB ");
    for (const std::string color : {"r", "g", "b"}) {
      File xyz = begin("XYZ ");
      for (int i = 0; i < 3; ++i) {
        ProfileMaker::put(xyz, word(), 4);
      }
      maker.tag(color + "XYZ", xyz).tag(color + "TRC", curve());
    }
    const File profile = maker.bytes();
    const ColorProfile from = read_profile(profile);
    if (from.is_convertible) {
      converted(from, ColorSpace::kSrgb, Model::kRgba, wide);
      converted(from, ColorSpace::kDisplayP3, Model::kRgb, narrow);
      converted(from, ColorSpace::kSrgb, Model::kGray, wide);
    }
  }
}

TEST_CASE("a curve that promises more entries than the profile has is not convertible") {
  File content = begin("curv");
  ProfileMaker::put(content, 0xffffffff, 4);
  content.resize(content.size() + 64);
  CHECK(!read_profile(matrix(kP3, content).bytes()).is_convertible);
  File unknown = begin("para");
  ProfileMaker::put(unknown, 5 << 16, 4);
  unknown.resize(unknown.size() + 64);
  CHECK(!read_profile(matrix(kP3, unknown).bytes()).is_convertible);
}

TEST_CASE("power() agrees with the C library") {
  for (const double exponent : {0.0, 1 / 2.4, 1.0, 1.8, 2.4, 7.0, -3.0}) {
    for (double base = 1e-5; base < 70000; base *= 1.37) {
      CHECK(power(base, exponent) == doctest::Approx(std::pow(base, exponent)).epsilon(1e-9));
    }
  }
  CHECK(power(0, 2) == 0);
  CHECK(power(-1, 2) == 0);
  CHECK(power(1, 32767) == 1);
  CHECK(power(0.5, 32767) < 1e-300);
}

TEST_CASE("ColorStep converts a palette's entries and leaves the indices") {
  const Result<Buffer> tables =
      make_color_tables(ColorProfile(), ColorSpace::kDisplayP3, {Model::kPalette, 4});
  REQUIRE(tables.ok());
  Colors colors;
  colors.palette = {{255, 0, 0, 7}, {9, 9, 9, 255}};
  const uint8_t indices[] = {0, 1, 1, 15};
  Rows rows;
  ColorStep step(&tables.value(), rows);
  for (int i = 0; i < 2; ++i) {
    CHECK(!step.write({{4, 1}, {Model::kPalette, 4}, indices, 4, &colors}));
  }
  CHECK(!step.finish());
  CHECK(rows.finished);
  CHECK(rows.bytes == File{0, 1, 1, 15, 0, 1, 1, 15});
  CHECK(rows.palette == std::vector<Rgba8>{{234, 51, 35, 7}, {9, 9, 9, 255}});
  CHECK(colors.palette[0] == Rgba8{255, 0, 0, 7});
}

}  // namespace
}  // namespace crop64
