// Base64 (RFC 4648).
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/buffer.h"
#include "base/result.h"

namespace crop64 {

// The length of the text for `size` bytes, padding included.
constexpr uint64_t base64_length(uint64_t size) { return (size + 2) / 3 * 4; }

// Writes base64_length(bytes.size()) characters to `text`, standard alphabet, padded, no line
// feeds. `text` must not overlap `bytes`.
void base64_encode(Bytes bytes, char* text);

// Decodes `text` in place and returns the number of bytes; the rest of `text` is unspecified.
// Accepts the standard and the URL-safe alphabet, also mixed; white space (space, tab, line feed,
// carriage return, form feed) anywhere; and missing padding. Unused bits of the last character are
// ignored. Errors: INVALID_ARGUMENT with details {offset}, the index of the first wrong character:
// one outside the alphabets, one after the padding, too much padding, or a last group of one
// character. After an error all of `text` is unspecified.
Result<size_t> base64_decode_in_place(uint8_t* text, size_t length);

// The same without SIMD, as a reference for tests.
void base64_encode_scalar(Bytes bytes, char* text);
Result<size_t> base64_decode_in_place_scalar(uint8_t* text, size_t length);

}  // namespace crop64
