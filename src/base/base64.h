// Base64 (RFC 4648), from bytes to text and back.
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

// Turns text into bytes in place, and gives their number; what follows them in `text` is then of no
// meaning. Accepted: the standard and the URL-safe alphabet, also mixed; white space (space, tab,
// line feed, carriage return, form feed) anywhere; padding that is missing, whole or in part.
// Refused with INVALID_ARGUMENT and details {offset}, the index of the first character that is
// wrong: any other character, characters after the padding, too much padding, a last group of one
// character. All of `text` is then of no meaning. The bits of the last character that carry nothing
// are not looked at.
Result<size_t> base64_decode_in_place(uint8_t* text, size_t length);

// The plain ways, without SIMD: what the others must equal.
void base64_encode_scalar(Bytes bytes, char* text);
Result<size_t> base64_decode_in_place_scalar(uint8_t* text, size_t length);

}  // namespace crop64
