#include "codecs/png/decode.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "codecs/png/libpng.h"
#include "codecs/png/rows.h"

namespace crop64::png {
namespace {

// What a file is checked by while libpng reads its rows.
enum class Checks : uint8_t {
  kCrc,    // the CRC of each IDAT that is read
  kAdler,  // the Adler-32 of the samples, for which all rows are read
  kNone,
};

// Where one pass of an interlaced picture has its pixels, and the block that each stands for until
// the next passes come; a picture that is not interlaced is one pass of all of them.
struct Pass {
  int left, top, step_x, step_y;
  Size block;
};

constexpr Pass kOnePass[] = {{0, 0, 1, 1, {1, 1}}};
constexpr Pass kAdam7[] = {{0, 0, 8, 8, {8, 8}}, {4, 0, 8, 8, {4, 8}}, {0, 4, 4, 8, {4, 4}},
                           {2, 0, 4, 4, {2, 4}}, {0, 2, 2, 4, {2, 2}}, {1, 0, 2, 2, {1, 2}},
                           {0, 1, 1, 2, {1, 1}}};

struct Reader {
  Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }

  png_structp png = nullptr;
  png_infop info = nullptr;
  ErrorTrap trap;

  Bytes file;
  size_t at = 0;
  size_t next_chunk = 8;  // where it begins, behind the signature
  uint64_t row_read = 0;  // bytes that were read for this row
  DecodeRequest request;
  Checks checks = Checks::kCrc;
  Image image;
  Buffer row;
  const Pass* pass = nullptr;  // of `row`
  int y = 0;
};

// libpng takes a chunk's data in pieces of some kilobytes and would be given nothing of the last
// one in a file that is cut off. So an IDAT is as long as what is there of it, and the data ends
// behind it.
void shorten_cut_idat(const Reader& reader, png_bytep header, size_t length) {
  const size_t there = reader.file.size() - reader.at;
  if (length > there && std::memcmp(header + 4, "IDAT", 4) == 0) {
    png_save_uint_32(header, static_cast<png_uint_32>(there));
  }
}

// Behind the last row libpng inflates what else its stream has, and throws it away: that may be
// gigabytes. No row takes nearly as much as this.
void limit_row(Reader& reader, size_t count) {
  constexpr uint64_t kMax = uint64_t{64} * 1024;
  constexpr size_t kLongestOfChunk = 8;  // its length and type, or its checksum
  reader.row_read += count > kLongestOfChunk ? count : 0;
  if (reader.row_read > kMax + 2 * uint64_t{reader.row.size()}) {
    fail(reader.trap, ErrorCode::kCorruptImage,
         "The PNG has much more data than its header says it has samples");
  }
}

void read_bytes(png_structp png, png_bytep out, size_t count) {
  Reader& reader = *static_cast<Reader*>(png_get_io_ptr(png));
  if (reader.row.size() > 0) {  // behind the header
    limit_row(reader, count);
  }
  if (count > reader.file.size() - reader.at) {
    reader.at = reader.file.size();
    fail(reader.trap, ErrorCode::kTruncatedImage, "The PNG ends before the end of the region");
  }
  const bool is_chunk_header = reader.at == reader.next_chunk && count == 8;
  std::memcpy(out, reader.file.data() + reader.at, count);
  reader.at += count;
  if (is_chunk_header) {
    const size_t length = png_get_uint_32(out);
    reader.next_chunk += 12 + length;
    shorten_cut_idat(reader, out, length);
  }
}

void read_colors(png_structp png, png_infop info, Image& image) {
  png_colorp palette = nullptr;
  int entries = 0;
  png_bytep alphas = nullptr;
  int alpha_count = 0;
  png_color_16p key = nullptr;
  png_get_PLTE(png, info, &palette, &entries);
  png_get_tRNS(png, info, &alphas, &alpha_count, &key);
  if (image.layout.model == Model::kPalette) {
    for (int i = 0; i < entries; ++i) {
      const uint8_t alpha = i < alpha_count ? alphas[i] : 255;
      image.colors.palette.push_back({palette[i].red, palette[i].green, palette[i].blue, alpha});
    }
    image.colors.palette_alphas = std::min(alpha_count, entries);
  } else if (alpha_count > 0 && !image.layout.has_alpha()) {
    const bool gray = image.layout.model == Model::kGray;
    auto& transparent = image.colors.transparent.emplace();
    transparent = gray ? std::array<uint16_t, 3>{key->gray, key->gray, key->gray}
                       : std::array<uint16_t, 3>{key->red, key->green, key->blue};
    for (uint16_t& sample : transparent) {
      // Higher bits than the picture's are to be ignored (PNG specification, tRNS).
      sample = static_cast<uint16_t>(sample & image.layout.max_value());
    }
  }
}

Layout layout_of(png_structp png, png_infop info) {
  const int depth = png_get_bit_depth(png, info);
  switch (png_get_color_type(png, info)) {
    case PNG_COLOR_TYPE_GRAY:
      return {Model::kGray, depth};
    case PNG_COLOR_TYPE_GRAY_ALPHA:
      return {Model::kGrayAlpha, depth};
    case PNG_COLOR_TYPE_PALETTE:
      return {Model::kPalette, depth};
    case PNG_COLOR_TYPE_RGB_ALPHA:
      return {Model::kRgba, depth};
    default:
      return {Model::kRgb, depth};
  }
}

void read_header(void* context) {
  Reader& reader = *static_cast<Reader*>(context);
  png_set_read_fn(reader.png, &reader, read_bytes);
  // Sizes are ours to limit (plan.h), before anything is taken.
  png_set_user_limits(reader.png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_crc_action(reader.png, PNG_CRC_ERROR_QUIT, PNG_CRC_WARN_DISCARD);
  // What is odd but harmless, such as bytes behind the last row, stops no other decoder either.
  png_set_benign_errors(reader.png, reader.checks != Checks::kAdler);
  // Some encoders promise a smaller window than their matches need.
  png_set_option(reader.png, PNG_MAXIMUM_INFLATE_WINDOW, PNG_OPTION_ON);
  if (reader.checks != Checks::kAdler) {
    png_set_option(reader.png, PNG_IGNORE_ADLER32, PNG_OPTION_ON);
  }
  png_read_info(reader.png, reader.info);
  if (reader.checks != Checks::kCrc) {
    png_set_crc_action(reader.png, PNG_CRC_QUIET_USE, PNG_CRC_NO_CHANGE);
  }
}

// Moves `count` pixels, from pixel `first` of a row as the file has it (bits packed, 16-bit samples
// big-endian), to every `step`th pixel from `out` on.
void unpack_row(const uint8_t* row, const Layout& layout, int first, int count, int step,
                uint8_t* out) {
  if (layout.depth < 8) {
    const int per_byte = 8 / layout.depth;
    const int mask = layout.max_value();
    for (int i = first; i < first + count; ++i, out += step) {
      const int shift = 8 - layout.depth * (i % per_byte + 1);
      *out = static_cast<uint8_t>(row[i / per_byte] >> shift & mask);
    }
    return;
  }
  const size_t pixel_bytes = layout.pixel_bytes();
  const uint8_t* in = row + pixel_bytes * static_cast<size_t>(first);
  if (layout.depth == 8 && step == 1) {
    std::memcpy(out, in, pixel_bytes * static_cast<size_t>(count));
    return;
  }
  for (int i = 0; i < count;
       ++i, in += pixel_bytes, out += pixel_bytes * static_cast<size_t>(step)) {
    if (layout.depth == 8) {
      std::memcpy(out, in, pixel_bytes);
    } else {
      for (size_t at = 0; at < pixel_bytes; at += 2) {
        const auto sample = static_cast<uint16_t>(in[at] << 8 | in[at + 1]);
        std::memcpy(out + at, &sample, sizeof sample);
      }
    }
  }
}

int divide_up(int value, int by) { return (value + by - 1) / by; }

// How many of `first`, first + step, … lie below `end`.
int count_below(int end, int first, int step) {
  return end <= first ? 0 : divide_up(end - first, step);
}

bool is_interlaced(const Reader& reader) {
  return png_get_interlace_type(reader.png, reader.info) != PNG_INTERLACE_NONE;
}

// The region's rows on the fast way. Null where there is no room.
std::unique_ptr<RowReader> open_rows(const Reader& reader, Bytes file, size_t there) {
  const Rect& region = reader.request.region;
  const Layout& layout = reader.image.layout;
  const uint64_t bits =
      static_cast<uint64_t>(layout.channels()) * static_cast<uint64_t>(layout.depth);
  WantedRows wanted = {};
  wanted.row_bytes = png_get_rowbytes(reader.png, reader.info);
  wanted.filter_unit = static_cast<size_t>((bits + 7) / 8);
  wanted.height = static_cast<int>(png_get_image_height(reader.png, reader.info));
  wanted.top = region.top;
  wanted.bottom = region.bottom;
  wanted.bytes = static_cast<size_t>((static_cast<uint64_t>(region.right) * bits + 7) / 8);
  // libpng has read the first IDAT's length and type.
  return RowReader::open(file, reader.at - 8, there, wanted);
}

Advance read_rows(Reader& reader, RowReader& rows, size_t there) {
  const Rect& region = reader.request.region;
  Image& image = reader.image;
  const Advance progress = rows.advance(there, [&](int y, const uint8_t* row) {
    unpack_row(row, image.layout, region.left, region.size().width, 1, image.row(y - region.top));
  });
  if (progress == Advance::kDone) {
    reader.at = rows.end();
  }
  return progress;
}

bool read_fast(Reader& reader) {
  const auto rows = open_rows(reader, reader.file, reader.file.size());
  return rows != nullptr && read_rows(reader, *rows, reader.file.size()) == Advance::kDone;
}

// Fills the blocks that the pixels of `reader.row` stand for, as far as they lie in the region.
void fill_blocks(Reader& reader) {
  const Pass& pass = *reader.pass;
  const int y = reader.y;
  const Rect& region = reader.request.region;
  Image& image = reader.image;
  const size_t pixel_bytes = image.layout.pixel_bytes();
  const int first = std::max(0, (region.left - pass.left) / pass.step_x);
  const int end = count_below(region.right, pass.left, pass.step_x);
  const int top = std::max(y, region.top);
  const int bottom = std::min(y + pass.block.height, region.bottom);
  for (int i = first; i < end; ++i) {
    uint8_t pixel[8];
    unpack_row(reader.row.data(), image.layout, i, 1, 1, pixel);
    const int left = pass.left + i * pass.step_x;
    const int right = std::min(left + pass.block.width, region.right);
    for (int row = top; row < bottom; ++row) {
      for (int x = std::max(left, region.left); x < right; ++x) {
        std::memcpy(
            image.row(row - region.top) + pixel_bytes * static_cast<size_t>(x - region.left), pixel,
            pixel_bytes);
      }
    }
  }
}

// Puts what the region has of `reader.row` into the image.
void put_row(Reader& reader) {
  if (reader.checks == Checks::kNone && is_interlaced(reader)) {
    fill_blocks(reader);
    return;
  }
  const Pass& pass = *reader.pass;
  const Rect& region = reader.request.region;
  Image& image = reader.image;
  const int first = count_below(region.left, pass.left, pass.step_x);
  const int count = count_below(region.right, pass.left, pass.step_x) - first;
  if (reader.y < region.top || reader.y >= region.bottom || count <= 0) {
    return;
  }
  const int x = pass.left + first * pass.step_x - region.left;
  unpack_row(
      reader.row.data(), image.layout, first, count, pass.step_x,
      image.row(reader.y - region.top) + image.layout.pixel_bytes() * static_cast<size_t>(x));
}

void read_region(void* context) {
  Reader& reader = *static_cast<Reader*>(context);
  const auto width = static_cast<int>(png_get_image_width(reader.png, reader.info));
  const auto height = static_cast<int>(png_get_image_height(reader.png, reader.info));
  const std::span<const Pass> passes =
      is_interlaced(reader) ? std::span<const Pass>(kAdam7) : std::span<const Pass>(kOnePass);
  for (const Pass& pass : passes) {
    if (pass.left >= width || pass.top >= height) {
      continue;  // the pass has no pixels and no bytes
    }
    const bool reads_all = &pass != &passes.back() || reader.checks == Checks::kAdler;
    const int end = reads_all ? height : reader.request.region.bottom;
    reader.pass = &pass;
    for (reader.y = pass.top; reader.y < end; reader.y += pass.step_y) {
      reader.row_read = 0;
      png_read_row(reader.png, reader.row.data(), nullptr);
      put_row(reader);
    }
  }
}

// The header, and room for the region.
std::optional<Error> open(Reader& reader, Bytes file, const DecodeRequest& request) {
  reader.file = file;
  reader.request = request;
  reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader.trap, on_png_error, nullptr);
  reader.info = reader.png != nullptr ? png_create_info_struct(reader.png) : nullptr;
  if (reader.info == nullptr) {
    return out_of_memory(0);
  }
  if (!run_trapped(reader.trap, read_header, &reader)) {
    return reader.trap.error();
  }
  const Size size = {static_cast<int>(png_get_image_width(reader.png, reader.info)),
                     static_cast<int>(png_get_image_height(reader.png, reader.info))};
  if (!contains(whole(size), request.region)) {
    return make_error(ErrorCode::kInternal, "The PNG's two readers differ about its size.");
  }
  Result<Image> image = Image::allocate(request.region.size(), layout_of(reader.png, reader.info));
  if (!image.ok()) {
    return image.error();
  }
  reader.image = std::move(image.value());
  read_colors(reader.png, reader.info, reader.image);
  return std::nullopt;
}

Decoded taken(Reader& reader, bool complete) {
  Decoded decoded;
  decoded.image = std::move(reader.image);
  decoded.bytes_read = reader.at;
  decoded.complete = complete;
  return decoded;
}

// Whether libpng has filled `reader.row` with the last row of the image: png_read_row() then goes
// on to the end of the IDATs, and may fail there.
bool has_last_row(const Reader& reader) {
  constexpr int kPasses = 7;
  return is_interlaced(reader) ? png_get_current_pass_number(reader.png) >= kPasses
                               : png_get_current_row_number(reader.png) >=
                                     png_get_image_height(reader.png, reader.info);
}

bool is_crc_error(const Error& error) { return error.message.find("CRC") != std::string::npos; }

// The region by libpng. With Checks::kNone, as far as it can be decoded.
Result<Decoded> read_with_libpng(Bytes file, const DecodeRequest& request, Checks checks) {
  Reader reader;
  reader.checks = checks;
  if (auto error = open(reader, file, request)) {
    return *error;
  }
  Result<Buffer> row = Buffer::allocate(png_get_rowbytes(reader.png, reader.info));
  if (!row.ok()) {
    return row.error();
  }
  reader.row = std::move(row.value());
  if (checks == Checks::kNone) {
    fill_missing(reader.image);
  }
  if (run_trapped(reader.trap, read_region, &reader)) {
    return taken(reader, checks != Checks::kNone);
  }
  Error error = reader.trap.error();
  if (checks != Checks::kAdler && has_last_row(reader) && !is_crc_error(error)) {
    put_row(reader);  // a checksum, or the file's end, may be missing behind it
    return taken(reader, checks != Checks::kNone);
  }
  if (checks == Checks::kNone) {
    return taken(reader, false);
  }
  error.message += ". Use damaged: 'accept' to take the rows that can be decoded.";
  return error;
}

class PngDecoding : public Decoding {
 public:
  bool begin(Bytes file, size_t there, const DecodeRequest& request) {
    if (open(reader_, file.first(there), request) || is_interlaced(reader_)) {
      return false;
    }
    rows_ = open_rows(reader_, file, there);
    return rows_ != nullptr;
  }
  Advance advance(size_t there) override { return read_rows(reader_, *rows_, there); }
  Decoded take() override { return taken(reader_, true); }

 private:
  Reader reader_;
  std::unique_ptr<RowReader> rows_;
};

}  // namespace

std::unique_ptr<Decoding> start_decoding(Bytes file, size_t there, const DecodeRequest& request) {
  auto decoding = std::make_unique<PngDecoding>();
  return decoding->begin(file, there, request) ? std::move(decoding) : nullptr;
}

Result<Decoded> decode(Bytes file, const DecodeRequest& request) {
  return decode(file, request, PngWay::kFast);
}

Result<Decoded> decode(Bytes file, const DecodeRequest& request, PngWay way) {
  if (way == PngWay::kFast) {
    Reader reader;
    if (auto error = open(reader, file, request)) {
      return *error;
    }
    if (!is_interlaced(reader) && read_fast(reader)) {
      return taken(reader, true);
    }
  }
  Result<Decoded> decoded = read_with_libpng(file, request, Checks::kCrc);
  if (decoded.ok() && request.checks_end) {
    decoded.value().is_intact = read_with_libpng(file, request, Checks::kAdler).ok();
  }
  if (decoded.ok() || decoded.error().code == ErrorCode::kOutOfMemory) {
    return decoded;
  }
  return request.damaged == Damaged::kAccept ? read_with_libpng(file, request, Checks::kNone)
                                             : std::move(decoded);
}

}  // namespace crop64::png
