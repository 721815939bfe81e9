// Regions to try a decoder with, and the trial itself.
#pragma once

#include "support/images.h"
#include "support/pictures.h"

namespace crop64 {

// Every left edge and every top edge that the picture has, with several sizes each and the other
// side anywhere, one pixel and all of the rest among them.
std::vector<Rect> regions_to_try(Size size);

// Checks that decoding a region gives that part of `full`, which is the reduced picture, for all of
// those regions. Stops at the first one that does not.
void check_regions(Decode* decode, const File& file, const ImageView& full, int reduction = 1);

}  // namespace crop64
