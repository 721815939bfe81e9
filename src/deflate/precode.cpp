#include "deflate/precode.h"

#include <algorithm>

namespace crop64::deflate {

Precode::Precode(const CodeLengths& lengths) {
  while (num_litlens_ > kEndOfBlock + 1 && lengths[num_litlens_ - 1] == 0) {
    --num_litlens_;
  }
  while (num_distances_ > 1 && lengths[kNumLitlens + num_distances_ - 1] == 0) {
    --num_distances_;
  }
  CodeLengths all;
  std::copy_n(lengths.begin(), num_litlens_, all.begin());
  std::copy_n(lengths.begin() + kNumLitlens, num_distances_, all.begin() + num_litlens_);
  find_repeats(std::span(all).first(num_litlens_ + num_distances_));
  make_code_lengths(counts_, kMaxPrecodeBits, lengths_);
  make_codes(lengths_, codes_);
  while (num_explicit_lengths_ > 4 && lengths_[kPrecodeOrder[num_explicit_lengths_ - 1]] == 0) {
    --num_explicit_lengths_;
  }
}

uint64_t Precode::bits() const {
  uint64_t bits = 14 + 3 * uint64_t{num_explicit_lengths_};
  for (size_t i = 0; i < num_items_; ++i) {
    bits += lengths_[items_[i].symbol] + items_[i].extra_bits;
  }
  return bits;
}

void Precode::write(BitWriter& out) const {
  out.put(num_litlens_ - kEndOfBlock - 1, 5);
  out.put(num_distances_ - 1, 5);
  out.put(num_explicit_lengths_ - 4, 4);
  out.flush();
  for (size_t i = 0; i < num_explicit_lengths_; ++i) {
    out.put(lengths_[kPrecodeOrder[i]], 3);
    out.flush();
  }
  for (size_t i = 0; i < num_items_; ++i) {
    out.put(codes_[items_[i].symbol]);
    out.put(items_[i].extra, items_[i].extra_bits);
    out.flush();
  }
}

void Precode::add(uint32_t symbol, uint32_t extra_bits, uint32_t extra) {
  items_[num_items_++] = {symbol, extra_bits, extra};
  ++counts_[symbol];
}

void Precode::find_repeats(std::span<const uint8_t> lengths) {
  for (size_t i = 0; i < lengths.size();) {
    const uint8_t length = lengths[i];
    size_t end = i + 1;
    while (end < lengths.size() && lengths[end] == length) {
      ++end;
    }
    auto times = static_cast<uint32_t>(end - i);
    i = end;
    if (length != 0) {
      add(length);
      --times;
    }
    while (times >= 3) {
      const uint32_t max_times = length != 0 ? 6 : times < 11 ? 10 : 138;
      const uint32_t taken = std::min(times, max_times);
      if (length != 0) {
        add(16, 2, taken - 3);
      } else if (taken < 11) {
        add(17, 3, taken - 3);
      } else {
        add(18, 7, taken - 11);
      }
      times -= taken;
    }
    for (; times > 0; --times) {
      add(length);
    }
  }
}

}  // namespace crop64::deflate
