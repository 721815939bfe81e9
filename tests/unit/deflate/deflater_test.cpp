#include "deflate/deflater.h"

#include <doctest/doctest.h>
#include <zlib.h>

#include <algorithm>

#include "support/pngs.h"

namespace crop64::deflate {
namespace {

// Writes all of it, some at a time.
File deflated_by_us(int level, const File& bytes, size_t piece) {
  File out;
  const auto append = [](void* context, Bytes bytes_out) {
    File& to = *static_cast<File*>(context);
    to.insert(to.end(), bytes_out.begin(), bytes_out.end());
  };
  const auto deflater = Deflater::make(level, append, &out);
  REQUIRE(deflater);
  for (size_t at = 0; at < bytes.size(); at += piece) {
    deflater->write(Bytes(bytes).subspan(at, std::min(piece, bytes.size() - at)));
  }
  deflater->finish();
  return out;
}

// zlib's reading of it, which has to end where the stream does.
File inflated_by_zlib(const File& data, size_t expected) {
  File out(expected + 1);
  z_stream stream = {};
  inflateInit(&stream);
  stream.next_in = const_cast<Bytef*>(data.data());
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = inflate(&stream, Z_FINISH);
  INFO((stream.msg == nullptr ? "" : stream.msg));
  CHECK(result == Z_STREAM_END);
  CHECK(stream.avail_in == 0);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

struct Input {
  std::string name;
  File bytes;
};

File noise(size_t size, int values, uint32_t seed) {
  Random random(seed);
  File bytes(size);
  std::generate(bytes.begin(), bytes.end(),
                [&] { return static_cast<uint8_t>(random.below(values)); });
  return bytes;
}

File text(size_t size) {
  Random random(3);
  const std::string words[] = {"the ",        "quick ",  "brown ", "fox ",
                               "jumps over ", "a lazy ", "dog.\n"};
  File bytes;
  while (bytes.size() < size) {
    const std::string& word = words[random.below(7)];
    bytes.insert(bytes.end(), word.begin(), word.end());
  }
  bytes.resize(size);
  return bytes;
}

// What is left of a photograph by a filter.
File residues(size_t size) {
  Random random(4);
  File bytes(size);
  for (uint8_t& byte : bytes) {
    int sum = 0;
    for (int i = 0; i < 6; ++i) {
      sum += random.between(-5, 5);
    }
    byte = static_cast<uint8_t>(sum);
  }
  return bytes;
}

File joined(const std::vector<File>& parts) {
  File all;
  for (const File& part : parts) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

std::vector<Input> inputs() {
  const File far = noise(32768, 256, 5);
  File periods;
  for (size_t period = 1; period < 300; ++period) {
    for (size_t i = 0; i < 700; ++i) {
      periods.push_back(static_cast<uint8_t>(i % period * 7));
    }
  }
  return {{"nothing", {}},
          {"a byte", {200}},
          {"two equal bytes", {1, 1}},
          {"seven equal bytes", File(7, 9)},
          {"eight equal bytes", File(8, 9)},
          {"259 equal bytes", File(259, 0)},
          {"a huge run", File(1'000'000, 77)},
          {"noise", noise(300'000, 256, 6)},
          {"noise of two values", noise(200'000, 2, 7)},
          {"every literal", noise(400'000, 144, 8)},
          {"text", text(500'000)},
          {"residues", residues(300'000)},
          {"residues between runs", joined({File(90'000, 0), residues(70'000), File(5, 0),
                                            residues(3), File(70'000, 255), residues(200'000)})},
          {"a match as far back as there can be", joined({far, far, far})},
          {"a match too far back", joined({far, {1}, far})},
          {"periods", periods}};
}

TEST_CASE("Deflater writes streams that zlib inflates to the input") {
  for (const Input& input : inputs()) {
    for (const int level : {0, 1, 3, 6, 9}) {
      for (const size_t piece : {size_t{1000}, size_t{1} << 30}) {
        INFO(input.name, ", level ", level);
        const File data = deflated_by_us(level, input.bytes, piece);
        REQUIRE((inflated_by_zlib(data, input.bytes.size()) == input.bytes));
        // Little is lost where nothing is found.
        CHECK(data.size() <= input.bytes.size() + input.bytes.size() / 1000 + 20);
      }
    }
  }
}

TEST_CASE("Deflater writes valid streams for sizes near those of its buffers and blocks") {
  const File bytes = joined({residues(65'530), text(9), residues(98'300)});
  for (const size_t middle : {size_t{24'575}, size_t{49'150}, size_t{163'840}}) {
    for (size_t size = middle - 5; size <= std::min(bytes.size(), middle + 5); ++size) {
      for (const int level : {0, 6}) {
        for (const File& part : {first_bytes(bytes, size), text(size), File(size, 8)}) {
          REQUIRE((inflated_by_zlib(deflated_by_us(level, part, 999), size) == part));
        }
      }
    }
  }
}

TEST_CASE("Deflater writes valid streams when drawings and photographs alternate") {
  Random random(11);
  for (int i = 0; i < 20; ++i) {
    std::vector<File> parts;
    for (int k = 0; k < 8; ++k) {
      const auto size = static_cast<size_t>(random.below(150'000));
      parts.push_back(k % 2 == i % 2 ? residues(size) : text(size));
    }
    const File bytes = joined(parts);
    REQUIRE((inflated_by_zlib(deflated_by_us(6, bytes, 3001), bytes.size()) == bytes));
  }
}

TEST_CASE("Deflater compresses about as much as zlib at each level, and more at the next one") {
  const File bytes = text(300'000);
  size_t last = bytes.size();
  for (int level = 1; level <= 9; ++level) {
    CAPTURE(level);
    const size_t size = deflated_by_us(level, bytes, bytes.size()).size();
    CHECK(size <= deflated(bytes, level).size() * 103 / 100);
    CHECK(size <= last + last / 200);
    last = size;
  }
}

TEST_CASE("Deflater compresses a photograph's rows by runs as much as zlib at its default level") {
  const File bytes = residues(500'000);
  CHECK(deflated_by_us(1, bytes, 2000).size() <= deflated(bytes).size());
}

TEST_CASE("Deflater compresses areas of one colour, for any colour and pixel size") {
  Random random(12);
  const File before = residues(10'000);
  for (const size_t unit : {1, 2, 3, 4, 6, 8}) {
    for (int i = 0; i < 20; ++i) {
      CAPTURE(unit);
      const File pixel = noise(unit, 256, random.next());
      File area;
      while (area.size() < 240'000) {
        area.insert(area.end(), pixel.begin(), pixel.end());
      }
      CHECK(deflated_by_us(6, area, 2000).size() < area.size() / 200);
      const File both = joined({before, area});
      CHECK(deflated_by_us(6, both, 2000).size() <= deflated(both, 6).size() * 103 / 100);
    }
  }
}

TEST_CASE("zlib_compress() gives a stream that zlib inflates to the input") {
  for (const int level : {0, 1, 6, 9}) {
    for (const File& bytes : {File{}, text(100'000)}) {
      const Result<Buffer> data = zlib_compress(bytes, level);
      REQUIRE(data.ok());
      const Bytes found = data.value();
      CHECK((inflated_by_zlib({found.begin(), found.end()}, bytes.size()) == bytes));
    }
  }
}

}  // namespace
}  // namespace crop64::deflate
