// What becomes of the colours of a job.
#pragma once

#include "codecs/codec.h"
#include "job/options.h"
#include "job/plan.h"

namespace crop64 {

// Sets `colors` of a plan whose `format` and `layout` are set. Colours are converted if the options
// ask for it, and else if the result cannot say what its samples mean: without metadata, in another
// format, or in grey instead of colour. They are not if that is impossible but the profile can be
// kept, under every metadata policy. Errors: UNSUPPORTED_FORMAT (colours that have to be converted
// but cannot be).
Failure plan_colors(const ImageInfo& info, const Options& options, Plan& plan);

}  // namespace crop64
