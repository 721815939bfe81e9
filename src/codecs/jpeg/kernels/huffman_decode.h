/* A replacement for jdhuff.c's decode_mcu_fast(), which decodes MCUs whose bytes are all in memory
   (ITU-T T.81, F.2.2). Patched into libjpeg-turbo: jdhuff.h includes this header. It decodes in
   larger steps: one table lookup of the next STEP_LOOKAHEAD bits gives up to two AC codes together
   with the numbers that follow them, or, if coefficients are only skipped, all codes that fit. */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/* Fills in the members `numbers` and `skips` of a table for AC codes. Each has an entry for each
   value of the next STEP_LOOKAHEAD bits.

   numbers: one or two coefficients.

      63           48 47           32 31      24 23      16 15       8 7        0
     +---------------+---------------+----------+----------+----------+----------+
     |   number 2    |   number 1    |  last 2  |  last 1  |  bits 1  |  bits 2  |
     +---------------+---------------+----------+----------+----------+----------+

     number 1, 2  the coefficients, with sign
     last 1, 2    the coefficients from the current one to coefficient 1 or 2, less one: the zeros
                  before it, and for 2 also coefficient 1 and its zeros
     bits 1, 2    the bits up to the end of coefficient 1 or 2

     If the bits hold only one code with its number, 2 is equal to 1. A code without a number has
   the number 0; an end of block has the number 0 after 63 zeros, and is never followed by a second
   code. The entry is 0 if the bits do not hold the first code and its whole number.

   skips: all codes that fit.

      31           24 23           16 15                            0
     +---------------+---------------+-------------------------------+
     | coefficients  | all but last  |             bits              |
     +---------------+---------------+-------------------------------+

     coefficients  the number of coefficients of all codes; an end of block counts as 64
     all but last  the same without the last code
     bits          the bits of all codes and their numbers, at most 18

     Each code is whole in the lookahead, but the number of the last one need not be. The entry is 0
   if there is no such code. */
void make_ac_steps(d_derived_tbl *table);

/* The entropy decoder's state that decode_mcu_fast() uses: `last_dc` by component, the others by
   block of the MCU. */
typedef struct {
  bitread_perm_state *bits;
  int *last_dc;
  d_derived_tbl **dc_tables, **ac_tables;
  const boolean *dc_needed, *ac_needed;
} mcu_state;

/* Decodes an MCU into `blocks`, or skips it if `blocks` is null. Returns FALSE at a marker and at
   an invalid code: only `blocks` have changed then, and jdhuff.c's slow decoder has to decode the
   MCU. Reads at most 512 bytes a block. */
boolean decode_mcu_in_steps(j_decompress_ptr decoder, JBLOCKROW *blocks, mcu_state state);

#ifdef __cplusplus
}
#endif
