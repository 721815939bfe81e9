// PNG files of every kind: written here, byte by byte, and decoded with libpng directly.
#pragma once

#include <string>

#include "support/pictures.h"

namespace crop64 {

struct PngRecipe {
  bool interlaced = false;
  size_t idat_bytes = 1 << 20;  // in one IDAT chunk, at most
  int level = 6;
};

// A file of that picture, palette and transparent colour with it. The five filters take turns.
File make_png(const ImageView& picture, const PngRecipe& recipe = {});

struct PngChunk {
  std::string type;
  File data;
};

// An IHDR of these fields.
PngChunk png_header(uint32_t width, uint32_t height, int depth, int color_type, int interlace = 0);

std::vector<PngChunk> chunks_of(const File& png);
File join(const std::vector<PngChunk>& chunks);
// That file with another chunk before the first one of type `before`.
File insert_chunk(const File& png, const std::string& before, const PngChunk& chunk);
// Where the first chunk of that type begins (with its length).
size_t find_chunk(const File& png, const std::string& type);

File deflated(const File& bytes, int level = 6);
// What the IDATs of a file hold.
File inflated(const File& png);

// The rows of a file's inflated data, in order.
struct PngRow {
  int y;
  int left;
  int step;   // from one pixel to the next
  int count;  // of pixels
};
std::vector<PngRow> rows_of(Size size, bool interlaced);
// Bytes of such a row, its filter's among them.
size_t row_bytes(const PngRow& row, Layout layout);
// How many of these rows can be read from a file that may end anywhere.
size_t count_rows(const File& cut, const std::vector<PngRow>& rows, Layout layout);

// All samples in the file's own layout, with its palette and transparent colour.
Image full_decode_with_libpng(Bytes file);

}  // namespace crop64
