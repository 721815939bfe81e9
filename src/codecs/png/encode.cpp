#include "codecs/png/encode.h"

#include <algorithm>
#include <array>
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

// A palette as PLTE has it.
struct Palette {
  std::array<png_color, 256> colors = {};  // missing entries are black, as browsers show them
  size_t entries = 0;
  size_t max_entries = 0;
};

class PngEncoder : public Encoder {
 public:
  PngEncoder() = default;
  PngEncoder(const PngEncoder&) = delete;
  PngEncoder& operator=(const PngEncoder&) = delete;
  ~PngEncoder() override { png_destroy_write_struct(&png, &info); }

  Failure begin(const ImageView& view, const EncodeSettings& settings, const Metadata& kept);
  Failure write(const ImageView& view) override;
  Failure finish() override;
  Buffer take_file() override {
    file.shrink(used);
    return std::move(file);
  }

  png_structp png = nullptr;
  png_infop info = nullptr;
  ErrorTrap trap;

  const ImageView* image = nullptr;    // while the header or rows are written
  const Metadata* metadata = nullptr;  // while the header is written
  Buffer profile;                      // compressed
  std::optional<RowCompressor> rows;
  Palette palette;            // of an image with a palette
  size_t palette_offset = 0;  // of its PLTE in the file
  Buffer file;
  size_t used = 0;
};

void write_bytes(png_structp png, png_bytep bytes, size_t count) {
  PngEncoder& writer = *static_cast<PngEncoder*>(png_get_io_ptr(png));
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

void write_colors(PngEncoder& writer) {
  const ImageView& image = *writer.image;
  const Colors& colors = *image.colors;
  if (image.layout.model == Model::kPalette) {
    Palette& palette = writer.palette;
    uint8_t alphas[256];
    for (size_t i = 0; i < colors.palette.size(); ++i) {
      const Rgba8& entry = colors.palette[i];
      palette.colors[i] = {entry.r, entry.g, entry.b};
      alphas[i] = entry.a;
    }
    palette.entries = std::max<size_t>(colors.palette.size(), 1);
    palette.max_entries = static_cast<size_t>(image.layout.max_value()) + 1;
    png_set_PLTE(writer.png, writer.info, palette.colors.data(), static_cast<int>(palette.entries));
    if (colors.palette_alphas > 0) {
      png_set_tRNS(writer.png, writer.info, alphas, colors.palette_alphas, nullptr);
    }
  } else if (colors.transparent && !image.layout.has_alpha()) {
    const auto& [r, g, b] = *colors.transparent;
    const png_color_16 key = {0, r, g, b, r};
    png_set_tRNS(writer.png, writer.info, nullptr, 0, &key);
  }
}

// Counts the palette entries that the file needs. Samples may have an index beyond the palette,
// which is an error of the source.
void count_entries(const ImageView& rows, Palette& palette) {
  for (int y = 0; y < rows.size.height && palette.entries < palette.max_entries; ++y) {
    const uint8_t* row = rows.row(y);
    const uint8_t* largest = std::max_element(row, row + rows.size.width);
    palette.entries = std::max(palette.entries, size_t{*largest} + 1);
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
void write_metadata(png_structp png, const PngEncoder& writer, bool before_palette) {
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
  PngEncoder& writer = *static_cast<PngEncoder*>(context);
  png_write_chunk(writer.png, reinterpret_cast<png_const_bytep>("IDAT"), data.data(), data.size());
}

void begin_file(void* context) {
  PngEncoder& writer = *static_cast<PngEncoder*>(context);
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
  write_colors(writer);
  png_write_info_before_PLTE(png, writer.info);
  write_metadata(png, writer, true);
  writer.palette_offset = writer.used;
  png_write_info(png, writer.info);
  write_metadata(png, writer, false);
}

void write_rows(void* context) {
  PngEncoder& writer = *static_cast<PngEncoder*>(context);
  writer.rows->write(*writer.image);
}

// Extends the palette in the file by black up to the largest index, so that the file is valid.
void extend_palette(PngEncoder& writer) {
  const Palette& palette = writer.palette;
  uint8_t* chunk = writer.file.data() + writer.palette_offset;
  const size_t old_bytes = png_get_uint_32(chunk);
  const size_t bytes = 3 * palette.entries;
  if (bytes <= old_bytes) {
    return;
  }
  const size_t end = writer.used;
  // Room for what the file grows by: these bytes are overwritten.
  write_bytes(writer.png, reinterpret_cast<png_bytep>(writer.palette.colors.data()),
              bytes - old_bytes);
  chunk = writer.file.data() + writer.palette_offset;
  uint8_t* after = chunk + kChunkOverhead + old_bytes;
  std::memmove(after + (bytes - old_bytes), after,
               static_cast<size_t>(writer.file.data() + end - after));
  // The same chunk anew.
  writer.used = writer.palette_offset;
  png_write_chunk(writer.png, reinterpret_cast<png_const_bytep>("PLTE"),
                  reinterpret_cast<png_const_bytep>(palette.colors.data()), bytes);
  writer.used = end + (bytes - old_bytes);
}

void end_file(void* context) {
  PngEncoder& writer = *static_cast<PngEncoder*>(context);
  writer.rows->finish();
  // png_write_end() would fail, because libpng has not written the IDATs.
  png_write_chunk(writer.png, reinterpret_cast<png_const_bytep>("IEND"), nullptr, 0);
  if (writer.palette.entries > 0) {
    extend_palette(writer);
  }
}

Failure PngEncoder::begin(const ImageView& view, const EncodeSettings& settings,
                          const Metadata& kept) {
  image = &view;
  metadata = &kept;
  png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &trap, on_png_error, nullptr);
  info = png != nullptr ? png_create_info_struct(png) : nullptr;
  if (info == nullptr) {
    return out_of_memory(0);
  }
  Result<RowCompressor> compressor = RowCompressor::make(
      view.size.width, view.layout, settings.compression_level, write_idat, this);
  Result<Buffer> first = Buffer::allocate(kMinFileBytes + view.layout.bytes(view.size) / 4);
  if (!compressor.ok() || !first.ok()) {
    return compressor.ok() ? first.error() : compressor.error();
  }
  if (kept.icc_profile.size() > 0) {
    Result<Buffer> compressed = deflate::zlib_compress(kept.icc_profile, 9);
    if (!compressed.ok()) {
      return compressed.error();
    }
    profile = std::move(compressed.value());
  }
  rows = std::move(compressor.value());
  file = std::move(first.value());
  return run_trapped(trap, begin_file, this) ? Failure() : trap.error();
}

Failure PngEncoder::write(const ImageView& view) {
  image = &view;
  count_entries(view, palette);
  return run_trapped(trap, write_rows, this) ? Failure() : trap.error();
}

Failure PngEncoder::finish() {
  return run_trapped(trap, end_file, this) ? Failure() : trap.error();
}

}  // namespace

Result<std::unique_ptr<Encoder>> encode(const ImageView& image, const EncodeSettings& settings,
                                        const Metadata& metadata) {
  auto encoder = std::make_unique<PngEncoder>();
  if (auto error = encoder->begin(image, settings, metadata)) {
    return error;
  }
  return std::unique_ptr<Encoder>(std::move(encoder));
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
