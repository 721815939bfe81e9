#define jinit_color_converter scalar_jinit_color_converter
#include <jccolor.c>

#include "codecs/jpeg/kernels/scalar.h"

void scalar_prepare_rgb_ycc(j_compress_ptr encoder) {
  encoder->input_components = encoder->num_components = 3;
  encoder->jpeg_color_space = JCS_YCbCr;
  jinit_color_converter(encoder);
  rgb_ycc_start(encoder);
}

void scalar_rgb_ycc_convert(j_compress_ptr encoder, JSAMPARRAY in, JSAMPIMAGE out,
                            JDIMENSION out_row, int rows) {
  rgb_ycc_convert(encoder, in, out, out_row, rows);
}
