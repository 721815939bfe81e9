// The SIMD kernels of the JPEG codec: their results equal those of libjpeg-turbo's scalar
// functions.
#include <algorithm>
#include <vector>

#include "codecs/jpeg/kernels/codecs.h"
#include "fuzz.h"

namespace {

using crop64::Bytes;
using crop64::Tail;

void require(bool holds, const char* what) {
  if (!holds) {
    crop64::crash(what);
  }
}

// Reads the input from its start; zeros beyond its end.
class Head {
 public:
  explicit Head(Bytes input) : input_(input) {}
  uint8_t byte() { return at_ < input_.size() ? input_[at_++] : uint8_t{0}; }
  int16_t number() {
    const int high = byte();
    return static_cast<int16_t>(high << 8 | byte());
  }

 private:
  Bytes input_;
  size_t at_ = 0;
};

// Rows as libjpeg allocates them; here each is by itself (tests/support/libjpeg_memory.c).
template <class Codec>
JSAMPARRAY make_rows(Codec& codec, int width, int count, Head* head = nullptr) {
  auto* common = reinterpret_cast<j_common_ptr>(&codec.info);
  JSAMPARRAY rows =
      codec.info.mem->alloc_sarray(common, JPOOL_IMAGE, JDIMENSION(width), JDIMENSION(count));
  for (int y = 0; y < count; ++y) {
    std::generate_n(rows[y], width, [=] { return head != nullptr ? head->byte() : uint8_t{0}; });
  }
  return rows;
}

bool same(JSAMPARRAY one, JSAMPARRAY other, int width, int count) {
  for (int y = 0; y < count; ++y) {
    if (!std::equal(one[y], one[y] + width, other[y])) {
      return false;
    }
  }
  return true;
}

void check_idct(Head head) {
  crop64::Decoder decoder;
  alignas(32) JCOEF coefficients[DCTSIZE2];
  std::vector<ISLOW_MULT_TYPE> multipliers(DCTSIZE2);
  const int shift = head.byte() % 16;
  for (int i = 0; i < DCTSIZE2; ++i) {
    coefficients[i] = JCOEF(head.number() >> shift);
  }
  for (auto& multiplier : multipliers) {
    multiplier = std::max(1, int(uint16_t(head.number()) >> shift));
  }
  decoder.component.dct_table = multipliers.data();
  JSAMPARRAY one = make_rows(decoder, DCTSIZE, DCTSIZE);
  JSAMPARRAY other = make_rows(decoder, DCTSIZE, DCTSIZE);
  jsimd_idct_islow(&decoder.info, &decoder.component, coefficients, one, 0);
  jpeg_idct_islow(&decoder.info, &decoder.component, coefficients, other, 0);
  require(same(one, other, DCTSIZE, DCTSIZE), "The inverse DCT to 8 x 8 differs.");
  jsimd_idct_4x4(&decoder.info, &decoder.component, coefficients, one, 0);
  jpeg_idct_4x4(&decoder.info, &decoder.component, coefficients, other, 0);
  require(same(one, other, 4, 4), "The inverse DCT to 4 x 4 differs.");
}

void check_fdct(Head head) {
  crop64::LibjpegEncoder encoder;
  JSAMPARRAY samples = make_rows(encoder, DCTSIZE, DCTSIZE, &head);
  alignas(32) DCTELEM one[DCTSIZE2], other[DCTSIZE2];
  jsimd_convsamp(samples, 0, one);
  scalar_convsamp(samples, 0, other);
  require(std::equal(one, one + DCTSIZE2, other), "Reading samples differs.");
  jsimd_fdct_islow(one);
  jpeg_fdct_islow(other);
  require(std::equal(one, one + DCTSIZE2, other), "The forward DCT differs.");
  alignas(32) DCTELEM divisors[4 * DCTSIZE2];
  for (int i = 0; i < DCTSIZE2; ++i) {
    const unsigned value = unsigned(std::clamp(int(head.number()), 1, 8191));
    scalar_compute_reciprocal(value << 3, divisors + i);
  }
  alignas(32) JCOEF coded[DCTSIZE2], expected[DCTSIZE2];
  jsimd_quantize(coded, divisors, one);
  scalar_quantize(expected, divisors, other);
  require(std::equal(coded, coded + DCTSIZE2, expected), "Quantisation differs.");
}

void check_huffman(Head head) {
  c_derived_tbl tables[2];
  for (c_derived_tbl& table : tables) {
    for (int symbol = 0; symbol < 256; ++symbol) {
      const int length = 1 + head.byte() % 16;
      table.ehufsi[symbol] = static_cast<char>(length);
      table.ehufco[symbol] = unsigned(uint16_t(head.number())) & ((1U << length) - 1);
    }
  }
  constexpr int kBlocks = 3;
  JBLOCK blocks[kBlocks];
  const int shift = 2 + head.byte() % 14;
  for (JBLOCK& block : blocks) {
    std::generate_n(block, DCTSIZE2, [&] { return JCOEF(head.number() >> shift); });
  }
  std::vector<JOCTET> one(size_t{1024} * (kBlocks + 1)), other(one.size());
  one.resize(encode_blocks(1, blocks, kBlocks, tables, tables + 1, one.data(), one.size()));
  other.resize(encode_blocks(0, blocks, kBlocks, tables, tables + 1, other.data(), other.size()));
  require(one == other, "Huffman coding differs.");
}

void check_colors(Head head, int width) {
  constexpr int kRows = 2;
  crop64::Decoder decoder;
  decoder.info.output_width = JDIMENSION(width);
  JSAMPARRAY planes[3];
  for (JSAMPARRAY& plane : planes) {
    plane = make_rows(decoder, width, kRows, &head);
  }
  // The caller's rows have no padding.
  std::vector<uint8_t> one[kRows], other[kRows];
  JSAMPROW ones[kRows], others[kRows];
  for (int y = 0; y < kRows; ++y) {
    one[y].resize(size_t{3} * size_t(width));
    other[y].resize(one[y].size());
    ones[y] = one[y].data();
    others[y] = other[y].data();
  }
  jsimd_ycc_rgb_convert(&decoder.info, planes, 0, ones, kRows);
  scalar_ycc_rgb_convert(&decoder.info, planes, 0, others, kRows);
  require(std::equal(one, one + kRows, other), "YCbCr to RGB differs.");

  crop64::LibjpegEncoder encoder(head.byte() % 2 == 0 ? JCS_RGB : JCS_EXT_BGR);
  encoder.info.image_width = JDIMENSION(width);
  JSAMPARRAY coded[3], expected[3];
  for (int i = 0; i < 3; ++i) {
    coded[i] = make_rows(encoder, width, kRows);
    expected[i] = make_rows(encoder, width, kRows);
  }
  jsimd_rgb_ycc_convert(&encoder.info, ones, coded, 0, kRows);
  scalar_rgb_ycc_convert(&encoder.info, ones, expected, 0, kRows);
  for (int i = 0; i < 3; ++i) {
    require(same(coded[i], expected[i], width, kRows), "RGB to YCbCr differs.");
  }
}

void check_upsampling(Head head, int width) {
  crop64::Decoder decoder;
  decoder.info.max_v_samp_factor = 2;
  decoder.component.downsampled_width = JDIMENSION(width);
  // The first row and the last one are context.
  JSAMPARRAY in = make_rows(decoder, width, 4, &head);
  JSAMPARRAY one = make_rows(decoder, 2 * width, 2), other = make_rows(decoder, 2 * width, 2);
  jsimd_h2v1_fancy_upsample(&decoder.info, &decoder.component, in + 1, &one);
  scalar_h2v1_fancy_upsample(&decoder.info, &decoder.component, in + 1, &other);
  require(same(one, other, 2 * width, 2), "Upsampling h2v1 differs.");
  jsimd_h2v2_fancy_upsample(&decoder.info, &decoder.component, in + 1, &one);
  scalar_h2v2_fancy_upsample(&decoder.info, &decoder.component, in + 1, &other);
  require(same(one, other, 2 * width, 2), "Upsampling h2v2 differs.");
}

void check_downsampling(Head head, int width) {
  crop64::LibjpegEncoder encoder;
  const int blocks = (width + 15) / 16;
  encoder.info.image_width = JDIMENSION(width);
  encoder.info.max_v_samp_factor = 2;
  encoder.component.width_in_blocks = JDIMENSION(blocks);
  JSAMPARRAY in = make_rows(encoder, 16 * blocks, 2, &head);
  JSAMPARRAY one = make_rows(encoder, 8 * blocks, 2), other = make_rows(encoder, 8 * blocks, 2);
  encoder.component.v_samp_factor = 2;
  jsimd_h2v1_downsample(&encoder.info, &encoder.component, in, one);
  scalar_h2v1_downsample(&encoder.info, &encoder.component, in, other);
  require(same(one, other, 8 * blocks, 2), "Downsampling h2v1 differs.");
  encoder.component.v_samp_factor = 1;
  jsimd_h2v2_downsample(&encoder.info, &encoder.component, in, one);
  scalar_h2v2_downsample(&encoder.info, &encoder.component, in, other);
  require(same(one, other, 8 * blocks, 1), "Downsampling h2v2 differs.");
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Tail tail({data, size});
  const int kernel = tail.below(6);
  const int width = 2 + tail.below(130);
  const Head head(tail.rest());
  switch (kernel) {
    case 0:
      check_idct(head);
      break;
    case 1:
      check_fdct(head);
      break;
    case 2:
      check_huffman(head);
      break;
    case 3:
      check_colors(head, width);
      break;
    case 4:
      check_upsampling(head, width);
      break;
    default:
      check_downsampling(head, width);
      break;
  }
  return 0;
}
