// libjpeg's decompressor with a file in memory as its source, for decode.cpp and lossless_crop.cpp.
// Warnings that mean wrong samples are errors. The file may still be received.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "codecs/codec.h"
#include "codecs/jpeg/libjpeg.h"

namespace crop64::jpeg {

// The source of a file in memory.
struct MemorySource {
  jpeg_source_mgr manager;  // first, so that a pointer to it is a pointer to this
  bool ended;               // whether libjpeg asked for more bytes than are available
  bool resyncing;           // whether libjpeg is looking for a restart marker
};

// The MCUs of a baseline image of which the samples are needed.
class NeededMcus {
 public:
  // Those that contain samples of `parts` (in samples of the reduced image), and their neighbours,
  // which fancy upsampling reads. `mcu` is the size of an MCU in such samples.
  NeededMcus(std::span<const Rect> parts, Size mcu, unsigned columns)
      : parts_(parts), mcu_(mcu), needed_(columns) {}

  bool has(int row, unsigned column);

 private:
  std::span<const Rect> parts_;  // borrowed
  Size mcu_;
  std::vector<bool> needed_;  // by column, in row `row_`
  int row_ = -1;
};

struct Decompressor {
  // `file` is borrowed.
  Decompressor(ErrorTrap& trap, Bytes file, Damaged damaged);
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;
  ~Decompressor() { jpeg_destroy_decompress(&info); }

  // Sets how many bytes of the file have been received; initially all.
  void set_available(size_t count) {
    source.manager.bytes_in_buffer += count - available;
    available = count;
  }
  // Whether more of the file is needed before libjpeg is asked for rows.
  bool needs_input() const {
    return available < file.size() && source.manager.bytes_in_buffer < rows_bytes;
  }
  // Whether libjpeg asked for bytes that have not been received, and got an end marker instead.
  bool ran_out() const { return available < file.size() && source.ended; }

  uint64_t bytes_read() const {
    return source.ended ? available : available - source.manager.bytes_in_buffer;
  }

  jpeg_decompress_struct info{};  // zeroed, so that destroying it before open() is safe
  Errors errors;
  MemorySource source{};
  jpeg_progress_mgr progress{};
  Bytes file;
  size_t available;       // bytes of the file that have been received
  size_t rows_bytes = 0;  // how many bytes the next rows take at most, except in extreme images
  Damaged damaged;
  bool complete = true;              // false if data was missing or damaged, and that was accepted
  unsigned mcu_column = 0;           // the MCU that is being decoded, in an image of one scan
  std::optional<NeededMcus> needed;  // if not all are
};

// Reads the header. Within run_trapped() only, like the functions below. Errors: TRUNCATED_IMAGE,
// CORRUPT_IMAGE, UNSUPPORTED_FORMAT, LIMIT_EXCEEDED (more than 100 scans), OUT_OF_MEMORY.
void open(Decompressor& decoder);

// The size of an MCU of an image with one scan, in samples of the reduced image. With one component
// an MCU is a block, but libjpeg decodes as many rows of blocks at a time as in other images.
Size mcu_size(const jpeg_decompress_struct& info);

// Whether a progressive image lacks bits of its coefficients.
bool lacks_bits(const Decompressor& decoder);

// After the last scan: fails if the file ends between two scans, unless damage is accepted.
void check_scans(Decompressor& decoder);

// If the file ends within a segment between two scans: lets it end before that segment. Fails with
// CORRUPT_IMAGE if the segment is a second frame header.
void end_before_segment(Decompressor& decoder);

}  // namespace crop64::jpeg
