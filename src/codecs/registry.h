// The formats that are read and written. registry.cpp is the only file that names all of them.
#pragma once

#include "base/buffer.h"
#include "base/result.h"
#include "codecs/codec.h"

namespace crop64 {

// The codec whose files begin as `file` does, or null.
const Codec* find_codec(Bytes file);
// The codec of a format, or null.
const Codec* find_codec(ImageFormat format);

// Reads the header of any file, of which `file` may be the beginning; `byte_length` of the result
// is that of `file`. A format that is not decoded here is not an error: see identify(). Errors:
// those of Codec::probe.
Result<ImageInfo> probe(Bytes file);

// What the first bytes and the length alone say of any file. Its format is kUnknown; `id` and
// `name` are empty, and `looks_like` is set, if the bytes are of no known image format. The first 4
// KB are enough.
ImageInfo identify(Bytes file);

// The error for a file whose format is not decoded here, or which is not an image.
Error unsupported(const ImageInfo& info);

// A constant: "jpeg", "png", "bmp", "raw", "unknown".
const char* to_string(ImageFormat format);
// A constant: that of `application/octet-stream` for kRaw and kUnknown.
const char* mime_type(ImageFormat format);

}  // namespace crop64
