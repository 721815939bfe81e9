#pragma once

#include "codecs/codec.h"

namespace crop64::jpeg {

extern const Codec kCodec;

}  // namespace crop64::jpeg
