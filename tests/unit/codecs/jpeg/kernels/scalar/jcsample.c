#define jinit_downsampler scalar_jinit_downsampler
#include <jcsample.c>

#include "codecs/jpeg/kernels/scalar.h"

void scalar_h2v1_downsample(j_compress_ptr encoder, jpeg_component_info *component, JSAMPARRAY in,
                            JSAMPARRAY out) {
  h2v1_downsample(encoder, component, in, out);
}

void scalar_h2v2_downsample(j_compress_ptr encoder, jpeg_component_info *component, JSAMPARRAY in,
                            JSAMPARRAY out) {
  h2v2_downsample(encoder, component, in, out);
}
