#include "deflate/block_decoder.h"

namespace crop64::deflate {

bool copy_match(const uint8_t* first, uint8_t* out, const Match& match) {
  return copy_match_inline(first, out, match);
}

BlockStatus decode_block(const DecodeTables& tables, const uint8_t* first, Cursor& from,
                         const uint8_t* end, const uint8_t* in_end) {
  const uint8_t* const in_safe = in_end - kBlockInputMargin;
  const auto& litlens = tables.litlens;
  FastCursor at(from);
  BlockStatus status = BlockStatus::kMore;
  at.refill();
  Entry entry = at.lookup(litlens);
  while (at.in <= in_safe && at.out < end) {
    if (at.take_literals(entry)) {
      entry = at.lookup(litlens);
      if (at.take_literals(entry)) {
        entry = at.lookup(litlens);
        if (at.take_literals(entry)) {
          entry = at.lookup(litlens);
          at.refill();
          continue;
        }
      }
    }
    if (is_exceptional(entry)) {
      entry = at.follow(litlens, entry);
      if (at.take_literals(entry)) {
        at.refill();
        entry = at.lookup(litlens);
        continue;
      }
      if (is_exceptional(entry)) {
        at.drop(entry);
        status = is_end_of_block(entry) ? BlockStatus::kBlockEnd : BlockStatus::kCorrupt;
        break;
      }
    }
    const Match match = at.take_match(entry, tables.distances);
    at.refill();
    entry = at.lookup(litlens);
    if (!copy_match_inline(first, at.out, match)) {
      status = BlockStatus::kCorrupt;
      break;
    }
    at.out += match.length;
  }
  from = at.cursor();
  return status;
}

}  // namespace crop64::deflate
