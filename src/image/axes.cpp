#include "image/axes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "base/math.h"

namespace crop64 {
namespace {

constexpr double kPi = 3.14159265358979323846;

// sinc(x) sinc(x / 3), with sin(3 t) = 3 sin(t) - 4 sin(t)^3.
double lanczos3(double x) {
  const double t = x * (kPi / 3);
  const double s = sine(t);
  return t == 0 ? 1 : s * s * (3 - 4 * s * s) / (3 * t * t);
}

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
      return {3, [](double x) { return x >= -3 && x < 3 ? lanczos3(x) : 0; }};
  }
}

// How many samples an output sample covers; as floats, like Pillow's boxes.
double scale_of(const Axis& axis) {
  return static_cast<double>(float(axis.end) - float(axis.begin)) / axis.to;
}

// The most of `from` samples that contribute to an output sample, which covers `scale` of them.
int stride_of(const Filter& filter, int from, double scale) {
  return static_cast<int>(
      std::min(std::ceil(filter.support * std::max(scale, 1.0)) * 2 + 1, double(from)));
}

// The taps of an axis that is not mirrored.
Result<Taps> make_taps(const Filter& filter, const Axis& axis) {
  const auto& [from, begin, end, to, mirrored] = axis;
  const double scale = scale_of(axis);
  const double stretch = std::max(scale, 1.0);
  const double support = filter.support * stretch;
  const int stride = stride_of(filter, from, scale);
  Result<Taps> allocated = Taps::allocate(to, stride);
  Result<Buffer> exact = Buffer::allocate(uint64_t(stride) * sizeof(double));
  if (!allocated.ok() || !exact.ok()) {
    return allocated.ok() ? exact.error() : std::move(allocated);
  }
  Taps& taps = allocated.value();
  auto* weights = reinterpret_cast<double*>(exact.value().data());
  for (int i = 0; i < to; ++i) {
    // A box may extend beyond the last sample.
    const double center = std::clamp(float(begin) + (i + 0.5) * scale, 0.0, double(from));
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

// The same taps for a line that runs the other way.
void mirror(Taps& taps, int from) {
  for (size_t i = 0; i < taps.spans.size(); ++i) {
    auto& [first, count] = taps.spans[i];
    int32_t* weights = taps.weights.data() + i * size_t(taps.stride);
    std::reverse(weights, weights + count);
    first = from - first - count;
  }
  const auto stride = size_t(taps.stride);
  for (size_t i = 0, k = taps.spans.size() - 1; i < k; ++i, --k) {
    std::swap(taps.spans[i], taps.spans[k]);
    std::swap_ranges(taps.weights.data() + i * stride, taps.weights.data() + (i + 1) * stride,
                     taps.weights.data() + k * stride);
  }
}

}  // namespace

Axes stored_axes(Size stored, Orientation orientation, const Resampling& resampling) {
  const auto& [box, size, kernel] = resampling;
  const Size displayed = oriented(stored, orientation);
  const Axis x = {displayed.width, box.left, box.right, size.width, orientation.mirror_x};
  const Axis y = {displayed.height, box.top, box.bottom, size.height, orientation.mirror_y};
  return orientation.swap_axes ? Axes{y, x} : Axes{x, y};
}

Result<Taps> make_taps(Kernel kernel, const Axis& axis) {
  Result<Taps> taps = make_taps(filter_of(kernel), axis);
  if (!taps.ok()) {
    return taps;
  }
  if (axis.mirrored) {
    mirror(taps.value(), axis.from);
  }
  if (auto error = prepare(taps.value())) {
    return error;
  }
  return taps;
}

int taps_stride(Kernel kernel, const Axis& axis) {
  return stride_of(filter_of(kernel), axis.from, scale_of(axis));
}

Result<Taps> make_component_taps(Kernel kernel, const Axis& axis, Sampling from, Sampling to) {
  Result<Taps> made = make_taps(kernel, axis);
  if (!made.ok()) {
    return made;
  }
  const Taps& pixels = made.value();
  const int samples = from.samples(axis.from);
  const int count = to.samples(axis.to);
  const int stride = component_taps_stride(kernel, axis, from, to);
  Result<Taps> allocated = Taps::allocate(count, stride);
  Result<Buffer> sums = Buffer::allocate(uint64_t(stride) * sizeof(double));
  if (!allocated.ok() || !sums.ok()) {
    return allocated.ok() ? sums.error() : std::move(allocated);
  }
  Taps& taps = allocated.value();
  taps.weight_bits = kShortWeightBits;
  auto* exact = reinterpret_cast<double*>(sums.value().data());
  for (int i = 0; i < count; ++i) {
    // The pixels of a sample are grouped in the displayed line. The stored line may be its mirror
    // image.
    const int displayed = axis.mirrored ? count - 1 - i : i;
    const int begin = displayed * to.pixels;
    const auto span_of = [&](int pixel) {
      pixel = std::min(pixel, axis.to - 1);  // as the edge is repeated
      return size_t(axis.mirrored ? axis.to - 1 - pixel : pixel);
    };
    int first = samples;
    int last = 0;
    for (int pixel = begin; pixel < begin + to.pixels; ++pixel) {
      const Taps::Span span = pixels.spans[span_of(pixel)];
      first = std::min(first, span.first / from.pixels - int{from.interpolated});
      last = std::max(last, (span.first + span.count - 1) / from.pixels + int{from.interpolated});
    }
    first = std::max(first, 0);
    last = std::min(last, samples - 1);
    std::fill_n(exact, stride, 0.0);
    for (int pixel = begin; pixel < begin + to.pixels; ++pixel) {
      const size_t k = span_of(pixel);
      const int32_t* weights = pixels.weights_of(k);
      for (int x = pixels.spans[k].first; x < pixels.spans[k].first + pixels.spans[k].count; ++x) {
        const int nearest = x / from.pixels;
        const double weight = double(*weights++) / to.pixels;
        if (from.interpolated) {
          const int other = std::clamp(x % 2 == 0 ? nearest - 1 : nearest + 1, 0, samples - 1);
          exact[other - first] += weight / 4;
          exact[nearest - first] += weight * 3 / 4;
        } else {
          exact[nearest - first] += weight;
        }
      }
    }
    int32_t* out = taps.weights.data() + size_t(i) * size_t(stride);
    double rest = 0;  // so that the sum is exact
    for (int k = 0; k < stride; ++k) {
      rest += exact[k] / (1 << (kWeightBits - kShortWeightBits));
      out[k] = static_cast<int32_t>(std::floor(rest + 0.5));
      rest -= out[k];
    }
    taps.spans[size_t(i)] = {first, std::max(0, last - first + 1)};
  }
  if (auto error = prepare(taps)) {
    return error;
  }
  return allocated;
}

int component_taps_stride(Kernel kernel, const Axis& axis, Sampling from, Sampling to) {
  // The spans of the pixels of a sample, and a sample on either side.
  const double pixels = taps_stride(kernel, axis) + std::ceil(scale_of(axis)) * (to.pixels - 1);
  return static_cast<int>(
      std::min(std::ceil(pixels / from.pixels) + 3, double(from.samples(axis.from))));
}

// The index of the stored sample for each output sample of a row or column.
Result<Buffer> nearest_samples(const Axis& axis) {
  Result<Buffer> memory = Buffer::allocate(uint64_t(axis.to) * sizeof(int));
  if (!memory.ok()) {
    return memory;
  }
  const std::span<int> samples(reinterpret_cast<int*>(memory.value().data()), size_t(axis.to));
  const double scale = scale_of(axis);
  // Accumulated as in Pillow, so that rounding errors are the same.
  double position = float(axis.begin) + scale * 0.5;
  for (int& sample : samples) {
    sample = std::clamp(static_cast<int>(std::floor(position)), 0, axis.from - 1);
    position += scale;
  }
  if (axis.mirrored) {
    std::reverse(samples.begin(), samples.end());
    for (int& sample : samples) {
      sample = axis.from - 1 - sample;
    }
  }
  return memory;
}

}  // namespace crop64
