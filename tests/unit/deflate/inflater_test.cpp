#include "deflate/inflater.h"

#include <doctest/doctest.h>
#include <zlib.h>

#include <algorithm>
#include <optional>

#include "support/zlib_streams.h"

namespace crop64::deflate {
namespace {

// Inflates a whole stream in pieces of input and steps of output; nullopt if it is rejected.
std::optional<File> inflate_by_us(const File& stream, size_t piece, size_t max_size,
                                  Random& random) {
  PieceInput input(stream, piece);
  Inflater inflater(input);
  File out(max_size + 1 + Inflater::kOverrun);
  uint8_t* next = out.data();
  // One byte more than expected: otherwise the end of the stream is not reached.
  uint8_t* const end = out.data() + max_size + 1;
  InflateStatus status = InflateStatus::kOutputFull;
  while (next < end && status != InflateStatus::kEndOfStream) {
    const int step = random.between(1, random.below(2) != 0 ? 3000 : 60'000);
    status = inflater.inflate(out.data(), next, std::min(end, next + step));
    CHECK(status != InflateStatus::kNeedInput);
    if (status == InflateStatus::kCorrupt) {
      return std::nullopt;
    }
  }
  const auto size = static_cast<size_t>(next - out.data());
  const uLong adler = adler32(adler32(0, nullptr, 0), out.data(), static_cast<uInt>(size));
  if (status != InflateStatus::kEndOfStream || size > max_size ||
      !inflater.finish(static_cast<uint32_t>(adler))) {
    return std::nullopt;
  }
  out.resize(size);
  return out;
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

constexpr ZlibSettings kSettings[] = {
    {0}, {1}, {6}, {9}, {6, Z_FILTERED}, {6, Z_HUFFMAN_ONLY}, {6, Z_RLE}, {6, Z_FIXED}};

TEST_CASE("Inflater gives what zlib deflated, with input pieces of any size") {
  Random random(3);
  for (const File& input : inputs()) {
    for (const ZlibSettings& settings : kSettings) {
      const File data = zlib_deflated(input, settings);
      for (const size_t piece : {size_t{1}, size_t{5}, size_t{17}, size_t{1500}, size_t{8192},
                                 size_t{65536}, size_t{1} << 30}) {
        INFO(input.size(), " bytes, level ", settings.level, ", strategy ", settings.strategy,
             ", pieces of ", piece);
        const std::optional<File> out = inflate_by_us(data, piece, input.size(), random);
        CHECK(out.has_value());
        CHECK((out == input));
      }
    }
  }
}

TEST_CASE("Inflater needs input until enough is available, and then gives the same bytes") {
  Random random(9);
  for (const File& input : inputs()) {
    for (const ZlibSettings& settings : {ZlibSettings{0}, {6}, {6, Z_FILTERED}}) {
      const File stream = zlib_deflated(input, settings);
      PieceInput pieces(stream, 5000);
      Inflater inflater(pieces);
      File out(input.size() + 1 + Inflater::kOverrun);
      uint8_t* next = out.data();
      InflateStatus status = InflateStatus::kNeedInput;
      for (size_t available = 0; status == InflateStatus::kNeedInput;) {
        pieces.set_available(available);
        status = inflater.inflate(out.data(), next, out.data() + input.size() + 1);
        CHECK((status != InflateStatus::kNeedInput || available < stream.size()));
        CHECK(inflater.needs_input() == (status == InflateStatus::kNeedInput));
        available = std::min(stream.size(), available + size_t(random.between(1, 4000)));
      }
      pieces.set_available(stream.size());
      REQUIRE(status == InflateStatus::kEndOfStream);
      out.resize(size_t(next - out.data()));
      CHECK((out == input));
    }
  }
}

TEST_CASE("Inflater rejects a window of less than 32 KB") {
  Random random(4);
  const File input(1000, 1);
  File data = zlib_deflated(input, {});
  data[0] = 0x68;
  data[1] = static_cast<uint8_t>(31 - 0x6800 % 31);
  CHECK(zlib_inflated(data, input.size()).has_value());
  CHECK(!inflate_by_us(data, 1000, input.size(), random).has_value());
}

// If the stream is accepted, zlib accepts it and gives the same.
void check_as_strict(const File& data, size_t max_size, Random& random) {
  const auto piece = static_cast<size_t>(random.between(1, random.below(2) != 0 ? 400 : 10'000));
  const std::optional<File> ours = inflate_by_us(data, piece, max_size, random);
  if (ours.has_value()) {
    const std::optional<File> zlibs = zlib_inflated(data, max_size);
    CHECK(zlibs.has_value());
    CHECK((ours == zlibs));
  }
}

TEST_CASE("Inflater accepts a stream with a changed byte only if zlib does") {
  Random random(5);
  File input(3000);
  for (size_t i = 0; i < input.size(); ++i) {
    input[i] = static_cast<uint8_t>(random.below(10) < 7 ? random.below(40) : input[i / 2]);
  }
  for (const ZlibSettings& settings : kSettings) {
    const File good = zlib_deflated(input, settings);
    for (size_t i = 0; i < good.size(); ++i) {
      INFO("level ", settings.level, ", strategy ", settings.strategy, ", byte ", i);
      File data = good;
      data[i] = static_cast<uint8_t>(data[i] ^ (1 + random.below(255)));
      check_as_strict(data, input.size(), random);
      check_as_strict(first_bytes(good, i), input.size(), random);
    }
  }
}

TEST_CASE("Inflater accepts a photograph's stream with a changed bit only if zlib does") {
  Random random(8);
  const File input = filtered_photograph(60'000, 300, random);
  const File good = zlib_deflated(input, {6, Z_FILTERED});
  for (int i = 0; i < 400; ++i) {
    const auto bit = static_cast<size_t>(random.below(static_cast<int>(8 * good.size())));
    CAPTURE(bit);
    File data = good;
    data[bit / 8] = static_cast<uint8_t>(data[bit / 8] ^ 1u << bit % 8);
    check_as_strict(data, input.size(), random);
    check_as_strict(first_bytes(good, bit / 8), input.size(), random);
  }
}

// The head of a last block with those code lengths, each written out in five bits.
StreamBits dynamic_block(const std::vector<int>& litlens, const std::vector<int>& distances) {
  StreamBits writer;
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
  StreamBits bits;
  File output;  // if it is valid
};

std::vector<Crafted> crafted() {
  std::vector<Crafted> all;
  // 'A' in one bit, the end in two, length 3 in two.
  std::vector<int> litlens(286, 0);
  litlens[65] = 1, litlens[256] = 2, litlens[257] = 2;
  const auto aaaa = [](StreamBits bits) {
    return bits.code(0, 1).code(3, 2).code(0, 1).code(2, 2);
  };
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
  all.push_back(
      {"nothing but the end, with its other bit", dynamic_block(only_end, {0}).code(1, 1), {}});
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
  const auto fixed = [] { return StreamBits().put(1, 1).put(1, 2).code(0x30 + 65, 8); };
  all.push_back({"fixed codes", fixed().code(1, 7).code(0, 5).code(0, 7), four});
  all.push_back({"length 286", fixed().code(0xc6, 8).code(0, 5).code(0, 7), four});
  all.push_back({"distance 30", fixed().code(1, 7).code(30, 5).code(0, 7), four});
  all.push_back({"a distance before the start", fixed().code(1, 7).code(1, 5).code(0, 7), four});
  all.push_back({"block type 3", StreamBits().put(1, 1).put(3, 2), {}});
  all.push_back({"a stored block",
                 StreamBits().put(1, 1).put(0, 7).put(1, 16).put(0xfffe, 16).put(65, 8),
                 {65}});
  all.push_back({"a stored block of a wrong length",
                 StreamBits().put(1, 1).put(0, 7).put(1, 16).put(0xfffd, 16).put(65, 8),
                 {65}});
  return all;
}

TEST_CASE("Inflater accepts the codes that zlib accepts, and no others") {
  Random random(6);
  int valid = 0;
  for (const Crafted& each : crafted()) {
    CAPTURE(each.name);
    const File data = each.bits.stream(each.output);
    const std::optional<File> zlibs = zlib_inflated(data, each.output.size());
    CHECK((inflate_by_us(data, 1000, each.output.size(), random) == zlibs));
    valid += zlibs.has_value();
  }
  CHECK(valid == 5);
}

}  // namespace
}  // namespace crop64::deflate
