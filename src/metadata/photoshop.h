// Photoshop image resources (Adobe Photoshop File Formats Specification, "Image Resources
// Section").
#pragma once

#include "base/buffer.h"

namespace crop64 {

// A copy of the resources that do not depend on the image: resolution, captions (IPTC), copyright,
// URL. Empty if the data are damaged or may still contain an image. Errors: OUT_OF_MEMORY.
Result<Buffer> update_photoshop(Bytes resources);

}  // namespace crop64
