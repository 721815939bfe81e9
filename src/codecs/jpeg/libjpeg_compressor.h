// libjpeg's compressor with a growing buffer as its destination, for encode.cpp and
// lossless_crop.cpp.
#pragma once

#include <array>

#include "base/buffer.h"
#include "codecs/jpeg/libjpeg.h"
#include "metadata/metadata.h"

namespace crop64::jpeg {

struct Compressor {
  explicit Compressor(ErrorTrap& trap);
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;
  ~Compressor() { jpeg_destroy_compress(&info); }

  // Allocates the first `size` bytes of the file, at least one. False if memory is exhausted.
  bool reserve(uint64_t size);
  // The file, after jpeg_finish_compress().
  Buffer take();

  jpeg_compress_struct info{};  // zeroed, so that destroying it before open() is safe
  Errors errors;
  jpeg_destination_mgr destination{};
  Buffer file;
  std::array<jpeg_scan_info, size_t{2} * MAX_COMPS_IN_SCAN>
      scans{};  // used if the components need scans of their own
};

// Creates the compressor. Within run_trapped() only, like the functions below. Errors:
// INVALID_ARGUMENT (more than 65 500 pixels a side), OUT_OF_MEMORY.
void open(Compressor& compressor);

// Chooses the scans. The sampling factors must be set.
void choose_scans(Compressor& compressor, bool progressive);
// Sets the density, before the compressor is started.
void set_density(Compressor& compressor, const Metadata& metadata);
// Writes all other metadata, right after the compressor was started.
void write_metadata(Compressor& compressor, const Metadata& metadata);

}  // namespace crop64::jpeg
