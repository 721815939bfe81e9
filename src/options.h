// What a caller asks for, as plain values with their defaults in place. The names and meanings are
// those of the public interface (web/types.ts); web/options.ts has checked types and ranges.
#pragma once

#include <cstdint>
#include <optional>

#include "geometry.h"

namespace crop64 {

enum class Format : uint8_t { kKeep, kUnknown, kJpeg, kPng, kRaw };

// What a crop may do beyond the picture's edge.
enum class Outside : uint8_t { kError, kClamp, kPad };

enum class Truncated : uint8_t { kError, kAccept };

// The channels of samples that are handed out, in this order in memory.
enum class Channels : uint8_t { kRgba, kRgb, kBgra, kBgr, kGray, kGrayAlpha, kKeep };

struct Color {
  uint8_t r = 0;
  uint8_t g = 0;
  uint8_t b = 0;
  double alpha = 0;  // 0 to 1
};

// The edges of the part that is asked for, in pixels of the picture as displayed or in percent of
// its sides.
struct Crop {
  RectF edges{0, 0, 100, 100};
  bool percent = true;
};

struct Limits {
  double pixels = 536870912;     // that the source's header may promise
  double bytes = 1e18;           // of the source
  double memory = 1073741824.0;  // that the whole job may take, the source included
};

struct Options {
  Crop crop;
  Outside outside = Outside::kError;
  Color background;
  Truncated truncated = Truncated::kError;
  Limits limits;
  Format format = Format::kKeep;
  std::optional<int> quality;            // JPEG, 1 to 100
  std::optional<int> compression_level;  // PNG, 0 to 9
  std::optional<Channels> channels;      // samples
};

}  // namespace crop64
