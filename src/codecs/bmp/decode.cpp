#include "codecs/bmp/decode.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <span>

namespace crop64::bmp {
namespace {

constexpr size_t kFileHeaderBytes = 14;

enum Compression : uint32_t {
  kNone = 0,
  kRle8 = 1,
  kRle4 = 2,
  kBitFields = 3,
  kRle24 = 4,  // OS/2 2; in a Windows header a JPEG, which has no bits a pixel
  kAlphaFields = 6
};

uint32_t read_u16(Bytes file, size_t at) {
  return uint32_t{file[at]} | uint32_t{file[at + 1]} << 8;
}
uint32_t read_u32(Bytes file, size_t at) {
  return read_u16(file, at) | read_u16(file, at + 2) << 16;
}

// Where a channel lies in a pixel's bits, and how wide it is.
struct Channel {
  int shift = 0;
  int bits = 0;

  // Scaled to 8 bits; wider channels keep their upper ones.
  uint8_t of(uint32_t pixel) const {
    if (bits == 0) {
      return 0;
    }
    const uint32_t value = pixel >> shift & static_cast<uint32_t>((uint64_t{1} << bits) - 1);
    return static_cast<uint8_t>(bits >= 8 ? value >> (bits - 8) : value * 255 / ((1U << bits) - 1));
  }
};

// A mask must be one run of bits.
std::optional<Channel> channel_of(uint32_t mask) {
  Channel channel;
  while (mask != 0 && (mask & 1) == 0) {
    mask >>= 1;
    ++channel.shift;
  }
  while ((mask & 1) != 0) {
    mask >>= 1;
    ++channel.bits;
  }
  return mask == 0 ? std::optional(channel) : std::nullopt;
}

// What the two headers say (Microsoft, "Bitmap Storage": BITMAPCOREHEADER, BITMAPINFOHEADER and its
// later versions; IBM, "Bitmap File Format": BITMAPINFOHEADER2, of which the end may be left out).
struct Header {
  Size size;
  bool bottom_up = true;  // the usual order: the last row first
  int bits = 0;           // a pixel
  uint32_t compression = kNone;
  size_t palette_at = 0;
  int palette_entries = 0;
  int palette_entry_bytes = 4;
  size_t samples_at = 0;
  std::array<Channel, 4> channels;  // red, green, blue, alpha, of 16 and 32 bits a pixel
  double density_per_inch = 0;

  bool is_rle() const {
    return compression == kRle8 || compression == kRle4 || compression == kRle24;
  }
  bool has_palette() const { return bits <= 8; }
  bool is_deep() const {
    return std::any_of(channels.begin(), channels.end(),
                       [](const Channel& c) { return c.bits > 8; });
  }
  uint64_t row_bytes() const { return (uint64_t(size.width) * uint64_t(bits) + 31) / 32 * 4; }
  Layout layout() const {
    if (has_palette()) {
      return {Model::kPalette, bits};
    }
    return {channels[3].bits > 0 ? Model::kRgba : Model::kRgb, 8};
  }
};

Error cut_off() {
  return make_error(ErrorCode::kTruncatedImage, "The BMP ends in the middle of its header.");
}

std::optional<Error> read_masks(Bytes file, uint32_t header_bytes, Header& header) {
  std::array<uint32_t, 4> masks = {0x7c00, 0x3e0, 0x1f, 0};  // 16 bits
  if (header.bits == 32) {
    masks = {0xff0000, 0xff00, 0xff, 0};
  }
  // Within the header from its second version on; behind it before.
  constexpr size_t kMasksAt = kFileHeaderBytes + 40;
  constexpr uint32_t kVersion4 = 108;
  if (header.compression == kNone && header_bytes >= kVersion4) {
    // From its fourth version on the alpha mask counts without the others, as browsers have it.
    const uint32_t mask = read_u32(file, kMasksAt + 12);
    masks[3] = header.bits == 16 ? mask & 0xffff : mask;
  } else if (header.compression != kNone) {
    const size_t count = header_bytes >= 56 || header.compression == kAlphaFields ? 4 : 3;
    if (file.size() < kMasksAt + 4 * count) {
      return cut_off();
    }
    for (size_t i = 0; i < count; ++i) {
      masks[i] = read_u32(file, kMasksAt + 4 * i);
    }
  }
  for (size_t i = 0; i < masks.size(); ++i) {
    const std::optional<Channel> channel = channel_of(masks[i]);
    if (!channel) {
      return make_error(ErrorCode::kCorruptImage, "The BMP's colour mask %08x is not valid.",
                        masks[i]);
    }
    header.channels[i] = *channel;
  }
  return std::nullopt;
}

Result<Header> read_header(Bytes file) {
  if (file.size() < kFileHeaderBytes + 12) {
    return cut_off();
  }
  Header header;
  header.samples_at = read_u32(file, 10);
  const uint32_t header_bytes = read_u32(file, 14);
  const bool core = header_bytes == 12;
  if (!core && (header_bytes < 16 || header_bytes > 124)) {
    return make_error(ErrorCode::kUnsupportedFormat,
                      "Expected a BMP header of 12 or 16 to 124 bytes but received one of %u.",
                      header_bytes);
  }
  if (file.size() < kFileHeaderBytes + header_bytes) {
    return cut_off();
  }
  uint32_t used_colors = 0;
  if (core) {
    header.size = {int32_t(read_u16(file, 18)), int32_t(read_u16(file, 20))};
    header.bits = int(read_u16(file, 24));
    header.palette_entry_bytes = 3;
  } else {
    const auto height = static_cast<int32_t>(read_u32(file, 22));
    header.bottom_up = height >= 0;
    // The one height whose negative is not an int.
    header.size = {static_cast<int32_t>(read_u32(file, 18)),
                   height == INT32_MIN ? 0 : std::abs(height)};
    header.bits = int(read_u16(file, 28));
    // A field that is left out is zero.
    const auto field = [&](size_t at) {
      return header_bytes >= at - kFileHeaderBytes + 4 ? read_u32(file, at) : 0;
    };
    header.compression = field(30);
    header.density_per_inch = static_cast<int32_t>(field(38)) * 0.0254;
    used_colors = field(46);
  }
  if (header.size.width < 1 || header.size.height < 1) {
    return make_error(ErrorCode::kCorruptImage,
                      "Expected a BMP of at least one pixel but its header says %d x %d.",
                      header.size.width, header.size.height);
  }
  const int bits = header.bits;
  const uint32_t compression = header.compression;
  const bool has_masks = compression == kBitFields || compression == kAlphaFields;
  const bool valid = compression == kNone ? bits == 1 || bits == 2 || bits == 4 || bits == 8 ||
                                                bits == 16 || bits == 24 || bits == 32
                     : compression == kRle8  ? bits == 8
                     : compression == kRle4  ? bits == 4
                     : compression == kRle24 ? bits == 24
                                             : has_masks && (bits == 16 || bits == 32);
  if (!valid) {
    return make_error(
        ErrorCode::kUnsupportedFormat,
        "Expected a BMP that is uncompressed, RLE or with bit fields but received one "
        "of %d bits with compression %u.",
        bits, compression);
  }
  header.palette_at = kFileHeaderBytes + header_bytes;
  if (header.has_palette()) {
    const uint32_t most = 1U << bits;
    header.palette_entries =
        static_cast<int>(used_colors == 0 ? most : std::min(used_colors, most));
    if (file.size() <
        header.palette_at + size_t(header.palette_entries * header.palette_entry_bytes)) {
      return cut_off();
    }
  } else if (bits != 24) {
    if (auto error = read_masks(file, header_bytes, header)) {
      return *error;
    }
  }
  return header;
}

void read_palette(Bytes file, const Header& header, Colors& colors) {
  for (int i = 0; i < header.palette_entries; ++i) {
    const uint8_t* entry =
        file.data() + header.palette_at + size_t(i) * size_t(header.palette_entry_bytes);
    colors.palette.push_back({entry[2], entry[1], entry[0], 255});
  }
}

// One uncompressed row's part inside the region.
void unpack_row(const uint8_t* in, const Header& header, const Rect& region, uint8_t* out) {
  const int bits = header.bits;
  for (int x = region.left; x < region.right; ++x) {
    if (bits <= 8) {
      const int per_byte = 8 / bits;
      const int shift = 8 - bits * (x % per_byte + 1);
      *out++ = static_cast<uint8_t>(in[x / per_byte] >> shift & ((1 << bits) - 1));
    } else if (bits == 24) {
      const uint8_t* pixel = in + 3 * size_t(x);
      *out++ = pixel[2];
      *out++ = pixel[1];
      *out++ = pixel[0];
    } else {
      uint32_t pixel = 0;
      std::memcpy(&pixel, in + size_t(bits / 8) * size_t(x), size_t(bits / 8));
      const size_t count = header.channels[3].bits > 0 ? 4 : 3;
      for (const Channel& channel : std::span(header.channels).first(count)) {
        *out++ = channel.of(pixel);
      }
    }
  }
}

// The row of the region that a row of the file is, or one outside it.
int displayed_row(const Header& header, int file_row) {
  return header.bottom_up ? header.size.height - 1 - file_row : file_row;
}

struct Progress {
  uint64_t bytes_read = 0;
  bool complete = true;
};

Progress read_plain(Bytes file, const Header& header, const Rect& region, Image& image) {
  Progress progress;
  const uint64_t row_bytes = header.row_bytes();
  const uint64_t needed = (uint64_t(region.right) * uint64_t(header.bits) + 7) / 8;
  for (int y = region.top; y < region.bottom; ++y) {
    const int file_row = displayed_row(header, y);
    const uint64_t at = header.samples_at + row_bytes * uint64_t(file_row);
    if (at + needed > file.size()) {
      progress.complete = false;
      continue;
    }
    progress.bytes_read = std::max(progress.bytes_read, at + needed);
    unpack_row(file.data() + at, header, region, image.row(y - region.top));
  }
  return progress;
}

// Runs of equal pixels, and absolute runs (Microsoft, "Bitmap Compression"). Pixels that the runs
// leap over have index 0, or are black; those that are missing are left as they are.
class RleReader {
 public:
  RleReader(Bytes file, const Header& header, const Rect& region, Image& image)
      : file_(file),
        header_(header),
        region_(region),
        image_(image),
        pixel_bytes_(image.layout.pixel_bytes()),
        first_row_(
            std::min(displayed_row(header, region.top), displayed_row(header, region.bottom - 1))),
        last_row_(first_row_ + region.height() - 1),
        // No further than the end: near SIZE_MAX, sums with it would wrap around.
        at_(std::min(header.samples_at, file.size())) {}

  Progress read() {
    Progress progress;
    while (!is_done()) {
      if (at_ + 2 > file_.size()) {
        progress.complete = false;
        break;
      }
      const int count = file_[at_++];
      const int value = file_[at_++];
      if (count > 0) {
        if (!run(count)) {
          progress.complete = false;
          break;
        }
      } else if (value >= 3) {
        if (!absolute(value)) {
          progress.complete = false;
          break;
        }
      } else if (!escape(value, progress)) {
        break;
      }
    }
    progress.bytes_read = std::min<uint64_t>(at_, file_.size());
    return progress;
  }

 private:
  // Rows come in the file's order: none behind the region's matters.
  bool is_done() const { return y_ > last_row_ || (y_ == last_row_ && x_ >= region_.right); }

  // An index, or blue, green and red.
  void put(const uint8_t* pixel) {
    if (x_ >= region_.left && x_ < region_.right && y_ >= first_row_ && y_ <= last_row_) {
      uint8_t* out = image_.row(displayed_row(header_, y_) - region_.top) +
                     pixel_bytes_ * size_t(x_ - region_.left);
      if (pixel_bytes_ == 1) {
        *out = *pixel;
      } else {
        std::reverse_copy(pixel, pixel + 3, out);
      }
    }
    // A run beyond the row's end goes nowhere.
    x_ = std::min(x_ + 1, header_.size.width);
  }

  // Of a byte that holds two.
  void put_half(uint8_t byte, bool first) {
    const uint8_t index = first ? byte >> 4 : byte & 15;
    put(&index);
  }

  // Its pixel begins at the byte before at_.
  bool run(int count) {
    const size_t from = at_ - 1;
    at_ = from + pixel_bytes_;
    if (at_ > file_.size()) {
      return false;
    }
    for (int i = 0; i < count; ++i) {
      if (header_.bits == 4) {
        put_half(file_[from], i % 2 == 0);
      } else {
        put(&file_[from]);
      }
    }
    return true;
  }

  bool absolute(int count) {
    const size_t bytes = header_.bits == 4 ? size_t(count + 1) / 2 : size_t(count) * pixel_bytes_;
    if (at_ + bytes > file_.size()) {
      at_ = file_.size();
      return false;
    }
    for (int i = 0; i < count; ++i) {
      if (header_.bits == 4) {
        put_half(file_[at_ + size_t(i) / 2], i % 2 == 0);
      } else {
        put(&file_[at_ + size_t(i) * pixel_bytes_]);
      }
    }
    at_ += (bytes + 1) / 2 * 2;  // runs begin at even places
    return true;
  }

  // Sets what the region has of a part of a row to index 0, or black.
  void clear(int file_row, int left, int right) {
    const int from = std::max(left, region_.left);
    const int to = std::min(right, region_.right);
    if (file_row >= first_row_ && file_row <= last_row_ && from < to) {
      std::memset(image_.row(displayed_row(header_, file_row) - region_.top) +
                      pixel_bytes_ * size_t(from - region_.left),
                  0, pixel_bytes_ * size_t(to - from));
    }
  }

  // What is leapt over is cleared. A few bytes may leap over billions of pixels: only the region's
  // are looked at.
  void leap_to(int x, int y) {
    const int next = std::min(y, header_.size.height);
    const int last = std::min(next - 1, last_row_);
    for (int row = std::max(y_, first_row_); row <= last; ++row) {
      clear(row, row == y_ ? x_ : 0, header_.size.width);
    }
    if (next > y_) {
      y_ = next;
      x_ = 0;
    }
    const int end = std::min(x, header_.size.width);
    clear(y_, x_, end);
    x_ = std::max(x_, end);
  }

  // End of row, end of picture, or a leap. False where there is no more.
  bool escape(int value, Progress& progress) {
    if (value == 0) {
      leap_to(0, y_ + 1);
      return true;
    }
    if (value == 1) {
      leap_to(0, header_.size.height);
      return false;
    }
    if (at_ + 2 > file_.size()) {
      progress.complete = false;
      return false;
    }
    leap_to(x_ + file_[at_], y_ + file_[at_ + 1]);
    at_ += 2;
    return true;
  }

  Bytes file_;
  const Header& header_;
  const Rect& region_;
  Image& image_;
  size_t pixel_bytes_;
  int first_row_;  // of the region, in the file's order
  int last_row_;
  size_t at_;
  int x_ = 0;
  int y_ = 0;  // in the file's order
};

}  // namespace

bool matches(Bytes file) { return file.size() >= 2 && file[0] == 'B' && file[1] == 'M'; }

Result<ImageInfo> probe(Bytes file) {
  const Result<Header> header = read_header(file);
  if (!header.ok()) {
    return header.error();
  }
  ImageInfo info;
  info.size = header.value().size;
  info.layout = header.value().layout();
  info.has_alpha = info.layout.has_alpha();
  info.exact = !header.value().is_deep();
  info.density_per_inch = header.value().density_per_inch;
  return info;
}

Result<Decoded> decode(Bytes file, const DecodeRequest& request) {
  const Result<Header> parsed = read_header(file);
  if (!parsed.ok()) {
    return parsed.error();
  }
  const Header& header = parsed.value();
  Result<Image> image = Image::allocate(request.region.size(), header.layout());
  if (!image.ok()) {
    return image.error();
  }
  Decoded decoded;
  decoded.image = std::move(image.value());
  read_palette(file, header, decoded.image.colors);
  if (request.damaged == Damaged::kAccept) {
    fill_missing(decoded.image);
  }
  const Progress progress = header.is_rle()
                                ? RleReader(file, header, request.region, decoded.image).read()
                                : read_plain(file, header, request.region, decoded.image);
  if (!progress.complete && request.damaged == Damaged::kError) {
    return make_error(
        ErrorCode::kTruncatedImage,
        "The BMP ends before the end of the region. Use damaged: 'accept' to take the "
        "rows that it has.");
  }
  decoded.complete = progress.complete;
  decoded.bytes_read = progress.bytes_read;
  return decoded;
}

}  // namespace crop64::bmp
