#define jinit_huff_encoder scalar_jinit_huff_encoder
#define jpeg_gen_optimal_table scalar_jpeg_gen_optimal_table
#define jpeg_make_c_derived_tbl scalar_jpeg_make_c_derived_tbl
#include <jchuff.c>

#include "codecs/jpeg/kernels/scalar.h"

size_t encode_blocks(int with_kernel, const JBLOCK *blocks, int count, c_derived_tbl *dc_table,
                     c_derived_tbl *ac_table, JOCTET *out, size_t size) {
  /* The scalar code refuses coefficients of more bits than the precision allows; the kernel takes all. */
  struct jpeg_compress_struct encoder = {.data_precision = 16};
  working_state state = {.cinfo = &encoder};
  state.next_output_byte = out;
  state.free_in_buffer = size;
  state.cur.free_bits = BIT_BUF_SIZE;
  state.simd = with_kernel;
  for (int i = 0; i < count; ++i) {
    const int last_dc = i == 0 ? 0 : blocks[i - 1][0];
    JCOEFPTR block = (JCOEFPTR)blocks[i];
    if (with_kernel) {
      encode_one_block_simd(&state, block, last_dc, dc_table, ac_table);
    } else {
      encode_one_block(&state, block, last_dc, dc_table, ac_table);
    }
  }
  flush_bits(&state);
  return size - state.free_in_buffer;
}
