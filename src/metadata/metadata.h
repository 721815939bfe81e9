// What an image file says beside its samples, independent of the file's format: blocks of the
// source file, and what a new file contains.
#pragma once

#include <optional>
#include <vector>

#include "base/buffer.h"
#include "color/profile.h"
#include "image/geometry.h"
#include "image/image.h"

namespace crop64 {

// Which metadata a new file keeps.
enum class MetadataPolicy : uint8_t {
  kNone,   // none, except an orientation that the samples still need
  kColor,  // the colour profile and the density
  kAll,    // everything that is still true of the new image
};

enum class MetadataKind : uint8_t {
  kIccProfile,  // data: an ICC profile, or the next part of one
  kExif,        // data: Exif in TIFF form
  kXmp,         // data: an XMP packet
  kColor,       // the meaning of the samples, in the format's own form (PNG: gAMA, cICP)
  kLayout,      // valid for this sample layout only (PNG: sBIT, bKGD)
  kText,        // comments and other text
  kPhotoshop,   // data: Photoshop image resources, which include captions and thumbnails
  kOpaque,      // unknown content: it may show or describe the image as it was
};

// A segment or chunk of a file, borrowed from the file's bytes.
struct MetadataBlock {
  MetadataKind kind;
  Bytes raw;   // the whole segment or chunk as the file has it; empty if it is never copied
  Bytes data;  // its content
};

// Samples per unit of length.
struct Density {
  double x = 0;
  double y = 0;
  enum class Unit : uint8_t { kNone, kInch, kMetre } unit = Unit::kNone;  // kNone: an aspect ratio
};

// Samples per inch across; 0 if the density is missing or has no unit.
double per_inch(const std::optional<Density>& density);

// The metadata of a source file, as the reader of its format collected it.
struct SourceMetadata {
  // Further blocks are ignored: a file of a million tiny blocks would only take time.
  static constexpr size_t kMaxBlocks = 10000;

  void add(const MetadataBlock& block) {
    if (blocks.size() < kMaxBlocks) {
      blocks.push_back(block);
    }
  }

  std::vector<MetadataBlock> blocks;  // in the file's order
  std::optional<Density> density;
  Buffer icc_profile;  // joined and decompressed; empty if the file has none
  // What the format's own means say (PNG: cICP, sRGB, gAMA and cHRM), or a name. It applies if
  // `icc_profile` does not, or if it precedes that.
  ColorProfile color;
  bool color_precedes_profile = false;
};

// Whether the ICC profile says what samples of this model mean.
bool uses_profile(const SourceMetadata& source, Model model);

// What samples of this layout mean. Tables are borrowed from `source.icc_profile`.
ColorProfile color_profile_of(const SourceMetadata& source, Layout layout);

// The metadata of a new file, for the writer of its format.
struct Metadata {
  Buffer icc_profile;
  Buffer exif;  // in TIFF form
  Buffer xmp;
  Buffer photoshop;
  std::optional<Density> density;
  std::vector<Bytes>
      raw;  // segments or chunks that are copied as they are, borrowed from the source
};

// The ICC profile of a new file.
enum class ProfileChoice : uint8_t { kNone, kSource, kDisplayP3 };

// How the new image differs from the source, as far as metadata depends on it.
struct OutputFacts {
  MetadataPolicy policy = MetadataPolicy::kColor;
  bool same_format = false;
  bool same_layout = false;  // the same sample layout, and the same palette
  bool same_image = false;   // neither cropped nor turned nor resized
  ProfileChoice profile = ProfileChoice::kNone;
  bool same_colors = true;  // not converted
  Size size;                // as stored
  Orientation orientation;  // still to be applied when the new file is displayed
};

}  // namespace crop64
