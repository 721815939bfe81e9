// The quality of a JPEG that is to fit into maxBytes.
#pragma once

#include "codecs/codec.h"
#include "job/plan.h"

namespace crop64 {

// A whole file of `image` in the plan's format. Errors: those of Codec::encode.
Result<Buffer> encode_image(const ImageView& image, const Plan& plan,
                            const EncodeSettings& settings, const Metadata& metadata);

// Encodes at the highest quality, up to the plan's, whose file fits into the plan's max_bytes;
// `quality` is then that quality. The next higher quality does not fit. Other formats than JPEG,
// and plans without max_bytes, have one try. Errors: those of Codec::encode, and LIMIT_EXCEEDED if
// no file fits.
//
// Some of the rows, down to a sixteenth, are encoded first and show which quality to try.
Result<Buffer> encode_within(const ImageView& image, const Plan& plan, const Metadata& metadata,
                             int& quality);

// The error for a result of `smallest` bytes, which exceeds the plan's max_bytes.
Error too_large(const Plan& plan, size_t smallest);

}  // namespace crop64
