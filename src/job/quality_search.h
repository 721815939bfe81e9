// The quality of a JPEG that is to fit into maxBytes.
#pragma once

#include <memory>
#include <span>

#include "codecs/codec.h"
#include "job/plan.h"

namespace crop64 {

// An encoder of an image of `size` and the plan's layout. Errors: those of Codec::encode.
Result<std::unique_ptr<Encoder>> begin_file(const Plan& plan, Size size, const Colors& colors,
                                            const EncodeSettings& settings,
                                            const Metadata& metadata);

// A whole file of a result in the plan's format: of its samples, or of those of its components.
// Errors: those of Codec::encode.
Result<Buffer> encode_held(std::span<const ImageView> held, const Plan& plan,
                           const EncodeSettings& settings, const Metadata& metadata);

// Encodes at the highest quality, up to the plan's, whose file fits into the plan's max_bytes;
// `quality` is then that quality. The next higher quality does not fit. Other formats than JPEG,
// and plans without max_bytes, have one try. Errors: those of Codec::encode, and LIMIT_EXCEEDED if
// no file fits.
//
// Some of the rows, down to a sixteenth, are encoded first and show which quality to try.
Result<Buffer> encode_within(std::span<const ImageView> held, const Plan& plan,
                             const Metadata& metadata, int& quality);

// The error for a result of `smallest` bytes, which exceeds the plan's max_bytes.
Error too_large(const Plan& plan, size_t smallest);

}  // namespace crop64
