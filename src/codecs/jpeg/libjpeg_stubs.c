/* Functions that libjpeg refers to and that are never called here: colour quantisation, merged upsampling, and
   the fast and the floating-point forward DCT. Their real code would be a tenth of the module. */
#include <stddef.h>
#include <stdio.h>

#define JPEG_INTERNALS
#include <jinclude.h>
#include <jpeglib.h>

#include <jdct.h>

void jinit_1pass_quantizer(j_decompress_ptr decoder) { ERREXIT(decoder, JERR_NOT_COMPILED); }
void jinit_2pass_quantizer(j_decompress_ptr decoder) { ERREXIT(decoder, JERR_NOT_COMPILED); }
void jinit_merged_upsampler(j_decompress_ptr decoder) { ERREXIT(decoder, JERR_NOT_COMPILED); }

void jpeg_fdct_ifast(DCTELEM *block) { (void)block; }
void jpeg_fdct_float(FAST_FLOAT *block) { (void)block; }

#ifdef WITH_SIMD
/* The SIMD functions that kernels/jsimd_wasm.h declares unavailable. An optimising compiler removes all
   references to them. */
#define NOT_HERE(function) \
  void function(void) {}
NOT_HERE(jsimd_convsamp_float)
NOT_HERE(jsimd_encode_mcu_AC_first_prepare)
NOT_HERE(jsimd_encode_mcu_AC_refine_prepare)
NOT_HERE(jsimd_fdct_float)
NOT_HERE(jsimd_fdct_ifast)
NOT_HERE(jsimd_h2v1_upsample)
NOT_HERE(jsimd_h2v2_upsample)
NOT_HERE(jsimd_idct_2x2)
NOT_HERE(jsimd_idct_float)
NOT_HERE(jsimd_idct_ifast)
NOT_HERE(jsimd_quantize_float)
NOT_HERE(jsimd_rgb_gray_convert)
NOT_HERE(jsimd_ycc_rgb565_convert)
#endif
