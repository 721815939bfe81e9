// What files that are not decoded here are, by their first bytes: image formats by name, and a
// guess at everything else.
#pragma once

#include <optional>

#include "base/buffer.h"

namespace crop64 {

// Texts are constants.
struct FileType {
  const char* id;         // "webp"
  const char* name;       // "WebP"
  const char* mime_type;  // "image/webp"
};

// The image format of a file that no codec matches; nullopt if it is none that is known. Looks at
// no more than the first 4 KB.
std::optional<FileType> sniff(Bytes file);

// What bytes of no image format seem to be, and what was probably meant: "a ZIP archive: unpack it
// first". A constant. Looks at no more than the first 4 KB.
const char* looks_like(Bytes file);

}  // namespace crop64
