// libjpeg's compressor into a buffer that grows. Writer and mover share it.
#pragma once

#include <array>

#include "base/buffer.h"
#include "codecs/jpeg/libjpeg.h"
#include "metadata/metadata.h"

namespace crop64 {

struct JpegEncoder {
  explicit JpegEncoder(ErrorTrap& trap);
  JpegEncoder(const JpegEncoder&) = delete;
  JpegEncoder& operator=(const JpegEncoder&) = delete;
  ~JpegEncoder() { jpeg_destroy_compress(&info); }

  // Room for that many bytes to begin with, at least one; false where there is none.
  bool reserve(uint64_t size);
  // What was written.
  Buffer take();

  jpeg_compress_struct info{};  // zeroed: destroying one that was never made does nothing
  JpegErrors errors;
  jpeg_destination_mgr destination{};
  Buffer file;
  std::array<jpeg_scan_info, size_t{2} * MAX_COMPS_IN_SCAN>
      scans{};  // where libjpeg's own do not do
};

// Makes the compressor. Inside run_trapped() only. Errors: INVALID_ARGUMENT (a side of more than
// 65 500 pixels), OUT_OF_MEMORY.
void open(JpegEncoder& encoder);

// Chooses the scans, for components whose sampling is set. Inside run_trapped() only.
void choose_scans(JpegEncoder& encoder, bool progressive);
// Sets the density; before the compressor is started.
void set_density(JpegEncoder& encoder, const Metadata& metadata);
// Writes everything else as segments; right after the compressor was started.
void write_metadata(JpegEncoder& encoder, const Metadata& metadata);

}  // namespace crop64
