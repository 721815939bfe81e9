// The SIMD code outside of libjpeg: checksums equal zlib's, and PNG filters and resampling equal
// their scalar versions.
#include <zlib.h>

#include <algorithm>
#include <vector>

#include "codecs/png/filters.h"
#include "deflate/adler32.h"
#include "deflate/crc32.h"
#include "fuzz.h"
#include "image/resample.h"

namespace {

using crop64::Bytes;
using crop64::Tail;
using crop64::png::Filter;
using Row = std::vector<uint8_t>;

void require(bool holds, const char* what) {
  if (!holds) {
    crop64::crash(what);
  }
}

// `size` bytes of the input from `start` on, zeros beyond its end. Memory ends with the row.
Row take(Bytes input, size_t start, size_t size, size_t before = 0, size_t after = 0) {
  Row row(before + size + after);
  start = std::min(start, input.size());
  std::copy_n(input.data() + start, std::min(size, input.size() - start), row.data() + before);
  return row;
}

void check_checksums(Bytes input) {
  const Row bytes(input.begin(), input.end());
  const auto size = static_cast<uInt>(bytes.size());
  require(crop64::deflate::adler32_update(crop64::deflate::kAdler32Start, bytes) ==
              adler32(1, bytes.data(), size),
          "Adler-32 differs from zlib's.");
  require(crop64::deflate::crc32_update(crop64::deflate::kCrc32Start, bytes) ==
              crc32(0, bytes.data(), size),
          "CRC-32 differs from zlib's.");
}

void check_filters(Tail& tail) {
  constexpr size_t kSlack = crop64::png::kRowSlack;
  const auto filter = static_cast<Filter>(tail.below(crop64::png::kFilters));
  const auto unit = crop64::pick<size_t>(tail, 1, 2, 3, 4, 6, 8);
  const auto limit = static_cast<uint8_t>(1 + tail.below(128));
  const Bytes input = tail.rest();
  const size_t size = std::max<size_t>(1, input.size() / 2 / unit) * unit;
  const Row row = take(input, 0, size, kSlack, kSlack);
  const Row above = take(input, size, size, kSlack, kSlack);
  const uint8_t* in = row.data() + kSlack;
  const uint8_t* up = above.data() + kSlack;

  Row filtered(size + kSlack), expected(size + kSlack);
  crop64::png::apply_filter(filter, in, up, size, unit, filtered.data());
  crop64::png::apply_filter_scalar(filter, in, up, size, unit, expected.data());
  require(std::equal(filtered.begin(), filtered.end() - kSlack, expected.begin()),
          "apply_filter() differs.");
  require(crop64::png::sum_of_magnitudes(filter, in, up, size, unit) ==
              crop64::png::sum_of_magnitudes_scalar(filter, in, up, size, unit),
          "sum_of_magnitudes() differs.");
  require(crop64::png::count_near(in, size, unit, limit) ==
              crop64::png::count_near_scalar(in, size, unit, limit),
          "count_near() differs.");
  Row back(size + kSlack);
  crop64::png::unfilter(filter, filtered.data(), up, size, unit, back.data());
  require(std::equal(back.begin(), back.end() - kSlack, in), "unfilter() differs.");
}

// Spans anywhere in a line of `from` samples. Their weights have the range that resize.cpp gives
// them.
crop64::Taps take_taps(Tail& tail, int count, int from) {
  constexpr int kOne = 1 << crop64::kWeightBits;
  const int stride = 1 + tail.below(std::min(from, 64));
  auto taps = crop64::Taps::allocate(count, stride);
  for (int i = 0; i < count; ++i) {
    const int length = tail.below(stride + 1);
    taps.value().spans[size_t(i)] = {tail.below(from - length + 1), length};
    for (int tap = 0; tap < length; ++tap) {
      const int weight = (tail.byte() << 8 | tail.byte()) - (1 << 15);
      taps.value().weights[size_t(i * stride + tap)] = weight * (kOne >> 15) / length;
    }
  }
  require(!crop64::prepare(taps.value()), "No memory for prepared taps.");
  return std::move(taps.value());
}

// All rows by one of the two functions.
template <auto kResample>
void resample_columns(const crop64::Plane<uint8_t>& in, const crop64::Plane<uint8_t>& out,
                      const crop64::Taps& taps, uint32_t max) {
  for (int y = 0; y < out.height; ++y) {
    kResample(in, 0, taps, y, out.row(y), max);
  }
}

void check_resampling(Tail& tail) {
  const bool rows = tail.flag();
  const int channels = 1 + tail.below(4);
  const int from = 1 + tail.below(200), to = 1 + tail.below(50), other = 1 + tail.below(40);
  const crop64::Taps taps = take_taps(tail, to, from);
  const int in_width = rows ? from : other, in_height = rows ? other : from;
  const int out_width = rows ? to : other, out_height = rows ? other : to;
  Row in = take(tail.rest(), 0, size_t(in_width * in_height * channels));
  Row fast(size_t(out_width * out_height * channels)), expected(fast.size());
  const crop64::Plane<uint8_t> source = {in.data(), in_width, in_height, channels};
  const auto run = [&](auto resample, Row& out) {
    resample(source, {out.data(), out_width, out_height, channels}, taps, uint32_t{255});
  };
  run(rows ? crop64::resample_rows<uint8_t> : resample_columns<crop64::resample_column<uint8_t>>,
      fast);
  run(rows ? crop64::resample_rows_scalar<uint8_t>
           : resample_columns<crop64::resample_column_scalar<uint8_t>>,
      expected);
  require(fast == expected, "Resampling differs.");
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Tail tail({data, size});
  switch (tail.below(3)) {
    case 0:
      check_checksums(tail.rest());
      break;
    case 1:
      check_filters(tail);
      break;
    default:
      check_resampling(tail);
      break;
  }
  return 0;
}
