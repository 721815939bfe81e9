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
    .matches = matches_jpeg,
    .probe = probe_jpeg,
    .decode = decode_jpeg,
    .start = start_jpeg,
    .encode = encode_jpeg,
    .lossless_crop = lossless_crop_jpeg,
    .rewrite = rewrite_jpeg,
    .metadata = metadata_of_jpeg,
    .encoder_layout = jpeg_encoder_layout,
    .encode_memory = jpeg_encode_memory,
};

}  // namespace crop64::jpeg
