#include "codecs/bmp/codec.h"

#include "codecs/bmp/decode.h"

namespace crop64::bmp {

const Codec kCodec = {
    .format = ImageFormat::kBmp,
    .id = "bmp",
    .name = "BMP",
    .mime_type = "image/bmp",
    .matches = matches_bmp,
    .probe = probe_bmp,
    .decode = decode_bmp,
};

}  // namespace crop64::bmp
