// Colours between YCbCr and RGB, as jdcolor.c and jccolor.c have them: products with constants of
// 16 fractional bits, rounded. Sixteen pixels at a time. The decoder asks for RGB only, and the
// encoder gives RGB or BGR.
#ifdef __wasm_simd128__
#include <cstring>

#include "jpeg/kernels/kernels.h"

namespace crop64::kernels {
namespace {

constexpr JDIMENSION kStep = 16;
constexpr int kFractionBits = 16;

// Sixteen samples as 16-bit numbers.
struct Samples {
  v128_t low, high;
};

inline Samples extend(v128_t samples) {
  return {wasm_u16x8_extend_low_u8x16(samples), wasm_u16x8_extend_high_u8x16(samples)};
}

// Cb or Cr, without its offset.
inline Samples centre(v128_t samples) {
  const v128_t offset = wasm_i16x8_splat(CENTERJSAMPLE);
  const Samples wide = extend(samples);
  return {wasm_i16x8_sub(wide.low, offset), wasm_i16x8_sub(wide.high, offset)};
}

// 1.402 * cr and 1.772 * cb, rounded: the whole part is added, the fraction, of 15 bits,
// multiplied. Half of 1.402's 26345 is no whole number, but for all of cr's 256 values it comes to
// the same.
inline v128_t times_1_402(v128_t cr) {
  return wasm_i16x8_add(cr, wasm_i16x8_q15mulr_sat(cr, wasm_i16x8_splat(13172)));
}
inline v128_t times_1_772(v128_t cb) {
  return wasm_i16x8_add(cb, wasm_i16x8_q15mulr_sat(cb, wasm_i16x8_splat(25297)));
}

// -0.34414 * cb - 0.71414 * cr, rounded; -0.71414 does not fit, and is a fraction less one.
inline v128_t green_part(v128_t cb, v128_t cr) {
  const Wide sum = weigh(interleave(cb, cr), -22554, 65536 - 46802) + splat(1 << 15);
  return wasm_i16x8_sub(narrow(sum >> kFractionBits), cr);
}

// Writes sixteen pixels. Zeros make them quadruples, four to a vector, which swizzles pack such
// that neighbours can be joined. Engines make one instruction of each of these interleavings,
// swizzles and joins, and up to ten of a shuffle that is none of them.
inline void store_pixels(v128_t first, v128_t second, v128_t third, JSAMPROW out) {
  const v128_t zero = wasm_i8x16_splat(0);
  const v128_t low = interleave_low_bytes(first, second);
  const v128_t high = interleave_high_bytes(first, second);
  const v128_t third_low = interleave_low_bytes(third, zero);
  const v128_t third_high = interleave_high_bytes(third, zero);
  const v128_t a =
      wasm_i8x16_swizzle(interleave_low(low, third_low),
                         wasm_i8x16_const(-1, -1, -1, -1, 0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14));
  const v128_t b =
      wasm_i8x16_swizzle(interleave_high(low, third_low),
                         wasm_i8x16_const(0, 1, 2, 4, -1, -1, -1, -1, 5, 6, 8, 9, 10, 12, 13, 14));
  const v128_t c =
      wasm_i8x16_swizzle(interleave_low(high, third_high),
                         wasm_i8x16_const(0, 1, 2, 4, 5, 6, 8, 9, -1, -1, -1, -1, 10, 12, 13, 14));
  const v128_t d =
      wasm_i8x16_swizzle(interleave_high(high, third_high),
                         wasm_i8x16_const(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1));
  wasm_v128_store(out, wasm_i32x4_shuffle(a, b, 1, 2, 3, 4));
  wasm_v128_store(out + 16, wasm_i32x4_shuffle(b, c, 2, 3, 4, 5));
  wasm_v128_store(out + 32, wasm_i32x4_shuffle(c, d, 3, 4, 5, 6));
}

// Reads sixteen pixels.
struct Pixels {
  v128_t first, second, third;
};

inline Pixels load_pixels(const JSAMPLE* in) {
  const v128_t a = wasm_v128_load(in), b = wasm_v128_load(in + 16), c = wasm_v128_load(in + 32);
  const v128_t first =
      wasm_i8x16_shuffle(a, b, 0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 0, 0, 0, 0, 0);
  const v128_t second =
      wasm_i8x16_shuffle(a, b, 1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 0, 0, 0, 0, 0);
  const v128_t third =
      wasm_i8x16_shuffle(a, b, 2, 5, 8, 11, 14, 17, 20, 23, 26, 29, 0, 0, 0, 0, 0, 0);
  return {wasm_i8x16_shuffle(first, c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 17, 20, 23, 26, 29),
          wasm_i8x16_shuffle(second, c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 18, 21, 24, 27, 30),
          wasm_i8x16_shuffle(third, c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 19, 22, 25, 28, 31)};
}

void to_rgb(const JSAMPLE* y, const JSAMPLE* cb, const JSAMPLE* cr, JSAMPROW rgb) {
  const Samples luma = extend(wasm_v128_load(y));
  const Samples blue = centre(wasm_v128_load(cb));
  const Samples red = centre(wasm_v128_load(cr));
  const auto add = [&luma](v128_t low, v128_t high) {
    return wasm_u8x16_narrow_i16x8(wasm_i16x8_add(luma.low, low), wasm_i16x8_add(luma.high, high));
  };
  store_pixels(add(times_1_402(red.low), times_1_402(red.high)),
               add(green_part(blue.low, red.low), green_part(blue.high, red.high)),
               add(times_1_772(blue.low), times_1_772(blue.high)), rgb);
}

// A sum of products of red, green and blue, that rounds to 0 to 255. No weight is below -32768, but
// some are beyond 32767: `kSign` -1 is for weights given negated, and green comes with either other
// colour.
struct Weights {
  int red, green_with_red, blue, green_with_blue;
};

template <int kSign>
inline v128_t mix(const Wide (&red_green)[2], const Wide (&blue_green)[2], Weights weights,
                  int offset) {
  v128_t halves[2];
  for (int i = 0; i < 2; ++i) {
    const Wide sum = weigh(red_green[i], weights.red, weights.green_with_red) +
                     weigh(blue_green[i], weights.blue, weights.green_with_blue);
    const Wide rounded = kSign > 0 ? splat(offset) + sum : splat(offset) - sum;
    halves[i] = narrow(rounded >> kFractionBits);
  }
  return wasm_u8x16_narrow_i16x8(halves[0], halves[1]);
}

void to_ycc(const Pixels& pixels, bool is_bgr, JSAMPROW y, JSAMPROW cb, JSAMPROW cr) {
  const Samples red = extend(is_bgr ? pixels.third : pixels.first);
  const Samples green = extend(pixels.second);
  const Samples blue = extend(is_bgr ? pixels.first : pixels.third);
  const Wide red_green[2] = {interleave(red.low, green.low), interleave(red.high, green.high)};
  const Wide blue_green[2] = {interleave(blue.low, green.low), interleave(blue.high, green.high)};
  constexpr int kHalf = 1 << (kFractionBits - 1);
  constexpr int kOffset = (CENTERJSAMPLE << kFractionBits) + kHalf - 1;
  wasm_v128_store(y, mix<1>(red_green, blue_green, {19595, 38470 - 16384, 7471, 16384}, kHalf));
  wasm_v128_store(cb, mix<-1>(red_green, blue_green, {11059, 21709, -32768, 0}, kOffset));
  wasm_v128_store(cr, mix<-1>(red_green, blue_green, {-32768, 27439, 5329, 0}, kOffset));
}

}  // namespace

extern "C" void jsimd_ycc_rgb_convert(j_decompress_ptr decoder, JSAMPIMAGE in, JDIMENSION in_row,
                                      JSAMPARRAY out, int rows) {
  const JDIMENSION width = decoder->output_width;
  for (int i = 0; i < rows; ++i, ++in_row) {
    const JSAMPLE* y = in[0][in_row];
    const JSAMPLE* cb = in[1][in_row];
    const JSAMPLE* cr = in[2][in_row];
    JDIMENSION x = 0;
    for (; x + kStep <= width; x += kStep) {
      to_rgb(y + x, cb + x, cr + x, out[i] + size_t(3) * x);
    }
    if (x < width) {
      JSAMPLE last[3 * kStep];
      to_rgb(y + x, cb + x, cr + x, last);
      std::memcpy(out[i] + size_t(3) * x, last, size_t(3) * (width - x));
    }
  }
}

extern "C" void jsimd_rgb_ycc_convert(j_compress_ptr encoder, JSAMPARRAY in, JSAMPIMAGE out,
                                      JDIMENSION out_row, int rows) {
  const JDIMENSION width = encoder->image_width;
  const bool is_bgr = encoder->in_color_space == JCS_EXT_BGR;
  for (int i = 0; i < rows; ++i, ++out_row) {
    const auto convert = [&](const JSAMPLE* pixels, JDIMENSION x) {
      to_ycc(load_pixels(pixels), is_bgr, out[0][out_row] + x, out[1][out_row] + x,
             out[2][out_row] + x);
    };
    JDIMENSION x = 0;
    for (; x + kStep <= width; x += kStep) {
      convert(in[i] + size_t(3) * x, x);
    }
    if (x < width) {
      JSAMPLE last[3 * kStep] = {};
      std::memcpy(last, in[i] + size_t(3) * x, size_t(3) * (width - x));
      convert(last, x);
    }
  }
}

}  // namespace crop64::kernels

#endif
