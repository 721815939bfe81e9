#include "png/writer.h"

#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string_view>

#include "png/libpng.h"

namespace crop64 {
namespace {

constexpr size_t kIdatBytes = size_t{128} * 1024;

struct Writer {
  Writer() = default;
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() { png_destroy_write_struct(&png, &info); }

  png_structp png = nullptr;
  png_infop info = nullptr;
  ErrorTrap trap;

  const ImageView* image = nullptr;
  const Metadata* metadata = nullptr;
  Buffer profile;  // compressed
  int level = 0;
  Buffer row;  // as the file has it
  Buffer file;
  size_t used = 0;
};

void write_bytes(png_structp png, png_bytep bytes, size_t count) {
  Writer& writer = *static_cast<Writer*>(png_get_io_ptr(png));
  if (count > writer.file.size() - writer.used &&
      !writer.file.grow(std::max(writer.file.size() * 2, writer.used + count))) {
    fail(writer.trap, ErrorCode::kOutOfMemory, "There was no room for the PNG.");
  }
  std::memcpy(writer.file.data() + writer.used, bytes, count);
  writer.used += count;
}

int color_type(Model model) {
  switch (model) {
    case Model::kGray:
      return PNG_COLOR_TYPE_GRAY;
    case Model::kGrayAlpha:
      return PNG_COLOR_TYPE_GRAY_ALPHA;
    case Model::kPalette:
      return PNG_COLOR_TYPE_PALETTE;
    case Model::kRgba:
      return PNG_COLOR_TYPE_RGB_ALPHA;
    default:
      return PNG_COLOR_TYPE_RGB;
  }
}

// Whether neighbouring pixels are mostly equal, as in drawings and on screens, rather than nearly
// equal, as in photographs. Looks at some sixty rows.
bool is_flat(const ImageView& image) {
  const size_t pixel_bytes = image.layout.pixel_bytes();
  const int step = std::max(1, image.size.height / 64);
  int64_t pairs = 0;
  int64_t equal = 0;
  for (int y = 0; y < image.size.height; y += step) {
    const uint8_t* row = image.row(y);
    for (int x = 1; x < image.size.width; ++x) {
      const uint8_t* pixel = row + pixel_bytes * static_cast<size_t>(x);
      equal += std::memcmp(pixel, pixel - pixel_bytes, pixel_bytes) == 0;
    }
    pairs += image.size.width - 1;
  }
  return equal * 2 >= pairs;
}

// Photographs hardly repeat themselves: looking for matches costs most of the time and gives next
// to nothing, and one Paeth filter does nearly as well as trying all five on every row. Flat
// pictures live on matches. Level 7 and up are for those who want the smallest file.
void choose_compression(png_structp png, const ImageView& image, int level) {
  png_set_compression_level(png, level);
  if (image.layout.depth < 8 || image.layout.model == Model::kPalette) {
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
    png_set_compression_strategy(png, Z_DEFAULT_STRATEGY);
  } else if (level >= 7) {
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_ALL_FILTERS);
    png_set_compression_strategy(png, Z_FILTERED);
  } else if (is_flat(image)) {
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE | PNG_FILTER_SUB | PNG_FILTER_UP);
    png_set_compression_strategy(png, Z_DEFAULT_STRATEGY);
  } else {
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_PAETH);
    png_set_compression_strategy(png, Z_RLE);
  }
}

// How many entries the samples need. An index beyond the picture's palette is a fault of its file,
// which is not to be handed on.
size_t used_entries(const ImageView& image) {
  size_t entries = image.colors->palette.size();
  const auto most = static_cast<size_t>(image.layout.max_value()) + 1;
  for (int y = 0; y < image.size.height && entries < most; ++y) {
    const uint8_t* row = image.row(y);
    const uint8_t* largest = std::max_element(row, row + image.size.width);
    entries = std::max(entries, size_t{*largest} + 1);
  }
  return entries;
}

void write_colors(png_structp png, png_infop info, const ImageView& image) {
  const Colors& colors = *image.colors;
  if (image.layout.model == Model::kPalette) {
    png_color palette[256] = {};  // black, as it is shown elsewhere
    uint8_t alphas[256];
    for (size_t i = 0; i < colors.palette.size(); ++i) {
      const Rgba8& entry = colors.palette[i];
      palette[i] = {entry.r, entry.g, entry.b};
      alphas[i] = entry.a;
    }
    png_set_PLTE(png, info, palette, static_cast<int>(used_entries(image)));
    if (colors.palette_alphas > 0) {
      png_set_tRNS(png, info, alphas, colors.palette_alphas, nullptr);
    }
  } else if (colors.transparent && !image.layout.has_alpha()) {
    const auto& [r, g, b] = *colors.transparent;
    const png_color_16 key = {0, r, g, b, r};
    png_set_tRNS(png, info, nullptr, 0, &key);
  }
}

void write_u32(uint8_t* to, double value) {
  const auto number = static_cast<uint32_t>(std::clamp(std::floor(value + 0.5), 0.0, 2147483647.0));
  for (int i = 0; i < 4; ++i) {
    to[i] = static_cast<uint8_t>(number >> (24 - 8 * i));
  }
}

void write_density(png_structp png, const Density& density) {
  uint8_t phys[9];
  const double scale = density.unit == Density::Unit::kInch ? 1 / 0.0254 : 1;
  write_u32(phys, density.x * scale);
  write_u32(phys + 4, density.y * scale);
  phys[8] = density.unit == Density::Unit::kNone ? 0 : 1;
  png_write_chunk(png, reinterpret_cast<png_const_bytep>("pHYs"), phys, sizeof phys);
}

// The type is four characters, which nothing need follow.
void write_chunk(png_structp png, const char* type, std::string_view head, Bytes content) {
  png_write_chunk_start(png, reinterpret_cast<png_const_bytep>(type),
                        static_cast<png_uint_32>(head.size() + content.size()));
  png_write_chunk_data(png, reinterpret_cast<png_const_bytep>(head.data()), head.size());
  png_write_chunk_data(png, content.data(), content.size());
  png_write_chunk_end(png);
}

// What has to stand before the palette (PNG specification, 5.6), or what may follow it.
void write_metadata(png_structp png, const Writer& writer, bool before_palette) {
  const Metadata& metadata = *writer.metadata;
  for (const Bytes& raw : metadata.raw) {
    const std::string_view type(reinterpret_cast<const char*>(raw.data()) + 4, 4);
    const bool after = type == "bKGD" || type == "hIST";
    if (after != before_palette) {
      write_chunk(png, type.data(), {}, raw.subspan(8, raw.size() - 12));
    }
  }
  if (!before_palette) {
    return;
  }
  if (writer.profile.size() > 0) {
    write_chunk(png, "iCCP", {"ICC profile\0\0", 13}, writer.profile);
  }
  if (metadata.density) {
    write_density(png, *metadata.density);
  }
  if (metadata.exif.size() > 0) {
    write_chunk(png, "eXIf", {}, metadata.exif);
  }
  if (metadata.xmp.size() > 0) {
    write_chunk(png, "iTXt", {"XML:com.adobe.xmp\0\0\0\0\0", 22}, metadata.xmp);
  }
}

Result<Buffer> compress_profile(Bytes profile) {
  uLongf size = compressBound(static_cast<uLong>(profile.size()));
  Result<Buffer> compressed = Buffer::allocate(profile.empty() ? 0 : size);
  if (compressed.ok() && !profile.empty()) {
    compress(compressed.value().data(), &size, profile.data(), static_cast<uLong>(profile.size()));
    compressed.value().shrink(size);
  }
  return compressed;
}

// One row as the file has it: bits packed, 16-bit samples big-endian. The image's own row where it
// is that already.
const uint8_t* pack_row(const ImageView& image, int y, Buffer& packed) {
  const uint8_t* in = image.row(y);
  const int samples = image.size.width * image.layout.channels();
  uint8_t* out = packed.data();
  if (image.layout.depth == 8) {
    return in;
  }
  if (image.layout.depth == 16) {
    for (int i = 0; i < samples; ++i) {
      uint16_t sample;
      std::memcpy(&sample, in + 2 * static_cast<size_t>(i), sizeof sample);
      *out++ = static_cast<uint8_t>(sample >> 8);
      *out++ = static_cast<uint8_t>(sample);
    }
    return packed.data();
  }
  std::memset(out, 0, packed.size());
  const int per_byte = 8 / image.layout.depth;
  for (int i = 0; i < samples; ++i) {
    const int shift = 8 - image.layout.depth * (i % per_byte + 1);
    out[i / per_byte] = static_cast<uint8_t>(out[i / per_byte] | in[i] << shift);
  }
  return packed.data();
}

void write_file(void* context) {
  Writer& writer = *static_cast<Writer*>(context);
  png_structp png = writer.png;
  const ImageView& image = *writer.image;
  png_set_write_fn(png, &writer, write_bytes, nullptr);
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  // An index beyond the palette was in the source; it is kept like every other sample.
  png_set_check_for_invalid_index(png, 0);
  png_set_IHDR(png, writer.info, static_cast<png_uint_32>(image.size.width),
               static_cast<png_uint_32>(image.size.height), image.layout.depth,
               color_type(image.layout.model), PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE,
               PNG_FILTER_TYPE_BASE);
  write_colors(png, writer.info, image);
  choose_compression(png, image, writer.level);
  png_set_compression_buffer_size(png, kIdatBytes);
  png_write_info_before_PLTE(png, writer.info);
  write_metadata(png, writer, true);
  png_write_info(png, writer.info);
  write_metadata(png, writer, false);
  for (int y = 0; y < image.size.height; ++y) {
    png_write_row(png, pack_row(image, y, writer.row));
  }
  png_write_end(png, nullptr);
}

}  // namespace

Result<Buffer> encode_png(const ImageView& image, const EncodeSettings& settings,
                          const Metadata& metadata) {
  Writer writer;
  writer.image = &image;
  writer.metadata = &metadata;
  writer.level = settings.compression_level;
  writer.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &writer.trap, on_png_error, nullptr);
  writer.info = writer.png != nullptr ? png_create_info_struct(writer.png) : nullptr;
  if (writer.info == nullptr) {
    return out_of_memory(0);
  }
  Result<Buffer> row = Buffer::allocate(image.layout.bytes({image.size.width, 1}));
  Result<Buffer> file = Buffer::allocate(kIdatBytes + image.layout.bytes(image.size) / 4);
  if (!row.ok() || !file.ok()) {
    return row.ok() ? file.error() : row.error();
  }
  Result<Buffer> profile = compress_profile(metadata.icc_profile);
  if (!profile.ok()) {
    return profile;
  }
  writer.profile = std::move(profile.value());
  writer.row = std::move(row.value());
  writer.file = std::move(file.value());
  if (!run_trapped(writer.trap, write_file, &writer)) {
    return writer.trap.error();
  }
  writer.file.shrink(writer.used);
  return std::move(writer.file);
}

Layout storable_png(Layout layout) {
  switch (layout.model) {
    case Model::kBgr:
    case Model::kCmyk:
      return {Model::kRgb, layout.depth};
    case Model::kBgra:
      return {Model::kRgba, layout.depth};
    default:
      return layout;
  }
}

}  // namespace crop64
