#include "support/zlib_streams.h"

#include <algorithm>
#include <cstdlib>

namespace crop64 {

File zlib_deflated(const File& bytes, const ZlibSettings& settings) {
  z_stream stream = {};
  deflateInit2(&stream, settings.level, Z_DEFLATED, 15, 8, settings.strategy);
  File out(deflateBound(&stream, static_cast<uLong>(bytes.size())));
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  if (::deflate(&stream, Z_FINISH) != Z_STREAM_END) {
    std::abort();  // an error of the test
  }
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::optional<File> zlib_inflated(const File& stream_bytes, size_t max_size) {
  z_stream stream = {};
  inflateInit(&stream);
  File out(max_size + 1);
  stream.next_in = const_cast<Bytef*>(stream_bytes.data());
  stream.avail_in = static_cast<uInt>(stream_bytes.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  const bool is_valid = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0;
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return is_valid && out.size() <= max_size ? std::optional(out) : std::nullopt;
}

File filtered_photograph(size_t size, int one_in, Random& random) {
  File bytes;
  while (bytes.size() < size) {
    if (!bytes.empty() && random.below(one_in) == 0) {
      const auto most = static_cast<int>(std::min(bytes.size(), size_t{32768}));
      const auto distance = static_cast<size_t>(random.between(1, random.below(2) != 0 ? most : 9));
      for (int left = random.between(6, 300); left > 0; --left) {
        bytes.push_back(bytes[bytes.size() - std::min(distance, bytes.size())]);
      }
    } else {
      const int bits = random.below(8) != 0 ? 4 : random.below(9);
      bytes.push_back(static_cast<uint8_t>(random.between(-(1 << bits) / 2, (1 << bits) / 2)));
    }
  }
  bytes.resize(size);
  return bytes;
}

File StreamBits::stream(const File& output) const {
  File all = {0x78, 0x9c};
  all.insert(all.end(), bytes_.begin(), bytes_.end());
  const uLong adler = adler32(adler32(0, nullptr, 0), output.data(), uInt(output.size()));
  for (const int shift : {24, 16, 8, 0}) {
    all.push_back(static_cast<uint8_t>(adler >> shift));
  }
  return all;
}

}  // namespace crop64
