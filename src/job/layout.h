// The sample layouts of a job.
#pragma once

#include "codecs/codec.h"
#include "job/options.h"
#include "job/plan.h"

namespace crop64 {

// The model that `channels` names; kRgba for kKeep.
Model model_of(Channels channels);

// Whether a palette is to be replaced by the colours that it stands for.
bool expands_palette(const ImageInfo& info, const Options& options);

// Sets `working`, `layout` and `flattens` of a plan whose format, steps and background are set.
void choose_layouts(const ImageInfo& info, const Options& options, Plan& plan);

}  // namespace crop64
