#include "base/base64.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace crop64 {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// The two ways. In WebAssembly they differ, and the second one must equal the first; natively they
// are one, and the fixed vectors and round trips below hold it.
struct Way {
  const char* name;
  void (*encode)(Bytes, char*);
  Result<size_t> (*decode)(uint8_t*, size_t);
};
constexpr Way kScalar = {"scalar", base64_encode_scalar, base64_decode_in_place_scalar};
constexpr Way kPublic = {"public", base64_encode, base64_decode_in_place};
constexpr Way kWays[] = {kScalar, kPublic};

// What stands before and after what a function may write, and must stand there afterwards.
constexpr size_t kGuardSize = 32;
constexpr char kGuard = '#';

// `size` bytes at an address that is `alignment` past a multiple of 16, between guards.
class Guarded {
 public:
  Guarded(size_t size, size_t alignment)
      : size_(size), memory_(kGuardSize + 16 + size + kGuardSize, kGuard) {
    const size_t address = reinterpret_cast<uintptr_t>(memory_.data()) + kGuardSize;
    start_ = kGuardSize + (16 - address % 16 + alignment) % 16;
  }
  char* data() { return memory_.data() + start_; }
  bool intact() const {
    const auto is_guard = [](char c) { return c == kGuard; };
    const auto start = memory_.begin() + static_cast<std::ptrdiff_t>(start_);
    return std::all_of(memory_.begin(), start, is_guard) &&
           std::all_of(start + static_cast<std::ptrdiff_t>(size_), memory_.end(), is_guard);
  }

 private:
  size_t size_;
  size_t start_;
  std::vector<char> memory_;
};

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::string encode(const Way& way, std::string_view bytes, size_t alignment = 0) {
  const size_t length = static_cast<size_t>(base64_length(bytes.size()));
  Guarded text(length, alignment);
  way.encode(bytes_of(bytes), text.data());
  CHECK(text.intact());
  return {text.data(), length};
}

// What decoding came to: the bytes, or the error's message and offset.
struct Outcome {
  std::string bytes;
  std::string message;
  double offset = -1;
  bool operator==(const Outcome&) const = default;
};

doctest::String toString(const Outcome& outcome) {  // NOLINT: doctest looks for this name
  return (outcome.message.empty() ? "bytes: " + outcome.bytes : "error: " + outcome.message)
      .c_str();
}

Outcome decode(const Way& way, std::string_view text, size_t alignment = 0) {
  Guarded memory(text.size(), alignment);
  std::copy(text.begin(), text.end(), memory.data());
  const Result<size_t> result = way.decode(reinterpret_cast<uint8_t*>(memory.data()), text.size());
  CHECK(memory.intact());
  if (result.ok()) {
    return {{memory.data(), result.value()}, "", -1};
  }
  const Error& error = result.error();
  CHECK(error.code == ErrorCode::kInvalidArgument);
  CHECK(error.details.size() == 1);
  CHECK(std::string(error.details.at(0).name) == "offset");
  return {"", error.message, error.details.at(0).value};
}

// Decodes in both ways, which must agree.
Outcome decode_both(std::string_view text, size_t alignment = 0) {
  const Outcome expected = decode(kScalar, text, alignment);
  Outcome outcome = decode(kPublic, text, alignment);
  CHECK_MESSAGE(outcome == expected, "text: ", std::string(text));
  return outcome;
}

// std::uniform_int_distribution differs from library to library, this does not.
class Random {
 public:
  size_t below(size_t limit) { return engine_() % limit; }
  std::string bytes(size_t size) {
    std::string bytes(size, '\0');
    std::generate(bytes.begin(), bytes.end(), [this] { return static_cast<char>(below(256)); });
    return bytes;
  }
  std::string characters(size_t size, std::string_view from) {
    std::string text(size, '\0');
    std::generate(text.begin(), text.end(), [&] { return from[below(from.size())]; });
    return text;
  }

 private:
  std::mt19937 engine_{64};
};

std::string shown(uint8_t character) {
  if (std::isprint(character)) {
    return {static_cast<char>(character)};
  }
  char text[5];
  std::snprintf(text, sizeof text, "\\x%02x", character);
  return text;
}

TEST_CASE("base64_length() counts whole groups of three bytes") {
  CHECK(base64_length(0) == 0);
  CHECK(base64_length(1) == 4);
  CHECK(base64_length(3) == 4);
  CHECK(base64_length(4) == 8);
  CHECK(base64_length(uint64_t{3} << 40) == uint64_t{4} << 40);
}

TEST_CASE("base64 encodes and decodes the test vectors of RFC 4648") {
  struct Vector {
    std::string bytes;
    std::string text;
  };
  // The last one has every value from 0 to 63 in order.
  const Vector vectors[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
      {std::string("\x00\x10\x83\x10\x51\x87\x20\x92\x8b\x30\xd3\x8f\x41\x14\x93\x51"
                   "\x55\x97\x61\x96\x9b\x71\xd7\x9f\x82\x18\xa3\x92\x59\xa7\xa2\x9a"
                   "\xab\xb2\xdb\xaf\xc3\x1c\xb3\xd3\x5d\xb7\xe3\x9e\xbb\xf3\xdf\xbf",
                   48),
       std::string(kAlphabet)},
  };
  for (const Way& way : kWays) {
    for (const Vector& vector : vectors) {
      CAPTURE(way.name);
      CHECK(encode(way, vector.bytes) == vector.text);
      CHECK(decode(way, vector.text) == Outcome{vector.bytes, "", -1});
    }
  }
}

TEST_CASE("base64 of zero bytes accesses no memory") {
  for (const Way& way : kWays) {
    way.encode({}, nullptr);
    const Result<size_t> result = way.decode(nullptr, 0);
    CHECK((result.ok() && result.value() == 0));
  }
}

TEST_CASE("base64 round trip keeps the bytes at every length and alignment") {
  Random random;
  const auto check = [&](size_t size, size_t alignment) {
    CAPTURE(size);
    CAPTURE(alignment);
    const std::string bytes = random.bytes(size);
    const std::string text = encode(kScalar, bytes);
    CHECK(encode(kPublic, bytes, alignment) == text);
    CHECK(decode_both(text, alignment).bytes == bytes);
  };
  for (size_t size = 0; size <= 300; ++size) {
    for (size_t alignment = 0; alignment < 16; ++alignment) {
      check(size, alignment);
    }
  }
  for (int i = 0; i < 100; ++i) {
    check(random.below(100'000), random.below(16));
  }
}

TEST_CASE("base64_encode() reads nothing beyond the end at every alignment") {
  Random random;
  for (size_t alignment = 0; alignment < 16; ++alignment) {
    // On the heap and to its end, for a sanitizer to see a read that goes over.
    const std::string bytes = random.bytes(alignment + 200);
    for (size_t size = 0; size <= 200; ++size) {
      const std::vector<char> exact(bytes.begin(),
                                    bytes.begin() + static_cast<std::ptrdiff_t>(alignment + size));
      const std::string_view part = std::string_view(exact.data(), exact.size()).substr(alignment);
      CHECK(encode(kPublic, part) == encode(kScalar, part));
    }
  }
}

TEST_CASE("base64 decoding reads nothing beyond the end") {
  for (size_t length = 0; length <= 200; ++length) {
    for (const Way& way : kWays) {
      std::vector<uint8_t> exact(length, 'A');
      CHECK(way.decode(exact.data(), length).ok() == (length % 4 != 1));
    }
  }
}

TEST_CASE("base64 decoding classifies every byte at every position") {
  Random random;
  const std::string_view spaces = " \t\n\r\f";
  for (unsigned value = 0; value < 256; ++value) {
    const char character = static_cast<char>(value);
    for (size_t offset = 0; offset < 52; ++offset) {
      std::string text = random.characters(52, kAlphabet);
      std::string expected = text;
      text[offset] = character;
      CAPTURE(value);
      CAPTURE(offset);
      const Outcome outcome = decode_both(text, random.below(16));

      expected[offset] = character == '-' ? '+' : character == '_' ? '/' : character;
      if (kAlphabet.find(expected[offset]) != std::string_view::npos) {
        CHECK(encode(kScalar, outcome.bytes) == expected);
      } else if (spaces.find(character) != std::string_view::npos) {
        CHECK(outcome == decode(kScalar, expected.erase(offset, 1)));
      } else if (character == '=' && offset == 51) {
        CHECK(outcome == decode(kScalar, expected.substr(0, offset)));
      } else {
        // Padding may open in the last two places of a group; what follows it is then wrong.
        const size_t wrong = offset + (character == '=' && offset % 4 >= 2 ? 1 : 0);
        const std::string suffix = " but received '" + shown(static_cast<uint8_t>(text[wrong])) +
                                   "' at offset " + std::to_string(wrong) + ".";
        CHECK(outcome.offset == wrong);
        CHECK(outcome.message.starts_with("Expected base64 "));
        CHECK(outcome.message.ends_with(suffix));
      }
    }
  }
}

TEST_CASE("base64 decoding reports the first of several wrong characters") {
  Random random;
  for (int i = 0; i < 2000; ++i) {
    std::string text = random.characters(4 + random.below(300), kAlphabet);
    size_t first = text.size();
    for (int wrong = 0; wrong < 3; ++wrong) {
      const size_t offset = random.below(text.size());
      text[offset] = "*\x80\xff\0.~@[`{,:"[random.below(12)];
      first = std::min(first, offset);
    }
    CHECK(decode_both(text, random.below(16)).offset == first);
  }
}

TEST_CASE("base64 decoding accepts both alphabets, also mixed") {
  Random random;
  for (size_t size = 0; size < 300; ++size) {
    const std::string bytes = random.bytes(size);
    std::string text = encode(kScalar, bytes);
    for (char& character : text) {
      if (random.below(4) > 0) {
        character = character == '+' ? '-' : character == '/' ? '_' : character;
      }
    }
    CHECK(decode_both(text).bytes == bytes);
  }
  CHECK(decode_both("-_+/-_+/-_+/-_+/-_+/").bytes == decode_both("+/+/+/+/+/+/+/+/+/+/").bytes);
}

TEST_CASE("base64 decoding skips white space") {
  Random random;
  for (int i = 0; i < 3000; ++i) {
    const std::string bytes = random.bytes(random.below(400));
    std::string text = encode(kScalar, bytes);
    for (size_t spaces = random.below(12); spaces > 0; --spaces) {
      const size_t offset = random.below(text.size() + 1);
      text.insert(offset, random.characters(1 + random.below(3), " \t\n\r\f"));
    }
    CHECK(decode_both(text, random.below(16)).bytes == bytes);
  }
  CHECK(decode_both(std::string(100, '\n')) == Outcome{});
}

TEST_CASE("base64 decoding accepts MIME lines") {
  Random random;
  for (const std::string line_end : {"\n", "\r\n"}) {
    const std::string bytes = random.bytes(5000);
    const std::string text = encode(kScalar, bytes);
    std::string lines;
    for (size_t i = 0; i < text.size(); i += 76) {
      lines += text.substr(i, 76) + line_end;
    }
    CHECK(decode_both(lines).bytes == bytes);
  }
}

TEST_CASE("base64 decoding accepts every valid ending") {
  struct Ending {
    std::string text;
    std::string bytes;
    int offset = -1;  // of the wrong character, -1 where all is right
  };
  const Ending endings[] = {
      {"", ""},
      {"QQ==", "A"},
      {"QQ=", "A"},
      {"QQ", "A"},
      {"Q Q\n=\t=\f", "A"},
      {"QUI=", "AB"},
      {"QUI", "AB"},
      {"QUJD", "ABC"},
      {"QR==", "A"},  // the bits of R that carry nothing
      {"QUJ=", "AB"},
      {"Q", "", 0},
      {"Q \n", "", 0},
      {" Q", "", 1},
      {"Q=", "", 1},
      {"Q===", "", 1},
      {"=", "", 0},
      {"====", "", 0},
      {" =", "", 1},
      {"QQ===", "", 4},
      {"QQ== =", "", 5},
      {"QUI==", "", 4},
      {"QUJD=", "", 4},
      {"QQ==QQ==", "", 4},
      {"QQ=Q", "", 3},
      {"QQ==\n*", "", 5},
      {"QQ==QUJDQUJDQUJDQUJDQUJD", "", 4},
      {"QQ*=", "", 2},
  };
  Random random;
  for (const Ending& ending : endings) {
    for (size_t groups = 0; groups < 20; ++groups) {
      const std::string start = random.bytes(3 * groups);
      const std::string text = encode(kScalar, start) + ending.text;
      CAPTURE(text);
      const Outcome outcome = decode_both(text, groups % 16);
      if (ending.offset < 0) {
        CHECK(outcome == Outcome{start + ending.bytes, "", -1});
      } else {
        CHECK(outcome.offset == static_cast<double>(4 * groups) + ending.offset);
      }
    }
  }
}

TEST_CASE("base64 decoding describes what is wrong") {
  CHECK(decode_both("QUJD*UJD").message ==
        "Expected base64 (A-Z, a-z, 0-9, + or -, / or _) but received '*' at offset 4.");
  CHECK(decode_both("QUJ\x80").message ==
        "Expected base64 (A-Z, a-z, 0-9, + or -, / or _) but received '\\x80' at offset 3.");
  CHECK(decode_both("QQ===").message ==
        "Expected base64 with '=' only to fill its last group of four but received '=' at offset "
        "4.");
  CHECK(decode_both("QQ==R").message ==
        "Expected base64 to end after its '=' but received 'R' at offset 4.");
  CHECK(decode_both("QUJDR").message ==
        "Expected base64 with two characters or more in its last group but received 'R' at offset "
        "4.");
}

TEST_CASE("base64 decoding with SIMD equals the scalar code for random text") {
  Random random;
  for (int i = 0; i < 20'000; ++i) {
    // Mostly good runs, for blocks to be taken, with anything between them.
    std::string text;
    for (size_t parts = random.below(8); parts > 0; --parts) {
      text += random.characters(random.below(60), kAlphabet);
      text += random.characters(random.below(3), "\n \r-_Az09\n \r-_Az09=*");
    }
    decode_both(text, random.below(16));
  }
}

}  // namespace
}  // namespace crop64
