// Colour conversion from YCbCr to RGB and from RGB or BGR to YCbCr, with the results of jdcolor.c
// and jccolor.c: products with constants of 16 fractional bits, rounded. Sixteen pixels at a time.
#include <cstring>

#include "codecs/jpeg/kernels/kernels.h"

namespace crop64::kernels {
namespace {

constexpr JDIMENSION kStep = 16;
constexpr int kFractionBits = 16;

constexpr int fraction(double value) { return fix(value, kFractionBits); }

// Sixteen samples, widened to 16 bits.
struct Samples {
  v128_t low, high;
};

inline Samples extend(v128_t samples) {
  return {wasm_u16x8_extend_low_u8x16(samples), wasm_u16x8_extend_high_u8x16(samples)};
}

// Cb or Cr without its offset of 128.
inline Samples centre(v128_t samples) {
  const v128_t offset = wasm_i16x8_splat(CENTERJSAMPLE);
  const Samples wide = extend(samples);
  return {wasm_i16x8_sub(wide.low, offset), wasm_i16x8_sub(wide.high, offset)};
}

// 1.402 * cr and 1.772 * cb, rounded: the whole part is added, the fractional part multiplied with
// 15 fractional bits. 0.402 with 16 is odd and loses half a unit by that, but the results are the
// same for all 256 values of cr.
inline v128_t times_1_402(v128_t cr) {
  return wasm_i16x8_add(cr, wasm_i16x8_q15mulr_sat(cr, wasm_i16x8_splat(fraction(0.402) / 2)));
}
inline v128_t times_1_772(v128_t cb) {
  return wasm_i16x8_add(cb, wasm_i16x8_q15mulr_sat(cb, wasm_i16x8_splat(fraction(0.772) / 2)));
}

// -0.34414 * cb - 0.71414 * cr, rounded. -0.71414 does not fit 16 bits: cr is multiplied by 1 -
// 0.71414, and subtracted at the end.
inline v128_t green_part(v128_t cb, v128_t cr) {
  const Wide sum = weigh(interleave(cb, cr), -fraction(0.34414), fraction(1) - fraction(0.71414)) +
                   splat(fraction(0.5));
  return wasm_i16x8_sub(narrow(sum >> kFractionBits), cr);
}

// Writes sixteen pixels of three bytes. Interleaving with zeros makes pixels of four bytes, four in
// a vector. A swizzle packs the twelve bytes of each vector and leaves a gap where the shuffle that
// joins it with its neighbour does not read. Engines compile each of these interleavings, swizzles
// and joins to one instruction, and other shuffles to up to ten.
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

// The weights of one output of to_ycc(), with 16 fractional bits. Each has to fit 16 bits with
// sign: green, whose weight for luma is 0.587, is added twice, once beside red and once beside
// blue; and weights of 0.5 for chroma are given negated (`kSign` -1).
struct Weights {
  int red, green_with_red, blue, green_with_blue;
};

// A sum of products of red, green and blue, plus `offset`. The sum rounds to 0 to 255.
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

// The channels `kA` and `kB` in turn, widened to 16 bits, of the four pixels at byte `kAt`.
template <int kAt, int kA, int kB>
inline v128_t pairs_of(v128_t bytes) {
  constexpr int a = kAt + kA, b = kAt + kB;
  return wasm_i8x16_swizzle(bytes, wasm_i8x16_const(a, -1, b, -1, a + 3, -1, b + 3, -1,  //
                                                    a + 6, -1, b + 6, -1, a + 9, -1, b + 9, -1));
}

// `kRed` is 0 for RGB and 2 for BGR.
template <int kRed>
inline void to_ycc(const JSAMPLE* pixels, JSAMPROW y, JSAMPROW cb, JSAMPROW cr) {
  constexpr int kGreen = 1, kBlue = 2 - kRed;
  const v128_t a = wasm_v128_load(pixels), b = wasm_v128_load(pixels + 12);
  const v128_t c = wasm_v128_load(pixels + 24), d = wasm_v128_load(pixels + 32);  // 36 is byte 4
  const Wide red_green[2] = {{pairs_of<0, kRed, kGreen>(a), pairs_of<0, kRed, kGreen>(b)},
                             {pairs_of<0, kRed, kGreen>(c), pairs_of<4, kRed, kGreen>(d)}};
  const Wide blue_green[2] = {{pairs_of<0, kBlue, kGreen>(a), pairs_of<0, kBlue, kGreen>(b)},
                              {pairs_of<0, kBlue, kGreen>(c), pairs_of<4, kBlue, kGreen>(d)}};
  constexpr int kHalf = fraction(0.5), kQuarter = fraction(0.25);
  constexpr int kOffset = (CENTERJSAMPLE << kFractionBits) + kHalf - 1;
  constexpr Weights kY = {fraction(0.299), fraction(0.587) - kQuarter, fraction(0.114), kQuarter};
  constexpr Weights kMinusCb = {fraction(0.16874), fraction(0.33126), -kHalf, 0};
  constexpr Weights kMinusCr = {-kHalf, fraction(0.41869), fraction(0.08131), 0};
  wasm_v128_store(y, mix<1>(red_green, blue_green, kY, kHalf));
  wasm_v128_store(cb, mix<-1>(red_green, blue_green, kMinusCb, kOffset));
  wasm_v128_store(cr, mix<-1>(red_green, blue_green, kMinusCr, kOffset));
}

template <int kRed>
void row_to_ycc(const JSAMPLE* pixels, JDIMENSION width, const JSAMPROW (&out)[3]) {
  JSAMPLE last[3 * kStep] = {};
  for (JDIMENSION x = 0; x < width; x += kStep, pixels += 3 * kStep) {
    if (width - x < kStep) {
      std::memcpy(last, pixels, size_t(3) * (width - x));
      pixels = last;
    }
    to_ycc<kRed>(pixels, out[0] + x, out[1] + x, out[2] + x);
  }
}

}  // namespace

extern "C" void jsimd_ycc_rgb_convert(j_decompress_ptr decoder, JSAMPIMAGE in, JDIMENSION in_row,
                                      JSAMPARRAY out, int rows) {
  const JDIMENSION width = decoder->output_width;
  JSAMPLE last[3 * kStep];
  for (int i = 0; i < rows; ++i, ++in_row) {
    const JSAMPLE* y = in[0][in_row];
    const JSAMPLE* cb = in[1][in_row];
    const JSAMPLE* cr = in[2][in_row];
    JSAMPROW rgb = out[i];
    for (JDIMENSION x = 0; x < width; x += kStep, rgb += size_t(3) * kStep) {
      const bool fits = width - x >= kStep;
      to_rgb(y + x, cb + x, cr + x, fits ? rgb : last);
      if (!fits) {
        std::memcpy(rgb, last, size_t(3) * (width - x));
      }
    }
  }
}

extern "C" void jsimd_rgb_ycc_convert(j_compress_ptr encoder, JSAMPARRAY in, JSAMPIMAGE out,
                                      JDIMENSION out_row, int rows) {
  const JDIMENSION width = encoder->image_width;
  for (int i = 0; i < rows; ++i, ++out_row) {
    const JSAMPROW to[3] = {out[0][out_row], out[1][out_row], out[2][out_row]};
    if (encoder->in_color_space == JCS_EXT_BGR) {
      row_to_ycc<2>(in[i], width, to);
    } else {
      row_to_ycc<0>(in[i], width, to);
    }
  }
}

}  // namespace crop64::kernels
