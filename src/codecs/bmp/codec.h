#pragma once

#include "codecs/codec.h"

namespace crop64::bmp {

extern const Codec kCodec;

}  // namespace crop64::bmp
