#include "deflate/inflater.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "deflate/block_decoder.h"
#include "deflate/constants.h"
#include "deflate/tuning.h"

namespace crop64::deflate {

bool Inflater::next_piece() {
  const Bytes piece = input_.next_piece();
  if (piece.empty()) {
    return false;
  }
  bytes_before_ += static_cast<uint64_t>(in_ - piece_);
  piece_ = in_ = piece.data();
  in_end_ = piece.data() + piece.size();
  return true;
}

// Makes at least 56 bits valid. Bits after the end of the input are zeros.
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

bool Inflater::read_stream_header() {
  const uint32_t method = take(8);
  const uint32_t flags = take(8);
  state_ = State::kBlockHeader;
  // DEFLATE with a window of 32 KB; the check bits; no preset dictionary.
  return method == 0x78 && (method << 8 | flags) % 31 == 0 && (flags & 0x20) == 0;
}

uint64_t Inflater::bits_taken() const {
  return 8 * (bytes_before_ + static_cast<uint64_t>(in_ - piece_)) - bit_count_;
}

bool Inflater::read_block_header() {
  block_bits_ = bits_taken() - block_start_;
  block_start_ = bits_taken();
  is_last_block_ = take(1) != 0;
  switch (take(2)) {
    case 0: {
      take(bit_count_ % 8);
      stored_ = take(16);
      const uint32_t complement = take(16);
      state_ = State::kStoredBlock;
      return stored_ == (complement ^ 0xffff);
    }
    case 1:
      tables_.make(kFixedLitlenLengths, kFixedDistanceLengths);
      state_ = State::kCodedBlock;
      return true;
    case 2:
      state_ = State::kCodedBlock;
      return read_codes();
    default:
      return false;
  }
}

bool Inflater::read_codes() {
  const size_t litlens = take(5) + kEndOfBlock + 1;
  const size_t distances = take(5) + 1;
  const size_t explicit_lengths = take(4) + 4;
  if (litlens > kNumLitlens || distances > kNumDistances) {
    return false;
  }
  std::array<uint8_t, kNumPrecodeSymbols> precode_lengths = {};
  for (size_t i = 0; i < explicit_lengths; ++i) {
    precode_lengths[kPrecodeOrder[i]] = static_cast<uint8_t>(take(3));
  }
  PrecodeTable table;
  if (!make_precode_table(precode_lengths, table)) {
    return false;
  }
  std::array<uint8_t, kNumLitlens + kNumDistances> lengths;
  const size_t count = litlens + distances;
  for (size_t i = 0; i < count;) {
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
    if (times > count - i) {
      return false;
    }
    std::fill_n(&lengths[i], times, repeated);
    i += times;
  }
  const std::span<const uint8_t> all(lengths.data(), count);
  return lengths[kEndOfBlock] != 0 && tables_.make(all.first(litlens), all.last(distances));
}

bool Inflater::copy_stored(uint8_t*& out, const uint8_t* end) {
  while (stored_ > 0 && out < end && !needs_input()) {
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
    state_ = State::kBlockHeader;
  }
  return true;
}

// Decodes one entry, even if it extends over several pieces of the input.
BlockStatus Inflater::decode_symbol(const uint8_t* first, uint8_t*& out) {
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
  const Entry entry = next(tables_.litlens);
  if (has_literals(entry)) {
    out = put_literals(entry, out);
    take(bits_of(entry));
  } else if (is_exceptional(entry)) {
    take(bits_of(entry));
    return is_end_of_block(entry) && !overran() ? BlockStatus::kBlockEnd : BlockStatus::kCorrupt;
  } else {
    const uint32_t length = take_value(entry);
    const uint32_t distance = take_value(next(tables_.distances));
    if (!copy_match(first, out, {length, distance})) {
      return BlockStatus::kCorrupt;
    }
    out += length;
  }
  return overran() ? BlockStatus::kCorrupt : BlockStatus::kMore;
}

// Decodes many symbols, or a single one near the end of a piece.
BlockStatus Inflater::decode_some(const uint8_t* first, uint8_t*& out, const uint8_t* end) {
  const ptrdiff_t left = in_end_ - in_;
  if (left < kBlockInputMargin) {
    return decode_symbol(first, out);
  }
  // A block is usually about as long as the previous one.
  const auto left_in_block = static_cast<int64_t>(block_start_ + block_bits_ - bits_taken()) / 8;
  const int64_t ahead = block_bits_ > 0 ? std::min<int64_t>(left, left_in_block) : left;
  Cursor at = {bits_, bit_count_, in_, out};
  const BlockStatus status =
      tables_.matches_are_rare && ahead >= kMinSpeculativeInput
          ? speculative_.decode_speculatively(tables_, first, at, end, in_end_, in_ + ahead)
          : decode_block(tables_, first, at, end, in_end_);
  bits_ = at.bits;
  bit_count_ = at.count;
  in_ = at.in;
  out = at.out;
  return status;
}

bool Inflater::decode(const uint8_t* first, uint8_t*& out, const uint8_t* end) {
  BlockStatus status = BlockStatus::kMore;
  while (status == BlockStatus::kMore && out < end && !needs_input()) {
    status = decode_some(first, out, end);
  }
  if (status == BlockStatus::kBlockEnd) {
    state_ = State::kBlockHeader;
  }
  return status != BlockStatus::kCorrupt;
}

InflateStatus Inflater::inflate(const uint8_t* first, uint8_t*& out, const uint8_t* end) {
  bool ok = true;
  // More of this piece may have been received, even if all that was available has been read.
  in_end_ = std::max(in_end_, input_.piece_end());
  while (ok && out < end && state_ != State::kEnd && !needs_input()) {
    switch (state_) {
      case State::kStreamHeader:
        ok = read_stream_header();
        break;
      case State::kBlockHeader:
        ok = read_block_header() && !overran();
        break;
      case State::kStoredBlock:
        ok = copy_stored(out, end);
        break;
      case State::kCodedBlock:
        ok = decode(first, out, end);
        break;
      case State::kEnd:
        break;
    }
    if (state_ == State::kBlockHeader && is_last_block_) {
      state_ = State::kEnd;
    }
  }
  if (!ok || !input_.is_valid()) {
    return InflateStatus::kCorrupt;
  }
  return state_ == State::kEnd ? InflateStatus::kEndOfStream
         : out >= end          ? InflateStatus::kOutputFull
                               : InflateStatus::kNeedInput;
}

bool Inflater::finish(uint32_t adler) {
  if (state_ != State::kEnd) {
    refill();
    return input_.is_valid() && (padding_ == 0 || bit_count_ / 8 - padding_ >= 4);
  }
  take(bit_count_ % 8);
  uint32_t stored = 0;
  for (int i = 0; i < 4; ++i) {
    stored = stored << 8 | take(8);
  }
  refill();
  return stored == adler && input_.is_valid() && padding_ == bit_count_ / 8;
}

}  // namespace crop64::deflate
