#include "codecs/png/codec.h"

#include "codecs/png/chunks.h"
#include "codecs/png/decode.h"
#include "codecs/png/encode.h"
#include "codecs/png/rewrite.h"

namespace crop64::png {

const Codec kCodec = {
    .format = ImageFormat::kPng,
    .id = "png",
    .name = "PNG",
    .mime_type = "image/png",
    .matches = matches_png,
    .probe = probe_png,
    .decode = decode_png,
    .start = start_png,
    .encode = encode_png,
    .rewrite = rewrite_png,
    .metadata = metadata_of_png,
    .encoder_layout = png_encoder_layout,
    .encode_memory = png_encode_memory,
};

}  // namespace crop64::png
