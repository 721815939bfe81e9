// What a job works on, and what that says before anything is decoded.
#pragma once

#include "codecs/codec.h"

namespace crop64 {

// A file's bytes, or samples. Borrowed.
struct Source {
  Bytes file;
  ImageView samples;  // without data if the source is a file
  // Of samples only. `icc_profile` overrides `color_space`.
  Bytes icc_profile = {};
  ColorSpace color_space = ColorSpace::kSrgb;
  ImageFormat kept_as = ImageFormat::kPng;  // what format 'keep' gives

  bool is_file() const { return samples.data == nullptr; }
};

// The source's header, with its colours. Errors: those of registry.h's probe(), OUT_OF_MEMORY.
Result<ImageInfo> probe(const Source& source);

// What the source says beside its samples. Refers to the source's file. Errors: OUT_OF_MEMORY.
Result<SourceMetadata> metadata_of(const Source& source);

}  // namespace crop64
