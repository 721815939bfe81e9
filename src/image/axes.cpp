#include "image/axes.h"

#include <algorithm>
#include <cmath>
#include <span>

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
int stride_of(const Filter& filter, int from, double scale) {
  return static_cast<int>(
      std::min(std::ceil(filter.support * std::max(scale, 1.0)) * 2 + 1, double(from)));
}

// The taps for `to` output samples from the range `begin` to `end` (floats, as in Pillow) of `from`
// samples.
Result<Taps> make_taps(const Filter& filter, int from, float begin, float end, int to) {
  const double scale = static_cast<double>(end - begin) / to;
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
  Result<Taps> taps =
      make_taps(filter_of(kernel), axis.from, float(axis.begin), float(axis.end), axis.to);
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
  // As floats, like the taps themselves.
  const double length = static_cast<double>(float(axis.end) - float(axis.begin));
  return stride_of(filter_of(kernel), axis.from, length / axis.to);
}

// The index of the stored sample for each output sample of a row or column.
Result<Buffer> nearest_samples(const Axis& axis) {
  Result<Buffer> memory = Buffer::allocate(uint64_t(axis.to) * sizeof(int));
  if (!memory.ok()) {
    return memory;
  }
  const std::span<int> samples(reinterpret_cast<int*>(memory.value().data()), size_t(axis.to));
  const auto begin = float(axis.begin);
  const double scale = static_cast<double>(float(axis.end) - begin) / axis.to;
  // Accumulated as in Pillow, so that rounding errors are the same.
  double position = begin + scale * 0.5;
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
