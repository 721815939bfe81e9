#include "codecs/bmp/codec.h"

#include "codecs/bmp/decode.h"

namespace crop64::bmp {

const Codec kCodec = {
    .format = ImageFormat::kBmp,
    .id = "bmp",
    .name = "BMP",
    .mime_type = "image/bmp",
    .matches = matches,
    .probe = probe,
    .decode = decode,
};

}  // namespace crop64::bmp
