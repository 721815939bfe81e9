#include "deflate/block_writer.h"

#include <algorithm>
#include <span>

namespace crop64::deflate {

void BlockWriter::count_literals() {
  // Four tables, because a literal often recurs before its previous count has been stored.
  std::array<std::array<uint32_t, 256>, 4> counts = {};
  size_t i = 0;
  for (; i + 4 <= num_literals_; i += 4) {
    ++counts[0][literals_[i]];
    ++counts[1][literals_[i + 1]];
    ++counts[2][literals_[i + 2]];
    ++counts[3][literals_[i + 3]];
  }
  for (; i < num_literals_; ++i) {
    ++counts[0][literals_[i]];
  }
  for (size_t value = 0; value < 256; ++value) {
    litlen_counts_[value] =
        counts[0][value] + counts[1][value] + counts[2][value] + counts[3][value];
  }
  litlen_counts_[kEndOfBlock] = 1;
}

// The bits of all symbols, with codes of these lengths.
uint64_t BlockWriter::cost(const uint8_t* litlen_lengths, const uint8_t* distance_lengths) const {
  uint64_t bits = extra_bits_;
  for (size_t i = 0; i < kNumLitlens; ++i) {
    bits += uint64_t{litlen_counts_[i]} * litlen_lengths[i];
  }
  for (size_t i = 0; i < kNumDistances; ++i) {
    bits += uint64_t{distance_counts_[i]} * distance_lengths[i];
  }
  return bits;
}

void BlockWriter::write_symbols(const Codes& codes, BitWriter& writer) const {
  BitWriter out = writer;  // a local copy stays in registers
  const uint8_t* literal = literals_.data();
  for (size_t i = 0; i < num_sequences_; ++i) {
    const Sequence& sequence = sequences_[i];
    const uint8_t* const end = literal + sequence.literals;
    // Four codes of at most 14 bits (see write()), and up to seven bits of an unfinished byte.
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

void BlockWriter::write(bool is_last, BitWriter& out) {
  // Four codes fit between two flushes.
  constexpr unsigned kMaxLitlenBits = 14;
  const bool has_matches = num_sequences_ > 0;
  end_sequence({0, 0});
  count_literals();
  CodeLengths lengths;
  const std::span all(lengths);
  make_code_lengths(std::span(litlen_counts_).first(kNumLitlens), kMaxLitlenBits,
                    all.first(kNumLitlens));
  make_code_lengths(std::span(distance_counts_).first(kNumDistances), kMaxCodeBits,
                    all.last(kNumDistances));
  const Precode precode(lengths);
  const uint64_t dynamic_bits = precode.bits() + cost(all.data(), all.data() + kNumLitlens);
  const uint64_t fixed_bits = cost(kFixedLitlenLengths.data(), kFixedDistanceLengths.data());
  if (!has_matches && std::min(dynamic_bits, fixed_bits) >= 8 * num_literals_ + 32) {
    write_stored(is_last, out);
    return;
  }
  Codes codes;
  out.put(is_last, 1);
  if (fixed_bits <= dynamic_bits) {
    out.put(1, 2);
    std::array<Code, kNumFixedLitlens> litlens;
    make_codes(kFixedLitlenLengths, litlens);
    std::copy_n(litlens.begin(), kNumLitlens, codes.litlens.begin());
    make_codes(std::span(kFixedDistanceLengths).first(kNumDistances), codes.distances);
  } else {
    out.put(2, 2);
    out.flush();
    precode.write(out);
    make_codes(all.first(kNumLitlens), codes.litlens);
    make_codes(all.last(kNumDistances), codes.distances);
  }
  out.flush();
  write_symbols(codes, out);
  clear();
}

void BlockWriter::write_stored(bool is_last, BitWriter& out) {
  out.put(is_last, 3);
  out.align();
  out.put(num_literals_, 16);
  out.put(num_literals_ ^ 0xffff, 16);
  out.flush();
  std::memcpy(out.out(), literals_.data(), num_literals_);
  out.out() += num_literals_;
  clear();
}

void BlockWriter::clear() {
  num_literals_ = literals_in_sequences_ = num_sequences_ = 0;
  extra_bits_ = 0;
  litlen_counts_.fill(0);
  distance_counts_.fill(0);
}

}  // namespace crop64::deflate
