// Chroma downsampling with the results of jcsample.c: the mean of two neighbours (h2v1) or of four
// (h2v2), rounded down and up in turn.
#include <cstring>

#include "codecs/jpeg/kernels/kernels.h"

namespace crop64::kernels {
namespace {

// Repeats the last sample of each row up to `width`.
void extend_rows(JSAMPARRAY rows, int count, JDIMENSION image_width, JDIMENSION width) {
  for (int y = 0; y < count && width > image_width; ++y) {
    std::memset(rows[y] + image_width, rows[y][image_width - 1], width - image_width);
  }
}

inline v128_t sums_of_pairs(const JSAMPLE* row) {
  return wasm_u16x8_extadd_pairwise_u8x16(wasm_v128_load(row));
}

inline void store(JSAMPROW out, v128_t samples) {
  wasm_v128_store64_lane(out, wasm_u8x16_narrow_i16x8(samples, samples), 0);
}

}  // namespace

extern "C" void jsimd_h2v1_downsample(j_compress_ptr encoder, jpeg_component_info* component,
                                      JSAMPARRAY in, JSAMPARRAY out) {
  const JDIMENSION width = component->width_in_blocks * DCTSIZE;
  extend_rows(in, encoder->max_v_samp_factor, encoder->image_width, 2 * width);
  const v128_t bias = wasm_i32x4_splat(1 << 16);
  for (int y = 0; y < component->v_samp_factor; ++y) {
    for (JDIMENSION x = 0; x < width; x += 8) {
      const v128_t sums = wasm_i16x8_add(sums_of_pairs(in[y] + 2 * x), bias);
      store(out[y] + x, wasm_u16x8_shr(sums, 1));
    }
  }
}

extern "C" void jsimd_h2v2_downsample(j_compress_ptr encoder, jpeg_component_info* component,
                                      JSAMPARRAY in, JSAMPARRAY out) {
  const JDIMENSION width = component->width_in_blocks * DCTSIZE;
  extend_rows(in, encoder->max_v_samp_factor, encoder->image_width, 2 * width);
  const v128_t bias = wasm_i32x4_splat(1 | 2 << 16);
  for (int y = 0; y < component->v_samp_factor; ++y) {
    const JSAMPLE* above = in[2 * y];
    const JSAMPLE* below = in[2 * y + 1];
    for (JDIMENSION x = 0; x < width; x += 8) {
      const v128_t sums =
          wasm_i16x8_add(sums_of_pairs(above + 2 * x), sums_of_pairs(below + 2 * x));
      store(out[y] + x, wasm_u16x8_shr(wasm_i16x8_add(sums, bias), 2));
    }
  }
}

}  // namespace crop64::kernels
