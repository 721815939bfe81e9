// The formats that are read and written: what each can do, in one table. A new format is a folder
// and a line in that table.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "base/buffer.h"
#include "base/result.h"
#include "image/image.h"
#include "job/options.h"
#include "metadata/metadata.h"

namespace crop64 {

// What the header alone tells.
struct ImageInfo {
  Format format = Format::kUnknown;
  const char* id = "";         // "png"; also of a format that is only recognised: "webp"
  const char* name = "";       // "PNG", "WebP"; empty if the bytes are of no known format
  const char* mime_type = "";  // "image/png"
  Size size;                   // as stored
  Orientation orientation;     // how that is to be displayed
  Layout layout;
  bool has_alpha = false;  // a channel, a palette with alpha or a transparent colour
  bool exact = true;       // whether the layout holds the file's samples with all of their bits
  bool interlaced = false;
  bool progressive = false;
  uint32_t frame_count = 1;  // of which the first is read
  bool has_icc_profile = false;
  bool has_exif = false;
  std::optional<ChromaSubsampling> chroma_subsampling;  // JPEG in colour
  int quality = 0;  // JPEG: the quality, 1 to 100, whose tables are nearest to the file's
  Format kept_as = Format::kPng;  // what 'keep' gives if the format itself is not written
  int max_reduction = 1;          // by how much, a power of two, the decoder can reduce the picture
  Size block{1, 1};               // the grid on which parts can be moved without decoding: iMCU
  double density_per_inch = 0;    // 0 where the file says nothing
  uint64_t move_memory = 0;       // bytes that moving a part takes beside the result, at most
  uint64_t decode_memory = 0;     // bytes that decoding takes beside the region's samples, at most
  const char* looks_like =
      "";                    // bytes of no image format: "HTML"; empty if that is not known either
  uint64_t byte_length = 0;  // of the file, or of the samples of a picture that came as samples
};

struct DecodeRequest {
  int reduction = 1;  // by how much the picture is to be reduced: 1, 2, 4 or 8, up to max_reduction
  Rect region;        // within the reduced picture, at least one pixel
  Damaged damaged = Damaged::kError;
  // Of the region, those that will be looked at: what lies elsewhere need not be decoded. None:
  // all.
  std::vector<Rect> parts = {};
  // Whether Decoded::is_intact is wanted, for which more than the samples may have to be read.
  bool checks_end = false;
  bool operator==(const DecodeRequest&) const = default;
};

// How a JPEG was quantised: what quality 'keep' keeps.
struct Quantisation {
  struct Component {
    int horizontal = 1;  // its sampling factors
    int vertical = 1;
    std::array<uint16_t, 64> table;  // in natural order
    bool operator==(const Component&) const = default;
  };
  bool is_rgb = false;                // its components are red, green and blue, and not YCC
  std::vector<Component> components;  // 1 or 3
};

struct Decoded {
  Image image;              // the region, no more
  uint64_t bytes_read = 0;  // how far into the file the decoder went
  bool complete = true;     // false if data was missing or damaged, and that was accepted
  // False if the coded data lacks its end or has a wrong checksum: a copy of it would, too.
  bool is_intact = true;
  std::optional<Quantisation> quantisation;
};

enum class Advance : uint8_t {
  kWaits,   // for more of the file
  kDone,    // all is there that is wanted
  kFailed,  // anything is wrong or doubtful: decode() is to begin anew and to say what it is
};

// A region that is decoded while its file is arriving.
class Decoding {
 public:
  virtual ~Decoding() = default;
  // Goes as far as a file of which `there` bytes are there now lets it. Where all of it is, it does
  // not wait.
  virtual Advance advance(size_t there) = 0;
  // The region, once, when all of it is done: what decode() gives of the whole file.
  virtual Decoded take() = 0;
};

struct EncodeSettings {
  int quality = 85;  // JPEG, 1 to 100
  // In place of a quality, where the picture still has that many components.
  std::optional<Quantisation> quantisation = {};
  // JPEG in colour; else 4:2:0, or as it was.
  std::optional<ChromaSubsampling> chroma_subsampling = {};
  bool progressive = false;  // JPEG
  // JPEG; else no, and for a lossless crop whatever the source has.
  std::optional<bool> optimize_coding = {};
  int compression_level = 6;  // PNG, 0 to 9
};

struct Codec {
  Format format;
  const char* id;
  const char* name;
  const char* mime_type;
  // Whether the bytes begin as this format's files do.
  bool (*matches)(Bytes file);
  Result<ImageInfo> (*probe)(Bytes file);
  // The samples of the region, equal to those of a full decode, in memory for the region.
  Result<Decoded> (*decode)(Bytes file, const DecodeRequest& request);
  // The same while the file is arriving, of which the first `there` bytes are there. The file is
  // borrowed for as long as what is returned. Null where the format, or this file, has no such
  // thing, or its header has not all arrived.
  std::unique_ptr<Decoding> (*begin)(Bytes file, size_t there, const DecodeRequest& request);
  // A whole file, or null where there is no such thing. The image's layout is one that storable()
  // gave.
  Result<Buffer> (*encode)(const ImageView& image, const EncodeSettings& settings,
                           const Metadata& metadata);
  // The region moved into a file of its own without being decoded, or null where the format has no
  // such thing. The region begins on the grid of ImageInfo::block.
  Result<Buffer> (*move)(Bytes file, const Rect& region, const EncodeSettings& settings,
                         const Metadata& metadata);
  // The same file with other metadata: coded samples, tables and an animation's frames are copied
  // as they are, all other data is dropped. Null if the format has no such function.
  Result<Buffer> (*rewrite)(Bytes file, const Metadata& metadata);
  // What the file says beside its samples; what is damaged or too large is left out. Null where the
  // format says nothing that is carried on.
  Result<SourceMetadata> (*metadata)(Bytes file);
  // The layout of this format that holds pictures of that layout with the least change.
  Layout (*storable)(Layout layout);
  // Bytes that encode() takes beside the image and the file, about; null where encode() is.
  double (*encode_memory)(const Layout& layout, Size size, const EncodeSettings& settings);
};

// The codec whose files begin as `file` does, or null.
const Codec* find_codec(Bytes file);
// The codec of a format, or null.
const Codec* find_codec(Format format);

// What the header of any file tells. A format that is not decoded here is no error: its info has
// format kUnknown, and its name if it is recognised. Errors: CORRUPT_IMAGE, TRUNCATED_IMAGE,
// UNSUPPORTED_FORMAT (a variant that is refused).
Result<ImageInfo> probe(Bytes file);

// What the first bytes tell, and the length: an info of format kUnknown. Its `id` and `name` are
// empty if the bytes are of no image format that is known.
ImageInfo recognise(Bytes file);

// The error for an image whose format is not decoded here, or for bytes that are no image; those
// are named by what they look like.
Error unsupported(const ImageInfo& info);

// "jpeg", "png", "raw", "unknown", "keep".
const char* to_string(Format format);
const char* mime_type(Format format);

}  // namespace crop64
