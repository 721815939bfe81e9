/* libjpeg-turbo's own scalar functions, which are hidden in its sources, to compare the kernels
   with. Its DCTs are not hidden: jpeg_idct_islow and so on. */
#pragma once

#include <stddef.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* In the order that they need. */
/* clang-format off */
#define JPEG_INTERNALS
#include <jinclude.h>
#include <jpeglib.h>
#include <jdct.h>
#ifdef __cplusplus
#include <jsimd.h>
#include <jsimddct.h>
#endif
/* clang-format on */

/* What the others need: the decoder's table of limits, and tables of colours. */
void scalar_prepare_range_limit_table(j_decompress_ptr decoder);
void scalar_prepare_ycc_rgb(j_decompress_ptr decoder);
void scalar_prepare_rgb_ycc(j_compress_ptr encoder);

void scalar_ycc_rgb_convert(j_decompress_ptr decoder, JSAMPIMAGE in, JDIMENSION in_row,
                            JSAMPARRAY out, int rows);
void scalar_h2v1_fancy_upsample(j_decompress_ptr decoder, jpeg_component_info* component,
                                JSAMPARRAY in, JSAMPARRAY* out);
void scalar_h2v2_fancy_upsample(j_decompress_ptr decoder, jpeg_component_info* component,
                                JSAMPARRAY in, JSAMPARRAY* out);

void scalar_rgb_ycc_convert(j_compress_ptr encoder, JSAMPARRAY in, JSAMPIMAGE out,
                            JDIMENSION out_row, int rows);
void scalar_h2v1_downsample(j_compress_ptr encoder, jpeg_component_info* component, JSAMPARRAY in,
                            JSAMPARRAY out);
void scalar_h2v2_downsample(j_compress_ptr encoder, jpeg_component_info* component, JSAMPARRAY in,
                            JSAMPARRAY out);
void scalar_convsamp(JSAMPARRAY samples, JDIMENSION column, DCTELEM* block);
/* Of one quantisation value, already multiplied by 8. */
int scalar_compute_reciprocal(unsigned divisor, DCTELEM* divisors);
void scalar_quantize(JCOEFPTR coefficients, DCTELEM* divisors, DCTELEM* block);

#ifdef __cplusplus
/* Writes blocks, with the kernel or without, and fills the last byte. Gives the number of bytes. */
size_t encode_blocks(int with_kernel, const JBLOCK* blocks, int count, c_derived_tbl* dc_table,
                     c_derived_tbl* ac_table, JOCTET* out, size_t size);
#endif

#ifdef __cplusplus
}
#endif
