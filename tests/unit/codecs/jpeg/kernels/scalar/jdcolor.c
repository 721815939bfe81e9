#define jinit_color_deconverter scalar_jinit_color_deconverter
#include <jdcolor.c>

#include "codecs/jpeg/kernels/scalar.h"

void scalar_prepare_ycc_rgb(j_decompress_ptr decoder) {
  decoder->num_components = 3;
  decoder->jpeg_color_space = JCS_YCbCr;
  decoder->out_color_space = JCS_RGB;
  jinit_color_deconverter(decoder);
}

void scalar_ycc_rgb_convert(j_decompress_ptr decoder, JSAMPIMAGE in, JDIMENSION in_row,
                            JSAMPARRAY out, int rows) {
  ycc_rgb_convert(decoder, in, in_row, out, rows);
}
