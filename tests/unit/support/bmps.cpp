#include "support/bmps.h"

namespace crop64 {
namespace {

void put(File& file, uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) {
    file.push_back(static_cast<uint8_t>(value >> (8 * i)));
  }
}

constexpr uint32_t kAlphaFields = 6;

}  // namespace

File make_bmp(const BmpRecipe& recipe, const File& samples) {
  const bool core = recipe.header_bytes == 12;
  File header;
  put(header, recipe.header_bytes, 4);
  if (core) {
    put(header, static_cast<uint32_t>(recipe.size.width), 2);
    put(header, static_cast<uint32_t>(recipe.size.height), 2);
    put(header, static_cast<uint32_t>(recipe.planes), 2);
    put(header, static_cast<uint32_t>(recipe.bits), 2);
  } else {
    const int height = recipe.top_down ? -recipe.size.height : recipe.size.height;
    put(header, static_cast<uint32_t>(recipe.size.width), 4);
    put(header, static_cast<uint32_t>(height), 4);
    put(header, static_cast<uint32_t>(recipe.planes), 2);
    put(header, static_cast<uint32_t>(recipe.bits), 2);
    put(header, recipe.compression, 4);
    put(header, static_cast<uint32_t>(samples.size()), 4);
    put(header, static_cast<uint32_t>(recipe.per_meter), 4);
    put(header, static_cast<uint32_t>(recipe.per_meter), 4);
    put(header, recipe.used_colors.value_or(static_cast<uint32_t>(recipe.palette.size())), 4);
    put(header, 0, 4);
    const bool has_masks =
        recipe.compression == 3 || recipe.compression == kAlphaFields || recipe.header_bytes >= 108;
    const bool has_fourth = recipe.header_bytes >= 56 || recipe.compression == kAlphaFields;
    for (size_t i = 0; has_masks && i < (has_fourth ? 4 : 3); ++i) {
      put(header, recipe.masks[i], 4);
    }
  }
  // Masks behind a first header are no part of it; a short one lacks its last fields.
  const bool is_short = recipe.header_bytes < 40;
  header.resize(is_short ? recipe.header_bytes
                         : std::max<size_t>(header.size(), recipe.header_bytes));
  for (const Rgba8& entry : recipe.palette) {
    header.insert(header.end(), {entry.b, entry.g, entry.r});
    if (!core) {
      header.push_back(0);
    }
  }
  header.resize(header.size() + recipe.gap, 0xee);
  File file = {'B', 'M'};
  put(file, static_cast<uint32_t>(14 + header.size() + samples.size()), 4);
  put(file, 0, 4);
  put(file, static_cast<uint32_t>(14 + header.size()), 4);
  file.insert(file.end(), header.begin(), header.end());
  file.insert(file.end(), samples.begin(), samples.end());
  return file;
}

File bmp_rows(const BmpRecipe& recipe, const std::function<uint32_t(int x, int y)>& bits_at) {
  File rows;
  for (int i = 0; i < recipe.size.height; ++i) {
    const int y = recipe.top_down ? i : recipe.size.height - 1 - i;
    uint32_t byte = 0;
    int filled = 0;
    for (int x = 0; x < recipe.size.width; ++x) {
      const uint32_t bits = bits_at(x, y);
      if (recipe.bits >= 8) {
        put(rows, bits, recipe.bits / 8);
        continue;
      }
      byte = byte << recipe.bits | bits;
      filled += recipe.bits;
      if (filled == 8) {
        put(rows, byte, 1);
        byte = 0;
        filled = 0;
      }
    }
    if (filled > 0) {
      put(rows, byte << (8 - filled), 1);
    }
    rows.resize((rows.size() + 3) / 4 * 4, 0xdd);
  }
  return rows;
}

File make_bmp(const ImageView& picture, BmpRecipe recipe) {
  recipe.size = picture.size;
  const bool has_palette = picture.layout.model == Model::kPalette;
  recipe.bits = has_palette ? picture.layout.depth : 24;
  recipe.palette = picture.colors->palette;
  return make_bmp(recipe, bmp_rows(recipe, [&](int x, int y) {
                    if (has_palette) {
                      return sample_at(picture, x, y, 0);
                    }
                    return sample_at(picture, x, y, 0) << 16 | sample_at(picture, x, y, 1) << 8 |
                           sample_at(picture, x, y, 2);
                  }));
}

}  // namespace crop64
