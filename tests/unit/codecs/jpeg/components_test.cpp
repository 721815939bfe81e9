#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "codecs/jpeg/decode.h"
#include "codecs/jpeg/encode.h"
#include "codecs/jpeg/probe.h"
#include "support/component_sink.h"
#include "support/jpegs.h"
#include "support/pictures.h"

namespace crop64::jpeg {
namespace {

// The same coefficients as luma and chroma: an Adobe segment says what the components are.
File as_ycc(File file) {
  constexpr int kApp14 = 0xee;
  constexpr size_t kTransform = 4 + 11;
  file[find_marker(file, kApp14) + kTransform] = 1;
  return file;
}

// The pixel at `x` of a line of samples, by what `sampling` says.
template <class At>
double pixel_at(Sampling sampling, int x, int count, const At& at) {
  const int nearest = x / sampling.pixels;
  if (!sampling.interpolated) {
    return at(nearest);
  }
  const int other = std::clamp(x % 2 == 0 ? nearest - 1 : nearest + 1, 0, count - 1);
  return 0.75 * at(nearest) + 0.25 * at(other);
}

double pixel_at(const Component& component, const Image& samples, int x, int y) {
  return pixel_at(component.down, y, samples.size.height, [&](int row) {
    return pixel_at(component.across, x, samples.size.width,
                    [&](int column) { return double(samples.view().row(row)[column]); });
  });
}

// libjpeg rounds each axis.
double largest_difference(const ComponentSink& decoded, const Image& pixels) {
  double largest = 0;
  for (size_t i = 0; i < 3; ++i) {
    for (int y = 0; y < pixels.size.height; ++y) {
      for (int x = 0; x < pixels.size.width; ++x) {
        const double made = pixel_at(decoded.components[i], decoded.images[i], x, y);
        const double expected = pixels.view().row(y)[3 * x + int(i)];
        largest = std::max(largest, std::fabs(made - expected));
      }
    }
  }
  return largest;
}

int largest_difference(const Image& a, const Image& b) {
  REQUIRE(a.samples.size() == b.samples.size());
  int largest = 0;
  for (size_t i = 0; i < a.samples.size(); ++i) {
    largest = std::max(largest, std::abs(a.samples.data()[i] - b.samples.data()[i]));
  }
  return largest;
}

TEST_CASE("components, upsampled as they say, equal a full decode") {
  int checked = 0;
  for (const SamplingFactors& sampling : kSamplings) {
    for (const Size size : {Size{75, 61}, Size{16, 16}, Size{3, 5}, Size{1, 1}}) {
      for (const Scans& scans : {Scans(), progressive_scans(3)}) {
        if (sampling.components != 3) {
          continue;
        }
        const File rgb = make_jpeg(size, {.sampling = sampling, .scans = scans, .stored = JCS_RGB});
        const File file = as_ycc(rgb);
        if (!probe(file).value().has_ycc) {
          continue;
        }
        CHECK(!probe(rgb).value().has_ycc);
        for (const int reduction : {1, 2, 4, 8}) {
          INFO(std::string(sampling.name), ", ", size.width, " x ", size.height, ", 1/", reduction);
          const Image pixels = full_decode_with_libjpeg(rgb, reduction);
          DecodeRequest request = {reduction, whole(pixels.size)};
          request.components = true;
          ComponentSink decoded;
          REQUIRE(decode(file, request, decoded).ok());
          CHECK(largest_difference(decoded, pixels) <= 0.76);
          ++checked;
        }
      }
    }
  }
  CHECK(checked > 200);
}

TEST_CASE("probe() says luma and chroma as libjpeg does") {
  const File jfif = make_jpeg({20, 20});
  CHECK(probe(jfif).value().has_ycc);
  CHECK(!probe(make_jpeg({20, 20}, {.stored = JCS_RGB})).value().has_ycc);
  CHECK(!probe(make_jpeg({20, 20}, {.sampling = kGray})).value().has_ycc);
  for (const SamplingFactors& sampling : kSamplings) {
    const bool is_luma_full = sampling.h[0] >= sampling.h[1] && sampling.v[0] >= sampling.v[1];
    const bool is_chroma_alike = sampling.h[1] == sampling.h[2] && sampling.v[1] == sampling.v[2];
    CHECK_MESSAGE(probe(make_jpeg({20, 20}, {.sampling = sampling})).value().has_ycc ==
                      (sampling.components == 3 && is_luma_full && is_chroma_alike),
                  std::string(sampling.name));
  }
  CHECK(!probe(make_jpeg({20, 20}, {.sampling = kInkSamplings[0]})).value().has_ycc);
}

// Encodes components whose rows come as `order` says: the component of each next row.
File encoded(const std::vector<Image>& components, Size size, const EncodeSettings& settings,
             const std::vector<size_t>& order) {
  static const Colors kNone;
  const ImageView header = {size, {Model::kRgb, 8}, nullptr, 0, &kNone};
  Result<std::unique_ptr<Encoder>> encoder = encode(header, settings, {});
  REQUIRE(encoder.ok());
  int next[3] = {};
  for (const size_t i : order) {
    const Rect row = {0, next[i], components[i].size.width, next[i] + 1};
    ++next[i];
    REQUIRE(!encoder.value()->component(i).write(crop(components[i].view(), row)));
  }
  REQUIRE(!encoder.value()->finish());
  const Buffer file = encoder.value()->take_file();
  return {file.data(), file.data() + file.size()};
}

TEST_CASE("encode() of components keeps their samples, in whatever order rows come") {
  Random random(5);
  for (const ChromaSubsampling chroma : {ChromaSubsampling{1, 1}, ChromaSubsampling{2, 1},
                                         ChromaSubsampling{2, 2}, ChromaSubsampling{1, 2}}) {
    for (const Size size : {Size{75, 61}, Size{16, 32}, Size{1, 1}}) {
      for (const bool progressive : {false, true}) {
        EncodeSettings settings;
        settings.components = true;
        settings.quality = 100;
        settings.progressive = progressive;
        settings.chroma_subsampling = chroma;
        const Components shapes = encoder_components(settings);
        std::vector<Image> components;
        std::vector<size_t> order;
        for (size_t i = 0; i < 3; ++i) {
          components.push_back(
              make_picture(shapes[i].size(size), {Model::kGray, 8}, static_cast<uint32_t>(i)));
          order.insert(order.end(), size_t(components[i].size.height), i);
        }
        INFO(chroma.horizontal, " x ", chroma.vertical, ", ", size.width, " x ", size.height);
        const File file = encoded(components, size, settings, order);
        for (size_t i = order.size(); i > 1; --i) {
          std::swap(order[i - 1], order[size_t(random.below(int(i)))]);
        }
        CHECK((encoded(components, size, settings, order) == file));
        DecodeRequest request = {1, whole(size)};
        request.components = true;
        ComponentSink decoded;
        REQUIRE(decode(file, request, decoded).ok());
        for (size_t i = 0; i < 3; ++i) {
          CHECK(decoded.components[i].across.pixels == shapes[i].across.pixels);
          CHECK(decoded.components[i].down.pixels == shapes[i].down.pixels);
          CHECK(largest_difference(decoded.images[i], components[i]) <= 3);
        }
      }
    }
  }
}

}  // namespace
}  // namespace crop64::jpeg
