// Decodes the symbols of a DEFLATE block (RFC 1951, section 3.2.5) into contiguous memory.
#pragma once

#include <cstdint>

#include "deflate/cursor.h"
#include "deflate/decode_table.h"

namespace crop64::deflate {

enum class BlockStatus : uint8_t {
  kMore,      // the block goes on
  kBlockEnd,  // its last symbol has been read
  kCorrupt,   // a code that does not exist, or a match from before the output
};

// How many input bytes must remain: decode_block() stops when fewer are left.
constexpr ptrdiff_t kBlockInputMargin = 16;
// How many bytes decode_block() may write past the end that is passed: literals of three entries, a
// match and kMatchSlack.
constexpr size_t kBlockOverrun = 6 + kMaxMatch + kMatchSlack;

// Decodes until the block ends, `at.out` reaches `end`, or fewer than kBlockInputMargin bytes are
// left before `in_end`. May write kBlockOverrun bytes past `end`. Matches may refer to
// the output from `first` on.
BlockStatus decode_block(const DecodeTables& tables, const uint8_t* first, Cursor& at,
                         const uint8_t* end, const uint8_t* in_end);

}  // namespace crop64::deflate
