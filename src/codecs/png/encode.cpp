#include "codecs/png/encode.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "codecs/png/chunks.h"
#include "codecs/png/libpng.h"
#include "codecs/png/row_compressor.h"
#include "deflate/deflater.h"

namespace crop64::png {
namespace {

constexpr size_t kMinFileBytes = size_t{128} * 1024;  // allocated at first

// Name and compression method, before the compressed profile (11.3.2.3).
constexpr std::string_view kProfilePrefix{"ICC profile\0\0", kProfileName.size() + 2};
static_assert(kProfilePrefix.starts_with(kProfileName));
// Keyword, no compression, no language and no translated keyword, before the XMP packet (11.3.3.4).
constexpr std::string_view kXmpPrefix{"XML:com.adobe.xmp\0\0\0\0\0", kXmpKeyword.size() + 4};
static_assert(kXmpPrefix.starts_with(kXmpKeyword));

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
  RowCompressor* rows = nullptr;
  Buffer file;
  size_t used = 0;
};

void write_bytes(png_structp png, png_bytep bytes, size_t count) {
  Writer& writer = *static_cast<Writer*>(png_get_io_ptr(png));
  if (count > writer.file.size() - writer.used &&
      !writer.file.grow(std::max(writer.file.size() * 2, writer.used + count))) {
    fail(writer.trap, ErrorCode::kOutOfMemory,
         "Out of memory: the PNG file is too large. Crop a smaller region or process fewer "
         "images at once.");
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

// How many palette entries the file needs. If samples have an index beyond the palette, which is an
// error of the source, the palette is extended, so that the new file is valid.
size_t used_entries(const ImageView& image) {
  size_t entries = image.colors->palette.size();
  const auto max_entries = static_cast<size_t>(image.layout.max_value()) + 1;
  for (int y = 0; y < image.size.height && entries < max_entries; ++y) {
    const uint8_t* row = image.row(y);
    const uint8_t* largest = std::max_element(row, row + image.size.width);
    entries = std::max(entries, size_t{*largest} + 1);
  }
  return entries;
}

void write_colors(png_structp png, png_infop info, const ImageView& image) {
  const Colors& colors = *image.colors;
  if (image.layout.model == Model::kPalette) {
    png_color palette[256] = {};  // missing entries are black, as browsers show them
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

// Writes a chunk of `prefix` and `data`. `type` is four characters; no terminator is needed.
void write_chunk(png_structp png, const char* type, std::string_view prefix, Bytes data) {
  png_write_chunk_start(png, reinterpret_cast<png_const_bytep>(type),
                        static_cast<png_uint_32>(prefix.size() + data.size()));
  png_write_chunk_data(png, reinterpret_cast<png_const_bytep>(prefix.data()), prefix.size());
  png_write_chunk_data(png, data.data(), data.size());
  png_write_chunk_end(png);
}

// Writes the chunks that must precede the palette (PNG specification, 5.6), or those that must
// follow it.
void write_metadata(png_structp png, const Writer& writer, bool before_palette) {
  const Metadata& metadata = *writer.metadata;
  for (const Bytes& raw : metadata.raw) {
    const std::string_view type(reinterpret_cast<const char*>(raw.data()) + 4, 4);
    const bool is_after = type == "bKGD" || type == "hIST";
    if (is_after != before_palette) {
      write_chunk(png, type.data(), {}, raw.subspan(8, raw.size() - 12));
    }
  }
  if (!before_palette) {
    return;
  }
  if (writer.profile.size() > 0) {
    write_chunk(png, "iCCP", kProfilePrefix, writer.profile);
  }
  if (metadata.density) {
    write_chunk(png, "pHYs", {}, make_phys(*metadata.density));
  }
  if (metadata.exif.size() > 0) {
    write_chunk(png, "eXIf", {}, metadata.exif);
  }
  if (metadata.xmp.size() > 0) {
    write_chunk(png, "iTXt", kXmpPrefix, metadata.xmp);
  }
}

void write_idat(void* context, Bytes data) {
  Writer& writer = *static_cast<Writer*>(context);
  png_write_chunk(writer.png, reinterpret_cast<png_const_bytep>("IDAT"), data.data(), data.size());
}

void write_file(void* context) {
  Writer& writer = *static_cast<Writer*>(context);
  png_structp png = writer.png;
  const ImageView& image = *writer.image;
  png_set_write_fn(png, &writer, write_bytes, nullptr);
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  // An index beyond the palette comes from the source and is kept like every other sample.
  png_set_check_for_invalid_index(png, 0);
  png_set_IHDR(png, writer.info, static_cast<png_uint_32>(image.size.width),
               static_cast<png_uint_32>(image.size.height), image.layout.depth,
               color_type(image.layout.model), PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE,
               PNG_FILTER_TYPE_BASE);
  write_colors(png, writer.info, image);
  png_write_info_before_PLTE(png, writer.info);
  write_metadata(png, writer, true);
  png_write_info(png, writer.info);
  write_metadata(png, writer, false);
  writer.rows->run();
  // png_write_end() would fail, because libpng has not written the IDATs.
  png_write_chunk(png, reinterpret_cast<png_const_bytep>("IEND"), nullptr, 0);
}

}  // namespace

Result<Buffer> encode(const ImageView& image, const EncodeSettings& settings,
                      const Metadata& metadata) {
  Writer writer;
  writer.image = &image;
  writer.metadata = &metadata;
  writer.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &writer.trap, on_png_error, nullptr);
  writer.info = writer.png != nullptr ? png_create_info_struct(writer.png) : nullptr;
  if (writer.info == nullptr) {
    return out_of_memory(0);
  }
  Result<RowCompressor> rows =
      RowCompressor::make(image, settings.compression_level, write_idat, &writer);
  Result<Buffer> file = Buffer::allocate(kMinFileBytes + image.layout.bytes(image.size) / 4);
  if (!rows.ok() || !file.ok()) {
    return rows.ok() ? file.error() : rows.error();
  }
  if (metadata.icc_profile.size() > 0) {
    Result<Buffer> profile = deflate::zlib_compress(metadata.icc_profile, 9);
    if (!profile.ok()) {
      return profile;
    }
    writer.profile = std::move(profile.value());
  }
  writer.rows = &rows.value();
  writer.file = std::move(file.value());
  if (!run_trapped(writer.trap, write_file, &writer)) {
    return writer.trap.error();
  }
  writer.file.shrink(writer.used);
  return std::move(writer.file);
}

double encode_memory(const Layout& layout, Size size, const EncodeSettings& /*settings*/) {
  const double row = double(size.width) * double(layout.pixel_bytes());
  return double(deflate::Deflater::kMemory) + 3 * row;
}

Layout encoder_layout(Layout layout) {
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

}  // namespace crop64::png
