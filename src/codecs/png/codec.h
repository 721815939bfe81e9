#pragma once

#include "codecs/codec.h"

namespace crop64::png {

extern const Codec kCodec;

}  // namespace crop64::png
