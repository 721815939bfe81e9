// DEFLATE blocks without their headers, for the decoders that read symbols.
#pragma once

#include <memory>

#include "deflate/cursor.h"
#include "deflate/decode_table.h"
#include "deflate/huffman.h"
#include "deflate/symbols.h"
#include "support/zlib_streams.h"

namespace crop64 {

// The codes of a block, and the bits that were written with them.
class CodedBlock {
 public:
  // `distances` may have one code for matches of distance 1.
  explicit CodedBlock(std::vector<uint8_t> litlens, std::vector<uint8_t> distances = {1})
      : tables(std::make_unique<deflate::DecodeTables>()), codes_(litlens.size()) {
    is_valid = tables->make(litlens, distances);
    deflate::make_codes(litlens, codes_);
  }

  void put(const File& literals) {
    for (const uint8_t literal : literals) {
      put_symbol(literal);
    }
  }
  // A match of distance 1.
  void put_run(uint32_t length) {
    const deflate::Symbol symbol = deflate::length_symbol(length);
    put_symbol(symbol.symbol);
    bits.put(symbol.extra, int(symbol.extra_bits));
    bits.put(0, 1);
  }
  void put_symbol(size_t symbol) { bits.put(codes_[symbol].bits, codes_[symbol].length); }
  // Ends the block; enough bytes follow for a decoder to reach its end.
  void finish() {
    put_symbol(deflate::kEndOfBlock);
    for (int i = 0; i < 40; ++i) {
      bits.put(0xff, 8);
    }
  }

  // At bit `bit` of the block, below 8.
  deflate::Cursor cursor(unsigned bit, uint8_t* out) const {
    return {uint64_t{bits.bytes()[0]} >> bit, 8 - bit, bits.bytes().data() + 1, out};
  }
  const uint8_t* end() const { return bits.bytes().data() + bits.bytes().size(); }

  std::unique_ptr<deflate::DecodeTables> tables;
  bool is_valid = false;
  StreamBits bits;

 private:
  std::vector<deflate::Code> codes_;
};

}  // namespace crop64
