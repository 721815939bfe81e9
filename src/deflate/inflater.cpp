#include "deflate/inflater.h"

#include <algorithm>
#include <cstring>

namespace crop64::deflate {

bool Inflater::next_piece() {
  const Bytes piece = source_.next();
  if (piece.empty()) {
    return false;
  }
  before_ += static_cast<uint64_t>(in_ - piece_);
  piece_ = in_ = piece.data();
  in_end_ = piece.data() + piece.size();
  return true;
}

// At least 56 bits, of which those behind the source's end are nothing.
void Inflater::refill() {
  while (bit_count_ < 56) {
    if (in_ != in_end_ || next_piece()) {
      bits_ |= uint64_t{*in_++} << bit_count_;
    } else {
      ++padding_;
    }
    bit_count_ += 8;
  }
}

uint32_t Inflater::take(unsigned count) {
  if (bit_count_ < count) {
    refill();
  }
  const auto value = static_cast<uint32_t>(bits_ & ((uint64_t{1} << count) - 1));
  bits_ >>= count;
  bit_count_ -= count;
  return value;
}

bool Inflater::read_zlib_header() {
  const uint32_t method = take(8);
  const uint32_t flags = take(8);
  state_ = State::kHeader;
  // Deflate with a window of 32 KB; the check bits; no dictionary.
  return method == 0x78 && (method << 8 | flags) % 31 == 0 && (flags & 0x20) == 0;
}

uint64_t Inflater::bits_taken() const {
  return 8 * (before_ + static_cast<uint64_t>(in_ - piece_)) - bit_count_;
}

bool Inflater::read_block_header() {
  block_bits_ = bits_taken() - block_begin_;
  block_begin_ = bits_taken();
  last_block_ = take(1) != 0;
  switch (take(2)) {
    case 0: {
      take(bit_count_ % 8);
      stored_ = take(16);
      const uint32_t complement = take(16);
      state_ = State::kStored;
      return stored_ == (complement ^ 0xffff);
    }
    case 1:
      use_fixed_codes();
      state_ = State::kCoded;
      return true;
    case 2:
      state_ = State::kCoded;
      return read_codes();
    default:
      return false;
  }
}

void Inflater::use_fixed_codes() {
  std::array<uint8_t, 288> lengths;
  std::fill_n(lengths.begin(), 144, uint8_t{8});
  std::fill_n(lengths.begin() + 144, 112, uint8_t{9});
  std::fill_n(lengths.begin() + 256, 24, uint8_t{7});
  std::fill_n(lengths.begin() + 280, 8, uint8_t{8});
  std::array<uint8_t, 32> distance_lengths;
  distance_lengths.fill(5);
  decoder_.tables.make(lengths, distance_lengths);
}

bool Inflater::read_codes() {
  const size_t litlens = take(5) + 257;
  const size_t distances = take(5) + 1;
  const size_t precode = take(4) + 4;
  if (litlens > DecodeTables::kMaxLitlens || distances > DecodeTables::kMaxDistances) {
    return false;
  }
  constexpr uint8_t kOrder[] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
  std::array<uint8_t, 19> precode_lengths = {};
  for (size_t i = 0; i < precode; ++i) {
    precode_lengths[kOrder[i]] = static_cast<uint8_t>(take(3));
  }
  PrecodeTable table;
  if (!make_precode_table(precode_lengths, table)) {
    return false;
  }
  std::array<uint8_t, DecodeTables::kMaxLitlens + DecodeTables::kMaxDistances> lengths;
  const size_t all = litlens + distances;
  for (size_t i = 0; i < all;) {
    refill();
    const Entry entry = table.lookup(bits_);
    const uint32_t symbol = value_of(entry);
    take(bits_of(entry));
    if (symbol < 16) {
      lengths[i++] = static_cast<uint8_t>(symbol);
      continue;
    }
    if (symbol == 16 && i == 0) {
      return false;
    }
    const uint8_t repeated = symbol == 16 ? lengths[i - 1] : 0;
    const size_t times = symbol == 16 ? 3 + take(2) : symbol == 17 ? 3 + take(3) : 11 + take(7);
    if (times > all - i) {
      return false;
    }
    std::fill_n(&lengths[i], times, repeated);
    i += times;
  }
  const std::span<const uint8_t> both(lengths.data(), all);
  return lengths[256] != 0 && decoder_.tables.make(both.first(litlens), both.last(distances));
}

bool Inflater::copy_stored(uint8_t*& out, const uint8_t* end) {
  while (stored_ > 0 && out < end && !waits()) {
    if (bit_count_ > 0) {  // whole bytes
      *out++ = static_cast<uint8_t>(take(8));
      --stored_;
      if (overran()) {
        return false;
      }
      continue;
    }
    bits_ = 0;
    if (in_ == in_end_ && !next_piece()) {
      return false;
    }
    const size_t count = std::min(
        {size_t{stored_}, static_cast<size_t>(end - out), static_cast<size_t>(in_end_ - in_)});
    std::memcpy(out, in_, count);
    out += count;
    in_ += count;
    stored_ -= static_cast<uint32_t>(count);
  }
  if (stored_ == 0) {
    state_ = State::kHeader;
  }
  return true;
}

// What comes next, wherever the pieces of the source end.
BlockStatus Inflater::decode_one(const uint8_t* first, uint8_t*& out) {
  const auto next = [&](const auto& table) {
    refill();
    const Entry entry = table.lookup(bits_);
    return is_subtable_pointer(entry) ? table.follow(entry, bits_) : entry;
  };
  const auto take_value = [&](Entry entry) {
    const uint32_t value = value_of(entry) + extra_bits(bits_, entry);
    take(bits_of(entry));
    return value;
  };
  const Entry entry = next(decoder_.tables.litlens);
  if (has_literals(entry)) {
    out = put_literals(entry, out);
    take(bits_of(entry));
  } else if (is_exceptional(entry)) {
    take(bits_of(entry));
    return is_end(entry) && !overran() ? BlockStatus::kEndOfBlock : BlockStatus::kCorrupt;
  } else {
    const uint32_t length = take_value(entry);
    const uint32_t distance = take_value(next(decoder_.tables.distances));
    if (!copy_match(first, out, {length, distance})) {
      return BlockStatus::kCorrupt;
    }
    out += length;
  }
  return overran() ? BlockStatus::kCorrupt : BlockStatus::kMore;
}

// Much at a time where no piece ends.
BlockStatus Inflater::decode_some(const uint8_t* first, uint8_t*& out, const uint8_t* end) {
  const int64_t left = in_end_ - in_;
  if (left < 16) {
    return decode_one(first, out);
  }
  // Blocks are about as long as the one before.
  const auto of_block = static_cast<int64_t>(block_begin_ + block_bits_ - bits_taken()) / 8;
  const int64_t ahead = block_bits_ > 0 ? std::min(left, of_block) : left;
  Cursor at = {bits_, bit_count_, in_, out};
  const BlockStatus status =
      decoder_.tables.matches_are_rare && ahead >= 1024
          ? decoder_.decode_speculatively(first, at, end, in_end_, in_ + ahead)
          : decoder_.decode_block(first, at, end, in_end_);
  bits_ = at.bits;
  bit_count_ = at.count;
  in_ = at.in;
  out = at.out;
  return status;
}

bool Inflater::decode(const uint8_t* first, uint8_t*& out, const uint8_t* end) {
  BlockStatus status = BlockStatus::kMore;
  while (status == BlockStatus::kMore && out < end && !waits()) {
    status = decode_some(first, out, end);
  }
  if (status == BlockStatus::kEndOfBlock) {
    state_ = State::kHeader;
  }
  return status != BlockStatus::kCorrupt;
}

bool Inflater::inflate(const uint8_t* first, uint8_t*& out, const uint8_t* end) {
  bool sound = true;
  if (in_ != in_end_) {
    in_end_ = source_.end();  // more of this IDAT may have arrived
  }
  while (sound && out < end && state_ != State::kEnded && !waits()) {
    switch (state_) {
      case State::kStart:
        sound = read_zlib_header();
        break;
      case State::kHeader:
        sound = read_block_header() && !overran();
        break;
      case State::kStored:
        sound = copy_stored(out, end);
        break;
      case State::kCoded:
        sound = decode(first, out, end);
        break;
      case State::kEnded:
        break;
    }
    if (state_ == State::kHeader && last_block_) {
      state_ = State::kEnded;
    }
  }
  return sound && source_.is_sound();
}

bool Inflater::finish(uint32_t adler) {
  if (state_ != State::kEnded) {
    refill();
    return source_.is_sound() && (padding_ == 0 || bit_count_ / 8 - padding_ >= 4);
  }
  take(bit_count_ % 8);
  uint32_t stored = 0;
  for (int i = 0; i < 4; ++i) {
    stored = stored << 8 | take(8);
  }
  refill();
  return stored == adler && source_.is_sound() && padding_ == bit_count_ / 8;
}

}  // namespace crop64::deflate
