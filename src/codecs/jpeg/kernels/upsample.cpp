// "Fancy" chroma upsampling with the results of jdsample.c: each output sample is 3/4 of the
// nearest input sample and 1/4 of the next nearest, horizontally (h2v1) or in both directions
// (h2v2). The first and the last sample of a row are repeated beyond its ends.
#include "codecs/jpeg/kernels/kernels.h"

namespace crop64::kernels {
namespace {

// Doubles the width of a row, eight inputs at a time. `numbers_at(x)` returns the inputs x to x + 7
// with 16 bits; `last` is the last input. An output is a sum of inputs divided by 2^kBits; the
// biases round it, differently for even (left) and odd (right) outputs.
template <int kBits, int kLeftBias, int kRightBias, class NumbersAt>
inline void widen(const NumbersAt& numbers_at, int last, JDIMENSION width, JSAMPROW out) {
  v128_t numbers = numbers_at(0);
  v128_t before = wasm_i16x8_splat(wasm_i16x8_extract_lane(numbers, 0));
  for (JDIMENSION x = 0; x < width; x += 8) {
    const v128_t after = x + 8 < width ? numbers_at(x + 8) : numbers;
    const v128_t left = wasm_i16x8_shuffle(before, numbers, 7, 8, 9, 10, 11, 12, 13, 14);
    const v128_t right = wasm_i16x8_shuffle(numbers, after, 1, 2, 3, 4, 5, 6, 7, 8);
    const v128_t nearest = wasm_i16x8_mul(numbers, wasm_i16x8_splat(3));
    const auto mix = [nearest](v128_t next, int16_t bias) {
      const v128_t sum = wasm_i16x8_add(nearest, wasm_i16x8_add(next, wasm_i16x8_splat(bias)));
      return wasm_u16x8_shr(sum, kBits);
    };
    wasm_v128_store(out + 2 * x,
                    wasm_v128_or(mix(left, kLeftBias), wasm_i16x8_shl(mix(right, kRightBias), 8)));
    before = numbers;
    numbers = after;
  }
  out[2 * width - 1] = JSAMPLE((4 * last + kRightBias) >> kBits);
}

inline v128_t samples_at(const JSAMPLE* row, JDIMENSION x) { return wasm_u16x8_load8x8(row + x); }

}  // namespace

extern "C" void jsimd_h2v1_fancy_upsample(j_decompress_ptr decoder, jpeg_component_info* component,
                                          JSAMPARRAY in, JSAMPARRAY* out) {
  const JDIMENSION width = component->downsampled_width;
  for (int y = 0; y < decoder->max_v_samp_factor; ++y) {
    const JSAMPLE* row = in[y];
    const auto numbers_at = [row](JDIMENSION x) { return samples_at(row, x); };
    widen<2, 1, 2>(numbers_at, row[width - 1], width, (*out)[y]);
  }
}

extern "C" void jsimd_h2v2_fancy_upsample(j_decompress_ptr decoder, jpeg_component_info* component,
                                          JSAMPARRAY in, JSAMPARRAY* out) {
  const JDIMENSION width = component->downsampled_width;
  for (int y = 0; y < decoder->max_v_samp_factor; ++y) {
    const JSAMPLE* near = in[y / 2];
    const JSAMPLE* far = in[y % 2 == 0 ? y / 2 - 1 : y / 2 + 1];
    const auto numbers_at = [near, far](JDIMENSION x) {
      const v128_t nearest = wasm_i16x8_mul(samples_at(near, x), wasm_i16x8_splat(3));
      return wasm_i16x8_add(nearest, samples_at(far, x));
    };
    widen<4, 8, 7>(numbers_at, 3 * near[width - 1] + far[width - 1], width, (*out)[y]);
  }
}

}  // namespace crop64::kernels
