#include "support/pngs.h"

#include <png.h>
#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace crop64 {
namespace {

constexpr uint8_t kSignature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

// An oracle does not fail: that would be a fault of the test.
[[noreturn]] void give_up(const char* message) {
  std::fprintf(stderr, "the test's own use of libpng or zlib failed: %s\n", message);
  std::abort();
}

void put_u32(File& out, size_t value) {
  for (const int shift : {24, 16, 8, 0}) {
    out.push_back(static_cast<uint8_t>(value >> shift));
  }
}

size_t u32_at(const File& file, size_t at) {
  return size_t{file[at]} << 24 | size_t{file[at + 1]} << 16 | size_t{file[at + 2]} << 8 |
         file[at + 3];
}

uint8_t color_type(Model model) {
  switch (model) {
    case Model::kGray:
      return 0;
    case Model::kRgb:
      return 2;
    case Model::kPalette:
      return 3;
    case Model::kGrayAlpha:
      return 4;
    case Model::kRgba:
      return 6;
    default:
      give_up("no such colour type");
  }
}

Layout layout_of(int color_type, int depth) {
  constexpr Model kModels[] = {Model::kGray,      Model::kGray, Model::kRgb, Model::kPalette,
                               Model::kGrayAlpha, Model::kGray, Model::kRgba};
  return {kModels[color_type], depth};
}

PngChunk header_of(const ImageView& picture, bool interlaced) {
  PngChunk header = {"IHDR", {}};
  put_u32(header.data, static_cast<size_t>(picture.size.width));
  put_u32(header.data, static_cast<size_t>(picture.size.height));
  const File rest = {static_cast<uint8_t>(picture.layout.depth), color_type(picture.layout.model),
                     0, 0, interlaced};
  header.data.insert(header.data.end(), rest.begin(), rest.end());
  return header;
}

void add_colors(const ImageView& picture, std::vector<PngChunk>& chunks) {
  const Colors& colors = *picture.colors;
  PngChunk palette = {"PLTE", {}};
  PngChunk transparency = {"tRNS", {}};
  for (const Rgba8& entry : colors.palette) {
    palette.data.insert(palette.data.end(), {entry.r, entry.g, entry.b});
  }
  for (int i = 0; i < colors.palette_alphas; ++i) {
    transparency.data.push_back(colors.palette[static_cast<size_t>(i)].a);
  }
  if (colors.transparent) {
    const size_t samples = picture.layout.model == Model::kGray ? 1 : 3;
    for (size_t i = 0; i < samples; ++i) {
      transparency.data.push_back(static_cast<uint8_t>((*colors.transparent)[i] >> 8));
      transparency.data.push_back(static_cast<uint8_t>((*colors.transparent)[i]));
    }
  }
  for (const PngChunk& chunk : {palette, transparency}) {
    if (!chunk.data.empty()) {
      chunks.push_back(chunk);
    }
  }
}

// Bits packed, 16-bit samples big-endian.
File packed(const ImageView& picture, const PngRow& row) {
  const int depth = picture.layout.depth;
  File bytes(row_bytes(row, picture.layout) - 1);
  size_t bit = 0;
  for (int i = 0; i < row.count; ++i) {
    for (int channel = 0; channel < picture.layout.channels(); ++channel) {
      const uint32_t value = sample_at(picture, row.left + i * row.step, row.y, channel);
      for (int shift = depth - 1; shift >= 0; --shift, ++bit) {
        bytes[bit / 8] =
            static_cast<uint8_t>(bytes[bit / 8] | (value >> shift & 1) << (7 - bit % 8));
      }
    }
  }
  return bytes;
}

int paeth(int left, int above, int above_left) {
  const int estimate = left + above - above_left;
  const int to_left = std::abs(estimate - left);
  const int to_above = std::abs(estimate - above);
  const int to_above_left = std::abs(estimate - above_left);
  if (to_left <= to_above && to_left <= to_above_left) {
    return left;
  }
  return to_above <= to_above_left ? above : above_left;
}

// PNG specification, section 9.2.
File filtered(const File& row, const File& above, int filter, size_t pixel_bytes) {
  File out = {static_cast<uint8_t>(filter)};
  for (size_t i = 0; i < row.size(); ++i) {
    const int a = i >= pixel_bytes ? row[i - pixel_bytes] : 0;
    const int b = above[i];
    const int c = i >= pixel_bytes ? above[i - pixel_bytes] : 0;
    const int predictions[] = {0, a, b, (a + b) / 2, paeth(a, b, c)};
    out.push_back(static_cast<uint8_t>(row[i] - predictions[filter]));
  }
  return out;
}

File rows_as_bytes(const ImageView& picture, bool interlaced) {
  const auto pixel_bytes =
      static_cast<size_t>(std::max(1, picture.layout.channels() * picture.layout.depth / 8));
  File bytes;
  File above;
  int filter = 0;
  const PngRow* previous = nullptr;
  const std::vector<PngRow> rows = rows_of(picture.size, interlaced);
  for (const PngRow& row : rows) {
    const bool new_pass =
        previous == nullptr || row.left != previous->left || row.step != previous->step;
    const File here = packed(picture, row);
    if (new_pass) {
      above.assign(here.size(), 0);
    }
    const File out = filtered(here, above, filter, pixel_bytes);
    bytes.insert(bytes.end(), out.begin(), out.end());
    above = here;
    previous = &row;
    filter = (filter + 1) % 5;
  }
  return bytes;
}

// Takes from a file in memory.
struct Source {
  Bytes rest;
};

void read_bytes(png_structp png, png_bytep out, size_t count) {
  Source& source = *static_cast<Source*>(png_get_io_ptr(png));
  if (count > source.rest.size()) {
    give_up("the file ends");
  }
  std::copy_n(source.rest.begin(), count, out);
  source.rest = source.rest.subspan(count);
}

[[noreturn]] void on_error(png_structp, png_const_charp message) { give_up(message); }

void read_colors(png_structp png, png_infop info, Image& image) {
  png_colorp palette = nullptr;
  int entries = 0;
  png_bytep alphas = nullptr;
  int transparent = 0;
  png_color_16p key = nullptr;
  png_get_PLTE(png, info, &palette, &entries);
  png_get_tRNS(png, info, &alphas, &transparent, &key);
  if (image.layout.model == Model::kPalette) {
    image.colors.palette_alphas = transparent;
    for (int i = 0; i < entries; ++i) {
      const uint8_t alpha = i < transparent ? alphas[i] : 255;
      image.colors.palette.push_back({palette[i].red, palette[i].green, palette[i].blue, alpha});
    }
  } else if (transparent > 0 && image.layout.model == Model::kGray) {
    image.colors.transparent = {key->gray, key->gray, key->gray};
  } else if (transparent > 0) {
    image.colors.transparent = {key->red, key->green, key->blue};
  }
}

void unpack(const File& row, Image& image, int y) {
  const int depth = image.layout.depth;
  size_t bit = 0;
  for (int x = 0; x < image.size.width; ++x) {
    for (int channel = 0; channel < image.layout.channels(); ++channel) {
      uint32_t value = 0;
      for (int i = 0; i < depth; ++i, ++bit) {
        value = value << 1 | (row[bit / 8] >> (7 - bit % 8) & 1);
      }
      set_sample(image, x, y, channel, value);
    }
  }
}

}  // namespace

File make_png(const ImageView& picture, const PngRecipe& recipe) {
  std::vector<PngChunk> chunks = {header_of(picture, recipe.interlaced)};
  add_colors(picture, chunks);
  const File data = deflated(rows_as_bytes(picture, recipe.interlaced), recipe.level);
  for (size_t at = 0; at < data.size(); at += recipe.idat_bytes) {
    const size_t end = std::min(data.size(), at + recipe.idat_bytes);
    chunks.push_back({"IDAT", File(data.data() + at, data.data() + end)});
  }
  chunks.push_back({"IEND", {}});
  return join(chunks);
}

PngChunk png_header(uint32_t width, uint32_t height, int depth, int color_type, int interlace) {
  PngChunk header = {"IHDR", {}};
  put_u32(header.data, width);
  put_u32(header.data, height);
  for (const int byte : {depth, color_type, 0, 0, interlace}) {
    header.data.push_back(static_cast<uint8_t>(byte));
  }
  return header;
}

std::vector<PngChunk> chunks_of(const File& png) {
  std::vector<PngChunk> chunks;
  for (size_t at = sizeof kSignature; at < png.size();) {
    const size_t length = u32_at(png, at);
    const uint8_t* type = png.data() + at + 4;
    chunks.push_back({std::string(type, type + 4), File(type + 4, type + 4 + length)});
    at += 12 + length;
  }
  return chunks;
}

File join(const std::vector<PngChunk>& chunks) {
  File file(std::begin(kSignature), std::end(kSignature));
  for (const PngChunk& chunk : chunks) {
    put_u32(file, chunk.data.size());
    const size_t start = file.size();
    file.insert(file.end(), chunk.type.begin(), chunk.type.end());
    file.insert(file.end(), chunk.data.begin(), chunk.data.end());
    put_u32(file, crc32(0, file.data() + start, static_cast<uInt>(file.size() - start)));
  }
  return file;
}

File insert_chunk(const File& png, const std::string& before, const PngChunk& chunk) {
  std::vector<PngChunk> chunks = chunks_of(png);
  const auto place = std::find_if(chunks.begin(), chunks.end(),
                                  [&](const PngChunk& other) { return other.type == before; });
  chunks.insert(place, chunk);
  return join(chunks);
}

size_t find_chunk(const File& png, const std::string& type) {
  size_t at = sizeof kSignature;
  for (const PngChunk& chunk : chunks_of(png)) {
    if (chunk.type == type) {
      return at;
    }
    at += 12 + chunk.data.size();
  }
  give_up("no such chunk");
}

File deflated(const File& bytes, int level) {
  z_stream stream = {};
  deflateInit(&stream, level);
  File out(deflateBound(&stream, static_cast<uLong>(bytes.size())));
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) {
    give_up("deflate");
  }
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// What is there of the IDATs' data in a file that may end anywhere.
File idat_data(const File& png) {
  File data;
  for (size_t at = sizeof kSignature; at + 8 < png.size();) {
    const size_t length = u32_at(png, at);
    if (std::memcmp(png.data() + at + 4, "IDAT", 4) == 0) {
      const size_t end = std::min(png.size(), at + 8 + length);
      data.insert(data.end(), png.data() + at + 8, png.data() + end);
    }
    at += 12 + length;
  }
  return data;
}

// Owns an inflater of `data`.
struct Inflater {
  explicit Inflater(const File& data) {
    inflateInit(&stream);
    stream.next_in = const_cast<Bytef*>(data.data());
    stream.avail_in = static_cast<uInt>(data.size());
  }
  ~Inflater() { inflateEnd(&stream); }

  z_stream stream = {};
};

File inflated(const File& png) {
  const File data = idat_data(png);
  Inflater inflater(data);
  File out(1 << 20);
  inflater.stream.next_out = out.data();
  inflater.stream.avail_out = static_cast<uInt>(out.size());
  if (inflate(&inflater.stream, Z_FINISH) != Z_STREAM_END) {
    give_up("inflate");
  }
  out.resize(inflater.stream.total_out);
  return out;
}

// PNG specification, section 8.2. A pass without columns has no rows.
std::vector<PngRow> rows_of(Size size, bool interlaced) {
  struct Pass {
    int left, top, step_x, step_y;
  };
  constexpr Pass kAdam7[] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                             {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};
  std::vector<PngRow> rows;
  const auto add_pass = [&](const Pass& pass) {
    const int count = (size.width - pass.left + pass.step_x - 1) / pass.step_x;
    for (int y = pass.top; count > 0 && y < size.height; y += pass.step_y) {
      rows.push_back({y, pass.left, pass.step_x, count});
    }
  };
  if (interlaced) {
    std::for_each(std::begin(kAdam7), std::end(kAdam7), add_pass);
  } else {
    add_pass({0, 0, 1, 1});
  }
  return rows;
}

size_t row_bytes(const PngRow& row, Layout layout) {
  return 1 + static_cast<size_t>((row.count * layout.channels() * layout.depth + 7) / 8);
}

// As libpng does it: a row that no byte is left for is not asked for, though zlib may have it.
size_t count_rows(const File& cut, const std::vector<PngRow>& rows, Layout layout) {
  const File data = idat_data(cut);
  Inflater inflater(data);
  z_stream& stream = inflater.stream;
  File out;
  for (size_t count = 0; count < rows.size(); ++count) {
    out.resize(row_bytes(rows[count], layout));
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    while (stream.avail_out > 0) {
      if (stream.avail_in == 0) {
        return count;
      }
      inflate(&stream, Z_NO_FLUSH);
    }
  }
  return rows.size();
}

Image full_decode_with_libpng(Bytes file) {
  Source source = {file};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, on_error, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_read_fn(png, &source, read_bytes);
  png_read_info(png, info);
  const Size size = {static_cast<int>(png_get_image_width(png, info)),
                     static_cast<int>(png_get_image_height(png, info))};
  const Layout layout = layout_of(png_get_color_type(png, info), png_get_bit_depth(png, info));
  Image image = std::move(Image::allocate(size, layout).value());
  read_colors(png, info, image);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  std::vector<File> rows(static_cast<size_t>(size.height), File(png_get_rowbytes(png, info)));
  std::vector<png_bytep> pointers;
  for (File& row : rows) {
    pointers.push_back(row.data());
  }
  png_read_image(png, pointers.data());
  png_read_end(png, nullptr);
  for (int y = 0; y < size.height; ++y) {
    unpack(rows[static_cast<size_t>(y)], image, y);
  }
  png_destroy_read_struct(&png, &info, nullptr);
  return image;
}

}  // namespace crop64
