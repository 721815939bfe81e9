#define jinit_forward_dct scalar_jinit_forward_dct
#include <jcdctmgr.c>

#include "codecs/jpeg/kernels/scalar.h"

void scalar_convsamp(JSAMPARRAY samples, JDIMENSION column, DCTELEM *block) {
  convsamp(samples, column, block);
}

int scalar_compute_reciprocal(unsigned divisor, DCTELEM *divisors) {
  return compute_reciprocal((UINT16)divisor, divisors);
}

void scalar_quantize(JCOEFPTR coefficients, DCTELEM *divisors, DCTELEM *block) {
  quantize(coefficients, divisors, block);
}
