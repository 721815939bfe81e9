#include "base/base64.h"

#include <array>

#include "base/simd.h"

namespace crop64 {
namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// The meaning of a character: a value below 64, or one of these.
constexpr uint8_t kPadding = 64;
constexpr uint8_t kSpace = 65;
constexpr uint8_t kInvalid = 66;

constexpr std::array<uint8_t, 256> kMeaning = [] {
  std::array<uint8_t, 256> meaning;
  meaning.fill(kInvalid);
  for (uint8_t value = 0; value < 64; ++value) {
    meaning[static_cast<uint8_t>(kAlphabet[value])] = value;
  }
  meaning['-'] = 62;
  meaning['_'] = 63;
  meaning['='] = kPadding;
  for (const char space : {' ', '\t', '\n', '\r', '\f'}) {
    meaning[static_cast<uint8_t>(space)] = kSpace;
  }
  return meaning;
}();

Error unexpected(const char* expected, const uint8_t* text, size_t offset) {
  const uint8_t character = text[offset];
  const bool printable = character >= 0x20 && character < 0x7f;
  const char* format = printable ? "Expected base64 %s but received '%c' at offset %zu."
                                 : "Expected base64 %s but received '\\x%02x' at offset %zu.";
  Error error = make_error(ErrorCode::kInvalidArgument, format, expected, character, offset);
  error.details = {{"offset", static_cast<double>(offset)}};
  return error;
}

// Offsets in the text that is decoded in place. `written` never passes `read`.
struct Progress {
  size_t read = 0;
  size_t written = 0;
};

// The whole grammar, character by character. At the start of each group of four,
// decode_groups(text, length, progress) may decode any number of whole groups.
template <class DecodeGroups>
Result<size_t> decode_in_place(uint8_t* text, size_t length, DecodeGroups decode_groups) {
  Progress progress;
  uint32_t bits = 0;       // of the current group
  unsigned in_group = 0;   // characters in the current group
  unsigned padding = 0;    // '=' so far
  size_t last_offset = 0;  // of the last character that had a value

  while (progress.read < length) {
    if (in_group == 0) {
      decode_groups(text, length, progress);
      if (progress.read == length) {
        break;
      }
    }
    const size_t offset = progress.read++;
    const uint8_t meaning = kMeaning[text[offset]];
    if (meaning == kSpace) {
      continue;
    }
    if (meaning == kPadding) {
      if (in_group < 2 || in_group + padding == 4) {
        return unexpected("with '=' only to fill its last group of four", text, offset);
      }
      ++padding;
      continue;
    }
    if (padding > 0) {
      return unexpected("to end after its '='", text, offset);
    }
    if (meaning == kInvalid) {
      return unexpected("(A-Z, a-z, 0-9, + or -, / or _)", text, offset);
    }
    bits = bits << 6 | meaning;
    last_offset = offset;
    if (++in_group == 4) {
      text[progress.written++] = static_cast<uint8_t>(bits >> 16);
      text[progress.written++] = static_cast<uint8_t>(bits >> 8);
      text[progress.written++] = static_cast<uint8_t>(bits);
      in_group = 0;
    }
  }
  if (in_group == 1) {
    return unexpected("with two characters or more in its last group", text, last_offset);
  }
  if (in_group >= 2) {
    bits <<= 6 * (4 - in_group);
    text[progress.written++] = static_cast<uint8_t>(bits >> 16);
    if (in_group == 3) {
      text[progress.written++] = static_cast<uint8_t>(bits >> 8);
    }
  }
  return progress.written;
}

#ifdef CROP64_SIMD

// After Muła and Lemire, "Faster Base64 Encoding and Decoding Using AVX2 Instructions" (2018),
// adapted to the instructions of WebAssembly.

// The lanes 1, 16, 1, 16, ... The asm hides them from LLVM, which turns a product by constant
// powers of two into a shift per lane. Its operand is a scalar: LLVM 19 fails to compile a vector
// there.
v128_t one_and_sixteen() {
  int32_t pair = 16 << 16 | 1;
  asm("" : "+r"(pair));
  return wasm_i32x4_splat(pair);
}

// Encodes 12 bytes (the last 4 of the 16 are ignored) as 16 characters.
v128_t encode_block(v128_t bytes, v128_t one_sixteen) {
  // The first two and the last two of each three bytes in a 16-bit lane each, most significant byte
  // first (a swizzle, because engines rebuild a shuffle's indices for every block) ...
  const v128_t pairs = wasm_i8x16_swizzle(
      bytes, wasm_i8x16_const(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10));
  // ... so that two values are in the upper 12 bits of every lane ...
  const v128_t twelve = wasm_i16x8_mul(pairs, one_sixteen);
  // ... and then each value in the byte of its character.
  const v128_t values =
      wasm_v128_or(wasm_u16x8_shr(twelve, 10),
                   wasm_v128_and(wasm_i16x8_shl(twelve, 4), wasm_i16x8_const_splat(0x3f00)));
  // The index of the number to add: 0 for A-Z, 1 for a-z, 2 to 11 for 0-9, 12 for +, 13 for /.
  // Subtracting the mask (-1 if true) adds one above Z.
  const v128_t part = wasm_i8x16_sub(wasm_u8x16_sub_sat(values, wasm_i8x16_const_splat(51)),
                                     wasm_i8x16_gt(values, wasm_i8x16_const_splat(25)));
  const v128_t shifts = wasm_i8x16_const('A', 'a' - 26, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4,
                                         '+' - 62, '/' - 63, 0, 0);
  return wasm_i8x16_add(values, wasm_i8x16_swizzle(shifts, part));
}

struct Block {
  v128_t values;  // of 16 characters
  v128_t valid;   // nonzero in each byte whose character has a value
};

// Decodes 16 characters of either alphabet by looking up both nibbles of each. The high nibble of a
// byte from 128 finds nothing.
Block decode_block(v128_t text) {
  const v128_t low = wasm_v128_and(text, wasm_i8x16_const_splat(15));
  const v128_t high = wasm_v128_and(wasm_u16x8_shr(text, 4), wasm_i8x16_const_splat(15));

  // One bit for each kind of row in the ASCII table: 1 for + - /, 2 for 0-9, 4 (two rows) for A-O
  // and a-o, 8 for P-Z and _, 16 for p-z. A character is valid if its column has the bit of its
  // row.
  const v128_t rows = wasm_i8x16_const(0, 0, 1, 2, 4, 8, 4, 16, 0, 0, 0, 0, 0, 0, 0, 0);
  constexpr int8_t kAllRows = 2 | 4 | 8 | 16;  // the columns 1 to 9
  const v128_t columns =
      wasm_i8x16_const(2 | 8 | 16, kAllRows, kAllRows, kAllRows, kAllRows, kAllRows, kAllRows,
                       kAllRows, kAllRows, kAllRows, 4 | 8 | 16, 1 | 4, 4, 1 | 4, 4, 1 | 4 | 8);
  const v128_t valid =
      wasm_v128_and(wasm_i8x16_swizzle(rows, high), wasm_i8x16_swizzle(columns, low));

  // The number to add depends on the row, except for - / _: columns D and F use entries 6 and 9
  // further on, which collide with no other character.
  const v128_t further = wasm_i8x16_const(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 9);
  const v128_t part = wasm_i8x16_add(high, wasm_i8x16_swizzle(further, low));
  constexpr int8_t kUpper = -'A';
  constexpr int8_t kLower = 26 - 'a';
  const v128_t shifts = wasm_i8x16_const(
      0, 0, 62 - '+', 52 - '0', kUpper, kUpper, kLower, kLower,          // the rows 2 to 7
      62 - '-', 0, kUpper, 63 - '/', kLower, kUpper, 63 - '_', kLower);  // 2D, 4D 2F 6D 4F 5F 6F
  return {wasm_i8x16_add(text, wasm_i8x16_swizzle(shifts, part)), valid};
}

// Packs 16 values of 6 bits into 12 bytes; the last 4 bytes are unspecified.
v128_t pack_block(v128_t values) {
  // First two values in the low 12 bits of each 16-bit lane, then four in 24 bits of each 32-bit
  // lane.
  const v128_t pairs =
      wasm_v128_and(wasm_v128_or(wasm_i16x8_shl(values, 6), wasm_u16x8_shr(values, 8)),
                    wasm_i16x8_const_splat(0xfff));
  const v128_t groups = wasm_i32x4_dot_i16x8(pairs, wasm_i32x4_const_splat(1 << 16 | 1 << 12));
  return wasm_i8x16_swizzle(
      groups, wasm_i8x16_const(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1));
}

// Decodes blocks of 16 characters up to the first block with a character that has no value. Each
// block is read before its result is written, and the result ends at or before the block's end.
void decode_blocks(uint8_t* text, size_t length, Progress& progress) {
  while (length - progress.read >= 16) {
    const Block block = decode_block(wasm_v128_load(text + progress.read));
    if (!wasm_i8x16_all_true(block.valid)) {
      return;
    }
    wasm_v128_store(text + progress.written, pack_block(block.values));
    progress.read += 16;
    progress.written += 12;
  }
}

#endif

}  // namespace

void base64_encode_scalar(Bytes bytes, char* text) {
  size_t i = 0;
  for (; bytes.size() - i >= 3; i += 3) {
    const uint32_t bits = uint32_t{bytes[i]} << 16 | uint32_t{bytes[i + 1]} << 8 | bytes[i + 2];
    *text++ = kAlphabet[bits >> 18];
    *text++ = kAlphabet[bits >> 12 & 63];
    *text++ = kAlphabet[bits >> 6 & 63];
    *text++ = kAlphabet[bits & 63];
  }
  if (const size_t left = bytes.size() - i; left > 0) {
    const uint32_t bits = uint32_t{bytes[i]} << 16 | (left == 2 ? uint32_t{bytes[i + 1]} << 8 : 0);
    *text++ = kAlphabet[bits >> 18];
    *text++ = kAlphabet[bits >> 12 & 63];
    *text++ = left == 2 ? kAlphabet[bits >> 6 & 63] : '=';
    *text++ = '=';
  }
}

Result<size_t> base64_decode_in_place_scalar(uint8_t* text, size_t length) {
  return decode_in_place(text, length, [](uint8_t*, size_t, Progress&) {});
}

#ifdef CROP64_SIMD

void base64_encode(Bytes bytes, char* text) {
  const v128_t one_sixteen = one_and_sixteen();
  size_t i = 0;
  for (; bytes.size() - i >= 16; i += 12, text += 16) {
    wasm_v128_store(text, encode_block(wasm_v128_load(bytes.data() + i), one_sixteen));
  }
  base64_encode_scalar(bytes.subspan(i), text);
}

Result<size_t> base64_decode_in_place(uint8_t* text, size_t length) {
  return decode_in_place(text, length, decode_blocks);
}

#else

void base64_encode(Bytes bytes, char* text) { base64_encode_scalar(bytes, text); }

Result<size_t> base64_decode_in_place(uint8_t* text, size_t length) {
  return base64_decode_in_place_scalar(text, length);
}

#endif

}  // namespace crop64
