#include "deflate/block_decoder.h"

#include <algorithm>
#include <cstring>

namespace crop64::deflate {
namespace {

uint64_t load_64(const uint8_t* bytes) {
  uint64_t value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

void copy_8(uint8_t* to, const uint8_t* from) { std::memcpy(to, from, 8); }

void copy_16(uint8_t* to, const uint8_t* from) {
  // Two words and not one vector: loads and stores of this size overlap here.
  uint64_t words[2];
  std::memcpy(words, from, sizeof words);
  std::memcpy(to, words, sizeof words);
}

[[gnu::always_inline]] inline bool copy(const uint8_t* first, uint8_t* out, const Match& match) {
  const size_t distance = match.distance;
  if (distance - 1 >= static_cast<size_t>(out - first)) {
    return false;
  }
  const uint8_t* from = out - distance;
  const uint8_t* const end = out + match.length;
  if (distance >= 16) {
    do {
      copy_16(out, from);
      out += 16;
      from += 16;
    } while (out < end);
  } else if (distance == 1) {
    const uint64_t run = 0x0101010101010101u * *from;
    do {
      std::memcpy(out, &run, sizeof run);
      std::memcpy(out + 8, &run, sizeof run);
      out += 16;
    } while (out < end);
  } else if (distance >= 8) {
    do {
      copy_8(out, from);
      out += 8;
      from += 8;
    } while (out < end);
  } else {
    do {
      copy_8(out, from);  // of which the first `distance` are right
      out += distance;
      from += distance;
    } while (out < end);
  }
  return true;
}

// What is left of the bits. (A shift by the whole entry, of which the processor takes no more than
// six bits, and nothing that LLVM would make of it.)
uint64_t dropped(uint64_t bits, Entry entry) {
  uint64_t count = entry;
  asm("" : "+r"(count));
  return bits >> (count & 63);
}

// A cursor for a loop, whose count may be anything above its lowest six bits.
class FastCursor : private Cursor {
 public:
  explicit FastCursor(const Cursor& at) : Cursor(at) {}
  Cursor cursor() const { return {bits, count & 63, in, out}; }

  using Cursor::in;
  using Cursor::out;

  // At least 56 bits.
  void refill() {
    bits |= load_64(in) << (count & 63);
    in += (~count & 63) / 8;
    count |= 56;
  }
  // What comes next; a subtable pointer if its code is longer than a lookup.
  template <class Table>
  Entry lookup(const Table& table) const {
    return table.lookup(bits);
  }
  template <class Table>
  Entry follow(const Table& table, Entry entry) const {
    return is_subtable_pointer(entry) ? table.follow(entry, bits) : entry;
  }
  void drop(Entry entry) {
    bits = dropped(bits, entry);
    count -= entry;
  }
  // False where the entry has none.
  bool take_literals(Entry entry) {
    if (!has_literals(entry)) {
      return false;
    }
    drop(entry);
    out = put_literals(entry, out);
    return true;
  }
  // Of a length's entry; leaves 28 bits and more.
  template <class Distances>
  [[gnu::always_inline]] Match take_match(Entry entry, const Distances& distances) {
    const uint32_t length = value_of(entry) + extra_bits(bits, entry);
    drop(entry);
    refill();
    entry = follow(distances, lookup(distances));
    const uint32_t distance = value_of(entry) + extra_bits(bits, entry);
    drop(entry);
    return {length, distance};
  }
};

// How often `each` goes into what is between the two.
size_t times(size_t each, const uint8_t* from, const uint8_t* to) {
  return from < to ? static_cast<size_t>(to - from) / each : 0;
}

}  // namespace

bool copy_match(const uint8_t* first, uint8_t* out, const Match& match) {
  return copy(first, out, match);
}

BlockStatus BlockDecoder::decode_block(const uint8_t* first, Cursor& from, const uint8_t* end,
                                       const uint8_t* in_end) const {
  const uint8_t* const in_safe = in_end - 16;
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
        status = is_end(entry) ? BlockStatus::kEndOfBlock : BlockStatus::kCorrupt;
        break;
      }
    }
    const Match match = at.take_match(entry, tables.distances);
    at.refill();
    entry = at.lookup(litlens);
    if (!copy(first, at.out, match)) {
      status = BlockStatus::kCorrupt;
      break;
    }
    at.out += match.length;
  }
  from = at.cursor();
  return status;
}

// What a look finds is known only when the one before it is done, and a processor could do two at a
// time. So decoding goes on at a second place, too, further ahead, where nobody knows whether a
// code begins: after some tens of codes it is in step with them nearly always (Klein and Wiseman,
// "Parallel Huffman Decoding with Applications to JPEG Files", 2003). What it decodes is kept
// aside, for where it belongs is not known yet, nor what its matches refer to. When the first place
// has come to where the second one began, it goes on until it is where that one has been, too, and
// has the rest from there.
BlockStatus BlockDecoder::decode_speculatively(const uint8_t* first, Cursor& at, const uint8_t* end,
                                               const uint8_t* in_end, const uint8_t* until) {
  // A byte gives a literal and a half, about.
  const uint8_t* const split = at.in + std::min((until - at.in) / 2, ptrdiff_t{kOverrun / 2});
  Cursor ahead = {0, 0, split, literals_.data()};
  if (!decode_both(first, at, end, ahead, split, in_end)) {
    return BlockStatus::kCorrupt;
  }
  // Where the second place had to stop before, the first one is not there yet.
  const BlockStatus status = decode_block(first, at, end, split);
  if (status != BlockStatus::kMore) {
    return status;
  }
  size_t sync = 0;
  while (at.out < end) {
    const ptrdiff_t position = at.behind(split);
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
    const Next next = take_next(at, match);
    if (next == Next::kOther) {
      break;
    }
    if (next == Next::kMatch) {
      if (!copy(first, at.out, match)) {
        return BlockStatus::kCorrupt;
      }
      at.out += match.length;
    }
  }
  return BlockStatus::kMore;
}

// Until `here` is near `split`, or one of them can't go on. False where the stream is not sound.
bool BlockDecoder::decode_both(const uint8_t* first, Cursor& here, const uint8_t* end,
                               Cursor& ahead, const uint8_t* split, const uint8_t* in_end) {
  // What a round of decode_literals() and what may follow it read and write at most.
  constexpr size_t kRoundIn = 8;
  constexpr size_t kRoundOut = 10;
  constexpr size_t kSyncRounds = 2;
  sync_point_count_ = 0;
  copy_count_ = 0;
  const uint8_t* most = literals_.data() + kOverrun;  // less what matches copy
  const uint8_t* const in_safe = in_end - 24;
  for (;;) {
    size_t rounds = std::min({times(kRoundIn, here.in, split), times(kRoundIn, ahead.in, in_safe),
                              times(kRoundOut, here.out, end), times(kRoundOut, ahead.out, most)});
    if (sync_point_count_ < sync_points_.size()) {
      const auto literals = static_cast<size_t>(ahead.out - literals_.data());
      sync_points_[sync_point_count_++] = {ahead.behind(split), literals, copy_count_};
      rounds = std::min(rounds, kSyncRounds);
    }
    if (rounds == 0) {
      return true;
    }
    if (decode_literals(here, ahead, rounds)) {
      continue;
    }
    Match match;
    Next next = take_next(here, match);
    if (next == Next::kOther) {
      return true;
    }
    if (next == Next::kMatch) {
      if (!copy(first, here.out, match)) {
        return false;
      }
      here.out += match.length;
    }
    const Cursor before = ahead;
    next = take_next(ahead, match);
    if (next == Next::kMatch) {
      most -= match.length;
      if (copy_count_ < copies_.size() && ahead.out <= most) {
        copies_[copy_count_++] = {static_cast<size_t>(ahead.out - literals_.data()), match};
      } else {
        next = Next::kOther;
      }
    }
    if (next == Next::kOther) {
      ahead = before;
      return true;
    }
  }
}

// Decodes literals at both places in turns, four looks at each, so many rounds. False where
// something else comes next at one of them.
bool BlockDecoder::decode_literals(Cursor& here_at, Cursor& ahead_at, size_t rounds) const {
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

// Takes literals, or a match, which is for the caller to copy; what else comes next is not taken.
BlockDecoder::Next BlockDecoder::take_next(Cursor& from, Match& match) const {
  FastCursor at(from);
  at.refill();
  const Entry entry = at.follow(tables.litlens, at.lookup(tables.litlens));
  if (is_exceptional(entry)) {
    return Next::kOther;
  }
  const bool is_literal = at.take_literals(entry);
  if (!is_literal) {
    match = at.take_match(entry, tables.distances);
  }
  from = at.cursor();
  return is_literal ? Next::kLiterals : Next::kMatch;
}

// Writes what was decoded ahead from a sync on, and goes to where that ends.
BlockStatus BlockDecoder::splice(const uint8_t* first, Cursor& here, const Cursor& ahead,
                                 const SyncPoint& sync) const {
  uint8_t* out = here.out;
  const uint8_t* from = literals_.data() + sync.literals;
  const auto put_until = [&](const uint8_t* until) {
    std::memcpy(out, from, static_cast<size_t>(until - from));
    out += until - from;
    from = until;
  };
  for (size_t i = sync.matches; i < copy_count_; ++i) {
    put_until(literals_.data() + copies_[i].literals);
    if (!copy(first, out, copies_[i].match)) {
      return BlockStatus::kCorrupt;
    }
    out += copies_[i].match.length;
  }
  put_until(ahead.out);
  here = ahead;
  here.out = out;
  return BlockStatus::kMore;
}

}  // namespace crop64::deflate
