// BMP files of every kind, written here, byte by byte.
#pragma once

#include <array>
#include <functional>
#include <optional>

#include "support/pictures.h"

namespace crop64 {

struct BmpRecipe {
  uint32_t header_bytes = 40;  // 12: the core header; from 16 on without its last fields
  Size size = {};
  bool top_down = false;
  int bits = 24;
  uint32_t compression = 0;
  std::array<uint32_t, 4> masks = {};  // written if the compression or the header has masks
  std::vector<Rgba8> palette = {};
  std::optional<uint32_t> used_colors = {};  // none: as many as the palette has
  int32_t per_meter = 0;
  int planes = 1;
  size_t gap = 0;  // bytes between the header and the samples
};

// A file of that header and those samples, whatever they are.
File make_bmp(const BmpRecipe& recipe, const File& samples);

// Uncompressed rows, each filled up to four bytes, of what `bits_at` gives for a displayed pixel.
File bmp_rows(const BmpRecipe& recipe, const std::function<uint32_t(int x, int y)>& bits_at);

// A file of that picture, which is a palette of 1, 2, 4 or 8 bits, or RGB. Its size, bits and
// palette are put into the recipe.
File make_bmp(const ImageView& picture, BmpRecipe recipe = {});

}  // namespace crop64
