// The options of a job with their defaults. Names and meanings are those of the public API
// (web/types.ts). web/options.ts has checked types and ranges.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "codecs/codec.h"
#include "image/geometry.h"
#include "image/image.h"
#include "image/resize.h"
#include "metadata/metadata.h"

namespace crop64 {

// What to do with a crop that reaches beyond the image.
enum class OutOfBounds : uint8_t { kError, kClamp, kPad };

// The channels of samples in a result, in this order in memory.
enum class Channels : uint8_t { kRgba, kRgb, kBgra, kBgr, kGray, kGrayAlpha, kKeep };

// A crop's edges in pixels of the image as displayed, or in percent of its sides.
struct Crop {
  RectF edges{0, 0, 100, 100};
  bool percent = true;
};

enum class Flip : uint8_t { kNone, kHorizontal, kVertical };

// How an image is fitted to a size of other proportions, as CSS object-fit has it.
enum class Fit : uint8_t { kCover, kContain, kFill, kInside, kOutside };

struct Resize {
  std::optional<int> width;  // at least one of the two
  std::optional<int> height;
  Fit fit = Fit::kCover;
  // Which region of the image stays (cover), or where the image lies (contain): 0 is left or top, 1
  // right or bottom.
  double position_x = 0.5;
  double position_y = 0.5;
  Kernel kernel = Kernel::kLanczos3;
  bool without_enlargement = false;
};

struct Limits {
  double pixels = 536870912;     // of the source, by its header
  double bytes = 1e18;           // of the source
  double memory = 1073741824.0;  // in bytes: of a job, the source included
};

enum class Progressive : uint8_t { kKeep, kNo, kYes };

struct Options {
  // No option about the image or its file was given: the file is copied, byte for byte.
  bool copies_file = false;
  bool auto_orient = true;
  double rotate = 0;  // degrees clockwise, from 0 to less than 360
  Flip flip = Flip::kNone;
  Crop crop;
  OutOfBounds out_of_bounds = OutOfBounds::kError;
  Color background;
  std::optional<Resize> resize;
  Damaged damaged = Damaged::kError;
  Limits limits;
  std::optional<ImageFormat> format;  // of the result; nullopt: the source's
  MetadataPolicy metadata = MetadataPolicy::kColor;
  // The result's colour space: kSrgb or kDisplayP3. nullopt keeps the source's if the result can
  // say which one it is.
  std::optional<ColorSpace> color_space;
  bool lossless = false;       // fail if the job would lose samples
  std::optional<int> quality;  // JPEG, 1 to 100; 0: that of the source
  std::optional<Progressive> progressive;
  std::optional<bool> optimize_coding;                  // JPEG
  std::optional<ChromaSubsampling> chroma_subsampling;  // JPEG
  std::optional<int> compression_level;                 // PNG, 0 to 9
  std::optional<bool> palette;       // PNG: false replaces a palette by RGB or RGBA
  std::optional<Channels> channels;  // samples
  std::optional<int> bit_depth;      // samples: 8 or 16; 0: that of the source
  std::optional<double> max_bytes;   // of the encoded file
  std::optional<int> min_quality;    // JPEG, 1 to 100: the lowest that max_bytes may choose
  // Makes what takes the rows of a kRaw result of `bytes` bytes; null if memory is exhausted.
  // Without it they are kept.
  std::unique_ptr<RowSink> (*make_sample_sink)(double bytes) = nullptr;
};

}  // namespace crop64
