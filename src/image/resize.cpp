#include "image/resize.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>

#include "image/resample.h"

namespace crop64 {
namespace {

constexpr double kPi = 3.14159265358979323846;

// sin(pi x) by the Taylor series around the nearest integer: accurate to the last bits of a double,
// and the same on every machine, unlike the C library's sin().
double sin_pi(double x) {
  const double whole = std::floor(x + 0.5);
  const double t = (x - whole) * kPi;
  double term = t;
  double sum = t;
  for (int n = 2; n < 22; n += 2) {
    term *= -t * t / (n * (n + 1));
    sum += term;
  }
  return static_cast<int>(whole) % 2 == 0 ? sum : -sum;
}

double sinc(double x) { return x == 0 ? 1 : sin_pi(x) / (x * kPi); }

struct Filter {
  double support;
  double (*weight)(double x);
};

Filter filter_of(Kernel kernel) {
  switch (kernel) {
    case Kernel::kLinear:
      return {1, [](double x) { return std::max(0.0, 1 - std::fabs(x)); }};
    case Kernel::kCubic:
      // Keys, "Cubic convolution interpolation for digital image processing", 1981.
      return {2, [](double x) {
                constexpr double kA = -0.5;
                x = std::fabs(x);
                if (x < 1) {
                  return ((kA + 2) * x - (kA + 3)) * x * x + 1;
                }
                return x < 2 ? (((x - 5) * x + 8) * x - 4) * kA : 0.0;
              }};
    default:
      return {3, [](double x) { return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0; }};
  }
}

// The most of `from` samples that contribute to an output sample, which covers `scale` of them.
int taps_stride(const Filter& filter, int from, double scale) {
  return static_cast<int>(
      std::min(std::ceil(filter.support * std::max(scale, 1.0)) * 2 + 1, double(from)));
}

// The taps for `to` output samples from the range `begin` to `end` (floats, as in Pillow) of `from`
// samples.
Result<Taps> make_taps(const Filter& filter, int from, float begin, float end, int to) {
  const double scale = static_cast<double>(end - begin) / to;
  const double stretch = std::max(scale, 1.0);
  const double support = filter.support * stretch;
  const int stride = taps_stride(filter, from, scale);
  Result<Taps> allocated = Taps::allocate(to, stride);
  Result<Buffer> exact = Buffer::allocate(uint64_t(stride) * sizeof(double));
  if (!allocated.ok() || !exact.ok()) {
    return allocated.ok() ? exact.error() : std::move(allocated);
  }
  Taps& taps = allocated.value();
  auto* weights = reinterpret_cast<double*>(exact.value().data());
  for (int i = 0; i < to; ++i) {
    // A box may extend beyond the last sample.
    const double center = std::clamp(begin + (i + 0.5) * scale, 0.0, double(from));
    const int first = std::max(0, static_cast<int>(std::floor(center - support + 0.5)));
    const int last = std::min(from, static_cast<int>(std::floor(center + support + 0.5)));
    const int count = std::max(0, last - first);
    double sum = 0;
    for (int x = 0; x < count; ++x) {
      weights[x] = filter.weight((x + first - center + 0.5) * (1.0 / stretch));
      sum += weights[x];
    }
    int32_t* out = taps.weights.data() + size_t(i) * size_t(stride);
    for (int x = 0; x < count; ++x) {
      const double weight = sum != 0 ? weights[x] / sum : weights[x];
      const double fixed = weight * (1 << kWeightBits);
      out[x] = static_cast<int32_t>(fixed < 0 ? fixed - 0.5 : fixed + 0.5);
    }
    taps.spans[size_t(i)] = {std::min(first, from), count};
  }
  return allocated;
}

// The range of input samples that contribute to any output sample.
Taps::Span input_range(const Taps& taps) {
  int first = taps.spans.front().first;
  int last = first;
  for (const auto& [begin, count] : taps.spans) {
    first = std::min(first, begin);
    last = std::max(last, begin + count);
  }
  return {first, last - first};
}

// Both passes. The first covers only the rows that the second needs.
template <class Sample>
Result<Buffer> resample(const Plane<Sample>& in, const RectF& box, Size size, Kernel kernel,
                        uint32_t max) {
  const Filter filter = filter_of(kernel);
  const auto taps_across =
      make_taps(filter, in.width, float(box.left), float(box.right), size.width);
  auto taps_down = make_taps(filter, in.height, float(box.top), float(box.bottom), size.height);
  if (!taps_across.ok() || !taps_down.ok()) {
    return taps_across.ok() ? taps_down.error() : taps_across.error();
  }
  const Taps& across = taps_across.value();
  Taps& down = taps_down.value();
  const Taps::Span rows = input_range(down);
  for (Taps::Span& span : down.spans) {
    span.first -= rows.first;
  }
  const auto row_bytes = uint64_t(size.width) * uint64_t(in.channels) * sizeof(Sample);
  Result<Buffer> between = Buffer::allocate(row_bytes * uint64_t(rows.count));
  Result<Buffer> result = Buffer::allocate(row_bytes * uint64_t(size.height));
  if (!between.ok() || !result.ok()) {
    return between.ok() ? std::move(result) : std::move(between);
  }
  const auto plane = [&](Buffer& buffer, int height) {
    return Plane<Sample>{reinterpret_cast<Sample*>(buffer.data()), size.width, height, in.channels};
  };
  const Plane<Sample> narrow = plane(between.value(), rows.count);
  const Plane<Sample> needed = {in.row(rows.first), in.width, rows.count, in.channels};
  resample_rows(needed, narrow, across, max);
  resample_columns(narrow, plane(result.value(), size.height), down, max);
  return result;
}

// Multiplies colours by alpha. The products fit `Wide`, so they are exact.
template <class Sample, class Wide>
void premultiply(const ImageView& image, Wide* out) {
  constexpr Wide kMax = static_cast<Sample>(~Sample{0});
  const int channels = image.layout.channels();
  for (int y = 0; y < image.size.height; ++y) {
    const auto* in = reinterpret_cast<const Sample*>(image.row(y));
    for (int x = 0; x < image.size.width; ++x, in += channels) {
      const Wide alpha = in[channels - 1];
      for (int i = 0; i < channels - 1; ++i) {
        *out++ = Wide(in[i] * alpha);
      }
      *out++ = Wide(alpha * kMax);
    }
  }
}

template <class Sample, class Wide>
void unpremultiply(const Wide* in, size_t pixels, int channels, Sample* out) {
  constexpr uint64_t kMax = static_cast<Sample>(~Sample{0});
  for (size_t pixel = 0; pixel < pixels; ++pixel, in += channels, out += channels) {
    const uint64_t alpha = in[channels - 1];
    for (int i = 0; i < channels - 1; ++i) {
      const uint64_t color = alpha == 0 ? 0 : (in[i] * kMax + alpha / 2) / alpha;
      out[i] = static_cast<Sample>(std::min(color, kMax));
    }
    out[channels - 1] = static_cast<Sample>((alpha + kMax / 2) / kMax);
  }
}

template <class Sample>
Result<Image> resize_opaque(const ImageView& image, const RectF& box, Size size, Kernel kernel) {
  Image packed;
  const uint8_t* data = image.data;
  if (image.stride != image.layout.bytes({image.size.width, 1})) {
    Result<Image> copy = copy_of(image);
    if (!copy.ok()) {
      return copy;
    }
    packed = std::move(copy.value());
    data = packed.samples.data();
  }
  const Plane<Sample> in = {reinterpret_cast<Sample*>(const_cast<uint8_t*>(data)), image.size.width,
                            image.size.height, image.layout.channels()};
  Result<Buffer> samples = resample<Sample>(in, box, size, kernel, static_cast<Sample>(~Sample{0}));
  if (!samples.ok()) {
    return samples.error();
  }
  Image resized;
  resized.size = size;
  resized.layout = image.layout;
  resized.samples = std::move(samples.value());
  return resized;
}

template <class Sample, class Wide>
Result<Image> resize_with_alpha(const ImageView& image, const RectF& box, Size size,
                                Kernel kernel) {
  constexpr uint32_t kMax = static_cast<Sample>(~Sample{0});
  const int channels = image.layout.channels();
  Result<Buffer> wide =
      Buffer::allocate(uint64_t(image.size.area()) * uint64_t(channels) * sizeof(Wide));
  Result<Image> resized = Image::allocate(size, image.layout);
  if (!wide.ok() || !resized.ok()) {
    return wide.ok() ? std::move(resized) : wide.error();
  }
  auto* data = reinterpret_cast<Wide*>(wide.value().data());
  premultiply<Sample, Wide>(image, data);
  const Plane<Wide> in = {data, image.size.width, image.size.height, channels};
  const Result<Buffer> samples = resample<Wide>(in, box, size, kernel, kMax * kMax);
  if (!samples.ok()) {
    return samples.error();
  }
  unpremultiply(reinterpret_cast<const Wide*>(samples.value().data()), size_t(size.area()),
                channels, reinterpret_cast<Sample*>(resized.value().samples.data()));
  return resized;
}

// The index of the input sample for each output sample of a row or column.
void nearest_samples(int from, float begin, float end, std::span<int> samples) {
  const double scale = static_cast<double>(end - begin) / double(samples.size());
  // Accumulated as in Pillow, so that rounding errors are the same.
  double position = begin + scale * 0.5;
  for (int& sample : samples) {
    sample = std::clamp(static_cast<int>(std::floor(position)), 0, from - 1);
    position += scale;
  }
}

Result<Image> resize_nearest(const ImageView& image, const RectF& box, Size size) {
  Result<Image> resized = Image::allocate(size, image.layout);
  Result<Buffer> samples =
      Buffer::allocate((uint64_t(size.width) + uint64_t(size.height)) * sizeof(int));
  if (!resized.ok() || !samples.ok()) {
    return resized.ok() ? samples.error() : std::move(resized);
  }
  auto* data = reinterpret_cast<int*>(samples.value().data());
  const std::span<int> columns(data, size_t(size.width));
  const std::span<int> rows(data + size.width, size_t(size.height));
  nearest_samples(image.size.width, float(box.left), float(box.right), columns);
  nearest_samples(image.size.height, float(box.top), float(box.bottom), rows);
  const size_t pixel_bytes = image.layout.pixel_bytes();
  for (int y = 0; y < size.height; ++y) {
    const uint8_t* in = image.row(rows[size_t(y)]);
    uint8_t* out = resized.value().row(y);
    for (const int column : columns) {
      std::memcpy(out, in + pixel_bytes * size_t(column), pixel_bytes);
      out += pixel_bytes;
    }
  }
  return resized;
}

}  // namespace

Result<Image> resize(const ImageView& image, const Resampling& resampling) {
  const auto& [box, size, kernel] = resampling;
  if (kernel == Kernel::kNearest) {
    return resize_nearest(image, box, size);
  }
  const bool deep = image.layout.depth == 16;
  if (image.layout.has_alpha()) {
    return deep ? resize_with_alpha<uint16_t, uint32_t>(image, box, size, kernel)
                : resize_with_alpha<uint8_t, uint16_t>(image, box, size, kernel);
  }
  return deep ? resize_opaque<uint16_t>(image, box, size, kernel)
              : resize_opaque<uint8_t>(image, box, size, kernel);
}

double resize_memory(Layout layout, Size from, const Resampling& resampling) {
  const auto& [box, to, kernel] = resampling;
  if (kernel == Kernel::kNearest) {
    return sizeof(int) * (double(to.width) + to.height);
  }
  const Filter filter = filter_of(kernel);
  const auto line = [&](int samples, double length, int size) {
    return taps_memory(size, taps_stride(filter, samples, length / size));
  };
  const double taps =
      line(from.width, box.width(), to.width) + line(from.height, box.height(), to.height);
  // The rows between the passes and, with alpha, all samples again in twice the bits.
  const auto bytes = [&](double pixels) { return pixels * double(layout.pixel_bytes()); };
  const double between = bytes(double(to.width) * from.height);
  return taps + (layout.has_alpha()
                     ? 2 * (between + bytes(double(from.area())) + bytes(double(to.area())))
                     : between);
}

}  // namespace crop64
