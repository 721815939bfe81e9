#include "codecs/png/metadata.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/byte_order.h"
#include "codecs/png/chunks.h"
#include "metadata/exif.h"

namespace crop64::png {
namespace {

// cICP: coding-independent code points (11.3.2.6; ITU-T H.273) for primaries, transfer function,
// matrix and full range. Not convertible if any is not known here, as PQ and HLG are not.
void read_code_points(Bytes cicp, ColorProfile& color) {
  const uint8_t primaries = cicp[0];
  const uint8_t transfer = cicp[1];
  // BT.709, whose transfer function others share.
  Curve curve = {{1 / 0.45F, 1 / 1.099F, 0.099F / 1.099F, 1 / 4.5F, 0.081F}};
  if (transfer == 13) {
    curve = Curve();
  } else if (transfer != 1 && transfer != 6 && transfer != 14 && transfer != 15) {
    color.is_convertible = false;
  }
  if ((primaries != 1 && primaries != 9 && primaries != 12) || cicp[2] != 0 || cicp[3] != 1) {
    color.is_convertible = false;
  }
  set_colors(color,
             primaries == 1   ? kBt709Primaries
             : primaries == 9 ? kBt2020Primaries
                              : kP3Primaries,
             curve);
  if (!color.is_convertible) {
    color.space = ColorSpace::kOther;
  }
}

// Sets what the chunks beside iCCP say of colours (4.3).
void read_colors(SourceMetadata& metadata) {
  // Empty if there is none.
  const auto find = [&](const char* type) {
    for (const MetadataBlock& block : metadata.blocks) {
      if (std::memcmp(block.raw.data() + 4, type, 4) == 0) {
        return block.data;
      }
    }
    return Bytes();
  };
  const Bytes cicp = find("cICP");
  if (!cicp.empty()) {
    metadata.color_precedes_profile = true;
    read_code_points(cicp, metadata.color);
    return;
  }
  const Bytes gama = find("gAMA");
  const Bytes chrm = find("cHRM");
  if (!find("sRGB").empty()) {
    return;
  }
  Curve curve;
  if (!gama.empty()) {
    // Its value for sRGB files (11.3.2.5) approximates sRGB's own curve, which encoders then mean.
    const uint32_t gamma = load_be32(gama.data());
    curve = gamma >= 45000 && gamma <= 46000 ? curve : gamma_curve(100000.0 / gamma);
  }
  Chromaticities chromaticities = {};
  for (size_t i = 0; i < 8; ++i) {
    chromaticities[i] = chrm.empty() ? kBt709Primaries[i] : load_be32(&chrm[4 * i]);
  }
  set_colors(metadata.color, chromaticities, curve);
}

bool is_significant_bits(Bytes sbit, const Layout& layout) {
  const bool is_palette = layout.model == Model::kPalette;
  const int channels = is_palette ? 3 : layout.channels();
  const int depth = is_palette ? 8 : layout.depth;
  return sbit.size() == size_t(channels) && std::all_of(sbit.begin(), sbit.end(), [&](int bits) {
           return bits >= 1 && bits <= depth;
         });
}

bool is_background(Bytes bkgd, const Layout& layout) {
  const bool is_gray = layout.is_gray();
  return bkgd.size() == (layout.model == Model::kPalette ? 1u : is_gray ? 2u : 6u);
}

// True if `data` begins with a keyword (11.3.3.2): 1 to 79 bytes and a terminator.
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

// True if an ancillary chunk has the content that its type requires (11.3). Others are not copied.
bool is_valid(std::string_view type, Bytes data, const Layout& layout) {
  const auto number = [&](size_t index) { return load_be32(data.data() + 4 * index); };
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
    return is_significant_bits(data, layout);
  }
  if (type == "bKGD") {
    return is_background(data, layout);
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

bool starts_with(Bytes data, std::string_view text) {
  return data.size() >= text.size() && std::memcmp(data.data(), text.data(), text.size()) == 0;
}

// The XMP packet in an iTXt (11.3.3.4): after the keyword come the compression flag and method, a
// language and a translated keyword, each with a terminator. Empty if the text is compressed.
Bytes read_xmp(Bytes itxt) {
  size_t offset = kXmpKeyword.size();
  if (itxt.size() < offset + 2 || itxt[offset] != 0) {
    return {};
  }
  offset += 2;
  for (int i = 0; i < 2; ++i) {
    const auto* zero = static_cast<const uint8_t*>(
        offset < itxt.size() ? std::memchr(itxt.data() + offset, 0, itxt.size() - offset)
                             : nullptr);
    if (zero == nullptr) {
      return {};
    }
    offset = size_t(zero - itxt.data()) + 1;
  }
  return itxt.subspan(offset);
}

// Where a chunk is allowed (5.6). Decoders ignore it further on.
enum class Place : uint8_t { kBeforePalette, kBeforeSamples, kAnywhere };

struct KnownType {
  std::string_view type;
  std::optional<MetadataKind> kind;  // nullopt if the chunk is not copied but written anew
  Place place;
};

// A file has one chunk of each type except sPLT; the first one counts.
constexpr KnownType kKnownTypes[] = {
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

// Which chunks have been read so far.
class Position {
 public:
  void advance(std::string_view type) {
    const Place here = type == "IDAT"   ? Place::kAnywhere
                       : type == "PLTE" ? Place::kBeforeSamples
                                        : Place::kBeforePalette;
    reached_ = std::max(reached_, here);
  }
  bool is_after_samples() const { return reached_ == Place::kAnywhere; }
  // True if a chunk of this type is allowed here, and is the first one.
  bool allows(const KnownType& known) {
    const uint32_t bit = uint32_t{1} << (&known - kKnownTypes);
    const bool is_repeated = (seen_ & bit) != 0 && known.type != "sPLT";
    seen_ |= bit;
    return !is_repeated && known.place >= reached_;
  }

 private:
  Place reached_ = Place::kBeforePalette;
  uint32_t seen_ = 0;
};
static_assert(std::size(kKnownTypes) <= 32);

// True if a decoder may ignore the chunk (5.4): its type is letters, of which the first is
// lowercase.
bool is_ancillary(std::string_view type) {
  return (type[0] & 0x20) != 0 && std::all_of(type.begin(), type.end(), [](char letter) {
           return (letter | 0x20) >= 'a' && (letter | 0x20) <= 'z';
         });
}

// The block of an ancillary chunk, whose type is `known` or null. nullopt for chunks that are
// written anew or that describe these IDATs only.
std::optional<MetadataBlock> block_of(const Chunk& chunk, const KnownType* known) {
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
  // ImageMagick's Exif as text, which may contain an orientation and a thumbnail.
  if (starts_with(chunk.data, "Raw profile type")) {
    return block(MetadataKind::kOpaque);
  }
  // Other chunks are safe to copy if their fourth letter is lowercase (14.2). That of tRNS,
  // animations and signatures is not.
  return (type[3] & 0x20) != 0 ? std::optional(block(MetadataKind::kText)) : std::nullopt;
}

// Real profiles are smaller; a decompression bomb is not.
constexpr size_t kMaxProfileBytes = size_t{16} * 1024 * 1024;

// How many bytes a zlib stream inflates to, without keeping them. nullopt if it is damaged or
// exceeds kMaxProfileBytes.
std::optional<size_t> inflated_size(Bytes compressed) {
  z_stream stream = {};
  if (inflateInit(&stream) != Z_OK) {
    return std::nullopt;
  }
  stream.next_in = const_cast<Bytef*>(compressed.data());  // zlib does not write to it
  stream.avail_in = static_cast<uInt>(compressed.size());
  int status = Z_OK;
  while (status == Z_OK && stream.total_out <= kMaxProfileBytes) {
    Bytef piece[4096];
    stream.next_out = piece;
    stream.avail_out = sizeof piece;
    status = inflate(&stream, Z_NO_FLUSH);
  }
  const auto size = static_cast<size_t>(stream.total_out);
  inflateEnd(&stream);
  return status == Z_STREAM_END && size <= kMaxProfileBytes ? std::optional(size) : std::nullopt;
}

// The profile in an iCCP (11.3.2.3): after a name with a terminator and a compression method,
// compressed. Empty if it is damaged. Errors: OUT_OF_MEMORY.
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
    auto length = static_cast<uLongf>(*size);
    uncompress(profile.value().data(), &length, compressed.data(),
               static_cast<uLong>(compressed.size()));
  }
  return profile;
}

}  // namespace

Result<SourceMetadata> read_metadata(Bytes file) {
  SourceMetadata metadata;
  Position position;
  Layout layout;
  std::optional<Density> exif_density;
  for (size_t offset = kSignature.size();;) {
    const Result<Chunk> next = header_chunk_at(file, offset);
    if (!next.ok() || next.value().type == "IEND" || !next.value().is_complete()) {
      break;
    }
    const Chunk& chunk = next.value();
    offset += chunk.raw.size();
    position.advance(chunk.type);
    if (chunk.type == "IHDR") {
      const Result<Header> header = read_header(chunk);
      if (!header.ok()) {
        break;
      }
      layout = header.value().layout;
    }
    if (!is_ancillary(chunk.type) || !chunk.has_valid_crc() ||
        !is_valid(chunk.type, chunk.data, layout)) {
      continue;
    }
    const KnownType* known =
        std::find_if(std::begin(kKnownTypes), std::end(kKnownTypes),
                     [&](const KnownType& one) { return one.type == chunk.type; });
    known = known == std::end(kKnownTypes) ? nullptr : known;
    if (known != nullptr && !position.allows(*known)) {
      continue;
    }
    if (const std::optional<MetadataBlock> block = block_of(chunk, known)) {
      metadata.add(*block);
    }
    if (chunk.type == "pHYs") {
      metadata.density = read_phys(chunk.data);
    } else if (chunk.type == "eXIf" && !position.is_after_samples()) {
      exif_density = read_exif_density(chunk.data);
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
  read_colors(metadata);
  if (metadata.icc_profile.size() > 0) {
    // A file should not have both (11.3.2.5), and the profile is more precise.
    std::erase_if(metadata.blocks, [](const MetadataBlock& block) {
      return block.kind == MetadataKind::kColor &&
             std::memcmp(block.raw.data() + 4, "sRGB", 4) == 0;
    });
  }
  return metadata;
}

}  // namespace crop64::png
