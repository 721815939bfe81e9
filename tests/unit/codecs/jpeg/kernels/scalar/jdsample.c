#define jinit_upsampler scalar_jinit_upsampler
#include <jdsample.c>

#include "codecs/jpeg/kernels/scalar.h"

void scalar_h2v1_fancy_upsample(j_decompress_ptr decoder, jpeg_component_info *component,
                                JSAMPARRAY in, JSAMPARRAY *out) {
  h2v1_fancy_upsample(decoder, component, in, out);
}

void scalar_h2v2_fancy_upsample(j_decompress_ptr decoder, jpeg_component_info *component,
                                JSAMPARRAY in, JSAMPARRAY *out) {
  h2v2_fancy_upsample(decoder, component, in, out);
}
