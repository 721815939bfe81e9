#include "image/resample.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "support/pictures.h"

#if defined(__EMSCRIPTEN__) && !defined(CROP64_SANITIZED)
#define CROP64_AT_HEAP_END
#include <emscripten/heap.h>
#include <unistd.h>
#endif

namespace crop64 {
namespace {

constexpr int32_t kOne = 1 << kWeightBits;
// What the sizes of a sample's weights may come to, so that sums of 8-bit samples fit 32 bits.
constexpr int32_t kMostWeight = 8'380'000;

enum class Weights { kRandom, kMinusOnes, kLargest, kAverage };
constexpr Weights kWeights[] = {Weights::kRandom, Weights::kMinusOnes, Weights::kLargest,
                                Weights::kAverage};

void set_weights(Weights kind, Random& random, std::span<int32_t> weights) {
  const auto count = static_cast<int32_t>(weights.size());
  switch (kind) {
    case Weights::kRandom: {
      int64_t sum = 1;
      for (int32_t& weight : weights) {
        weight = random.between(-100, 1000);
        sum += std::abs(weight);
      }
      for (int32_t& weight : weights) {
        weight = static_cast<int32_t>(int64_t{weight} * kMostWeight / sum);
      }
      break;
    }
    case Weights::kMinusOnes:
      // Low halves of 32767 each: their sum wraps around where there are a few hundred.
      std::fill(weights.begin(), weights.end(), -1);
      if (count > 0) {
        weights[static_cast<size_t>(random.below(count))] = kOne + count - 1;
      }
      break;
    case Weights::kLargest:
      std::fill(weights.begin(), weights.end(), 0);
      if (count > 0) {
        weights[static_cast<size_t>(random.below(count))] = 2 * kOne - 1;
      }
      break;
    case Weights::kAverage:
      std::fill(weights.begin(), weights.end(), count > 0 ? kOne / count : 0);
      break;
  }
}

// Taps for `count` samples out of `from`: anywhere, up to `most` each, the first and the last ones
// at the ends of the line.
Taps make_taps(int count, int from, int most, Weights kind, Random& random,
               int weight_bits = kWeightBits) {
  Taps taps = std::move(Taps::allocate(count, std::min(from, most)).value());
  taps.weight_bits = weight_bits;
  for (int i = 0; i < count; ++i) {
    const int length = i == 0 ? taps.stride : random.between(0, taps.stride);
    const int last_first = from - length;
    const int first = i == count - 1 ? last_first : random.between(0, last_first);
    taps.spans[static_cast<size_t>(i)] = {first, length};
    const size_t at = static_cast<size_t>(i) * static_cast<size_t>(taps.stride);
    const auto weights = taps.weights.subspan(at, static_cast<size_t>(length));
    set_weights(kind, random, weights);
    for (int32_t& weight : weights) {
      weight >>= kWeightBits - weight_bits;
    }
  }
  REQUIRE(!prepare(taps));
  return taps;
}

// Bytes that end where memory ends: a read beyond them is reported by the sanitizer or, in wasm
// without one, traps.
class LastBytes {
 public:
  explicit LastBytes(size_t size) {
#ifdef CROP64_AT_HEAP_END
    // Far enough from what malloc has that it does not come here meanwhile.
    const auto needed = reinterpret_cast<size_t>(sbrk(0)) + (size_t{8} << 20) + size;
    if (needed > emscripten_get_heap_size()) {
      REQUIRE(emscripten_resize_heap(needed));
    }
    data_ = reinterpret_cast<uint8_t*>(emscripten_get_heap_size() - size);
#else
    owned_.resize(size);
    owned_.shrink_to_fit();
    data_ = owned_.data();
#endif
  }
  LastBytes(const LastBytes&) = delete;
  LastBytes& operator=(const LastBytes&) = delete;

  uint8_t* data() { return data_; }

 private:
  std::vector<uint8_t> owned_;
  uint8_t* data_ = nullptr;
};

enum class Samples { kRandom, kFull, kExtremes };
constexpr Samples kSamples[] = {Samples::kRandom, Samples::kFull, Samples::kExtremes};

template <class Sample>
void set_samples(Samples kind, uint32_t max, Random& random, std::span<Sample> samples) {
  for (Sample& sample : samples) {
    const uint32_t any = random.next();
    switch (kind) {
      case Samples::kRandom:
        sample = static_cast<Sample>(any % (uint64_t{max} + 1));
        break;
      case Samples::kFull:
        sample = static_cast<Sample>(max);
        break;
      case Samples::kExtremes:
        sample = static_cast<Sample>(any % 2 == 0 ? 0 : max);
        break;
    }
  }
}

template <class Sample>
size_t count_of(const Plane<Sample>& plane) {
  return plane.row_samples() * static_cast<size_t>(plane.height);
}

template <class Sample>
std::string difference(const std::vector<Sample>& actual, const std::vector<Sample>& expected) {
  for (size_t i = 0; i < expected.size(); ++i) {
    if (actual[i] != expected[i]) {
      return "sample " + std::to_string(i) + ": " + std::to_string(actual[i]) + " instead of " +
             std::to_string(expected[i]);
    }
  }
  return "";
}

// All rows, by resample_column() or resample_column_scalar().
template <class Sample, auto kResample>
void resample_columns(const Plane<Sample>& in, const Plane<Sample>& out, const Taps& taps,
                      uint32_t max) {
  for (int y = 0; y < out.height; ++y) {
    kResample(in, 0, taps, y, out.row(y), max);
  }
}

template <class Sample>
using Resampler = void (*)(const Plane<Sample>&, const Plane<Sample>&, const Taps&, uint32_t);

// What it makes; and no byte beside it.
template <class Sample>
std::vector<Sample> made_by(Resampler<Sample> resample, const Plane<Sample>& in, Plane<Sample> out,
                            const Taps& taps, uint32_t max) {
  constexpr size_t kBeside = 32;
  const Sample guard = 77;
  std::vector<Sample> samples(count_of(out) + 2 * kBeside, guard);
  out.data = samples.data() + kBeside;
  resample(in, out, taps, max);
  CHECK(std::count(samples.begin(), samples.begin() + kBeside, guard) == kBeside);
  CHECK(std::count(samples.end() - kBeside, samples.end(), guard) == kBeside);
  return {samples.begin() + kBeside, samples.end() - kBeside};
}

// `in` made of those samples, at the end of memory, resampled by both.
void check_equal(Resampler<uint8_t> fast, Resampler<uint8_t> scalar, Plane<uint8_t> in,
                 const Plane<uint8_t>& out, const Taps& taps, Random& random) {
  LastBytes bytes(count_of(in));
  in.data = bytes.data();
  for (const Samples kind : kSamples) {
    set_samples<uint8_t>(kind, 255, random, {in.data, count_of(in)});
    INFO(in.width, " x ", in.height, " to ", out.width, " x ", out.height, ", ", in.channels,
         " channels, up to ", taps.stride, " taps, samples of kind ", static_cast<int>(kind));
    CHECK(difference(made_by(fast, in, out, taps, 255), made_by(scalar, in, out, taps, 255)) == "");
  }
}

constexpr int kLengths[] = {1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 31, 33, 64, 100, 641, 1300};

TEST_CASE("resample_rows() with SIMD equals the scalar code: every width") {
  Random random(1);
  for (const int channels : {1, 2, 3, 4}) {
    for (int width = 1; width <= 70; ++width) {
      const int from = kLengths[random.below(std::size(kLengths))];
      const Weights kind = kWeights[random.below(std::size(kWeights))];
      const Taps taps = make_taps(width, from, random.between(1, 40), kind, random);
      const int height = random.between(1, 9);  // four rows are made together, and what is left
      check_equal(resample_rows<uint8_t>, resample_rows_scalar<uint8_t>,
                  {nullptr, from, height, channels}, {nullptr, width, height, channels}, taps,
                  random);
    }
  }
}

TEST_CASE("resample_rows() with SIMD equals the scalar code: few and many taps") {
  Random random(2);
  for (const int channels : {1, 3}) {
    for (const int from : kLengths) {
      for (const Weights kind : kWeights) {
        const Taps taps = make_taps(9, from, 1300, kind, random);
        check_equal(resample_rows<uint8_t>, resample_rows_scalar<uint8_t>,
                    {nullptr, from, 5, channels}, {nullptr, 9, 5, channels}, taps, random);
      }
    }
  }
}

TEST_CASE("resample_column() with SIMD equals the scalar code: every width") {
  Random random(3);
  for (const int channels : {1, 2, 3, 4}) {
    for (int width = 1; width <= 70; ++width) {
      const int from = kLengths[random.below(std::size(kLengths))];
      const Weights kind = kWeights[random.below(std::size(kWeights))];
      const Taps taps = make_taps(5, from, random.between(1, 40), kind, random);
      check_equal(resample_columns<uint8_t, resample_column<uint8_t>>,
                  resample_columns<uint8_t, resample_column_scalar<uint8_t>>,
                  {nullptr, width, from, channels}, {nullptr, width, 5, channels}, taps, random);
    }
  }
}

TEST_CASE("resample_column() with SIMD equals the scalar code: few and many taps") {
  Random random(4);
  for (const int width : {5, 16, 33}) {
    for (const int from : kLengths) {
      for (const Weights kind : kWeights) {
        const Taps taps = make_taps(9, from, 1300, kind, random);
        check_equal(resample_columns<uint8_t, resample_column<uint8_t>>,
                    resample_columns<uint8_t, resample_column_scalar<uint8_t>>,
                    {nullptr, width, from, 1}, {nullptr, width, 9, 1}, taps, random);
      }
    }
  }
}

TEST_CASE("short weights: SIMD equals the scalar code for every width, few and many taps") {
  Random random(6);
  for (int width = 1; width <= 70; ++width) {
    const int from = kLengths[random.below(std::size(kLengths))];
    const Weights kind = kWeights[random.below(std::size(kWeights))];
    const int most = width % 4 == 0 ? 1300 : 40;
    const Taps across = make_taps(width, from, most, kind, random, kShortWeightBits);
    const int height = random.between(1, 9);
    check_equal(resample_rows<uint8_t>, resample_rows_scalar<uint8_t>, {nullptr, from, height, 1},
                {nullptr, width, height, 1}, across, random);
    const Taps down = make_taps(5, from, most, kind, random, kShortWeightBits);
    check_equal(resample_columns<uint8_t, resample_column<uint8_t>>,
                resample_columns<uint8_t, resample_column_scalar<uint8_t>>,
                {nullptr, width, from, 1}, {nullptr, width, 5, 1}, down, random);
  }
}

// What the header says, with integers that have room for everything.
template <class Sample>
Sample exactly(const Plane<Sample>& in, const Taps& taps, size_t i, size_t first_sample,
               size_t step, uint32_t max) {
  __int128 sum = 0;
  const auto [first, count] = taps.spans[i];
  for (int tap = 0; tap < count; ++tap) {
    const size_t at = first_sample + static_cast<size_t>(first + tap) * step;
    sum += __int128{in.data[at]} * taps.weights_of(i)[tap];
  }
  const __int128 rounded = (sum + (1 << (taps.weight_bits - 1))) >> taps.weight_bits;
  return static_cast<Sample>(std::clamp<__int128>(rounded, 0, max));
}

template <class Sample>
void check_exact(uint32_t max) {
  Random random(5);
  for (int round = 0; round < 200; ++round) {
    const int channels = random.between(1, 4);
    const Size from = {random.between(1, 90), random.between(1, 90)};
    const int to = random.between(1, 40);
    const Weights weights = kWeights[random.below(std::size(kWeights))];
    std::vector<Sample> samples(static_cast<size_t>(from.area() * channels));
    set_samples<Sample>(kSamples[random.below(std::size(kSamples))], max, random, samples);
    const Plane<Sample> in = {samples.data(), from.width, from.height, channels};
    const auto pixel = static_cast<size_t>(channels);
    INFO("round ", round, ", ", sizeof(Sample), " bytes");
    {
      const Taps taps = make_taps(to, from.width, 90, weights, random);
      std::vector<Sample> expected;
      for (size_t y = 0; y < static_cast<size_t>(from.height); ++y) {
        for (size_t i = 0; i < static_cast<size_t>(to) * pixel; ++i) {
          const size_t first = y * in.row_samples() + i % pixel;
          expected.push_back(exactly(in, taps, i / pixel, first, pixel, max));
        }
      }
      const Plane<Sample> out = {nullptr, to, from.height, channels};
      CHECK(difference(made_by(resample_rows_scalar<Sample>, in, out, taps, max), expected) == "");
      CHECK(difference(made_by(resample_rows<Sample>, in, out, taps, max), expected) == "");
    }
    const Taps taps = make_taps(to, from.height, 90, weights, random);
    std::vector<Sample> expected;
    for (size_t y = 0; y < static_cast<size_t>(to); ++y) {
      for (size_t x = 0; x < in.row_samples(); ++x) {
        expected.push_back(exactly(in, taps, y, x, in.row_samples(), max));
      }
    }
    const Plane<Sample> out = {nullptr, from.width, to, channels};
    CHECK(difference(
              made_by(resample_columns<Sample, resample_column_scalar<Sample>>, in, out, taps, max),
              expected) == "");
    CHECK(difference(made_by(resample_columns<Sample, resample_column<Sample>>, in, out, taps, max),
                     expected) == "");
  }
}

TEST_CASE("resampling computes exact sums, rounds half up and clamps to the samples' range") {
  check_exact<uint8_t>(255);
  check_exact<uint8_t>(100);
  check_exact<uint16_t>(65535);
  check_exact<uint16_t>(255 * 255);
  check_exact<uint32_t>(65535U * 65535U);
}

TEST_CASE("resampling rounds halves up and clamps values out of range") {
  struct Case {
    std::vector<uint8_t> samples;
    std::vector<int32_t> weights;
    int made;
  };
  const Case cases[] = {
      {{1, 2}, {kOne / 2, kOne / 2}, 2},
      {{1, 2}, {kOne / 2 + 1, kOne / 2 - 1}, 1},
      {{0, 255}, {-kOne / 4, kOne + kOne / 4}, 255},
      {{255, 0}, {-kOne / 4, kOne + kOne / 4}, 0},
      {{200, 100}, {kOne + kOne / 2, -kOne / 2}, 250},
      {{7}, {kOne}, 7},
      {{}, {}, 0},
  };
  for (Case expected : cases) {
    const auto count = static_cast<int>(expected.samples.size());
    expected.samples.resize(40);
    Taps taps = std::move(Taps::allocate(1, 8).value());
    taps.spans[0] = {0, count};
    std::copy(expected.weights.begin(), expected.weights.end(), taps.weights.begin());
    REQUIRE(!prepare(taps));
    uint8_t made = 99;
    resample_rows<uint8_t>({expected.samples.data(), 40, 1, 1}, {&made, 1, 1, 1}, taps, 255);
    CHECK(int{made} == expected.made);
    resample_columns<uint8_t, resample_column<uint8_t>>({expected.samples.data(), 1, 40, 1},
                                                        {&made, 1, 1, 1}, taps, 255);
    CHECK(int{made} == expected.made);
  }
}

TEST_CASE("Taps::allocate() returns empty spans of the requested size, or OUT_OF_MEMORY") {
  const Taps taps = std::move(Taps::allocate(7, 5).value());
  CHECK(taps.spans.size() == 7);
  CHECK(taps.weights.size() == 35);
  CHECK(taps.weights_of(3) == taps.weights.data() + 15);
  CHECK(std::count(taps.weights.begin(), taps.weights.end(), 0) == 35);
  for (const Taps::Span& span : taps.spans) {
    CHECK(span.count == 0);
  }
  CHECK(taps_memory(7, 5) >= double(taps.memory.size()));
  CHECK(code_of(Taps::allocate(INT32_MAX, INT32_MAX)) == "OUT_OF_MEMORY");
}

}  // namespace
}  // namespace crop64
