#include "deflate/inflater.h"

#include <doctest/doctest.h>
#include <zlib.h>

#include <algorithm>
#include <optional>

#include "support/pngs.h"

namespace crop64::deflate {
namespace {

struct Coding {
  int level = 6;
  int strategy = Z_DEFAULT_STRATEGY;
};

File compressed(const File& bytes, const Coding& coding) {
  z_stream stream = {};
  ::deflateInit2(&stream, coding.level, Z_DEFLATED, 15, 8, coding.strategy);
  File out(::deflateBound(&stream, static_cast<uLong>(bytes.size())));
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(::deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

// The chunks of an otherwise empty file.
File as_idats(const File& data, size_t piece) {
  std::vector<PngChunk> chunks;
  for (size_t at = 0; at < data.size(); at += piece) {
    const size_t end = std::min(data.size(), at + piece);
    chunks.push_back({"IDAT", File(data.data() + at, data.data() + end)});
  }
  chunks.push_back({"IEND", {}});
  return join(chunks);
}

// What the fast way makes of a whole stream in IDATs: up to `most` bytes, some at a time.
std::optional<File> inflate_fast(const File& idats, size_t most, Random& random) {
  png::IdatReader source(idats, 8, idats.size());
  Inflater inflater(source);
  File out(most + 1 + Inflater::kSlack);
  uint8_t* at = out.data();
  // One byte more than there should be: then the stream's end is seen.
  uint8_t* const end = out.data() + most + 1;
  while (at < end && !inflater.ended()) {
    const int step = random.between(1, random.below(2) != 0 ? 3000 : 60'000);
    if (!inflater.inflate(out.data(), at, std::min(end, at + step))) {
      return std::nullopt;
    }
  }
  const auto size = static_cast<size_t>(at - out.data());
  const uLong adler = adler32(adler32(0, nullptr, 0), out.data(), static_cast<uInt>(size));
  if (!inflater.ended() || size > most || !inflater.finish(static_cast<uint32_t>(adler))) {
    return std::nullopt;
  }
  out.resize(size);
  return out;
}

// zlib's answer to the same.
std::optional<File> inflate_zlib(const File& data, size_t most) {
  z_stream stream = {};
  inflateInit(&stream);
  File out(most + 1);
  stream.next_in = const_cast<Bytef*>(data.data());
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  const bool sound = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0;
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return sound && out.size() <= most ? std::optional(out) : std::nullopt;
}

// As filtered rows of a photograph: small differences, larger ones now and then, with codes of all
// lengths; and seldom, one in so many, what stood there before, near or far.
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

std::vector<File> inputs() {
  Random random(2);
  std::vector<File> all = {{}, {7}, File(1, 0), File(70'000, 0), File(300'000, 9)};
  File noise(100'000);
  File text(200'000);
  File skewed(150'000);
  File periodic(50'000);
  std::generate(noise.begin(), noise.end(), [&] { return static_cast<uint8_t>(random.next()); });
  const std::string words = "the quick brown fox jumps over the lazy dog and then once more ";
  for (size_t i = 0; i < text.size(); ++i) {
    text[i] = static_cast<uint8_t>(words[(i * i / 1000 + i) % words.size()]);
  }
  for (uint8_t& byte : skewed) {
    const uint32_t value = random.next();
    byte = static_cast<uint8_t>(__builtin_ctz(value | 1u << 24) * 3 + static_cast<int>(value % 2));
  }
  for (size_t i = 0; i < periodic.size(); ++i) {
    periodic[i] = static_cast<uint8_t>(i % (1 + i / 3000));
  }
  all.insert(all.end(), {noise, text, skewed, periodic});
  for (const int one_in : {20, 500, 5000, 1 << 30}) {
    all.push_back(filtered_photograph(70'000, one_in, random));
  }
  return all;
}

constexpr Coding kCodings[] = {
    {0}, {1}, {6}, {9}, {6, Z_FILTERED}, {6, Z_HUFFMAN_ONLY}, {6, Z_RLE}, {6, Z_FIXED}};

TEST_CASE("what zlib deflated is inflated, in pieces of any size") {
  Random random(3);
  for (const File& input : inputs()) {
    for (const Coding& coding : kCodings) {
      const File data = compressed(input, coding);
      for (const size_t piece : {size_t{1}, size_t{5}, size_t{17}, size_t{1500}, size_t{8192},
                                 size_t{65536}, size_t{1} << 30}) {
        INFO(input.size(), " bytes, level ", coding.level, ", strategy ", coding.strategy,
             ", pieces of ", piece);
        const std::optional<File> out = inflate_fast(as_idats(data, piece), input.size(), random);
        CHECK(out.has_value());
        CHECK((out == input));
      }
    }
  }
}

TEST_CASE("what is left to zlib: windows of less than 32 KB") {
  Random random(4);
  const File input(1000, 1);
  File data = compressed(input, {});
  data[0] = 0x68;
  data[1] = static_cast<uint8_t>(31 - 0x6800 % 31);
  CHECK(inflate_zlib(data, input.size()).has_value());
  CHECK(!inflate_fast(as_idats(data, 1000), input.size(), random).has_value());
}

// Whatever is inflated is what zlib makes of it.
void check_as_strict(const File& data, size_t most, Random& random) {
  const auto piece = static_cast<size_t>(random.between(1, random.below(2) != 0 ? 400 : 10'000));
  const std::optional<File> fast = inflate_fast(as_idats(data, piece), most, random);
  if (fast.has_value()) {
    const std::optional<File> plain = inflate_zlib(data, most);
    CHECK(plain.has_value());
    CHECK((fast == plain));
  }
}

TEST_CASE("a stream with any byte changed is not taken unless zlib takes it, too") {
  Random random(5);
  File input(3000);
  for (size_t i = 0; i < input.size(); ++i) {
    input[i] = static_cast<uint8_t>(random.below(10) < 7 ? random.below(40) : input[i / 2]);
  }
  for (const Coding& coding : kCodings) {
    const File good = compressed(input, coding);
    for (size_t at = 0; at < good.size(); ++at) {
      INFO("level ", coding.level, ", strategy ", coding.strategy, ", byte ", at);
      File data = good;
      data[at] = static_cast<uint8_t>(data[at] ^ (1 + random.below(255)));
      check_as_strict(data, input.size(), random);
      check_as_strict(first_bytes(good, at), input.size(), random);
    }
  }
}

TEST_CASE("a photograph's stream with a bit changed is not taken unless zlib takes it, too") {
  Random random(8);
  const File input = filtered_photograph(60'000, 300, random);
  const File good = compressed(input, {6, Z_FILTERED});
  for (int i = 0; i < 400; ++i) {
    const auto bit = static_cast<size_t>(random.below(static_cast<int>(8 * good.size())));
    CAPTURE(bit);
    File data = good;
    data[bit / 8] = static_cast<uint8_t>(data[bit / 8] ^ 1u << bit % 8);
    check_as_strict(data, input.size(), random);
    check_as_strict(first_bytes(good, bit / 8), input.size(), random);
  }
}

// Writes bits, the first one lowest, as RFC 1951 has them.
class BitWriter {
 public:
  BitWriter& put(uint32_t value, int count) {
    for (int i = 0; i < count; ++i, ++bit_) {
      if (bit_ % 8 == 0) {
        bytes_.push_back(0);
      }
      bytes_.back() = static_cast<uint8_t>(bytes_.back() | (value >> i & 1) << bit_ % 8);
    }
    return *this;
  }
  // A Huffman code, whose first bit is its highest.
  BitWriter& code(uint32_t value, int count) {
    for (int i = count - 1; i >= 0; --i) {
      put(value >> i & 1, 1);
    }
    return *this;
  }
  // The whole stream, with the Adler-32 of what it is to inflate to.
  File stream(const File& output) const {
    File all = {0x78, 0x9c};
    all.insert(all.end(), bytes_.begin(), bytes_.end());
    const uLong adler = adler32(adler32(0, nullptr, 0), output.data(), uInt(output.size()));
    for (const int shift : {24, 16, 8, 0}) {
      all.push_back(static_cast<uint8_t>(adler >> shift));
    }
    return all;
  }

 private:
  File bytes_;
  int bit_ = 0;
};

// The head of a last block with those code lengths, each written out in five bits.
BitWriter dynamic_block(const std::vector<int>& litlens, const std::vector<int>& distances) {
  BitWriter writer;
  writer.put(1, 1).put(2, 2);
  writer.put(static_cast<uint32_t>(litlens.size() - 257), 5);
  writer.put(static_cast<uint32_t>(distances.size() - 1), 5).put(15, 4);
  // Lengths 0 to 15 in four bits each; 16, 17 and 18 are not used.
  for (const int symbol : {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}) {
    writer.put(symbol < 16 ? 4 : 0, 3);
  }
  for (const std::vector<int>& lengths : {litlens, distances}) {
    for (const int length : lengths) {
      writer.code(static_cast<uint32_t>(length), 4);
    }
  }
  return writer;
}

struct Crafted {
  std::string name;
  BitWriter bits;
  File output;  // where it is sound
};

std::vector<Crafted> crafted() {
  std::vector<Crafted> all;
  // 'A' in one bit, the end in two, length 3 in two.
  std::vector<int> litlens(286, 0);
  litlens[65] = 1, litlens[256] = 2, litlens[257] = 2;
  const auto aaaa = [](BitWriter bits) { return bits.code(0, 1).code(3, 2).code(0, 1).code(2, 2); };
  const File four(4, 65);
  all.push_back({"one distance in one bit", aaaa(dynamic_block(litlens, {1})), four});
  all.push_back({"the other half of that bit",
                 dynamic_block(litlens, {1}).code(0, 1).code(3, 2).code(1, 1).code(2, 2), four});
  all.push_back({"one distance in two bits", aaaa(dynamic_block(litlens, {2})), four});
  all.push_back({"no distances", dynamic_block(litlens, {0}).code(0, 1).code(2, 2), {65}});
  all.push_back({"no distances, but one used", aaaa(dynamic_block(litlens, {0})), four});
  all.push_back(
      {"too many distances", aaaa(dynamic_block(litlens, std::vector<int>(31, 0))), four});
  std::vector<int> only_end(257, 0);
  only_end[256] = 1;
  all.push_back({"nothing but the end", dynamic_block(only_end, {0}).code(0, 1), {}});
  all.push_back({"nothing but the end, wrongly", dynamic_block(only_end, {0}).code(1, 1), {}});
  std::vector<int> no_end(257, 0);
  no_end[65] = no_end[66] = 1;
  all.push_back({"no end", dynamic_block(no_end, {0}).code(0, 1), {65}});
  std::vector<int> incomplete = litlens;
  incomplete[257] = 3;
  all.push_back(
      {"bits that no code uses", dynamic_block(incomplete, {1}).code(0, 1).code(2, 2), {65}});
  std::vector<int> over = litlens;
  over[66] = 2;
  all.push_back({"more codes than bits", dynamic_block(over, {1}).code(0, 1).code(2, 2), {65}});
  std::vector<int> many(288, 0);
  std::copy(litlens.begin(), litlens.end(), many.begin());
  all.push_back({"too many lengths", aaaa(dynamic_block(many, {1})), four});
  const auto fixed = [] { return BitWriter().put(1, 1).put(1, 2).code(0x30 + 65, 8); };
  all.push_back({"fixed codes", fixed().code(1, 7).code(0, 5).code(0, 7), four});
  all.push_back({"length 286", fixed().code(0xc6, 8).code(0, 5).code(0, 7), four});
  all.push_back({"distance 30", fixed().code(1, 7).code(30, 5).code(0, 7), four});
  all.push_back({"a distance before the start", fixed().code(1, 7).code(1, 5).code(0, 7), four});
  all.push_back({"block type 3", BitWriter().put(1, 1).put(3, 2), {}});
  all.push_back({"a stored block",
                 BitWriter().put(1, 1).put(0, 7).put(1, 16).put(0xfffe, 16).put(65, 8),
                 {65}});
  all.push_back({"a stored block of a wrong length",
                 BitWriter().put(1, 1).put(0, 7).put(1, 16).put(0xfffd, 16).put(65, 8),
                 {65}});
  return all;
}

TEST_CASE("codes that zlib takes and codes that it refuses") {
  Random random(6);
  int sound = 0;
  for (const Crafted& each : crafted()) {
    CAPTURE(each.name);
    const File data = each.bits.stream(each.output);
    const std::optional<File> plain = inflate_zlib(data, each.output.size());
    CHECK((inflate_fast(as_idats(data, 1000), each.output.size(), random) == plain));
    sound += plain.has_value();
  }
  CHECK(sound == 5);
}

TEST_CASE("an IDAT with a wrong checksum is not taken, nor one that is cut off") {
  Random random(7);
  const File input(5000, 3);
  const File good = as_idats(compressed(input, {0}), 1000);
  CHECK(inflate_fast(good, input.size(), random).has_value());
  for (size_t at = 8; at < good.size() - 12; at += 1 + random.next() % 20) {
    CAPTURE(at);
    File bad = good;
    bad[at] ^= 0x20;
    CHECK(!inflate_fast(bad, input.size(), random).has_value());
    CHECK(!inflate_fast(first_bytes(good, at), input.size(), random).has_value());
  }
}

}  // namespace
}  // namespace crop64::deflate
