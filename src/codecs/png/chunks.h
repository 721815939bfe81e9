// The structure of PNG files (PNG specification, third edition, sections 5 and 11): signature,
// chunks, and the header in the first chunk. Nothing is read outside of the given bytes, whatever
// they state.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/buffer.h"
#include "base/result.h"
#include "image/image.h"
#include "metadata/metadata.h"

namespace crop64::png {

inline constexpr std::array<uint8_t, 8> kSignature = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
constexpr size_t kChunkOverhead = 12;  // length, type and CRC
constexpr uint32_t kMaxChunkLength = 0x7fffffff;

// A chunk, borrowed from a file that may end inside of it.
struct Chunk {
  std::string_view type;  // four characters
  uint32_t length;        // of the data, as the file states it
  Bytes raw;              // all of the chunk, from its length to its CRC, as far as the file has it
  Bytes data;             // as far as the file has it

  bool is_complete() const { return raw.size() == length + uint64_t{kChunkOverhead}; }
  // False also if the chunk is not complete.
  bool has_valid_crc() const;
};

// The chunk that begins at `offset`, which is at most the size of `file`. nullopt if the file ends
// within its length and type. The next chunk begins raw.size() bytes later, if this one is
// complete.
std::optional<Chunk> chunk_at(Bytes file, size_t offset);

// The same while the header of a file is read: IDAT may be incomplete, other chunks not. Errors:
// TRUNCATED_IMAGE, CORRUPT_IMAGE (its length is not allowed).
Result<Chunk> header_chunk_at(Bytes file, size_t offset);

// What IHDR states.
struct Header {
  Size size;
  Layout layout;
  bool is_interlaced;
};

// Reads the first chunk of a file. Errors: CORRUPT_IMAGE, UNSUPPORTED_FORMAT (Apple's CgBI).
Result<Header> read_header(const Chunk& first);

// The layout of a colour type and bit depth (11.2.1, table 11.1). nullopt if the specification does
// not allow the pair.
std::optional<Layout> layout_of(int color_type, int depth);

// The keyword of the iTXt chunk that holds XMP (Adobe, "XMP Specification Part 3"), with its
// terminator.
inline constexpr std::string_view kXmpKeyword{"XML:com.adobe.xmp\0", 18};

// The name of the profile in files that are written here, without its terminator.
inline constexpr std::string_view kProfileName = "ICC profile";

// The data of a pHYs chunk (11.3.4.3).
constexpr size_t kPhysBytes = 9;
std::array<uint8_t, kPhysBytes> make_phys(const Density& density);
// nullopt if the data is not valid.
std::optional<Density> read_phys(Bytes data);

}  // namespace crop64::png
