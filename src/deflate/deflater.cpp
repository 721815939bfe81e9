#include "deflate/deflater.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <new>

#include "base/simd.h"
#include "deflate/adler32.h"
#include "deflate/huffman.h"

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#endif

namespace crop64::deflate {
namespace {

constexpr uint32_t kWindow = 32768;
constexpr uint32_t kMinMatch = 3;
constexpr uint32_t kMaxMatch = 258;
// How far behind the data may be read.
constexpr size_t kSlack = 16;

constexpr size_t kLitlens = 286;
constexpr size_t kDistances = 30;
constexpr size_t kEndOfBlock = 256;

uint32_t load_32(const uint8_t* bytes) {
  uint32_t value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

uint64_t load_64(const uint8_t* bytes) {
  uint64_t value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

// A symbol for a length or a distance, and what is added to it.
struct Symbol {
  uint32_t symbol;
  uint32_t extra_bits;
  uint32_t extra;
};

uint32_t log_2(uint32_t value) { return 31u - static_cast<uint32_t>(__builtin_clz(value)); }

// RFC 1951, section 3.2.5: four symbols to an octave of lengths...
Symbol length_symbol(uint32_t length) {
  const uint32_t value = length - kMinMatch;
  if (length == kMaxMatch) {
    return {285, 0, 0};
  }
  if (value < 8) {
    return {257 + value, 0, 0};
  }
  const uint32_t extra_bits = log_2(value) - 2;
  return {257 + 4 * extra_bits + (value >> extra_bits), extra_bits,
          value & ((1u << extra_bits) - 1)};
}

// ... and two to an octave of distances.
Symbol distance_symbol(uint32_t distance) {
  const uint32_t value = distance - 1;
  if (value < 4) {
    return {value, 0, 0};
  }
  const uint32_t extra_bits = log_2(value) - 1;
  return {2 * extra_bits + (value >> extra_bits), extra_bits, value & ((1u << extra_bits) - 1)};
}

// Bits into bytes, the first bit lowest.
class BitWriter {
 public:
  explicit BitWriter(uint8_t* out) : out_(out) {}

  // Up to 56 bits between flushes.
  void put(uint64_t bits, uint32_t count) {
    bits_ |= bits << count_;
    count_ += count;
  }
  void put(Code code) { put(code.bits, code.length); }

  // Writes eight bytes, of which the whole ones count.
  void flush() {
    std::memcpy(out_, &bits_, sizeof bits_);
    out_ += count_ / 8;
    bits_ >>= count_ & 56;
    count_ &= 7;
  }

  // Fills the last byte.
  void align() {
    count_ = (count_ + 7) & ~7u;
    flush();
  }

  uint8_t*& out() { return out_; }

 private:
  uint8_t* out_;
  uint64_t bits_ = 0;
  uint32_t count_ = 0;
};

// Literals, and then a match, unless its length is 0.
struct Sequence {
  uint32_t literals;
  uint16_t length;
  uint16_t distance;
};

// One block of the stream: what it says, and its bits.
class Block {
 public:
  static constexpr size_t kMaxLiterals = size_t{64} * 1024 - 1;  // as many as can be stored
  // Shorter blocks, each with a code of its own, suit their bytes better and spend more on codes.
  static constexpr size_t kDefaultLiterals = size_t{32} * 1024;
  static constexpr size_t kMaxSequences = size_t{8} * 1024;
  // Fixed codes give the most bits: 9 for a literal, 8 + 5 and 5 + 13 for a match.
  static constexpr size_t kMaxBytes = kMaxLiterals * 9 / 8 + kMaxSequences * 4 + 1024;

  size_t room() const {
    const bool full = sequences_ + 1 == kMaxSequences || literals_ >= max_literals_;
    return full ? 0 : max_literals_ - literals_;
  }

  // At most kMaxLiterals; from now on.
  void set_max_literals(size_t most) { max_literals_ = most; }

  // At most room() of them.
  void add_literals(const uint8_t* bytes, size_t count) {
    std::memcpy(&literal_[literals_], bytes, count);
    literals_ += count;
  }

  // Where there is room.
  void add_match(uint32_t length, uint32_t distance) {
    end_sequence(length, distance);
    const Symbol by_length = length_symbol(length);
    const Symbol by_distance = distance_symbol(distance);
    ++litlen_counts_[by_length.symbol];
    ++distance_counts_[by_distance.symbol];
    extra_bits_ += by_length.extra_bits + by_distance.extra_bits;
  }

  void write(bool is_last, BitWriter& out);
  void write_stored(bool is_last, BitWriter& out);

 private:
  struct Codes {
    std::array<uint8_t, kLitlens + kDistances> lengths;
    std::array<Code, kLitlens> litlens;
    std::array<Code, kDistances> distances;
  };

  void end_sequence(uint32_t length, uint32_t distance) {
    sequence_[sequences_++] = {static_cast<uint32_t>(literals_ - in_sequences_),
                               static_cast<uint16_t>(length), static_cast<uint16_t>(distance)};
    in_sequences_ = literals_;
  }
  void count_literals();
  uint64_t cost(const uint8_t* litlens, const uint8_t* distances) const;
  void write_symbols(const Codes& codes, BitWriter& out) const;
  void clear();

  size_t max_literals_ = kDefaultLiterals;
  size_t literals_ = 0;
  size_t in_sequences_ = 0;  // literals that are in a sequence already
  size_t sequences_ = 0;
  uint64_t extra_bits_ = 0;
  std::array<uint32_t, 288> litlen_counts_ = {};
  std::array<uint32_t, 32> distance_counts_ = {};
  std::array<uint8_t, kMaxLiterals + kSlack> literal_;
  std::array<Sequence, kMaxSequences> sequence_;
};

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

// Of RFC 1951, section 3.2.6.
uint8_t fixed_length(size_t litlen) {
  return litlen < 144 ? 8 : litlen < 256 ? 9 : litlen < 280 ? 7 : 8;
}

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

// A bit for each of 16 bytes, the first one lowest: whether it is the same in both.
uint32_t equal_bytes(const uint8_t* a, const uint8_t* b) {
#ifdef CROP64_SIMD
  return wasm_i8x16_bitmask(wasm_i8x16_eq(wasm_v128_load(a), wasm_v128_load(b)));
#else
  uint32_t equal = 0;
  for (unsigned i = 0; i < 16; ++i) {
    equal |= static_cast<uint32_t>(a[i] == b[i]) << i;
  }
  return equal;
#endif
}

// How long two places are equal, up to `most`. Reads up to 15 bytes behind that.
uint32_t equal_length(const uint8_t* a, const uint8_t* b, uint32_t most) {
  for (uint32_t length = 0; length < most; length += 16) {
    const uint32_t different = ~equal_bytes(a + length, b + length) & 0xffff;
    if (different != 0) {
      return std::min(most, length + static_cast<uint32_t>(__builtin_ctz(different)));
    }
  }
  return most;
}

struct Match {
  uint32_t length = 0;
  uint32_t distance = 0;
};

// Where sequences of bytes were seen before: chains of the places whose six bytes have the same
// hash, the nearest first, and the nearest place with the same three bytes. A chain of fewer bytes
// has many more places, nearly all of which are no better than the nearest.
class HashChainMatchFinder {
 public:
  // As zlib's configuration_table: how many places are tried, and when to be content.
  struct Effort {
    uint16_t good;       // with a match of this length, a quarter of the places
    uint16_t lazy;       // and with one of this length, the next byte does not get a search
    uint16_t nice;       // a match of this length ends the search
    uint16_t max_chain;  // that are tried: at least 4
  };

  // The nearest places where three bytes, and six, of the same hash stood.
  struct Nearest {
    uint32_t of_3;
    uint32_t of_6;
  };

  // Places are counted from where `data` is.
  Nearest insert(const uint8_t* data, uint32_t at) {
    const uint32_t place = at + first_;
    const uint64_t bytes = load_64(data + at);
    uint32_t& of_3 = head3_[hash_3(bytes)];
    const Nearest before = {of_3, insert_6(bytes, place)};
    of_3 = place;
    return before;
  }

  // The places from `at` up to `until`.
  void insert_all(const uint8_t* data, uint32_t at, uint32_t until) {
    const uint32_t first = first_;  // a local one stays in a register
    for (; at < until; ++at) {
      const uint64_t bytes = load_64(data + at);
      head3_[hash_3(bytes)] = at + first;
      insert_6(bytes, at + first);
    }
  }

  // The same, as places of six bytes only.
  void insert_all_6(const uint8_t* data, uint32_t at, uint32_t until) {
    const uint32_t first = first_;
    for (; at < until; ++at) {
      insert_6(load_64(data + at), at + first);
    }
  }

  // The longest match for what stands at `at`, longer than `least`, or one of length 0; `nearest`
  // is what its insertion gave, and `most` bytes are there from it on.
  Match find(const uint8_t* data, uint32_t at, Nearest nearest, uint32_t most, uint32_t least,
             const Effort& effort) const {
    const uint32_t place = at + first_;
    Match best = {std::max(least, kHashed - 1), 0};
    most = std::min(most, kMaxMatch);
    const uint8_t* here = data + at;
    // The place a whole window away has lost its link to the one that is being looked for.
    uint32_t distance = place - nearest.of_6;
    if (distance < kWindow) {
      uint32_t places = least >= effort.good ? effort.max_chain / 4u : effort.max_chain;
      // Of a run nearly all places are alike.
      const uint32_t word = load_32(here);
      if (effort.nice < kMaxMatch && word == (word << 8 | word >> 24)) {
        places = std::min(places, kRunPlaces);
      }
      const uint32_t nice = std::min<uint32_t>(effort.nice, most);
      do {
        const uint8_t* there = here - distance;
        // A longer one has the last three bytes of the best so far, and one more.
        const uint32_t tail = best.length - 3;
        if (best.length < most && load_32(there + tail) == load_32(here + tail)) {
          const uint32_t length = equal_length(here, there, most);
          if (length > best.length) {
            best = {length, distance};
          }
        }
        if (best.length >= nice) {
          break;
        }
        distance = place - prev_[(place - distance) % kWindow];
      } while (--places > 0 && distance < kWindow);
    }
    if (best.distance > 0) {
      return best;
    }
    const uint32_t near = place - nearest.of_3;
    if (least < kMinMatch && near <= kWindow) {
      const uint32_t length = equal_length(here, here - near, most);
      // Three bytes from very far away take more bits than as literals.
      if (length > kMinMatch || (length == kMinMatch && near <= kFarOf3)) {
        return {length, near};
      }
    }
    return {};
  }

  // The data has moved down by that many bytes.
  void slide(uint32_t count) { first_ += count; }

 private:
  static constexpr unsigned kHashBits = 15;
  static constexpr uint32_t kHashed = 6;  // bytes, for a chain
  static constexpr uint32_t kRunPlaces = 8;
  static constexpr uint32_t kFarOf3 = kWindow / 2;

  // Gives the place before.
  uint32_t insert_6(uint64_t bytes, uint32_t place) {
    uint32_t& newest = head6_[hash_6(bytes)];
    const uint32_t before = newest;
    prev_[place % kWindow] = before;
    newest = place;
    return before;
  }

  // Of the first bytes of eight.
  static uint32_t hash_3(uint64_t bytes) {
    return (static_cast<uint32_t>(bytes) << 8) * 0x9e3779b1u >> (32 - kHashBits);
  }
  static uint32_t hash_6(uint64_t bytes) {
    return static_cast<uint32_t>((bytes << 16) * 0x9e3779b97f4a7c15u >> (64 - kHashBits));
  }

  std::array<uint32_t, 1 << kHashBits> head3_ = {};
  std::array<uint32_t, 1 << kHashBits> head6_ = {};
  std::array<uint32_t, kWindow> prev_;
  // The place of what is at 0: places are counted from further back than a match can reach from the
  // stream's begin, so that 0 is out of reach of all. A picture in memory ends before they come
  // around to 0 again.
  uint32_t first_ = kWindow + 1;
};

constexpr HashChainMatchFinder::Effort kEfforts[] = {
    {4, 4, 16, 4},     {4, 5, 32, 8},        {4, 6, 32, 12},
    {8, 12, 64, 16},   {8, 16, 96, 24},      {8, 16, 128, 48},
    {8, 64, 258, 256}, {32, 128, 258, 1024}, {32, 258, 258, 4096},
};

// Looks for matches anywhere in the window, or only for runs of a byte. Filtered rows of
// photographs hardly repeat themselves: there runs are nearly all that there is to find, at several
// times the speed.
class LazyDeflater final : public Deflater {
 public:
  LazyDeflater(int level, Sink sink, void* context)
      : is_stored_(level == 0),
        is_thorough_(level >= 7),
        effort_(kEfforts[std::clamp(level, 1, 9) - 1]),
        sink_(sink),
        context_(context),
        out_(output_.data()) {
    out_.put(0x78, 8);
    out_.put(0x9c, 8);
    out_.flush();
  }

  void write(Bytes bytes) override {
    adler_ = adler32_update(adler_, bytes);
    while (!bytes.empty()) {
      if (end_ == kDataBytes) {
        search(end_ - kMaxMatch - kSlack);
        slide();
      }
      const size_t count = std::min(bytes.size(), size_t{kDataBytes} - end_);
      std::memcpy(&data_[end_], bytes.data(), count);
      end_ += static_cast<uint32_t>(count);
      bytes = bytes.subspan(count);
    }
  }

  void finish() override {
    std::fill_n(data_.begin() + end_, kSlack, uint8_t{0});
    search(end_);
    write_block(true);
    out_.align();
    for (const int shift : {24, 16, 8, 0}) {
      out_.put(static_cast<uint8_t>(adler_ >> shift), 8);
    }
    out_.flush();
    flush_output();
  }

 private:
  static constexpr uint32_t kDataBytes = kWindow * 5;
  // Long enough to be worth leaving the loop over literals.
  static constexpr uint32_t kMinRun = 6;
  static constexpr uint32_t kRunPixel = 4;  // the most bytes that a run repeats
  // Up to how many bytes all places of a match are made known, and by three bytes, too; and of what
  // is longer how many at its begin and at its end.
  static constexpr uint32_t kLong = 64;
  static constexpr uint32_t kShort = 16;
  static constexpr uint32_t kFirstPlaces = 16;
  static constexpr uint32_t kLastPlaces = 32;
  static constexpr uint32_t kLastPlacesOfRun = 16;
  static constexpr uint64_t kRunMask = 0xffff'ffff'ffff;

  void slide() {
    const uint32_t count = at_ - kWindow;
    std::memmove(data_.data(), &data_[count], end_ - count);
    at_ -= count;
    emitted_ -= count;
    end_ -= count;
    match_finder_.slide(count);
  }

  void write_block(bool is_last) {
    if (is_stored_) {
      block_.write_stored(is_last, out_);
    } else {
      block_.write(is_last, out_);
    }
  }

  void flush_output() {
    sink_(context_, Bytes(output_.data(), static_cast<size_t>(out_.out() - output_.data())));
    out_.out() = output_.data();
  }

  void make_room() {
    if (block_.room() == 0) {
      write_block(false);
      flush_output();
    }
  }

  // What is not in the block yet, up to `until`.
  void add_literals(uint32_t until) {
    while (emitted_ < until) {
      make_room();
      const auto count = std::min(until - emitted_, static_cast<uint32_t>(block_.room()));
      block_.add_literals(&data_[emitted_], count);
      emitted_ += count;
    }
  }

  void add_match(const Match& match) {
    make_room();
    block_.add_match(match.length, match.distance);
    emitted_ += match.length;
  }

  // Turns data_ from at_ to `until` into symbols, or a little more, up to end_.
  void search(uint32_t until) {
    if (is_stored_) {
      add_literals(until);
      at_ = emitted_;
      return;
    }
    const bool repeated = repeats(until);
    // What is alike for a long time needs few codes.
    const bool is_long = is_thorough_ && !repeated;
    block_.set_max_literals(is_long ? Block::kMaxLiterals : Block::kDefaultLiterals);
    if (repeated || is_thorough_) {
      // Short matches are worth it only where there are many.
      search_matches(until, repeated ? kMinMatch : 6);
    } else {
      flush_pending();
      search_runs(until);
    }
  }

  // Whether sequences of six bytes come again, runs excepted: of one place in eight, chosen by what
  // stands there, one in so many. In photographs it is one in 300 at most, in drawings one in ten
  // at least, so that it is soon clear which. An area of one colour has as many sequences as its
  // pixels have bytes, of which none may be chosen: they are looked for at every eighth place.
  bool repeats(uint32_t until) const {
    constexpr int kOneIn = 64;
    constexpr int kClear = 2048;
    constexpr unsigned kBits = 12;
    std::array<uint32_t, 1 << kBits> places = {};
    int balance = 0;
    for (uint32_t i = at_; i < until && std::abs(balance) < kClear; ++i) {
      const uint64_t ahead = load_64(&data_[i]);
      if (ahead == load_64(&data_[i + 1])) {
        i += std::max(equal_length(&data_[i], &data_[i + 1], until - i), 8u) - 6;
        continue;
      }
      if (i % 8 == 0 && repeats_pixel(i)) {
        balance += kOneIn - 1;
        continue;
      }
      const uint64_t bytes = ahead & kRunMask;
      const uint64_t hash = bytes * 0x9e3779b97f4a7c15u;
      if (hash >> 61 != 0) {
        continue;
      }
      uint32_t& place = places[hash >> (61 - kBits) & ((1 << kBits) - 1)];
      const bool again =
          place != 0 && i - place <= kWindow && (load_64(&data_[place]) & kRunMask) == bytes;
      balance += again ? kOneIn - 1 : -1;
      place = i;
    }
    return balance > 0;
  }

  // Whether the same eight bytes follow after a pixel of two or more.
  bool repeats_pixel(uint32_t at) const {
    const uint8_t* here = &data_[at];
    const uint64_t ahead = load_64(here);
    return ahead == load_64(here + 3) || ahead == load_64(here + 4) || ahead == load_64(here + 6) ||
           ahead == load_64(here + 8);
  }

  // Takes the match that waits.
  void flush_pending() {
    if (pending_match_.length > 0) {
      add_match(pending_match_);
      at_ = emitted_;
      pending_match_ = {};
    }
  }

  void search_runs(uint32_t until) {
    while (at_ < until) {
      at_ = next_run(until);
      add_literals(at_);
      if (at_ == until) {
        break;
      }
      const uint32_t most = std::min(kMaxMatch, end_ - at_);
      add_match({equal_length(&data_[at_], &data_[at_ - 1], most), 1});
      at_ = emitted_;
    }
  }

  // Where bytes next equal the one before them; `until` where none do.
  uint32_t next_run(uint32_t until) const {
    // Of what is looked at, all but five bytes are places where one may begin.
    for (uint32_t i = std::max(at_, 1u); i + kMinRun <= end_ && i < until; i += 11) {
      const uint32_t one = equal_bytes(&data_[i], &data_[i - 1]);
      const uint32_t two = one & one >> 1;
      const uint32_t six = two & two >> 2 & two >> 4;
      if (six != 0) {
        const uint32_t run = i + static_cast<uint32_t>(__builtin_ctz(six));
        return run + kMinRun <= end_ ? std::min(run, until) : until;
      }
    }
    return until;
  }

  // A match for what stands at emitted_. One of a run that is cut off at kMaxMatch is followed by
  // the rest of it. (Matches further away are searched for again: a nearer one takes fewer bits.)
  void take_match(Match match, uint32_t until) {
    add_match(match);
    while (match.distance <= kRunPixel && match.length == kMaxMatch && emitted_ < until) {
      const uint8_t* here = &data_[emitted_];
      match.length =
          equal_length(here, here - match.distance, std::min(kMaxMatch, end_ - emitted_));
      if (match.length < effort_.nice) {
        break;
      }
      add_match(match);
    }
  }

  // Makes the places up to emitted_ known; of a run those at its end, for they are all alike. Where
  // there is to be little effort, what is within a match keeps the place where that comes from:
  // three bytes if it is not short, and all in the middle of a long one.
  void insert_emitted(bool is_run) {
    if (is_run && emitted_ - at_ > kLastPlacesOfRun) {
      at_ = emitted_ - kLastPlacesOfRun;
    }
    if (is_thorough_ || emitted_ - at_ <= kShort) {
      match_finder_.insert_all(data_.data(), at_, emitted_);
    } else {
      if (emitted_ - at_ > kLong) {
        match_finder_.insert_all_6(data_.data(), at_, at_ + kFirstPlaces);
        at_ = emitted_ - kLastPlaces;
      }
      match_finder_.insert_all_6(data_.data(), at_, emitted_);
    }
    at_ = emitted_;
  }

  // Where the match that waits begins, if what stands before it is made part of it, too.
  uint32_t extend_back(uint32_t start) {
    while (start > pending_match_.distance &&
           data_[start - 1] == data_[start - 1 - pending_match_.distance] && start > emitted_ &&
           pending_match_.length < kMaxMatch) {
      --start;
      ++pending_match_.length;
    }
    return start;
  }

  // A match waits until it is known that none at the next byte is longer (zlib's deflate_slow).
  void search_matches(uint32_t until, uint32_t shortest) {
    while (at_ < until) {
      const HashChainMatchFinder::Nearest nearest = match_finder_.insert(data_.data(), at_);
      Match match;
      if (pending_match_.length < effort_.lazy) {
        const uint32_t least = std::max(pending_match_.length, shortest - 1);
        match = match_finder_.find(data_.data(), at_, nearest, end_ - at_, least, effort_);
      }
      ++at_;
      if (pending_match_.length == 0 || match.length > pending_match_.length) {
        pending_match_ = match;
        continue;
      }
      add_literals(extend_back(at_ - 2));
      take_match(pending_match_, until);
      insert_emitted(pending_match_.distance <= (is_thorough_ ? 1 : kRunPixel));
      pending_match_ = {};
    }
    add_literals(pending_match_.length > 0 ? at_ - 1 : at_);
    if (at_ == end_) {
      flush_pending();
    }
  }

  const bool is_stored_;
  const bool is_thorough_;
  const HashChainMatchFinder::Effort effort_;
  HashChainMatchFinder match_finder_;
  std::array<uint8_t, kDataBytes + kSlack> data_;
  uint32_t emitted_ = 0;  // what stands before it is in a block
  uint32_t at_ = 0;       // the next place to look at
  uint32_t end_ = 0;
  Match pending_match_;  // for what begins at the byte before at_
  Block block_;
  uint32_t adler_ = kAdler32Start;
  Sink sink_;
  void* context_;
  std::array<uint8_t, Block::kMaxBytes> output_;
  BitWriter out_;
};

}  // namespace

std::unique_ptr<Deflater> Deflater::make(int level, Sink sink, void* context) {
  return std::unique_ptr<Deflater>(new (std::nothrow) LazyDeflater(level, sink, context));
}

void* Deflater::operator new(size_t size, const std::nothrow_t&) noexcept {
  return std::malloc(size);
}

void Deflater::operator delete(void* deflater) { std::free(deflater); }

Result<Buffer> zlib_compress(Bytes bytes, int level) {
  struct Output {
    Buffer buffer;
    size_t used = 0;
    bool fits = true;
  } output;
  const auto append = [](void* context, Bytes piece) {
    Output& to = *static_cast<Output*>(context);
    to.fits = to.fits && (piece.size() <= to.buffer.size() - to.used ||
                          to.buffer.grow(2 * to.used + piece.size()));
    if (to.fits) {
      std::memcpy(to.buffer.data() + to.used, piece.data(), piece.size());
      to.used += piece.size();
    }
  };
  const auto deflater = Deflater::make(level, append, &output);
  if (!deflater) {
    return out_of_memory(Deflater::kMemory);
  }
  deflater->write(bytes);
  deflater->finish();
  if (!output.fits) {
    return out_of_memory(bytes.size());
  }
  output.buffer.shrink(output.used);
  return std::move(output.buffer);
}

}  // namespace crop64::deflate
