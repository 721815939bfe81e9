#include "codecs/png/chunks.h"

#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string_view>

#include "codecs/png/rows.h"
#include "deflate/crc32.h"
#include "metadata/metadata.h"
#include "metadata/exif.h"

namespace crop64::png {
namespace {

constexpr uint8_t kSignature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
constexpr size_t kChunkOverhead = 12;  // length, type and checksum

uint32_t read_u32(const uint8_t* bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
}

struct Chunk {
  std::string_view type;
  Bytes data;
  Bytes raw;  // from its length on
};

// The chunk at `at`, and `at` moved behind it.
Result<Chunk> next_chunk(Bytes file, size_t& at) {
  const Error cut_off =
      make_error(ErrorCode::kTruncatedImage, "The PNG ends in the middle of its header.");
  if (file.size() - at < kChunkOverhead) {
    return cut_off;
  }
  const uint32_t length = read_u32(file.data() + at);
  Chunk chunk;
  chunk.type = {reinterpret_cast<const char*>(file.data() + at + 4), 4};
  if (length > 0x7fffffff) {
    return make_error(ErrorCode::kCorruptImage, "A PNG chunk says it is %u bytes long.", length);
  }
  if (chunk.type == "IDAT") {
    return chunk;  // its samples need not be here yet
  }
  if (file.size() - at - kChunkOverhead < length) {
    return cut_off;
  }
  chunk.data = file.subspan(at + 8, length);
  chunk.raw = file.subspan(at, length + kChunkOverhead);
  at += length + kChunkOverhead;
  return chunk;
}

std::optional<Layout> layout_of(int color_type, int depth) {
  const bool low = depth == 1 || depth == 2 || depth == 4;
  const bool high = depth == 8 || depth == 16;
  switch (color_type) {
    case 0:
      return low || high ? std::optional(Layout{Model::kGray, depth}) : std::nullopt;
    case 2:
      return high ? std::optional(Layout{Model::kRgb, depth}) : std::nullopt;
    case 3:
      return low || depth == 8 ? std::optional(Layout{Model::kPalette, depth}) : std::nullopt;
    case 4:
      return high ? std::optional(Layout{Model::kGrayAlpha, depth}) : std::nullopt;
    case 6:
      return high ? std::optional(Layout{Model::kRgba, depth}) : std::nullopt;
    default:
      return std::nullopt;
  }
}

std::optional<Error> read_header(const Chunk& chunk, ImageInfo& info) {
  if (chunk.type == "CgBI") {
    return make_error(ErrorCode::kUnsupportedFormat,
                      "The PNG is Apple's CgBI PNG, from an iOS app, which only Apple's decoders "
                      "read. Convert it with: pngcrush -revert-iphone-optimizations.");
  }
  if (chunk.type != "IHDR" || chunk.data.size() != 13) {
    return make_error(ErrorCode::kCorruptImage, "The PNG does not begin with an IHDR of 13 bytes.");
  }
  const uint32_t width = read_u32(chunk.data.data());
  const uint32_t height = read_u32(chunk.data.data() + 4);
  if (width < 1 || height < 1 || width > 0x7fffffff || height > 0x7fffffff) {
    return make_error(ErrorCode::kCorruptImage,
                      "Expected a PNG of at least one pixel but its header says %u x %u.", width,
                      height);
  }
  const int depth = chunk.data[8];
  const int color_type = chunk.data[9];
  const std::optional<Layout> layout = layout_of(color_type, depth);
  if (!layout || chunk.data[10] != 0 || chunk.data[11] != 0 || chunk.data[12] > 1) {
    return make_error(ErrorCode::kCorruptImage,
                      "The PNG's header is not valid: colour type %d, depth %d, compression %d, "
                      "filter %d, interlace %d.",
                      color_type, depth, chunk.data[10], chunk.data[11], chunk.data[12]);
  }
  info.size = {static_cast<int32_t>(width), static_cast<int32_t>(height)};
  info.layout = *layout;
  info.has_alpha = layout->has_alpha();
  info.interlaced = chunk.data[12] == 1;
  // libpng's two rows and ours, and zlib's window and tables; or the fast way's.
  const uint64_t row_bytes = layout->bytes({info.size.width, 1});
  info.decode_memory = std::max(3 * row_bytes + uint64_t{128} * 1024,
                                info.interlaced ? 0 : read_rows_memory(row_bytes));
  return std::nullopt;
}

std::optional<Density> read_density(Bytes phys) {
  if (phys.size() != kDensityBytes || phys[8] > 1 || read_u32(phys.data()) == 0 ||
      read_u32(phys.data() + 4) == 0) {
    return std::nullopt;
  }
  const auto unit = phys[8] == 1 ? Density::Unit::kMetre : Density::Unit::kNone;
  return Density{double(read_u32(phys.data())), double(read_u32(phys.data() + 4)), unit};
}

// Coding-independent code points (PNG specification, third edition, 11.3.2.6; ITU-T H.273), which
// go before any profile: primaries, transfer function, matrix, full range.
ColorSpace read_code_points(Bytes cicp) {
  constexpr uint8_t kSrgb[] = {1, 13, 0, 1};
  constexpr uint8_t kDisplayP3[] = {12, 13, 0, 1};
  const auto is = [&](const uint8_t(&points)[4]) {
    return std::equal(cicp.begin(), cicp.end(), std::begin(points), std::end(points));
  };
  return is(kSrgb)        ? ColorSpace::kSrgb
         : is(kDisplayP3) ? ColorSpace::kDisplayP3
                          : ColorSpace::kOther;
}

// What the header says, as far as other chunks depend on it.
struct Header {
  Model model;
  int depth;
};

bool is_significant_bits(Bytes sbit, const Header& header) {
  const bool is_palette = header.model == Model::kPalette;
  const int channels = is_palette ? 3 : Layout{header.model}.channels();
  const int depth = is_palette ? 8 : header.depth;
  return sbit.size() == size_t(channels) && std::all_of(sbit.begin(), sbit.end(), [&](int bits) {
           return bits >= 1 && bits <= depth;
         });
}

bool is_background(Bytes bkgd, const Header& header) {
  const bool is_gray = Layout{header.model}.is_gray();
  return bkgd.size() == (header.model == Model::kPalette ? 1u : is_gray ? 2u : 6u);
}

// A keyword (PNG specification, 11.3.3.2) of 1 to 79 bytes, and the zero that ends it.
bool has_keyword(Bytes data) {
  const auto zero = std::find(data.begin(), data.end(), 0);
  return zero != data.end() && zero != data.begin() && zero - data.begin() < 80;
}

bool is_suggested_palette(Bytes splt) {
  if (!has_keyword(splt)) {
    return false;
  }
  const auto depth = std::find(splt.begin(), splt.end(), 0) + 1;
  if (depth == splt.end() || (*depth != 8 && *depth != 16)) {
    return false;
  }
  return (splt.end() - depth - 1) % (*depth == 8 ? 6 : 10) == 0;
}

// Whether an ancillary chunk holds what its type is for (11.3): damaged ones are not carried over.
bool is_valid(std::string_view type, Bytes data, const Header& header) {
  const auto number = [&](size_t index) { return read_u32(data.data() + 4 * index); };
  const size_t size = data.size();
  if (type == "gAMA") {
    return size == 4 && number(0) > 0 && number(0) <= 0x7fffffff;
  }
  if (type == "cHRM") {
    bool fits = size == 32;
    for (size_t i = 0; fits && i < 8; i += 2) {
      fits = uint64_t{number(i)} + number(i + 1) <= 110'000;  // x + y, in units of 1/100 000
    }
    return fits && number(1) > 0;
  }
  if (type == "sRGB") {
    return size == 1 && data[0] <= 3;
  }
  if (type == "cICP") {
    return size == 4 && data[3] <= 1;
  }
  if (type == "mDCV" || type == "cLLI") {
    return size == (type == "mDCV" ? 24u : 8u);
  }
  if (type == "sBIT") {
    return is_significant_bits(data, header);
  }
  if (type == "bKGD") {
    return is_background(data, header);
  }
  if (type == "sPLT") {
    return is_suggested_palette(data);
  }
  if (type == "tIME") {
    return size == 7 && data[2] >= 1 && data[2] <= 12 && data[3] >= 1 && data[3] <= 31 &&
           data[4] <= 23 && data[5] <= 59 && data[6] <= 60;
  }
  if (type == "tEXt" || type == "zTXt" || type == "iTXt") {
    return has_keyword(data);
  }
  return true;
}

constexpr std::string_view kXmpKeyword{"XML:com.adobe.xmp\0", 18};

bool starts_with(Bytes data, std::string_view text) {
  return data.size() >= text.size() && std::memcmp(data.data(), text.data(), text.size()) == 0;
}

// The packet in an iTXt: behind two bytes that say that it is not compressed, a language and a
// translated keyword, both of which end with a zero. Nothing where it is compressed.
Bytes read_xmp(Bytes itxt) {
  size_t at = kXmpKeyword.size();
  if (itxt.size() < at + 2 || itxt[at] != 0) {
    return {};
  }
  at += 2;
  for (int i = 0; i < 2; ++i) {
    const auto* zero = static_cast<const uint8_t*>(
        at < itxt.size() ? std::memchr(itxt.data() + at, 0, itxt.size() - at) : nullptr);
    if (zero == nullptr) {
      return {};
    }
    at = size_t(zero - itxt.data()) + 1;
  }
  return itxt.subspan(at);
}

// How far into a file a chunk counts: later on decoders pass over it (PNG specification, 5.6).
enum class Place : uint8_t { kBeforePalette, kBeforeSamples, kAnywhere };

struct Known {
  std::string_view type;
  std::optional<MetadataKind> kind;  // nothing for what is written anew
  Place place;
};

// Of all but sPLT a file has one, and the first counts.
constexpr Known kKnown[] = {
    {"iCCP", std::nullopt, Place::kBeforePalette},
    {"pHYs", std::nullopt, Place::kBeforeSamples},
    {"gAMA", MetadataKind::kColor, Place::kBeforePalette},
    {"cHRM", MetadataKind::kColor, Place::kBeforePalette},
    {"sRGB", MetadataKind::kColor, Place::kBeforePalette},
    {"cICP", MetadataKind::kColor, Place::kBeforePalette},
    {"mDCV", MetadataKind::kColor, Place::kBeforePalette},
    {"cLLI", MetadataKind::kColor, Place::kBeforePalette},
    {"sBIT", MetadataKind::kLayout, Place::kBeforePalette},
    {"bKGD", MetadataKind::kLayout, Place::kBeforeSamples},
    {"sPLT", MetadataKind::kLayout, Place::kBeforeSamples},
    {"eXIf", MetadataKind::kExif, Place::kAnywhere},
    {"oFFs", MetadataKind::kOpaque, Place::kBeforeSamples},
    {"pCAL", MetadataKind::kOpaque, Place::kBeforeSamples},
    {"sCAL", MetadataKind::kOpaque, Place::kBeforeSamples},
    {"sTER", MetadataKind::kOpaque, Place::kBeforeSamples},
    {"tIME", MetadataKind::kOpaque, Place::kAnywhere},
};

// What was met on the way through a file.
class Progress {
 public:
  void pass(std::string_view type) {
    const Place here = type == "IDAT"   ? Place::kAnywhere
                       : type == "PLTE" ? Place::kBeforeSamples
                                        : Place::kBeforePalette;
    reached_ = std::max(reached_, here);
  }
  bool is_behind_samples() const { return reached_ == Place::kAnywhere; }
  // Whether a known chunk is in its place, and the first.
  bool counts(const Known& known) {
    const uint32_t bit = uint32_t{1} << (&known - kKnown);
    const bool again = (seen_ & bit) != 0 && known.type != "sPLT";
    seen_ |= bit;
    return !again && known.place >= reached_;
  }

 private:
  Place reached_ = Place::kBeforePalette;
  uint32_t seen_ = 0;
};

// Whether a decoder may pass over it (5.4): the first letter is small, and all are letters.
bool is_ancillary(std::string_view type) {
  return (type[0] & 0x20) != 0 && std::all_of(type.begin(), type.end(), [](char letter) {
           return (letter | 0x20) >= 'a' && (letter | 0x20) <= 'z';
         });
}

// What an ancillary chunk that is in its place is, and its content; nothing for what is written
// anew, and for what is no longer true of other IDATs.
std::optional<MetadataBlock> block_of(const Chunk& chunk, const Known* known) {
  const auto block = [&](MetadataKind kind) { return MetadataBlock{kind, chunk.raw, chunk.data}; };
  const std::string_view type = chunk.type;
  if (known != nullptr) {
    return known->kind ? std::optional(block(*known->kind)) : std::nullopt;
  }
  if (type == "iTXt" && starts_with(chunk.data, kXmpKeyword)) {
    const Bytes xmp = read_xmp(chunk.data);
    return xmp.empty() ? block(MetadataKind::kOpaque)
                       : MetadataBlock{MetadataKind::kXmp, chunk.raw, xmp};
  }
  // Exif as text, which may have an orientation and a thumbnail.
  if (starts_with(chunk.data, "Raw profile type")) {
    return block(MetadataKind::kOpaque);
  }
  // What nobody knows here is safe to copy where its fourth letter is small (14.2); tRNS, the
  // chunks of animations, signatures and the like are not.
  return (type[3] & 0x20) != 0 ? std::optional(block(MetadataKind::kText)) : std::nullopt;
}

// A chunk whose checksum is wrong says nothing.
bool is_whole(const Chunk& chunk) {
  const uint32_t sum =
      deflate::crc32_update(deflate::kCrc32Start, chunk.raw.subspan(4, chunk.raw.size() - 8));
  return sum == read_u32(chunk.raw.data() + chunk.raw.size() - 4);
}

// Larger ones are no profiles but bombs.
constexpr size_t kMaxInProfile = size_t{16} * 1024 * 1024;

// How many bytes a zlib stream holds, found without keeping them; nothing where it is damaged or
// holds more than a profile may have.
std::optional<size_t> inflated_size(Bytes compressed) {
  z_stream stream = {};
  if (inflateInit(&stream) != Z_OK) {
    return std::nullopt;
  }
  stream.next_in = const_cast<Bytef*>(compressed.data());  // zlib only reads it
  stream.avail_in = static_cast<uInt>(compressed.size());
  int status = Z_OK;
  while (status == Z_OK && stream.total_out <= kMaxInProfile) {
    Bytef piece[4096];
    stream.next_out = piece;
    stream.avail_out = sizeof piece;
    status = inflate(&stream, Z_NO_FLUSH);
  }
  const auto size = static_cast<size_t>(stream.total_out);
  inflateEnd(&stream);
  return status == Z_STREAM_END && size <= kMaxInProfile ? std::optional(size) : std::nullopt;
}

// The profile in an iCCP: behind a name that ends with a zero, and a method, compressed. Nothing
// where it is damaged.
Result<Buffer> read_profile(Bytes iccp) {
  const auto* zero = static_cast<const uint8_t*>(std::memchr(iccp.data(), 0, iccp.size()));
  if (zero == nullptr || zero + 2 > iccp.data() + iccp.size() || zero[1] != 0) {
    return Buffer();
  }
  const Bytes compressed = iccp.subspan(size_t(zero - iccp.data()) + 2);
  const std::optional<size_t> size = inflated_size(compressed);
  if (!size) {
    return Buffer();
  }
  Result<Buffer> profile = Buffer::allocate(*size);
  if (profile.ok()) {
    auto room = static_cast<uLongf>(*size);
    uncompress(profile.value().data(), &room, compressed.data(),
               static_cast<uLong>(compressed.size()));
  }
  return profile;
}

// Whether Exif follows the samples, the first of which are at `at`, as far as the file is there.
// Its orientation does not count: decoders that show the samples as they come have passed it by
// then.
bool has_late_exif(Bytes file, size_t at) {
  while (file.size() - at >= kChunkOverhead) {
    const uint64_t length = read_u32(file.data() + at) + uint64_t{kChunkOverhead};
    if (std::memcmp(file.data() + at + 4, "eXIf", 4) == 0) {
      return true;
    }
    if (length > file.size() - at) {
      break;
    }
    at += static_cast<size_t>(length);
  }
  return false;
}

void write_u32(uint8_t* to, double value) {
  const auto number = static_cast<uint32_t>(std::clamp(std::floor(value + 0.5), 0.0, 2147483647.0));
  for (int i = 0; i < 4; ++i) {
    to[i] = static_cast<uint8_t>(number >> (24 - 8 * i));
  }
}

}  // namespace

std::array<uint8_t, kDensityBytes> density_chunk(const Density& density) {
  std::array<uint8_t, kDensityBytes> phys;
  const double scale = density.unit == Density::Unit::kInch ? 1 / 0.0254 : 1;
  write_u32(phys.data(), density.x * scale);
  write_u32(phys.data() + 4, density.y * scale);
  phys[8] = density.unit == Density::Unit::kNone ? 0 : 1;
  return phys;
}

bool matches(Bytes file) {
  return file.size() >= sizeof kSignature &&
         std::memcmp(file.data(), kSignature, sizeof kSignature) == 0;
}

Result<ImageInfo> probe(Bytes file) {
  ImageInfo info;
  size_t at = sizeof kSignature;
  Result<Chunk> chunk = next_chunk(file, at);
  if (!chunk.ok()) {
    return chunk.error();
  }
  if (auto error = read_header(chunk.value(), info)) {
    return *error;
  }
  std::optional<Density> density;
  std::optional<Density> exif_density;
  for (;;) {
    chunk = next_chunk(file, at);
    if (!chunk.ok()) {
      return chunk.error();
    }
    const std::string_view type = chunk.value().type;
    const Bytes data = chunk.value().data;
    if (type == "IDAT") {
      info.density_per_inch = per_inch(density ? density : exif_density);
      info.has_exif = info.has_exif || has_late_exif(file, at);
      return info;
    }
    if (type == "IEND") {
      return make_error(ErrorCode::kCorruptImage, "The PNG has no IDAT: no samples.");
    }
    if (!is_whole(chunk.value())) {
      continue;
    }
    if (type == "tRNS") {
      info.has_alpha = true;
    } else if (type == "iCCP") {
      info.has_icc_profile = true;
    } else if (type == "eXIf" && !info.has_exif) {
      info.has_exif = true;
      info.orientation = exif_orientation(read_exif_orientation(data));
      exif_density = read_exif_density(data);
    } else if (type == "acTL" && data.size() == 8) {
      info.frame_count = std::max(read_u32(data.data()), uint32_t{1});
    } else if (type == "pHYs" && !density) {
      density = read_density(data);
    }
  }
}

Result<SourceMetadata> read_metadata(Bytes file) {
  SourceMetadata metadata;
  size_t at = sizeof kSignature;
  Progress progress;
  std::optional<ColorSpace> named;
  std::optional<Density> exif_density;
  ImageInfo info;
  for (;;) {
    const Result<Chunk> next = next_chunk(file, at);
    if (!next.ok() || next.value().type == "IEND") {
      break;
    }
    const Chunk& chunk = next.value();
    progress.pass(chunk.type);
    if (chunk.type == "IHDR" && read_header(chunk, info)) {
      break;
    }
    if (chunk.type == "IDAT") {
      const uint64_t length = read_u32(file.data() + at) + uint64_t{kChunkOverhead};
      if (length > file.size() - at) {
        break;
      }
      at += static_cast<size_t>(length);
      continue;
    }
    if (!is_ancillary(chunk.type) || !is_whole(chunk) ||
        !is_valid(chunk.type, chunk.data, {info.layout.model, info.layout.depth})) {
      continue;
    }
    const Known* known = std::find_if(std::begin(kKnown), std::end(kKnown),
                                      [&](const Known& one) { return one.type == chunk.type; });
    known = known == std::end(kKnown) ? nullptr : known;
    if (known != nullptr && !progress.counts(*known)) {
      continue;
    }
    if (const std::optional<MetadataBlock> block = block_of(chunk, known)) {
      metadata.add(*block);
    }
    if (chunk.type == "pHYs") {
      metadata.density = read_density(chunk.data);
    } else if (chunk.type == "eXIf" && !progress.is_behind_samples()) {
      exif_density = read_exif_density(chunk.data);
    } else if (chunk.type == "cICP") {
      named = read_code_points(chunk.data);
    } else if (chunk.type == "iCCP") {
      Result<Buffer> profile = read_profile(chunk.data);
      if (!profile.ok()) {
        return profile.error();
      }
      metadata.icc_profile = std::move(profile.value());
    }
  }
  if (!metadata.density) {
    metadata.density = exif_density;
  }
  if (metadata.icc_profile.size() > 0) {
    // A file has one of the two (11.3.2.5), and the profile says more.
    std::erase_if(metadata.blocks, [](const MetadataBlock& block) {
      return block.kind == MetadataKind::kColor &&
             std::memcmp(block.raw.data() + 4, "sRGB", 4) == 0;
    });
  }
  metadata.color_space = named.value_or(color_space_of(metadata.icc_profile));
  return metadata;
}

}  // namespace crop64::png
