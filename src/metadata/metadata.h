// What a file says beside its samples: what is kept, what is dropped, and what has to be changed so
// that it stays true. No format's library, and no format's own structure, is known here.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "base/buffer.h"
#include "color/profile.h"
#include "image/geometry.h"
#include "image/image.h"

namespace crop64 {

// Which metadata a new file keeps.
enum class MetadataPolicy : uint8_t {
  kNone,   // nothing
  kColor,  // what its colours and its size on paper are
  kAll,    // all that is still true
};

enum class MetadataKind : uint8_t {
  kIccProfile,  // data: a profile, or the next part of one
  kExif,        // data: Exif in TIFF form
  kXmp,         // data: an XMP packet
  kColor,       // what the samples mean, in this format's own way
  kLayout,      // what fits this sample layout only: significant bits, a background's palette index
  kText,        // comments and the like
  kPhotoshop,   // data: Photoshop's image resources, captions and thumbnails among them
  kOpaque,      // shows or describes the picture as it was, or may do so: nobody knows here
};

// A piece of a file, borrowed from it.
struct MetadataBlock {
  MetadataKind kind;
  Bytes raw;   // all of it, as it stands in the file; not for what is written anew
  Bytes data;  // its content
};

// Samples along a unit of length.
struct Density {
  double x = 0;
  double y = 0;
  enum class Unit : uint8_t { kNone, kInch, kMetre } unit = Unit::kNone;  // kNone: proportions only
};

// 0 where there is no unit of length.
double per_inch(const std::optional<Density>& density);

// The density in Exif data (XResolution, YResolution and ResolutionUnit; Exif 2.3, 4.6.4); nothing
// if there is none or it has no unit of length. Reads nothing outside `exif`.
std::optional<Density> read_exif_density(Bytes exif);

// What a file says, as its format's reader found it.
struct SourceMetadata {
  // The most that are looked at: a file of a million tiny ones has nothing more to say.
  static constexpr size_t kMaxBlocks = 10000;

  void add(const MetadataBlock& block) {
    if (blocks.size() < kMaxBlocks) {
      blocks.push_back(block);
    }
  }

  std::vector<MetadataBlock> blocks;
  std::optional<Density> density;
  Buffer icc_profile;  // put together and uncompressed; empty where there is none
  ColorSpace color_space = ColorSpace::kSrgb;
};

// What a new file is to say.
struct Metadata {
  Buffer icc_profile;
  ColorSpace color_space = ColorSpace::kSrgb;
  Buffer exif;  // in TIFF form
  Buffer xmp;
  Buffer photoshop;
  std::optional<Density> density;
  std::vector<Bytes> raw;  // pieces of the source, whose format is the new file's
};

// What has become of the picture, as far as metadata has to know.
struct OutputFacts {
  MetadataPolicy policy = MetadataPolicy::kColor;
  bool same_format = false;
  bool same_layout = false;   // the samples' layout, palette included
  bool same_image = false;    // neither cropped nor turned nor resized
  Model model = Model::kRgb;  // of the new file's samples
  Size size;                  // of the new file, as stored
  Orientation orientation;    // how the new file is still to be turned to be displayed
};

// Chosen by the policy, and made true: the orientation is what is left of it, sizes are the new
// ones, and on a picture that is no longer whole nothing is left that shows what was there, or may
// do so (thumbnails, makers' notes, all that nobody knows here). Of several blocks of Exif or XMP
// the first counts; damaged ones, and Exif of more than 64 KB, are dropped. An orientation that is
// left is told under every policy, in Exif of its own where the source's has no place for it. A
// profile whose colour space is not the samples' any more is dropped; Display P3 that was told in
// another way than by a profile gets one where the new format has no such way. Errors:
// OUT_OF_MEMORY.
Result<Metadata> select_metadata(const SourceMetadata& source, const OutputFacts& facts);

// The orientation, 1 to 8, in Exif data (a TIFF header and what follows; Exif 2.3, 4.6.4); 1 where
// there is none or it is not valid. Reads nothing outside `exif`.
int read_exif_orientation(Bytes exif);

}  // namespace crop64
