// The geometry of a rotation by other than a multiple of 90 degrees.
#pragma once

#include "job/plan.h"

namespace crop64 {

// Whether the options ask for such a rotation.
bool rotates_freely(const Options& options);

// Sets `plan.rotation` to what maps the result, without its letterbox, to the stored image. The
// plan has its orientation (without rotation and flip), and the resize of `crop`, a region of the
// rotated and flipped image.
void plan_rotation(const ImageInfo& info, const Options& options, const Rect& crop, Plan& plan);

// The region of the stored image that the rotation takes its samples from, at least one pixel.
Rect rotated_region(const ImageInfo& info, const Plan& plan);

// The resize before the rotation, of that region: down to the size of a pixel of the result.
// Nothing if that would not make it smaller.
std::optional<Resampling> resampling_before_rotation(const Plan& plan, const Rect& region);

// Lets the rotation begin at the decoded and resized image.
void rotate_decoded(Plan& plan);

}  // namespace crop64
