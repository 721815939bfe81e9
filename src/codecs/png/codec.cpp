#include "codecs/png/codec.h"

#include "codecs/png/decode.h"
#include "codecs/png/encode.h"
#include "codecs/png/metadata.h"
#include "codecs/png/probe.h"
#include "codecs/png/rewrite.h"

namespace crop64::png {

const Codec kCodec = {
    .format = ImageFormat::kPng,
    .id = "png",
    .name = "PNG",
    .mime_type = "image/png",
    .matches = matches,
    .probe = probe,
    .decode = decode,
    .start = start,
    .encode = encode,
    .rewrite = rewrite,
    .metadata = read_metadata,
    .encoder_layout = encoder_layout,
    .encode_memory = encode_memory,
};

}  // namespace crop64::png
