// The geometry of a resize: how an image gets the size that was asked for, and how much of that the
// decoder can do.
#pragma once

#include <optional>

#include "codecs/codec.h"
#include "image/pad.h"
#include "image/resize.h"
#include "job/options.h"

namespace crop64 {

struct Fitted {
  Resampling resampling;             // its box is in pixels of the image that is resized
  std::optional<Padding> letterbox;  // what 'contain' leaves free
};

// How an image of size `from` gets the size that was asked for.
Fitted fit(Size from, const Resize& resize);

// Whether that leaves an image of size `from` as it is.
bool is_identity(const Resampling& resampling, Size from);

// The largest reduction by the decoder that still leaves twice the size that is asked for, on both
// sides: a wide kernel does not show it. 1 for kNearest.
int choose_reduction(const ImageInfo& info, const Resampling& resampling);

// The pixels of the reduced image that lie wholly inside `region`, or at the edge of the image.
// `region` is in pixels of the stored image, whose size is `image`.
Rect reduce(const Rect& region, Size image, int reduction);

// `box`, which is in pixels of the region as displayed, in pixels of the image that was decoded by
// `request` and turned by `orientation`. `stored_region` is the region in the stored image.
RectF box_in_decoded(const RectF& box, const Rect& stored_region, const DecodeRequest& request,
                     Orientation orientation);

}  // namespace crop64
