#include "codecs/png/libpng_decode.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "base/math.h"
#include "codecs/png/chunks.h"
#include "codecs/png/unpack.h"

namespace crop64::png {

// Where a pass of an interlaced image has its pixels, and the block that each of them fills until
// later passes have been read (PNG specification, third edition, 8.2). An image that is not
// interlaced is a single pass.
struct Pass {
  int left, top, step_x, step_y;
  Size block;
};

namespace {

constexpr Pass kOnePass[] = {{0, 0, 1, 1, {1, 1}}};
constexpr Pass kAdam7[] = {{0, 0, 8, 8, {8, 8}}, {4, 0, 8, 8, {4, 8}}, {0, 4, 4, 8, {4, 4}},
                           {2, 0, 4, 4, {2, 4}}, {0, 2, 2, 4, {2, 2}}, {1, 0, 2, 2, {1, 2}},
                           {0, 1, 1, 2, {1, 1}}};

// libpng reads a chunk's data in pieces of some kilobytes, and would receive nothing of the last
// piece in a file that is cut off. So an IDAT gets the length that is available of it.
void shorten_cut_idat(const LibpngReader& reader, png_bytep header, size_t length) {
  const size_t available = reader.file.size() - reader.offset;
  if (length > available && std::memcmp(header + 4, "IDAT", 4) == 0) {
    png_save_uint_32(header, static_cast<png_uint_32>(available));
  }
}

// After the last row libpng inflates and discards whatever follows in the stream, possibly
// gigabytes. No row needs nearly as much input as this allows.
void limit_row_input(LibpngReader& reader, size_t count) {
  constexpr uint64_t kMaxInput = uint64_t{64} * 1024;
  constexpr size_t kMaxChunkField = 8;  // length and type, or the CRC
  reader.row_input += count > kMaxChunkField ? count : 0;
  if (reader.row_input > kMaxInput + 2 * uint64_t{reader.row.size()}) {
    fail(reader.trap, ErrorCode::kCorruptImage,
         "The PNG has much more data than its header says it has samples");
  }
}

void read_bytes(png_structp png, png_bytep out, size_t count) {
  LibpngReader& reader = *static_cast<LibpngReader*>(png_get_io_ptr(png));
  if (reader.row.size() > 0) {  // after the header
    limit_row_input(reader, count);
  }
  if (count > reader.file.size() - reader.offset) {
    reader.offset = reader.file.size();
    fail(reader.trap, ErrorCode::kTruncatedImage, "The PNG ends before the end of the region");
  }
  const bool is_chunk_header = reader.offset == reader.next_chunk && count == 8;
  std::memcpy(out, reader.file.data() + reader.offset, count);
  reader.offset += count;
  if (is_chunk_header) {
    const size_t length = png_get_uint_32(out);
    reader.next_chunk += 12 + length;
    shorten_cut_idat(reader, out, length);
  }
}

void read_colors(png_structp png, png_infop info, const Layout& layout, Colors& colors) {
  png_colorp palette = nullptr;
  int entries = 0;
  png_bytep alphas = nullptr;
  int alpha_count = 0;
  png_color_16p key = nullptr;
  png_get_PLTE(png, info, &palette, &entries);
  png_get_tRNS(png, info, &alphas, &alpha_count, &key);
  if (layout.model == Model::kPalette) {
    for (int i = 0; i < entries; ++i) {
      const uint8_t alpha = i < alpha_count ? alphas[i] : 255;
      colors.palette.push_back({palette[i].red, palette[i].green, palette[i].blue, alpha});
    }
    colors.palette_alphas = std::min(alpha_count, entries);
  } else if (alpha_count > 0 && !layout.has_alpha()) {
    const bool gray = layout.model == Model::kGray;
    auto& transparent = colors.transparent.emplace();
    transparent = gray ? std::array<uint16_t, 3>{key->gray, key->gray, key->gray}
                       : std::array<uint16_t, 3>{key->red, key->green, key->blue};
    for (uint16_t& sample : transparent) {
      // Bits above the depth must be ignored (11.3.1.1).
      sample = static_cast<uint16_t>(sample & layout.max_value());
    }
  }
}

void read_header(void* context) {
  LibpngReader& reader = *static_cast<LibpngReader*>(context);
  png_set_read_fn(reader.png, &reader, read_bytes);
  // Sizes are limited before memory is allocated (job/plan.h).
  png_set_user_limits(reader.png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_crc_action(reader.png, PNG_CRC_ERROR_QUIT, PNG_CRC_WARN_DISCARD);
  // Harmless irregularities, such as bytes after the last row, stop no other decoder either.
  png_set_benign_errors(reader.png, reader.checks != Checks::kAdler);
  // Some encoders state a smaller window than their matches need.
  png_set_option(reader.png, PNG_MAXIMUM_INFLATE_WINDOW, PNG_OPTION_ON);
  if (reader.checks != Checks::kAdler) {
    png_set_option(reader.png, PNG_IGNORE_ADLER32, PNG_OPTION_ON);
  }
  png_read_info(reader.png, reader.info);
  if (reader.checks != Checks::kCrc) {
    png_set_crc_action(reader.png, PNG_CRC_QUIET_USE, PNG_CRC_NO_CHANGE);
  }
}

// How many of `first`, `first` + `step`, ... are less than `end`.
int count_below(int end, int first, int step) {
  return end <= first ? 0 : divide_up(end - first, step);
}

// Fills the blocks of the pixels of `reader.row`, as far as they lie in the region.
void fill_blocks(LibpngReader& reader) {
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

// Takes the pixels of `reader.row` that lie in the region. False if the sink failed.
bool put_row(LibpngReader& reader) {
  if (reader.checks == Checks::kNone && reader.is_interlaced()) {
    fill_blocks(reader);
    return true;
  }
  const Pass& pass = *reader.pass;
  const Rect& region = reader.request.region;
  const int first = count_below(region.left, pass.left, pass.step_x);
  const int count = count_below(region.right, pass.left, pass.step_x) - first;
  if (reader.y < region.top || reader.y >= region.bottom || count <= 0) {
    return true;
  }
  if (!reader.is_interlaced()) {
    unpack_row(reader.row.data(), reader.layout, first, count, 1, reader.rows.next());
    return reader.pass_on(*reader.sink);
  }
  const int x = pass.left + first * pass.step_x - region.left;
  unpack_row(reader.row.data(), reader.layout, first, count, pass.step_x,
             reader.image.row(reader.y - region.top) +
                 reader.layout.pixel_bytes() * static_cast<size_t>(x));
  return true;
}

void read_region(void* context) {
  LibpngReader& reader = *static_cast<LibpngReader*>(context);
  const Size size = reader.size();
  const std::span<const Pass> passes =
      reader.is_interlaced() ? std::span<const Pass>(kAdam7) : std::span<const Pass>(kOnePass);
  for (const Pass& pass : passes) {
    if (pass.left >= size.width || pass.top >= size.height) {
      continue;  // the pass has no pixels and no bytes
    }
    const bool reads_all = &pass != &passes.back() || reader.checks == Checks::kAdler;
    const int end = reads_all ? size.height : reader.request.region.bottom;
    reader.pass = &pass;
    for (reader.y = pass.top; reader.y < end; reader.y += pass.step_y) {
      reader.row_input = 0;
      png_read_row(reader.png, reader.row.data(), nullptr);
      if (!put_row(reader)) {
        return;
      }
    }
  }
}

// True if `reader.row` is the last row of the image. png_read_row() then reads on to the end of the
// IDATs, and may fail on the way.
bool has_last_row(const LibpngReader& reader) {
  constexpr int kPasses = 7;
  return reader.is_interlaced() ? png_get_current_pass_number(reader.png) >= kPasses
                                : png_get_current_row_number(reader.png) >=
                                      static_cast<png_uint_32>(reader.size().height);
}

bool is_crc_error(const Error& error) { return error.message.find("CRC") != std::string::npos; }

// Passes on what is left: the region of an interlaced image, or the last rows, of which those that
// are missing are filled by fill_missing(). Errors: OUT_OF_MEMORY, and those of the sink.
Failure finish_region(LibpngReader& reader) {
  if (reader.is_interlaced()) {
    return reader.sink->write(reader.image.view());
  }
  const Size size = reader.request.region.size();
  if (reader.rows_read < size.height) {
    Result<Image> missing = Image::allocate({size.width, 1}, reader.layout);
    if (!missing.ok()) {
      return missing.error();
    }
    missing.value().colors = reader.rows.colors();
    fill_missing(missing.value());
    while (reader.rows_read < size.height) {
      std::memcpy(reader.rows.next(), missing.value().row(0), missing.value().stride());
      if (!reader.pass_on(*reader.sink)) {
        return std::move(reader.sink_error);
      }
    }
  }
  return reader.rows.flush(*reader.sink);
}

// Decodes the region; with Checks::kNone, as far as that is possible.
Result<Decoded> read_checked(Bytes file, const DecodeRequest& request, Checks checks,
                             DecodeSink& sink) {
  LibpngReader reader;
  if (auto error = reader.open(file, request, checks)) {
    return error;
  }
  Result<Buffer> row = Buffer::allocate(reader.row_bytes());
  if (!row.ok()) {
    return row.error();
  }
  reader.row = std::move(row.value());
  reader.sink = &sink;
  sink.begin(std::nullopt);
  if (checks == Checks::kNone && reader.is_interlaced()) {
    fill_missing(reader.image);
  }
  Decoded decoded;
  decoded.complete = checks != Checks::kNone;
  if (!run_trapped(reader.trap, read_region, &reader)) {
    Error error = reader.trap.error();
    if (checks != Checks::kAdler && has_last_row(reader) && !is_crc_error(error)) {
      put_row(reader);  // only a checksum or the end of the file is missing
    } else if (checks != Checks::kNone) {
      error.message += ". Use damaged: 'accept' to take the rows that can be decoded.";
      return error;
    }
  }
  if (reader.sink_error) {
    return std::move(reader.sink_error);
  }
  decoded.bytes_read = reader.offset;
  if (auto error = finish_region(reader)) {
    return error;
  }
  return decoded;
}

}  // namespace

Failure LibpngReader::open(Bytes bytes, const DecodeRequest& wanted, Checks verified) {
  file = bytes;
  request = wanted;
  checks = verified;
  png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &trap, on_png_error, nullptr);
  info = png != nullptr ? png_create_info_struct(png) : nullptr;
  if (info == nullptr) {
    return out_of_memory(0);
  }
  if (!run_trapped(trap, read_header, this)) {
    return trap.error();
  }
  // probe() has accepted the header, so that this does not fail.
  const std::optional<Layout> found =
      layout_of(png_get_color_type(png, info), png_get_bit_depth(png, info));
  if (!found || !contains(whole(size()), request.region)) {
    return make_error(ErrorCode::kInternal, "libpng and probe() differ about a PNG's header.");
  }
  layout = *found;
  if (is_interlaced()) {
    Result<Image> allocated = Image::allocate(request.region.size(), layout);
    if (!allocated.ok()) {
      return allocated.error();
    }
    image = std::move(allocated.value());
    read_colors(png, info, layout, image.colors);
    return std::nullopt;
  }
  Result<RowBatch> allocated = RowBatch::allocate(request.region.width(), layout);
  if (!allocated.ok()) {
    return allocated.error();
  }
  rows = std::move(allocated.value());
  read_colors(png, info, layout, rows.colors());
  return std::nullopt;
}

bool LibpngReader::pass_on(DecodeSink& to) {
  ++rows_read;
  sink_error = rows.add(1, to);
  return !sink_error;
}

Result<Decoded> decode_with_libpng(Bytes file, const DecodeRequest& request, DecodeSink& sink) {
  Result<Decoded> decoded = read_checked(file, request, Checks::kCrc, sink);
  if (decoded.ok() && request.checks_end) {
    DiscardSink nothing;
    decoded.value().is_intact = read_checked(file, request, Checks::kAdler, nothing).ok();
  }
  if (decoded.ok() || decoded.error().code == ErrorCode::kOutOfMemory ||
      request.damaged != Damaged::kAccept) {
    return decoded;
  }
  return read_checked(file, request, Checks::kNone, sink);
}

}  // namespace crop64::png
