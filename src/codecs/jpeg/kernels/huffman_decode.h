/* What jdhuff.c has beside its own text (cmake/libraries.cmake; jdhuff.h includes it): another
   decode_mcu_fast(), for MCUs whose bytes are all in memory, that decodes as ITU-T T.81 has it
   (F.2.2), but in larger steps. One look at the next STEP_LOOKAHEAD bits gives an AC code together
   with the number after it, or, where numbers are only to be got past, several of both. */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/* Fills in these of an AC table. For each value of the next bits:
   numbers: for the first code that is there with its number, and for the next one too, or, where
     that is not there, for the first one again: of the second, its number << 48 | coefficients of
     both but the last << 24 | bits of both; and of the first, its number << 32 | zeros before it
     << 16 | bits << 8. A code without a number gives 0, and an end of block, which is no first of
     two, has 63 zeros. 0 where not all bits of the first are there.
   skips: for all codes that are there as a whole, whether or not their numbers are, but not for
     more than 18 bits: coefficients of all << 24 | coefficients of all but the last << 16 | bits of
   all, with their numbers. An end of block counts for 64. 0 where there is none. */
void make_ac_steps(d_derived_tbl *table);

/* What decode_mcu_fast() uses of the entropy decoder, by block and, for DC, by component. */
typedef struct {
  bitread_perm_state *bits;
  int *last_dc;
  d_derived_tbl **dc_tables, **ac_tables;
  const boolean *dc_needed, *ac_needed;
} mcu_state;

/* FALSE, and nothing changed but blocks, where jdhuff.c is to do it: at a marker, and where no code
   is. It reads 512 bytes a block at most. */
boolean decode_mcu_in_steps(j_decompress_ptr decoder, JBLOCKROW *blocks, mcu_state state);

#ifdef __cplusplus
}
#endif
