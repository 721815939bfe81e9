#define jinit_master_decompress scalar_jinit_master_decompress
#define jpeg_calc_output_dimensions scalar_jpeg_calc_output_dimensions
#define jpeg_core_output_dimensions scalar_jpeg_core_output_dimensions
#define jpeg_new_colormap scalar_jpeg_new_colormap
#include <jdmaster.c>

#include "codecs/jpeg/kernels/scalar.h"

void scalar_prepare_range_limit_table(j_decompress_ptr decoder) {
  prepare_range_limit_table(decoder);
}
