// libjpeg's decompressor on a file in memory: owned, opened, and its warnings taken seriously. The
// file may still be arriving.
// Reader and mover share it.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "codecs/codec.h"
#include "codecs/jpeg/libjpeg.h"

namespace crop64::jpeg {

// A file in memory as libjpeg reads it.
struct MemorySource {
  jpeg_source_mgr manager;  // first: libjpeg's pointer to it is a pointer to this
  bool ended;               // whether libjpeg asked for more than there is
  bool resyncing;           // whether libjpeg is looking for a restart marker
};

// Which MCUs of a baseline picture anything is to be made of.
class WantedMcus {
 public:
  // Those that the parts touch, whose unit is the samples of the reduced picture, and their
  // neighbours, which fancy upsampling looks at.
  WantedMcus(std::span<const Rect> parts, Size mcu, unsigned columns)
      : parts_(parts), mcu_(mcu), wanted_(columns) {}

  bool has(int row, unsigned column);

 private:
  std::span<const Rect> parts_;  // borrowed
  Size mcu_;
  std::vector<bool> wanted_;  // of this row
  int row_ = -1;
};

struct Decompressor {
  // The file has to outlive the decoder.
  Decompressor(ErrorTrap& trap, Bytes file, Damaged damaged);
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;
  ~Decompressor() { jpeg_destroy_decompress(&info); }

  // To be called when the file's first `count` bytes are there, which at first are all.
  void arrived(size_t count) {
    source.manager.bytes_in_buffer += count - there;
    there = count;
  }
  // Whether more of the file is to come before libjpeg is asked for rows.
  bool waits() const { return there < file.size() && source.manager.bytes_in_buffer < rows_bytes; }
  // Whether libjpeg asked for bytes that are still to come, and was told that the file ends.
  bool ran_out() const { return there < file.size() && source.ended; }

  uint64_t bytes_read() const {
    return source.ended ? there : there - source.manager.bytes_in_buffer;
  }

  jpeg_decompress_struct info{};  // zeroed: destroying one that was never made does nothing
  Errors errors;
  MemorySource source{};
  jpeg_progress_mgr progress{};
  Bytes file;
  size_t there;           // bytes of it
  size_t rows_bytes = 0;  // bytes in which the next rows are likely to lie, whatever they show
  Damaged damaged;
  bool complete = true;              // false if data was missing or damaged, and that was accepted
  unsigned mcu_column = 0;           // the MCU that is being decoded, in an image of one scan
  std::optional<WantedMcus> wanted;  // where not all are
};

// Reads the header. Inside run_trapped() only, like what follows. Errors: TRUNCATED_IMAGE,
// CORRUPT_IMAGE, UNSUPPORTED_FORMAT, LIMIT_EXCEEDED (more than 100 scans), OUT_OF_MEMORY.
void open(Decompressor& decoder);

// Whether the coefficients of a progressive picture are not all there.
bool lacks_bits(const Decompressor& decoder);

// After all scans were read: fails, where that is not accepted, if the file was cut off between
// two.
void check_scans(Decompressor& decoder);

// What to do where the file is cut off in a segment between two scans: lets it end before that.
// Fails with CORRUPT_IMAGE where the segment is a second frame header.
void end_before_segment(Decompressor& decoder);

}  // namespace crop64::jpeg
