// Bytes deflated, and inflated again by zlib; and any bytes as the zlib stream of a PNG's rows,
// where decode() must agree with libpng.
#include <zlib.h>

#include <algorithm>
#include <vector>

#include "codecs/png/decode.h"
#include "codecs/png/libpng_decode.h"
#include "deflate/deflater.h"
#include "fuzz.h"

namespace {

// The samples of decoded rows.
struct Rows : crop64::DecodeSink {
  void begin(const std::optional<crop64::Quantisation>& /*quantisation*/) override {
    samples.clear();
  }
  crop64::Failure write(const crop64::ImageView& rows) override {
    const size_t row_bytes = rows.layout.bytes({rows.size.width, 1});
    for (int y = 0; y < rows.size.height; ++y) {
      samples.insert(samples.end(), rows.row(y), rows.row(y) + row_bytes);
    }
    return std::nullopt;
  }
  crop64::Failure finish() override { return std::nullopt; }

  std::vector<uint8_t> samples;
};

void round_trip(crop64::Bytes bytes, int level) {
  const auto stream = crop64::deflate::zlib_compress(bytes, level);
  if (!is_answer(stream)) {
    return;
  }
  std::vector<uint8_t> back(bytes.size() + 1);
  uLongf length = back.size();
  const int status = uncompress(back.data(), &length, stream.value().data(), stream.value().size());
  if (status != Z_OK || length != bytes.size() ||
      !std::equal(bytes.begin(), bytes.end(), back.begin())) {
    crop64::crash("Deflated bytes do not come back.");
  }
}

void add_chunk(std::vector<uint8_t>& file, const char* type, crop64::Bytes data) {
  const auto add = [&](uint64_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      file.push_back(static_cast<uint8_t>(value >> shift));
    }
  };
  add(data.size());
  const size_t start = file.size();
  file.insert(file.end(), type, type + 4);
  file.insert(file.end(), data.begin(), data.end());
  add(crc32(0, file.data() + start, static_cast<uInt>(file.size() - start)));
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  crop64::Tail tail({data, size});
  const int level = tail.below(10);
  const auto side = static_cast<uint8_t>(1 + tail.below(64));
  const uint8_t color_type = crop64::pick<uint8_t>(tail, 0, 2, 4, 6);
  const crop64::Bytes rest = tail.rest();
  round_trip(rest, level);

  std::vector<uint8_t> file = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  const uint8_t header[] = {0, 0, 0, side, 0, 0, 0, side, 8, color_type, 0, 0, 0};
  add_chunk(file, "IHDR", header);
  const size_t half = rest.size() / 2;
  add_chunk(file, "IDAT", rest.first(half));
  add_chunk(file, "IDAT", rest.subspan(half));
  add_chunk(file, "IEND", {});
  crop64::DecodeRequest request;
  request.region = {0, 0, side, side};
  Rows one, other;
  const auto own = crop64::png::decode(file, request, one);
  const auto libpng = crop64::png::decode_with_libpng(file, request, other);
  if (is_answer(own) != is_answer(libpng)) {
    crop64::crash("Either decode() or libpng rejects what the other decodes.");
  }
  if (own.ok() && one.samples != other.samples) {
    crop64::crash("decode() and libpng differ.");
  }
  return 0;
}
