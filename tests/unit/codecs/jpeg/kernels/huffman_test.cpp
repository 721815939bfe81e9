#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "codecs/jpeg/kernels/codecs.h"

namespace crop64 {
namespace {

// Codes of every length, for every symbol; they need not be a Huffman code.
c_derived_tbl make_table(Random& random, int size) {
  c_derived_tbl table;
  for (int symbol = 0; symbol < 256; ++symbol) {
    const int length = size > 0 ? size : random.between(1, 16);
    table.ehufsi[symbol] = char(length);
    table.ehufco[symbol] = random.next() & ((1U << length) - 1);
    if (random.below(3) == 0) {
      table.ehufco[symbol] = (1U << length) - 1;  // for bytes of 255, after which a zero is stuffed
    }
  }
  return table;
}

struct Block {
  JCOEF numbers[DCTSIZE2];
};

std::vector<JOCTET> encode(bool with_kernel, const std::vector<Block>& blocks, c_derived_tbl& dc,
                           c_derived_tbl& ac) {
  std::vector<JOCTET> out(blocks.size() * 1024 + 1024);
  out.resize(encode_blocks(with_kernel ? 1 : 0, reinterpret_cast<const JBLOCK*>(blocks.data()),
                           int(blocks.size()), &dc, &ac, out.data(), out.size()));
  return out;
}

void check(const std::vector<Block>& blocks, Random& random, int size, const std::string& what) {
  c_derived_tbl dc = make_table(random, size), ac = make_table(random, size);
  CHECK_MESSAGE(encode(true, blocks, dc, ac) == encode(false, blocks, dc, ac), what);
}

TEST_CASE("the Huffman kernel writes what libjpeg-turbo's scalar code writes") {
  Random random(8);
  for (int i = 0; i < 4000; ++i) {
    const int density = random.between(0, 64);
    const int reach = (1 << random.between(1, 14)) - 1;
    std::vector<Block> blocks(size_t(random.between(1, 12)));
    for (Block& block : blocks) {
      for (JCOEF& number : block.numbers) {
        if (random.below(64) < density) {
          number = JCOEF(random.between(-reach, reach));
        }
      }
    }
    check(blocks, random, i % 4 == 0 ? 16 : 0, "blocks " + std::to_string(i));
  }
}

TEST_CASE("the Huffman kernel writes the same for any two coefficients alone") {
  Random random(9);
  for (int first = 0; first < DCTSIZE2; ++first) {
    for (int second = 0; second < DCTSIZE2; ++second) {
      std::vector<Block> blocks(1);
      blocks[0].numbers[first] = -1;
      blocks[0].numbers[second] = 32767;
      check(blocks, random, 0, std::to_string(first) + " and " + std::to_string(second));
    }
  }
}

}  // namespace
}  // namespace crop64
