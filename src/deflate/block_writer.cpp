#include "deflate/block_writer.h"

#include <algorithm>
#include <span>

#include "deflate/precode.h"

namespace crop64::deflate {

void Block::count_literals() {
  // Four tables, for the same literal often comes again before its count is written.
  std::array<std::array<uint32_t, 256>, 4> counts = {};
  size_t i = 0;
  for (; i + 4 <= literals_; i += 4) {
    ++counts[0][literal_[i]];
    ++counts[1][literal_[i + 1]];
    ++counts[2][literal_[i + 2]];
    ++counts[3][literal_[i + 3]];
  }
  for (; i < literals_; ++i) {
    ++counts[0][literal_[i]];
  }
  for (size_t value = 0; value < 256; ++value) {
    litlen_counts_[value] =
        counts[0][value] + counts[1][value] + counts[2][value] + counts[3][value];
  }
  litlen_counts_[kEndOfBlock] = 1;
}

uint64_t Block::cost(const uint8_t* litlens, const uint8_t* distances) const {
  uint64_t bits = extra_bits_;
  for (size_t i = 0; i < kLitlens; ++i) {
    bits += uint64_t{litlen_counts_[i]} * litlens[i];
  }
  for (size_t i = 0; i < kDistances; ++i) {
    bits += uint64_t{distance_counts_[i]} * distances[i];
  }
  return bits;
}

namespace {

// Of RFC 1951, section 3.2.6.
uint8_t fixed_length(size_t litlen) {
  return litlen < 144 ? 8 : litlen < 256 ? 9 : litlen < 280 ? 7 : 8;
}

}  // namespace

void Block::write_symbols(const Codes& codes, BitWriter& writer) const {
  BitWriter out = writer;  // a local one stays in registers
  const uint8_t* literal = literal_.data();
  for (size_t i = 0; i < sequences_; ++i) {
    const Sequence& sequence = sequence_[i];
    const uint8_t* const end = literal + sequence.literals;
    // Four codes of 14 bits at most and what is left of a byte.
    for (; end - literal >= 4; literal += 4) {
      out.put(codes.litlens[literal[0]]);
      out.put(codes.litlens[literal[1]]);
      out.put(codes.litlens[literal[2]]);
      out.put(codes.litlens[literal[3]]);
      out.flush();
    }
    for (; literal < end; ++literal) {
      out.put(codes.litlens[*literal]);
    }
    out.flush();
    if (sequence.length > 0) {
      const Symbol length = length_symbol(sequence.length);
      const Symbol distance = distance_symbol(sequence.distance);
      out.put(codes.litlens[length.symbol]);
      out.put(length.extra, length.extra_bits);
      out.put(codes.distances[distance.symbol]);
      out.flush();
      out.put(distance.extra, distance.extra_bits);
      out.flush();
    }
  }
  out.put(codes.litlens[kEndOfBlock]);
  out.flush();
  writer = out;
}

void Block::write(bool is_last, BitWriter& out) {
  const bool has_matches = sequences_ > 0;
  end_sequence(0, 0);
  count_literals();
  Codes codes;
  const std::span all(codes.lengths);
  make_code_lengths(std::span(litlen_counts_).first(kLitlens), 14, all.first(kLitlens));
  make_code_lengths(std::span(distance_counts_).first(kDistances), 15, all.last(kDistances));
  const Precode precode(codes.lengths);
  std::array<uint8_t, 288> fixed;
  for (size_t i = 0; i < fixed.size(); ++i) {
    fixed[i] = fixed_length(i);
  }
  std::array<uint8_t, 32> fixed_distances;
  fixed_distances.fill(5);
  const uint64_t dynamic_bits = precode.bits() + cost(all.data(), all.data() + kLitlens);
  const uint64_t fixed_bits = cost(fixed.data(), fixed_distances.data());
  if (!has_matches && std::min(dynamic_bits, fixed_bits) >= 8 * literals_ + 32) {
    write_stored(is_last, out);
    return;
  }
  out.put(is_last, 1);
  if (fixed_bits <= dynamic_bits) {
    out.put(1, 2);
    std::array<Code, 288> litlens;
    make_codes(fixed, litlens);
    std::copy_n(litlens.begin(), kLitlens, codes.litlens.begin());
    make_codes(std::span<const uint8_t>(fixed_distances).first(kDistances), codes.distances);
  } else {
    out.put(2, 2);
    out.flush();
    precode.write(out);
    make_codes(all.first(kLitlens), codes.litlens);
    make_codes(all.last(kDistances), codes.distances);
  }
  out.flush();
  write_symbols(codes, out);
  clear();
}

void Block::write_stored(bool is_last, BitWriter& out) {
  out.put(is_last, 3);
  out.align();
  out.put(literals_, 16);
  out.put(literals_ ^ 0xffff, 16);
  out.flush();
  std::memcpy(out.out(), literal_.data(), literals_);
  out.out() += literals_;
  clear();
}

void Block::clear() {
  literals_ = in_sequences_ = sequences_ = 0;
  extra_bits_ = 0;
  litlen_counts_.fill(0);
  distance_counts_.fill(0);
}

}  // namespace crop64::deflate
