/* Says which of its SIMD functions libjpeg-turbo has here: they are this folder's. Included before
   each of libjpeg-turbo's own sources, whose later declarations of these then mean them: its scalar
   code for what is said to be here is left out as it is compiled.

   The functions are declared and called by libjpeg-turbo (jsimd.h, jsimddct.h). Each gives what the
   scalar function beside its call gives, bit for bit. They rely on libjpeg-turbo's own rows being
   padded to a multiple of 64 bytes (jmemmgr.c with WITH_SIMD) and read and write there; rows that
   the caller gave are not touched beyond their ends. */
#pragma once

#ifdef CROP64_WITHOUT_KERNELS /* to compare with */
#define CROP64_HERE 0
#else
#define CROP64_HERE 1
#endif

#define CROP64_HAS(function, is_here) \
  static inline int jsimd_can_##function(void) { return is_here; }

CROP64_HAS(idct_islow, CROP64_HERE)
CROP64_HAS(idct_4x4, CROP64_HERE)
CROP64_HAS(h2v1_fancy_upsample, CROP64_HERE)
CROP64_HAS(h2v2_fancy_upsample, CROP64_HERE)
CROP64_HAS(ycc_rgb, CROP64_HERE)
CROP64_HAS(rgb_ycc, CROP64_HERE)
CROP64_HAS(h2v1_downsample, CROP64_HERE)
CROP64_HAS(h2v2_downsample, CROP64_HERE)
CROP64_HAS(convsamp, CROP64_HERE)
CROP64_HAS(fdct_islow, CROP64_HERE)
CROP64_HAS(quantize, CROP64_HERE)
CROP64_HAS(huff_encode_one_block, CROP64_HERE)

CROP64_HAS(idct_2x2, 0) /* was no faster than the scalar one */
CROP64_HAS(idct_ifast, 0)
CROP64_HAS(idct_float, 0)
CROP64_HAS(h2v1_upsample, 0)
CROP64_HAS(h2v2_upsample, 0)
CROP64_HAS(ycc_rgb565, 0)
CROP64_HAS(rgb_gray, 0)
CROP64_HAS(convsamp_float, 0)
CROP64_HAS(fdct_ifast, 0)
CROP64_HAS(fdct_float, 0)
CROP64_HAS(quantize_float, 0)
CROP64_HAS(encode_mcu_AC_first_prepare, 0)
CROP64_HAS(encode_mcu_AC_refine_prepare, 0)

#undef CROP64_HAS
#undef CROP64_HERE
