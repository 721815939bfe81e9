// Decodes a DEFLATE block with two cursors, for blocks that are mostly literals.
//
// Each table lookup depends on the previous one: it needs to know how many bits that one took. A
// processor could do two lookups at a time. So a second cursor decodes further ahead, at a byte
// where a code may or may not begin. Huffman codes resynchronise: after some tens of codes, a
// decoder that began at a wrong bit nearly always reads the right codes (S. T. Klein and Y.
// Wiseman, "Parallel Huffman Decoding with Applications to JPEG Files", 2003).
//
//   input   |------- here ------->|split ------- ahead ------->|
//                                 |  ^    ^    ^    ^          |
//                                 |  sync points               |
//
//   1. Both cursors decode in turns, `here` from its position to `split` and into the output,
//      `ahead` from `split` on and into a buffer, for its place in the output is unknown. Its
//      matches are recorded and not copied. Every few rounds its position is recorded: a sync
//      point.
//   2. `here` decodes on past `split`, symbol by symbol, until its position in bits equals that of
//      a sync point. From that bit on both read the same codes.
//   3. The splice: what `ahead` decoded after that sync point is appended to the output, its
//      matches copied, and decoding continues where `ahead` stopped.
//
// If no sync point is met, what `ahead` decoded is discarded.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "deflate/block_decoder.h"
#include "deflate/tuning.h"

namespace crop64::deflate {

class SpeculativeDecoder {
 public:
  // How many bytes may be written past the end that is passed.
  static constexpr size_t kMaxOverrun = kMaxSpeculativeOutput;

  // Decodes a part of the block: several kilobytes of input, in less time than decode_block() if
  // matches are rare. Parameters as for decode_block(), except that up to kMaxOverrun + kMatchSlack
  // bytes may be written past `end`. The block should be expected to last until `until`, which is
  // at least kMinSpeculativeInput ahead and not past `in_end`; it is decoded correctly if it does
  // not.
  BlockStatus decode_speculatively(const DecodeTables& tables, const uint8_t* first, Cursor& at,
                                   const uint8_t* end, const uint8_t* in_end, const uint8_t* until);

  // How many splices have happened.
  uint32_t splice_count() const { return splice_count_; }

 private:
  enum class Symbol : uint8_t { kLiterals, kMatch, kOther };
  // A position of the second cursor, and how much it had decoded by then.
  struct SyncPoint {
    ptrdiff_t position;  // in bits after the split
    size_t literals;
    size_t matches;
  };
  // A match that follows after `literals` buffered bytes.
  struct PendingMatch {
    size_t literals;
    Match match;
  };

  static Symbol take_symbol(const DecodeTables& tables, Cursor& from, Match& match);
  static bool decode_literals(const DecodeTables& tables, Cursor& here, Cursor& ahead,
                              size_t rounds);
  bool decode_both(const DecodeTables& tables, const uint8_t* first, Cursor& here,
                   const uint8_t* end, Cursor& ahead, const uint8_t* split, const uint8_t* in_end);
  BlockStatus splice(const uint8_t* first, Cursor& here, const Cursor& ahead,
                     const SyncPoint& sync);

  std::array<uint8_t, kMaxOverrun + kMatchSlack> literals_;
  std::array<PendingMatch, kMaxSpeculativeMatches> matches_;
  std::array<SyncPoint, kMaxSyncPoints> sync_points_;
  size_t match_count_ = 0;
  size_t sync_point_count_ = 0;
  uint32_t splice_count_ = 0;
};

}  // namespace crop64::deflate
