// What a file format can do: the types that formats and jobs share. registry.h has the formats.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/buffer.h"
#include "base/result.h"
#include "image/component.h"
#include "image/rows.h"
#include "metadata/metadata.h"

namespace crop64 {

// kUnknown: any file that is not decoded here. kRaw: samples in memory, which are no file.
enum class ImageFormat : uint8_t { kUnknown, kJpeg, kPng, kBmp, kRaw };

// What to do with a file that is cut off or damaged: fail, or decode as much of it as possible.
enum class Damaged : uint8_t { kError, kAccept };

struct ChromaSubsampling {
  int horizontal = 1;  // luma samples for each chroma sample, across
  int vertical = 1;    // and down
  bool operator==(const ChromaSubsampling&) const = default;
};

// What plans need to know about the colours of samples.
struct SourceColor {
  ColorSpace space = ColorSpace::kSrgb;
  bool has_profile = false;  // whether an ICC profile says so, which fits the samples
  bool is_convertible = true;
};

// What the header says. Texts are constants.
struct ImageInfo {
  ImageFormat format = ImageFormat::kUnknown;
  const char* id = "";         // "png"; also of a format that is only recognised: "webp"
  const char* name = "";       // "PNG", "WebP"; empty if the bytes are of no known format
  const char* mime_type = "";  // "image/png"
  Size size;                   // as stored
  Orientation orientation;     // how to display the stored image
  Layout layout;
  bool has_alpha = false;  // a channel, a palette with alpha or a transparent colour
  bool exact = true;       // whether the layout holds the file's samples with all of their bits
  bool interlaced = false;
  bool progressive = false;
  uint32_t frame_count = 1;  // only the first is decoded
  bool has_icc_profile = false;
  bool has_exif = false;
  std::optional<ChromaSubsampling> chroma_subsampling;  // JPEG in colour
  bool has_ycc = false;  // JPEG: whether it has luma and chroma, in a subsampling as above
  int quality = 0;       // JPEG: the quality, 1 to 100, whose tables are nearest to the file's
  ImageFormat kept_as = ImageFormat::kPng;  // replaces `format` in results if that is not written
  int max_reduction = 1;                    // the largest DecodeRequest::reduction, a power of two
  Size block{1, 1};             // the grid on which a lossless crop begins: the iMCU of a JPEG
  double density_per_inch = 0;  // 0 if the file has none
  SourceColor color;            // set by job/source.h's probe(), not by codecs
  uint64_t decode_memory = 0;   // bytes that decoding takes, at most, beside what the next says
  bool holds_region = false;    // whether decoding also takes the region's samples as a whole
  // If the bytes are of no known image format, what they seem to be: "JSON …".
  const char* looks_like = "";
  uint64_t byte_length = 0;  // of the whole file, or of the samples if the source is samples
};

struct DecodeRequest {
  int reduction = 1;  // 1, 2, 4 or 8, up to ImageInfo::max_reduction: each side is divided by it
  Rect region;        // in pixels of the reduced image, at least one
  Damaged damaged = Damaged::kError;
  // Sub-rectangles of `region` that are used. Samples outside them are unspecified. Empty means the
  // whole region.
  std::span<const Rect> parts = {};  // borrowed
  // Whether to pass on the components of the whole image as they are stored, if it has_ycc.
  bool components = false;
  // Whether to set Decoded::is_intact, for which more than the samples may have to be read.
  bool checks_end = false;
};

// The quantisation of a JPEG: what quality 'keep' keeps.
struct Quantisation {
  struct Component {
    int horizontal = 1;  // its sampling factors
    int vertical = 1;
    std::array<uint16_t, 64> table = {};  // in natural order
    bool operator==(const Component&) const = default;
  };
  bool is_rgb = false;  // its components are red, green and blue, and not YCC
  int count = 0;        // of components, 1 or 3
  std::array<Component, 3> components;
  bool operator==(const Quantisation&) const = default;
};

// What came of decoding.
struct Decoded {
  uint64_t bytes_read = 0;  // how far into the file the decoder read
  bool complete = true;     // false if data was missing or damaged, and that was accepted
  // False if the coded data lacks its end or has a wrong checksum, so that a copy of it would, too.
  bool is_intact = true;
};

// Takes the rows of a decoded region.
class DecodeSink : public RowSink {
 public:
  // Called before the first row, with the file's quantisation if it has one that can be kept.
  // Called again if the decoder starts over: the rows that it has passed on are then void.
  virtual void begin(const std::optional<Quantisation>& quantisation) = 0;
  // In place of write(), if the request asks for components: takes the next rows of each, as many
  // as belong together. Errors: as write().
  virtual Failure write_components(const Components& /*components*/,
                                   std::span<const ImageView> /*rows*/) {
    return std::nullopt;
  }
};

// Takes rows and does nothing with them: for a decode that only looks for damage.
class DiscardSink : public DecodeSink {
 public:
  void begin(const std::optional<Quantisation>& /*quantisation*/) override {}
  Failure write(const ImageView& /*rows*/) override { return std::nullopt; }
  Failure finish() override { return std::nullopt; }
};

enum class DecodeStatus : uint8_t {
  kNeedInput,
  kDone,
  kError,  // invalid or unusual input: Codec::decode() on the complete file says what is wrong
};

// Decodes a region while its file is being received.
class IncrementalDecoder {
 public:
  virtual ~IncrementalDecoder() = default;
  // Decodes as far as the first `available` bytes of the file allow, and passes the rows on to
  // `sink`, the same one in all calls; an error of the sink is kError, too. Never returns
  // kNeedInput once the file is complete.
  virtual DecodeStatus decode(size_t available, DecodeSink& sink) = 0;
  // After kDone: what Codec::decode() returns for the complete file.
  virtual Decoded result() const = 0;
};

struct EncodeSettings {
  int quality = 85;  // JPEG, 1 to 100
  // JPEG: replaces `quality` if the image has as many components.
  std::optional<Quantisation> quantisation = {};
  // JPEG in colour. Without a value the sampling of `quantisation`, or 4:2:0.
  std::optional<ChromaSubsampling> chroma_subsampling = {};
  bool progressive = false;  // JPEG
  // JPEG: whether to make Huffman tables to measure. Without a value a lossless crop does as its
  // source, and everything else does not.
  std::optional<bool> optimize_coding = {};
  int compression_level = 6;  // PNG, 0 to 9
  bool components = false;    // JPEG: whether the encoder takes components, luma and chroma
};

// Writes a file while it takes the rows of its image.
class Encoder : public RowSink {
 public:
  // Takes the rows of a component, if the settings say so. Rows of one may come before those of
  // another, and are kept until they can be encoded. finish() is that of the encoder.
  virtual RowSink& component(size_t /*index*/) { return *this; }
  // The file, once, after finish().
  virtual Buffer take_file() = 0;
};

// A format's functions. Files are borrowed for the length of a call, except by `start`. Functions
// that a format does not have are null.
struct Codec {
  ImageFormat format;
  const char* id;
  const char* name;
  const char* mime_type;
  // Whether the bytes begin as this format's files do.
  bool (*matches)(Bytes file) = nullptr;
  // Reads the header. Errors: TRUNCATED_IMAGE (`file` ends within the header), CORRUPT_IMAGE,
  // UNSUPPORTED_FORMAT (a variant that is refused).
  Result<ImageInfo> (*probe)(Bytes file) = nullptr;
  // Passes the samples of the region, equal to those of a full decode, on to `sink`, and does not
  // call its finish(). Errors: TRUNCATED_IMAGE, CORRUPT_IMAGE, UNSUPPORTED_FORMAT, LIMIT_EXCEEDED,
  // OUT_OF_MEMORY, and those of the sink.
  Result<Decoded> (*decode)(Bytes file, const DecodeRequest& request, DecodeSink& sink) = nullptr;
  // The same for a file that is being received: `file` is as long as the file, and its first
  // `available` bytes have been written. It is borrowed for as long as the decoder lives. Returns
  // null if this file cannot be decoded incrementally, or its header is incomplete.
  std::unique_ptr<IncrementalDecoder> (*start)(Bytes file, size_t available,
                                               const DecodeRequest& request) = nullptr;
  // Begins a file. `image` says size, layout and colours, and has no samples: they are written to
  // the encoder. All arguments are borrowed for the length of the call. The layout is one that
  // `encoder_layout` returned. Errors, also of the encoder: INVALID_ARGUMENT (a size that the
  // format does not have), OUT_OF_MEMORY.
  Result<std::unique_ptr<Encoder>> (*encode)(const ImageView& image, const EncodeSettings& settings,
                                             const Metadata& metadata) = nullptr;
  // The region as a file of its own, without decoding it. The region begins on the grid of
  // ImageInfo::block. Errors: as `decode`.
  Result<Buffer> (*lossless_crop)(Bytes file, const Rect& region, const EncodeSettings& settings,
                                  const Metadata& metadata) = nullptr;
  // The same file with other metadata: coded samples, tables and an animation's frames are copied
  // as they are, all other data is dropped. Errors: TRUNCATED_IMAGE, CORRUPT_IMAGE, OUT_OF_MEMORY.
  Result<Buffer> (*rewrite)(Bytes file, const Metadata& metadata) = nullptr;
  // What the file says beside its samples. It refers to `file`. Leaves out what is damaged or too
  // large. Errors: OUT_OF_MEMORY.
  Result<SourceMetadata> (*metadata)(Bytes file) = nullptr;
  // The layout in which `encode` takes an image of `layout` with the least change. Null if `encode`
  // is.
  Layout (*encoder_layout)(Layout layout) = nullptr;
  // The components that an encoder with these settings takes. Null if it takes none.
  Components (*components)(const EncodeSettings& settings) = nullptr;
  // About how many bytes an encoder takes beside the file. Null if `encode` is.
  double (*encode_memory)(const Layout& layout, Size size,
                          const EncodeSettings& settings) = nullptr;
};

}  // namespace crop64
