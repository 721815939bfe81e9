// What a caller asks for, as plain values with their defaults in place. The names and meanings are
// those of the public interface (web/types.ts); web/options.ts has checked types and ranges.
#pragma once

#include <cstdint>
#include <optional>

#include "codecs/codec.h"
#include "image/geometry.h"
#include "image/image.h"
#include "image/resize.h"
#include "metadata/metadata.h"

namespace crop64 {

// What a crop may do beyond the picture's edge.
enum class OutOfBounds : uint8_t { kError, kClamp, kPad };

// The channels of samples that are handed out, in this order in memory.
enum class Channels : uint8_t { kRgba, kRgb, kBgra, kBgr, kGray, kGrayAlpha, kKeep };

// The edges of the part that is asked for, in pixels of the picture as displayed or in percent of
// its sides.
struct Crop {
  RectF edges{0, 0, 100, 100};
  bool percent = true;
};

enum class Flip : uint8_t { kNone, kHorizontal, kVertical };

// How a picture is brought to a size of other proportions, in CSS's words.
enum class Fit : uint8_t { kCover, kContain, kFill, kInside, kOutside };

struct Resize {
  std::optional<int> width;  // at least one of the two
  std::optional<int> height;
  Fit fit = Fit::kCover;
  // Which part of the picture stays (cover), or where it goes (contain): 0 is left or top, 1 right
  // or bottom.
  double position_x = 0.5;
  double position_y = 0.5;
  Kernel kernel = Kernel::kLanczos3;
  bool without_enlargement = false;
};

struct Limits {
  double pixels = 536870912;     // that the source's header may promise
  double bytes = 1e18;           // of the source
  double memory = 1073741824.0;  // that the whole job may take, the source included
};

enum class Progressive : uint8_t { kKeep, kNo, kYes };

struct Options {
  // No option about the image or its file was given: a file is copied, byte for byte.
  bool copies_file = false;
  bool auto_orient = true;
  int rotate = 0;  // degrees clockwise: 0, 90, 180 or 270
  Flip flip = Flip::kNone;
  Crop crop;
  OutOfBounds out_of_bounds = OutOfBounds::kError;
  Color background;
  std::optional<Resize> resize;
  Damaged damaged = Damaged::kError;
  Limits limits;
  std::optional<ImageFormat> format;  // of the result; nullopt: the source's
  MetadataPolicy metadata = MetadataPolicy::kColor;
  bool lossless = false;       // a promise: what cannot be kept fails
  std::optional<int> quality;  // JPEG, 1 to 100; 0 keeps the source's own tables
  std::optional<Progressive> progressive;
  std::optional<bool> optimize_coding;                  // JPEG
  std::optional<ChromaSubsampling> chroma_subsampling;  // JPEG
  std::optional<int> compression_level;                 // PNG, 0 to 9
  std::optional<bool> palette;                          // PNG; else RGB or RGBA in its place
  std::optional<Channels> channels;                     // samples
  std::optional<int> bit_depth;                         // samples: 8 or 16; 0 for the picture's own
  std::optional<double> max_bytes;                      // of the encoded file
  std::optional<int> min_quality;  // JPEG, 1 to 100: the lowest that max_bytes may choose
};

}  // namespace crop64
