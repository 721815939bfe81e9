#include "png/inflate.h"

#include <algorithm>
#include <cstring>

namespace crop64 {
namespace {

// An entry of a table:
//   bits 0-5    bits to take, extra bits among them
//   bits 6-7    how many literals: 0, 1 or 2
//   bits 8-11   bits of the code alone; of a link, how many index its subtable
//   bits 12-15  kEnd, kInvalid or kLink, with kExceptional
//   bits 16-31  the literals, the first one lowest; the smallest length or distance; or where a
//               subtable begins
constexpr uint32_t kOneLiteral = 1 << 6;
constexpr uint32_t kLiterals = 3 << 6;
constexpr uint32_t kExceptional = 1 << 15;
constexpr uint32_t kEnd = kExceptional | 1 << 14;
constexpr uint32_t kInvalid = kExceptional | 1 << 13;
constexpr uint32_t kLink = kExceptional | 1 << 12;

constexpr unsigned kMostCodeBits = 15;
constexpr int kMostLitlens = 286;
constexpr int kMostDistances = 30;

// RFC 1951, section 3.2.5: what stands behind a symbol, and how many extra bits.
constexpr uint32_t length_symbol(int symbol) {
  constexpr uint16_t kBase[] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
  const int index = symbol - 257;
  const uint32_t extra = index < 8 || index == 28 ? 0 : static_cast<uint32_t>(index / 4 - 1);
  return uint32_t{kBase[index]} << 16 | extra;
}

constexpr uint32_t litlen_symbol(int symbol) {
  if (symbol < 256) {
    return static_cast<uint32_t>(symbol) << 16 | kOneLiteral;
  }
  if (symbol == 256) {
    return kEnd;
  }
  return symbol < 286 ? length_symbol(symbol) : kInvalid;
}

constexpr uint32_t distance_symbol(int symbol) {
  if (symbol >= kMostDistances) {
    return kInvalid;
  }
  const uint32_t extra = symbol < 4 ? 0 : static_cast<uint32_t>(symbol / 2 - 1);
  const uint32_t base = symbol < 4 ? static_cast<uint32_t>(symbol) + 1
                                   : ((2 + static_cast<uint32_t>(symbol % 2)) << extra) + 1;
  return base << 16 | extra;
}

uint32_t code_length_symbol(int symbol) { return static_cast<uint32_t>(symbol) << 16; }

uint32_t with_code(uint32_t symbol, unsigned length) { return symbol + (length << 8 | length); }

// The code that comes after one whose bits stand first bit lowest.
uint32_t next_code(uint32_t code, unsigned length) {
  uint32_t bit = 1u << (length - 1);
  while ((code & bit) != 0) {
    bit >>= 1;
  }
  return bit == 0 ? 0 : (code & (bit - 1)) | bit;
}

// Symbols in the order of their codes, shortest first.
struct Codes {
  std::array<uint16_t, kMostCodeBits + 2> starts = {};  // where those of a length begin
  std::array<uint16_t, 288> symbols;
  std::array<uint16_t, 288> codes;  // first bit lowest

  int count(unsigned length) const { return starts[length + 1] - starts[length]; }
};

Codes codes_of(const uint8_t* lengths, int count) {
  std::array<uint16_t, kMostCodeBits + 1> counts = {};
  for (int i = 0; i < count; ++i) {
    ++counts[lengths[i]];
  }
  Codes codes;
  for (unsigned length = 1; length <= kMostCodeBits; ++length) {
    codes.starts[length + 1] = static_cast<uint16_t>(codes.starts[length] + counts[length]);
  }
  std::array<uint16_t, kMostCodeBits + 2> next = codes.starts;
  for (int i = 0; i < count; ++i) {
    if (lengths[i] != 0) {
      codes.symbols[next[lengths[i]]++] = static_cast<uint16_t>(i);
    }
  }
  uint32_t code = 0;
  for (unsigned length = 1; length <= kMostCodeBits; ++length) {
    for (size_t i = codes.starts[length]; i < codes.starts[length + 1]; ++i) {
      codes.codes[i] = static_cast<uint16_t>(code);
      code = next_code(code, length);
    }
  }
  return codes;
}

enum class Incomplete : uint8_t { kRefused, kOneBit };

// What zlib takes: codes that use up all bit patterns; and a literal/length or distance code may be
// a single one of one bit, or a distance code none at all.
bool is_sound(const Codes& codes, Incomplete incomplete) {
  int left = 1;
  unsigned longest = 0;
  for (unsigned length = 1; length <= kMostCodeBits; ++length) {
    left = 2 * left - codes.count(length);
    longest = codes.count(length) > 0 ? length : longest;
    if (left < 0) {
      return false;
    }
  }
  return left == 0 || (incomplete == Incomplete::kOneBit && longest <= 1);
}

// Makes a table of 2^(bits - 1) entries, which a bit more than these index, one of 2^bits.
void double_table(uint32_t* table, unsigned bits) {
  const size_t half = size_t{1} << (bits - 1);
  std::memcpy(table + half, table, half * sizeof *table);
}

// Fills a table that the next `table_bits` bits index, with subtables behind it for longer codes.
void fill_table(const Codes& codes, uint32_t (*symbol_entry)(int), unsigned table_bits,
                uint32_t* table) {
  const auto entry = [&](size_t i, unsigned length) {
    return with_code(symbol_entry(codes.symbols[i]), length);
  };
  table[0] = kInvalid;  // which a code of one bit leaves half open
  for (unsigned length = 1; length <= table_bits; ++length) {
    double_table(table, length);
    for (size_t i = codes.starts[length]; i < codes.starts[length + 1]; ++i) {
      table[codes.codes[i]] = entry(i, length);
    }
  }
  const uint32_t table_size = 1u << table_bits;
  uint32_t used = table_size;
  uint32_t prefix = UINT32_MAX;
  uint32_t subtable = 0;
  unsigned subtable_bits = 0;
  for (unsigned length = table_bits + 1; length <= kMostCodeBits; ++length) {
    for (size_t i = codes.starts[length]; i < codes.starts[length + 1]; ++i) {
      const uint32_t code = codes.codes[i];
      if ((code & (table_size - 1)) != prefix) {
        prefix = code & (table_size - 1);
        // As large as makes room for the longest code with this prefix.
        subtable_bits = length - table_bits;
        int room = (1 << subtable_bits) - (codes.starts[length + 1] - static_cast<int>(i));
        while (room > 0) {
          ++subtable_bits;
          room = 2 * room - codes.count(table_bits + subtable_bits);
        }
        subtable = used;
        used += 1u << subtable_bits;
        table[prefix] = kLink | subtable << 16 | subtable_bits << 8;
      }
      for (uint32_t at = code >> table_bits; at < 1u << subtable_bits;
           at += 1u << (length - table_bits)) {
        table[subtable + at] = entry(i, length);
      }
    }
  }
}

// Makes entries for two literals of those whose bits hold two.
template <unsigned kTableBits>
void pair_literals(const Codes& codes, uint32_t* table) {
  // What the literal in the bits behind a first one adds to the first one's entry.
  std::array<uint32_t, 1 << (kTableBits - 1)> second;
  second[0] = 0;
  for (unsigned bits = 1; bits < kTableBits; ++bits) {
    double_table(second.data(), bits);
    for (size_t i = codes.starts[bits]; i < codes.starts[bits + 1]; ++i) {
      if (codes.symbols[i] < 256) {
        second[codes.codes[i]] = uint32_t{codes.symbols[i]} << 24 | kOneLiteral | bits;
      }
    }
    const unsigned length = kTableBits - bits;
    for (size_t i = codes.starts[length]; i < codes.starts[length + 1]; ++i) {
      if (codes.symbols[i] < 256) {
        uint32_t* at = table + codes.codes[i];
        const uint32_t first = *at;
        for (size_t next = 0; next < size_t{1} << bits; ++next, at += size_t{1} << length) {
          *at = first + second[next];
        }
      }
    }
  }
}

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

// The bytes from `out` on become what stands `distance` before them. Writes up to 15 bytes more.
void copy_match(uint8_t* out, size_t distance, size_t length) {
  const uint8_t* from = out - distance;
  const uint8_t* const end = out + length;
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
}

// The extra bits of the entry's symbol.
uint32_t extra_bits(uint64_t bits, uint32_t entry) {
  const uint64_t taken = bits & ((uint64_t{1} << (entry & 63)) - 1);
  return static_cast<uint32_t>(taken >> (entry >> 8 & 15));
}

// The entry behind a link.
uint32_t follow(const uint32_t* table, uint32_t link, uint64_t bits, unsigned table_bits) {
  const uint32_t mask = (1u << (link >> 8 & 15)) - 1;
  return table[(link >> 16) + (static_cast<uint32_t>(bits >> table_bits) & mask)];
}

// Writes two bytes, of which one or both count.
uint8_t* put_literals(uint32_t entry, uint8_t* out) {
  const auto literals = static_cast<uint16_t>(entry >> 16);
  std::memcpy(out, &literals, sizeof literals);
  return out + (entry >> 6 & 3);
}

bool is_link(uint32_t entry) { return (entry & kLink) == kLink; }

}  // namespace

bool Inflater::next_piece() {
  const Bytes piece = source_.next();
  if (piece.empty()) {
    return false;
  }
  in_ = piece.data();
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

bool Inflater::read_block_header() {
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
  std::array<uint8_t, 288 + 32> lengths;
  std::fill_n(lengths.begin(), 144, uint8_t{8});
  std::fill_n(lengths.begin() + 144, 112, uint8_t{9});
  std::fill_n(lengths.begin() + 256, 24, uint8_t{7});
  std::fill_n(lengths.begin() + 280, 8, uint8_t{8});
  std::fill_n(lengths.begin() + 288, 32, uint8_t{5});
  use_codes(lengths.data(), 288, 32);
}

// False where the codes are not sound.
bool Inflater::use_codes(const uint8_t* lengths, int litlens, int distances) {
  const Codes litlen_codes = codes_of(lengths, litlens);
  const Codes distance_codes = codes_of(lengths + litlens, distances);
  if (!is_sound(litlen_codes, Incomplete::kOneBit) ||
      !is_sound(distance_codes, Incomplete::kOneBit)) {
    return false;
  }
  fill_table(litlen_codes, litlen_symbol, kLitlenBits, litlen_.data());
  pair_literals<kLitlenBits>(litlen_codes, litlen_.data());
  fill_table(distance_codes, distance_symbol, kDistanceBits, distance_.data());
  return true;
}

bool Inflater::read_codes() {
  const int litlens = static_cast<int>(take(5)) + 257;
  const int distances = static_cast<int>(take(5)) + 1;
  const int code_lengths = static_cast<int>(take(4)) + 4;
  if (litlens > kMostLitlens || distances > kMostDistances) {
    return false;
  }
  constexpr uint8_t kOrder[] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
  constexpr unsigned kBits = 7;
  std::array<uint8_t, 19> lengths_of_lengths = {};
  for (int i = 0; i < code_lengths; ++i) {
    lengths_of_lengths[kOrder[i]] = static_cast<uint8_t>(take(3));
  }
  const Codes codes = codes_of(lengths_of_lengths.data(), 19);
  if (!is_sound(codes, Incomplete::kRefused)) {
    return false;
  }
  std::array<uint32_t, 1 << kBits> table;
  fill_table(codes, code_length_symbol, kBits, table.data());
  std::array<uint8_t, kMostLitlens + kMostDistances> lengths;
  const int all = litlens + distances;
  for (int i = 0; i < all;) {
    refill();
    const uint32_t entry = table[bits_ % table.size()];
    const uint32_t symbol = entry >> 16;
    take(entry & 63);
    if (symbol < 16) {
      lengths[static_cast<size_t>(i++)] = static_cast<uint8_t>(symbol);
      continue;
    }
    if (symbol == 16 && i == 0) {
      return false;
    }
    const uint8_t repeated = symbol == 16 ? lengths[static_cast<size_t>(i) - 1] : 0;
    const uint32_t times = symbol == 16 ? 3 + take(2) : symbol == 17 ? 3 + take(3) : 11 + take(7);
    if (static_cast<int>(times) > all - i) {
      return false;
    }
    std::fill_n(lengths.begin() + i, times, repeated);
    i += static_cast<int>(times);
  }
  return lengths[256] != 0 && use_codes(lengths.data(), litlens, distances);
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

// One symbol or two, wherever the pieces of the source end.
bool Inflater::decode_one(const uint8_t* first, uint8_t*& out) {
  refill();
  uint32_t entry = litlen_[bits_ & ((1u << kLitlenBits) - 1)];
  if (is_link(entry)) {
    entry = follow(litlen_.data(), entry, bits_, kLitlenBits);
  }
  if ((entry & kLiterals) != 0) {
    take(entry & 63);
    out = put_literals(entry, out);
    return !overran();
  }
  if ((entry & kExceptional) != 0) {
    take(entry & 63);
    state_ = State::kHeader;
    return (entry & kEnd) == kEnd && !overran();
  }
  const uint32_t length = (entry >> 16) + extra_bits(bits_, entry);
  take(entry & 63);
  refill();
  entry = distance_[bits_ & ((1u << kDistanceBits) - 1)];
  if (is_link(entry)) {
    entry = follow(distance_.data(), entry, bits_, kDistanceBits);
  }
  const uint32_t distance = (entry >> 16) + extra_bits(bits_, entry);
  take(entry & 63);
  if ((entry & kExceptional) != 0 || distance > static_cast<size_t>(out - first) || overran()) {
    return false;
  }
  copy_match(out, distance, length);
  out += length;
  return true;
}

// Symbols as long as both refills of one have their eight bytes, in registers.
bool Inflater::decode_fast(const uint8_t* first, uint8_t*& out_at, const uint8_t* end) {
  constexpr uint64_t kLitlenMask = (1u << kLitlenBits) - 1;
  constexpr uint64_t kDistanceMask = (1u << kDistanceBits) - 1;
  const uint32_t* const litlens = litlen_.data();
  const uint32_t* const distances = distance_.data();
  const uint8_t* in = in_;
  const uint8_t* const in_safe = in_end_ - 16;
  uint8_t* out = out_at;
  uint64_t bits = bits_;
  unsigned count = bit_count_;
  bool sound = true;
  const auto refill_fast = [&] {
    bits |= load_64(in) << (count & 63);
    in += (~count & 63) / 8;
    count |= 56;
  };
  const auto drop = [&](uint32_t entry) {
    uint64_t taken = entry;
    asm("" : "+r"(taken));
    bits >>= taken & 63;
    count -= entry;
  };
  const auto look = [&] { return litlens[bits & kLitlenMask]; };
  refill_fast();
  uint32_t entry = look();
  while (in <= in_safe && out < end) {
    if ((entry & kLiterals) != 0) {
      drop(entry);
      out = put_literals(entry, out);
      entry = look();
      if ((entry & kLiterals) != 0) {
        drop(entry);
        out = put_literals(entry, out);
        entry = look();
        if ((entry & kLiterals) != 0) {
          drop(entry);
          out = put_literals(entry, out);
          entry = look();
          refill_fast();
          continue;
        }
      }
    }
    if ((entry & kExceptional) != 0) {
      if (is_link(entry)) {
        entry = follow(litlens, entry, bits, kLitlenBits);
        if ((entry & kLiterals) != 0) {
          drop(entry);
          out = put_literals(entry, out);
          refill_fast();
          entry = look();
          continue;
        }
      }
      if ((entry & kExceptional) != 0) {
        drop(entry);
        sound = (entry & kEnd) == kEnd;
        state_ = State::kHeader;
        break;
      }
    }
    const uint32_t length = (entry >> 16) + extra_bits(bits, entry);
    drop(entry);
    refill_fast();
    entry = distances[bits & kDistanceMask];
    if (is_link(entry)) {
      entry = follow(distances, entry, bits, kDistanceBits);
    }
    const uint32_t distance = (entry >> 16) + extra_bits(bits, entry);
    drop(entry);
    if ((entry & kExceptional) != 0 || distance > static_cast<size_t>(out - first)) {
      sound = false;
      break;
    }
    refill_fast();
    entry = look();
    copy_match(out, distance, length);
    out += length;
  }
  in_ = in;
  out_at = out;
  bits_ = bits;
  bit_count_ = count & 63;
  return sound;
}

bool Inflater::decode(const uint8_t* first, uint8_t*& out, const uint8_t* end) {
  while (state_ == State::kCoded && out < end && !waits()) {
    const bool fast = in_end_ - in_ >= 16;
    if (!(fast ? decode_fast(first, out, end) : decode_one(first, out))) {
      return false;
    }
  }
  return true;
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

}  // namespace crop64
