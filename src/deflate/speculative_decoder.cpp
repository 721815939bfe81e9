#include "deflate/speculative_decoder.h"

#include <algorithm>
#include <cstring>

namespace crop64::deflate {
namespace {

// How many steps of `step` bytes fit between `from` and `to`.
size_t steps_between(size_t step, const uint8_t* from, const uint8_t* to) {
  return from < to ? static_cast<size_t>(to - from) / step : 0;
}

}  // namespace

BlockStatus SpeculativeDecoder::decode_speculatively(const DecodeTables& tables,
                                                     const uint8_t* first, Cursor& at,
                                                     const uint8_t* end, const uint8_t* in_end,
                                                     const uint8_t* until) {
  // A byte of input is about 1.5 literals; `ahead` must not fill its buffer before `here` arrives.
  const uint8_t* const split = at.in + std::min((until - at.in) / 2, ptrdiff_t{kMaxOverrun / 2});
  Cursor ahead = {0, 0, split, literals_.data()};
  if (!decode_both(tables, first, at, end, ahead, split, in_end)) {
    return BlockStatus::kCorrupt;
  }
  // If `ahead` stopped early, `here` has not reached the split yet.
  const BlockStatus status = decode_block(tables, first, at, end, split);
  if (status != BlockStatus::kMore) {
    return status;
  }
  size_t sync = 0;
  while (at.out < end) {
    const ptrdiff_t position = at.bits_past(split);
    while (sync < sync_point_count_ && sync_points_[sync].position < position) {
      ++sync;
    }
    if (sync == sync_point_count_) {
      break;
    }
    if (sync_points_[sync].position == position) {
      return splice(first, at, ahead, sync_points_[sync]);
    }
    Match match;
    const Symbol symbol = take_symbol(tables, at, match);
    if (symbol == Symbol::kOther) {
      break;
    }
    if (symbol == Symbol::kMatch) {
      if (!copy_match_inline(first, at.out, match)) {
        return BlockStatus::kCorrupt;
      }
      at.out += match.length;
    }
  }
  return BlockStatus::kMore;
}

// Decodes at both cursors until `here` is near `split` or one of them cannot continue. Returns
// false if the stream is corrupt at `here`.
bool SpeculativeDecoder::decode_both(const DecodeTables& tables, const uint8_t* first, Cursor& here,
                                     const uint8_t* end, Cursor& ahead, const uint8_t* split,
                                     const uint8_t* in_end) {
  // What a round of decode_literals() and the symbols after it read and write at most.
  constexpr size_t kRoundInput = 8;
  constexpr size_t kRoundOutput = 10;
  sync_point_count_ = 0;
  match_count_ = 0;
  const uint8_t* max_out = literals_.data() + kMaxOverrun;  // less the lengths of all matches
  const uint8_t* const in_safe = in_end - 24;
  for (;;) {
    size_t rounds = std::min({steps_between(kRoundInput, here.in, split),
                              steps_between(kRoundInput, ahead.in, in_safe),
                              steps_between(kRoundOutput, here.out, end),
                              steps_between(kRoundOutput, ahead.out, max_out)});
    if (sync_point_count_ < sync_points_.size()) {
      const auto literals = static_cast<size_t>(ahead.out - literals_.data());
      sync_points_[sync_point_count_++] = {ahead.bits_past(split), literals, match_count_};
      rounds = std::min(rounds, kRoundsPerSyncPoint);
    }
    if (rounds == 0) {
      return true;
    }
    if (decode_literals(tables, here, ahead, rounds)) {
      continue;
    }
    Match match;
    Symbol symbol = take_symbol(tables, here, match);
    if (symbol == Symbol::kOther) {
      return true;
    }
    if (symbol == Symbol::kMatch) {
      if (!copy_match_inline(first, here.out, match)) {
        return false;
      }
      here.out += match.length;
    }
    const Cursor before = ahead;
    symbol = take_symbol(tables, ahead, match);
    if (symbol == Symbol::kMatch) {
      max_out -= match.length;
      if (match_count_ < matches_.size() && ahead.out <= max_out) {
        matches_[match_count_++] = {static_cast<size_t>(ahead.out - literals_.data()), match};
      } else {
        symbol = Symbol::kOther;
      }
    }
    if (symbol == Symbol::kOther) {
      ahead = before;
      return true;
    }
  }
}

// Decodes literals at both cursors in turns, with four lookups each per round. Returns false if
// something else than a literal comes next at one of them before all `rounds` are done.
bool SpeculativeDecoder::decode_literals(const DecodeTables& tables, Cursor& here_at,
                                         Cursor& ahead_at, size_t rounds) {
  const auto& litlens = tables.litlens;
  FastCursor here(here_at);
  FastCursor ahead(ahead_at);
  const auto take = [&](FastCursor& at) { return at.take_literals(at.lookup(litlens)); };
  const auto take_long = [&](FastCursor& at) {
    at.refill();
    return at.take_literals(at.follow(litlens, at.lookup(litlens)));
  };
  for (; rounds > 0; --rounds) {
    here.refill();
    ahead.refill();
    if (take(here) && take(ahead) && take(here) && take(ahead) && take(here) && take(ahead) &&
        take(here) && take(ahead)) {
      continue;
    }
    if (!take_long(here) || !take_long(ahead)) {
      break;
    }
  }
  here_at = here.cursor();
  ahead_at = ahead.cursor();
  return rounds == 0;
}

// Takes literals, or a match, which the caller copies. Leaves any other symbol where it is.
SpeculativeDecoder::Symbol SpeculativeDecoder::take_symbol(const DecodeTables& tables, Cursor& from,
                                                           Match& match) {
  FastCursor at(from);
  at.refill();
  const Entry entry = at.follow(tables.litlens, at.lookup(tables.litlens));
  if (is_exceptional(entry)) {
    return Symbol::kOther;
  }
  const bool is_literal = at.take_literals(entry);
  if (!is_literal) {
    match = at.take_match(entry, tables.distances);
  }
  from = at.cursor();
  return is_literal ? Symbol::kLiterals : Symbol::kMatch;
}

// Appends what `ahead` decoded from the sync point on, and moves `here` to where `ahead` stopped.
BlockStatus SpeculativeDecoder::splice(const uint8_t* first, Cursor& here, const Cursor& ahead,
                                       const SyncPoint& sync) {
  ++splice_count_;
  uint8_t* out = here.out;
  const uint8_t* from = literals_.data() + sync.literals;
  const auto put_until = [&](const uint8_t* until) {
    std::memcpy(out, from, static_cast<size_t>(until - from));
    out += until - from;
    from = until;
  };
  for (size_t i = sync.matches; i < match_count_; ++i) {
    put_until(literals_.data() + matches_[i].literals);
    if (!copy_match_inline(first, out, matches_[i].match)) {
      return BlockStatus::kCorrupt;
    }
    out += matches_[i].match.length;
  }
  put_until(ahead.out);
  here = ahead;
  here.out = out;
  return BlockStatus::kMore;
}

}  // namespace crop64::deflate
