#pragma once

#include <algorithm>
#include <array>
#include <span>

#include "deflate/bit_writer.h"
#include "deflate/block_writer.h"
#include "deflate/constants.h"
#include "deflate/huffman.h"

namespace crop64::deflate {

// How a dynamic block's code lengths are told: RFC 1951, section 3.2.7.
class Precode {
 public:
  explicit Precode(std::array<uint8_t, kLitlens + kDistances>& lengths) {
    while (litlens_ > 257 && lengths[litlens_ - 1] == 0) {
      --litlens_;
    }
    while (distances_ > 1 && lengths[kLitlens + distances_ - 1] == 0) {
      --distances_;
    }
    std::array<uint8_t, kLitlens + kDistances> all;
    std::copy_n(lengths.begin(), litlens_, all.begin());
    std::copy_n(lengths.begin() + kLitlens, distances_, all.begin() + litlens_);
    find_repeats(std::span(all).first(litlens_ + distances_));
    make_code_lengths(counts_, 7, lengths_);
    make_codes(lengths_, codes_);
    while (explicit_lengths_ > 4 && lengths_[kOrder[explicit_lengths_ - 1]] == 0) {
      --explicit_lengths_;
    }
  }

  uint64_t bits() const {
    uint64_t bits = 14 + 3 * uint64_t{explicit_lengths_};
    for (size_t i = 0; i < used_; ++i) {
      bits += lengths_[items_[i].symbol] + items_[i].extra_bits;
    }
    return bits;
  }

  void write(BitWriter& out) const {
    out.put(litlens_ - 257, 5);
    out.put(distances_ - 1, 5);
    out.put(explicit_lengths_ - 4, 4);
    out.flush();
    for (size_t i = 0; i < explicit_lengths_; ++i) {
      out.put(lengths_[kOrder[i]], 3);
      out.flush();
    }
    for (size_t i = 0; i < used_; ++i) {
      out.put(codes_[items_[i].symbol]);
      out.put(items_[i].extra, items_[i].extra_bits);
      out.flush();
    }
  }

 private:
  static constexpr std::array<uint8_t, 19> kOrder = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                     11, 4,  12, 3, 13, 2, 14, 1, 15};

  void add(uint32_t symbol, uint32_t extra_bits = 0, uint32_t extra = 0) {
    items_[used_++] = {symbol, extra_bits, extra};
    ++counts_[symbol];
  }

  void find_repeats(std::span<const uint8_t> lengths) {
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
        const uint32_t most = length != 0 ? 6 : times < 11 ? 10 : 138;
        const uint32_t taken = std::min(times, most);
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

  size_t litlens_ = kLitlens;
  size_t distances_ = kDistances;
  size_t explicit_lengths_ = 19;
  size_t used_ = 0;
  std::array<Symbol, kLitlens + kDistances> items_;
  std::array<uint32_t, 19> counts_ = {};
  std::array<uint8_t, 19> lengths_;
  std::array<Code, 19> codes_;
};

}  // namespace crop64::deflate
