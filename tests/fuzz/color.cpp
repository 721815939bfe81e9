// Colours of any profile, or of a file's metadata, become sRGB or Display P3 as in double
// precision.
#include "codecs/registry.h"
#include "color/transform.h"
#include "fuzz.h"
#include "support/color_twin.h"

namespace {

using crop64::Bytes;
using crop64::ColorProfile;
using crop64::ColorSpace;
using crop64::Tail;

// A number as in a profile: of any size, or near one.
double take_fixed(Tail& tail) {
  const int first = tail.byte();
  const int rest = tail.byte() << 8 | tail.byte();
  const int value = (first & 3) == 0 ? (tail.byte() - 128) << 16 : (first & 3) == 1 ? -1 << 16 : 0;
  return (value + rest * (1 + (first >> 7))) / 65536.0;
}

// Numbers that a profile may have, in the structure that read_profile() would make of them.
ColorProfile take_profile(Tail& tail, Bytes table) {
  ColorProfile profile;
  for (auto& row : profile.matrix.rows) {
    for (double& value : row) {
      value = take_fixed(tail);
    }
  }
  for (crop64::Curve& curve : profile.curves) {
    if (tail.flag() && table.size() >= 4) {
      curve.table = table.first(table.size() / 2 * 2);
    } else {
      for (float& number : curve.numbers) {
        number = static_cast<float>(take_fixed(tail));
      }
    }
  }
  return profile;
}

// The sum of the magnitudes of what a profile's matrix gives: rounding errors grow with it.
double magnitude(const ColorProfile& profile) {
  double sum = 0;
  for (const auto& row : profile.matrix.rows) {
    for (const double value : row) {
      sum += std::fabs(value);
    }
  }
  return sum;
}

class Rows : public crop64::RowSink {
 public:
  crop64::Failure write(const crop64::ImageView& rows) override {
    bytes.insert(bytes.end(), rows.data, rows.data + rows.stride);
    return std::nullopt;
  }
  crop64::Failure finish() override { return std::nullopt; }
  std::vector<uint8_t> bytes;
};

// A row of pixels, converted.
std::vector<uint8_t> convert(const ColorProfile& profile, ColorSpace to, crop64::Layout layout,
                             const std::vector<uint8_t>& in) {
  const auto tables = make_color_tables(profile, to, layout);
  Rows rows;
  if (tables.ok()) {
    crop64::ColorStep step(&tables.value(), rows);
    const auto width = static_cast<int>(in.size() / layout.pixel_bytes());
    const crop64::Colors colors;
    const crop64::ImageView row = {{width, 1}, layout, in.data(), in.size(), &colors};
    if (step.write(row) || step.finish()) {
      rows.bytes.clear();
    }
  }
  rows.bytes.resize(in.size());
  return rows.bytes;
}

void check(const ColorProfile& profile, Tail& tail) {
  if (!profile.is_convertible) {
    return;
  }
  const ColorSpace to = tail.flag() ? ColorSpace::kSrgb : ColorSpace::kDisplayP3;
  const auto model = crop64::pick(tail, crop64::Model::kRgb, crop64::Model::kRgba);
  const size_t channels = model == crop64::Model::kRgb ? 3 : 4;
  constexpr size_t kPixels = 64;
  std::vector<uint8_t> in(kPixels * channels);
  for (uint8_t& sample : in) {
    sample = tail.byte();
  }
  std::vector<uint8_t> out = convert(profile, to, {model, 8}, in);
  // Floats have 24 bits, and light 12 of them before the table that encodes it.
  const double tolerance = 0.6 + magnitude(profile) / 200;
  for (size_t pixel = 0; pixel < kPixels && tolerance < 2; ++pixel) {
    const uint8_t* from = in.data() + pixel * channels;
    const auto expected =
        crop64::twin_convert(profile, to, {from[0] / 255.0, from[1] / 255.0, from[2] / 255.0});
    for (size_t i = 0; i < 3; ++i) {
      if (std::fabs(expected[i] * 255 - out[pixel * channels + i]) > tolerance) {
        crop64::crash("A colour differs from double precision.");
      }
    }
    if (channels == 4 && out[pixel * channels + 3] != from[3]) {
      crop64::crash("Alpha was changed.");
    }
  }
  convert(profile, to, {model, 16}, in);
  convert(profile, to, {crop64::Model::kGrayAlpha, 16}, in);
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Tail tail({data, size});
  const bool is_made = tail.flag();
  if (is_made) {
    const Bytes table = tail.rest().first(tail.rest().size() / 2);
    check(take_profile(tail, table), tail);
    return 0;
  }
  check(crop64::read_profile(tail.rest()), tail);
  crop64::Source source;
  source.file = tail.rest();
  const auto info = crop64::probe(source);
  const auto said = crop64::metadata_of(source);
  if (is_answer(info) && is_answer(said)) {
    check(color_profile_of(said.value(), info.value().layout), tail);
  }
  return 0;
}
