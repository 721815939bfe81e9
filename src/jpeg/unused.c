/* libjpeg's tables of methods name these, and nothing here ever chooses them: colour quantisation,
   merged upsampling, and the fast and the floating-point forward DCT. Their real code would be a
   tenth of the module. */
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
