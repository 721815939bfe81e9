#include "codecs/jpeg/codec.h"

#include "codecs/jpeg/decode.h"
#include "codecs/jpeg/encode.h"
#include "codecs/jpeg/lossless_crop.h"
#include "codecs/jpeg/metadata.h"
#include "codecs/jpeg/probe.h"
#include "codecs/jpeg/rewrite.h"

namespace crop64::jpeg {

const Codec kCodec = {
    .format = ImageFormat::kJpeg,
    .id = "jpeg",
    .name = "JPEG",
    .mime_type = "image/jpeg",
    .matches = matches,
    .probe = probe,
    .decode = decode,
    .start = start,
    .encode = encode,
    .lossless_crop = lossless_crop,
    .rewrite = rewrite,
    .metadata = read_metadata,
    .encoder_layout = encoder_layout,
    .components = encoder_components,
    .encode_memory = encode_memory,
};

}  // namespace crop64::jpeg
