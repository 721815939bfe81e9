// The symbols of a deflated block (RFC 1951, section 3.2.5), as long as what comes of them is in
// one piece.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "deflate/decode_table.h"

namespace crop64::deflate {

// Where a decoder is in a stream, and in what it writes.
struct Cursor {
  uint64_t bits;   // the next one lowest; above `count` of them may be what comes after them
  unsigned count;  // of bits, below 64
  const uint8_t* in;
  uint8_t* out;

  // How many bits it is behind a byte of the stream.
  ptrdiff_t behind(const uint8_t* byte) const {
    return 8 * (in - byte) - static_cast<ptrdiff_t>(count);
  }
};

struct Match {
  uint32_t length;
  uint32_t distance;  // 0 for what is no distance
};

// The bytes from `out` on become what stands before them by the match's distance. Writes up to
// BlockDecoder::kSlack bytes more. False where that is before `first`.
bool copy_match(const uint8_t* first, uint8_t* out, const Match& match);

enum class BlockStatus : uint8_t { kMore, kEndOfBlock, kCorrupt };

class BlockDecoder {
 public:
  // How many bytes may be written behind the end that is given, and how many more written over.
  static constexpr size_t kOverrun = 8192;
  static constexpr size_t kSlack = 16;

  // Those of the block.
  DecodeTables tables;

  // Decodes as long as the block goes on, `at.out` is before `end`, and 16 bytes are left before
  // `in_end`. Matches may reach back to `first`.
  BlockStatus decode_block(const uint8_t* first, Cursor& at, const uint8_t* end,
                           const uint8_t* in_end) const;
  // Decodes some of that, in less time where matches are few. The block is likely to go on up to
  // `until`, which is a kilobyte or more ahead, and not behind `in_end`.
  BlockStatus decode_speculatively(const uint8_t* first, Cursor& at, const uint8_t* end,
                                   const uint8_t* in_end, const uint8_t* until);

 private:
  enum class Next : uint8_t { kLiterals, kMatch, kOther };
  // Where a place was that decodes ahead, and what it had decoded by then.
  struct SyncPoint {
    ptrdiff_t position;
    size_t literals;
    size_t matches;
  };
  // A match behind so many literals.
  struct Copy {
    size_t literals;
    Match match;
  };

  Next take_next(Cursor& at, Match& match) const;
  bool decode_both(const uint8_t* first, Cursor& here, const uint8_t* end, Cursor& ahead,
                   const uint8_t* split, const uint8_t* in_end);
  bool decode_literals(Cursor& here, Cursor& ahead, size_t rounds) const;
  BlockStatus splice(const uint8_t* first, Cursor& here, const Cursor& ahead,
                     const SyncPoint& sync) const;

  std::array<uint8_t, kOverrun + kSlack> literals_;
  std::array<Copy, 64> copies_;
  std::array<SyncPoint, 8> sync_points_;
  size_t copy_count_ = 0;
  size_t sync_point_count_ = 0;
};

}  // namespace crop64::deflate
