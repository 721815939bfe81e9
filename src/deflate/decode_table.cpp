#include "deflate/decode_table.h"

#include <cstring>

namespace crop64::deflate {
namespace {

// RFC 1951, section 3.2.5: the base and the number of extra bits of a length symbol.
Entry length_entry(size_t symbol) {
  constexpr uint16_t kBase[] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
  const size_t index = symbol - kEndOfBlock - 1;
  const uint32_t extra = index < 8 || index == 28 ? 0 : static_cast<uint32_t>(index / 4 - 1);
  return uint32_t{kBase[index]} << kValueShift | extra;
}

Entry litlen_entry(size_t symbol) {
  if (symbol < kEndOfBlock) {
    return 1u << kLiteralsShift | static_cast<uint32_t>(symbol) << kValueShift;
  }
  if (symbol == kEndOfBlock) {
    return kEndEntry;
  }
  return symbol < kNumLitlens ? length_entry(symbol) : kInvalidEntry;
}

Entry distance_entry(size_t symbol) {
  if (symbol >= kNumDistances) {
    return kInvalidEntry;
  }
  const uint32_t extra = symbol < 4 ? 0 : static_cast<uint32_t>(symbol / 2 - 1);
  const uint32_t base = symbol < 4 ? static_cast<uint32_t>(symbol) + 1
                                   : ((2 + static_cast<uint32_t>(symbol % 2)) << extra) + 1;
  return base << kValueShift | extra;
}

Entry precode_entry(size_t symbol) { return static_cast<uint32_t>(symbol) << kValueShift; }

// The code after `code`; both have their first bit lowest.
uint32_t next_code(uint32_t code, unsigned length) {
  uint32_t bit = 1u << (length - 1);
  while ((code & bit) != 0) {
    bit >>= 1;
  }
  return bit == 0 ? 0 : (code & (bit - 1)) | bit;
}

// BlockStatus in the order of their codes, shortest first.
struct Codes {
  std::array<uint16_t, kMaxCodeBits + 2> starts = {};  // index of the first code of each length
  std::array<uint16_t, kNumFixedLitlens> symbols;
  std::array<uint16_t, kNumFixedLitlens> codes;  // first bit lowest

  int count(unsigned length) const { return starts[length + 1] - starts[length]; }
};

Codes codes_of(std::span<const uint8_t> lengths) {
  std::array<uint16_t, kMaxCodeBits + 1> counts = {};
  for (const uint8_t length : lengths) {
    ++counts[length];
  }
  Codes codes;
  for (unsigned length = 1; length <= kMaxCodeBits; ++length) {
    codes.starts[length + 1] = static_cast<uint16_t>(codes.starts[length] + counts[length]);
  }
  std::array<uint16_t, kMaxCodeBits + 2> next = codes.starts;
  for (size_t i = 0; i < lengths.size(); ++i) {
    if (lengths[i] != 0) {
      codes.symbols[next[lengths[i]]++] = static_cast<uint16_t>(i);
    }
  }
  uint32_t code = 0;
  for (unsigned length = 1; length <= kMaxCodeBits; ++length) {
    for (size_t i = codes.starts[length]; i < codes.starts[length + 1]; ++i) {
      codes.codes[i] = static_cast<uint16_t>(code);
      code = next_code(code, length);
    }
  }
  return codes;
}

// Whether a code may leave bit patterns unused.
enum class Incomplete : uint8_t { kRejected, kOneBit };

// True for the codes that zlib accepts: those that use all bit patterns, and with kOneBit also a
// single code of one bit, or no code at all.
bool is_accepted(const Codes& codes, Incomplete incomplete) {
  int left = 1;
  unsigned longest = 0;
  for (unsigned length = 1; length <= kMaxCodeBits; ++length) {
    left = 2 * left - codes.count(length);
    longest = codes.count(length) > 0 ? length : longest;
    if (left < 0) {
      return false;
    }
  }
  return left == 0 || (incomplete == Incomplete::kOneBit && longest <= 1);
}

// Doubles a table of 2^(bits - 1) entries, so that `bits` bits index it.
void double_table(Entry* table, unsigned bits) {
  const size_t half = size_t{1} << (bits - 1);
  std::memcpy(table + half, table, half * sizeof *table);
}

// Fills a table that is indexed by `table_bits` bits, and the subtables after it.
void fill_table(const Codes& codes, Entry (*symbol_entry)(size_t), unsigned table_bits,
                Entry* table) {
  const auto entry = [&](size_t i, unsigned length) {
    return symbol_entry(codes.symbols[i]) + (length << kCodeBitsShift | length);
  };
  table[0] = kInvalidEntry;  // a single code of one bit leaves half of the table so
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
  for (unsigned length = table_bits + 1; length <= kMaxCodeBits; ++length) {
    for (size_t i = codes.starts[length]; i < codes.starts[length + 1]; ++i) {
      const uint32_t code = codes.codes[i];
      if ((code & (table_size - 1)) != prefix) {
        prefix = code & (table_size - 1);
        // The subtable is as large as the longest code with this prefix needs.
        subtable_bits = length - table_bits;
        int room = (1 << subtable_bits) - (codes.starts[length + 1] - static_cast<int>(i));
        while (room > 0) {
          ++subtable_bits;
          room = 2 * room - codes.count(table_bits + subtable_bits);
        }
        subtable = used;
        used += 1u << subtable_bits;
        table[prefix] =
            kSubtablePointer | subtable << kValueShift | subtable_bits << kCodeBitsShift;
      }
      for (uint32_t index = code >> table_bits; index < 1u << subtable_bits;
           index += 1u << (length - table_bits)) {
        table[subtable + index] = entry(i, length);
      }
    }
  }
}

// Turns the entries whose bits hold two literals into entries for both.
void pair_literals(const Codes& codes, Entry* table) {
  constexpr unsigned kTableBits = kLitlenTableBits;
  // What a second literal adds to the entry of the first, by the bits after the first.
  std::array<Entry, 1 << (kTableBits - 1)> second;
  second[0] = 0;
  for (unsigned bits = 1; bits < kTableBits; ++bits) {
    double_table(second.data(), bits);
    for (size_t i = codes.starts[bits]; i < codes.starts[bits + 1]; ++i) {
      if (codes.symbols[i] < kEndOfBlock) {
        second[codes.codes[i]] =
            1u << kLiteralsShift | uint32_t{codes.symbols[i]} << (kValueShift + 8) | bits;
      }
    }
    const unsigned length = kTableBits - bits;
    for (size_t i = codes.starts[length]; i < codes.starts[length + 1]; ++i) {
      if (codes.symbols[i] < kEndOfBlock) {
        Entry* entry = table + codes.codes[i];
        const Entry first = *entry;
        for (size_t next = 0; next < size_t{1} << bits; ++next, entry += size_t{1} << length) {
          *entry = first + second[next];
        }
      }
    }
  }
}

// True if at most one symbol in kSymbolsPerRareMatch is a length, assuming that a code of n bits is
// used for one symbol in 2^n.
bool lengths_are_rare(std::span<const uint8_t> lengths) {
  uint32_t share = 0;
  for (size_t i = kEndOfBlock + 1; i < lengths.size(); ++i) {
    share += lengths[i] != 0 ? 1u << (kMaxCodeBits - lengths[i]) : 0;
  }
  return share <= (1u << kMaxCodeBits) / kSymbolsPerRareMatch;
}

}  // namespace

bool DecodeTables::make(std::span<const uint8_t> litlen_lengths,
                        std::span<const uint8_t> distance_lengths) {
  const Codes litlen_codes = codes_of(litlen_lengths);
  const Codes distance_codes = codes_of(distance_lengths);
  if (!is_accepted(litlen_codes, Incomplete::kOneBit) ||
      !is_accepted(distance_codes, Incomplete::kOneBit)) {
    return false;
  }
  fill_table(litlen_codes, litlen_entry, kLitlenTableBits, litlens.entries.data());
  pair_literals(litlen_codes, litlens.entries.data());
  fill_table(distance_codes, distance_entry, kDistanceTableBits, distances.entries.data());
  matches_are_rare = lengths_are_rare(litlen_lengths);
  return true;
}

bool make_precode_table(std::span<const uint8_t> lengths, PrecodeTable& table) {
  const Codes codes = codes_of(lengths);
  if (!is_accepted(codes, Incomplete::kRejected)) {
    return false;
  }
  fill_table(codes, precode_entry, kMaxPrecodeBits, table.entries.data());
  return true;
}

}  // namespace crop64::deflate
