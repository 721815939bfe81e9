#include "codecs/jpeg/libjpeg_compressor.h"

#include "codecs/jpeg/metadata_segments.h"

namespace crop64::jpeg {
namespace {

void on_error(j_common_ptr codec) {
  static_assert(JPEG_MAX_DIMENSION == 65500);
  if (codec->err->msg_code == JERR_IMAGE_TOO_BIG) {
    fail(errors_of(codec).trap, ErrorCode::kInvalidArgument,
         "A JPEG has at most 65500 pixels a side, but the image has more. Resize it, or use "
         "format 'png'.");
  }
  const bool memory = codec->err->msg_code == JERR_OUT_OF_MEMORY;
  fail_as(codec, memory ? ErrorCode::kOutOfMemory : ErrorCode::kInternal);
}

// Called when the buffer is full, whatever `free_in_buffer` says: libjpeg keeps its own copy of
// that.
boolean empty_output_buffer(j_compress_ptr codec) {
  Compressor& compressor = *static_cast<Compressor*>(codec->client_data);
  const size_t used = compressor.file.size();
  if (!compressor.file.grow(used * 2)) {
    fail(compressor.errors.trap, ErrorCode::kOutOfMemory,
         "Out of memory: the JPEG does not fit. Crop a smaller region.");
  }
  compressor.destination.next_output_byte = compressor.file.data() + used;
  compressor.destination.free_in_buffer = compressor.file.size() - used;
  return TRUE;
}

}  // namespace

Compressor::Compressor(ErrorTrap& trap) : errors(trap) {
  prepare(errors, on_error, [](j_common_ptr, int) {});
  info.err = &errors.manager;
  info.client_data = this;
  destination.init_destination = [](j_compress_ptr) {};
  destination.empty_output_buffer = empty_output_buffer;
  destination.term_destination = [](j_compress_ptr) {};
}

bool Compressor::reserve(uint64_t size) {
  Result<Buffer> room = Buffer::allocate(size);
  if (!room.ok()) {
    return false;
  }
  file = std::move(room.value());
  destination.next_output_byte = file.data();
  destination.free_in_buffer = file.size();
  return true;
}

Buffer Compressor::take() {
  file.shrink(file.size() - destination.free_in_buffer);
  return std::move(file);
}

void open(Compressor& compressor) {
  jpeg_create_compress(&compressor.info);
  compressor.info.client_data = &compressor;
  compressor.info.dest = &compressor.destination;
}

void choose_scans(Compressor& compressor, bool progressive) {
  jpeg_compress_struct& info = compressor.info;
  int blocks = 0;
  for (int i = 0; i < info.num_components; ++i) {
    blocks += info.comp_info[i].h_samp_factor * info.comp_info[i].v_samp_factor;
  }
  if (info.num_components == 1 || blocks <= C_MAX_BLOCKS_IN_MCU) {
    if (progressive) {
      jpeg_simple_progression(&info);
    }
    return;
  }
  // The components have too many blocks to share a scan.
  info.num_scans = 0;
  for (int i = 0; i < info.num_components; ++i) {
    if (progressive) {
      compressor.scans[size_t(info.num_scans++)] = {1, {i}, 0, 0, 0, 0};
    }
    compressor.scans[size_t(info.num_scans++)] = {1, {i}, progressive ? 1 : 0, DCTSIZE2 - 1, 0, 0};
  }
  info.scan_info = compressor.scans.data();
}

void set_density(Compressor& compressor, const Metadata& metadata) {
  const JfifDensity density = jfif_density(metadata);
  jpeg_compress_struct& info = compressor.info;
  info.density_unit = density.unit;
  info.X_density = density.x;
  info.Y_density = density.y;
}

void write_metadata(Compressor& compressor, const Metadata& metadata) {
  jpeg_compress_struct& info = compressor.info;
  for_each_segment(metadata, [&](int marker, auto name, auto more, Bytes content) {
    jpeg_write_m_header(&info, marker,
                        static_cast<unsigned>(name.size() + more.size() + content.size()));
    const auto write = [&](const auto& bytes) {
      for (const auto byte : bytes) {
        jpeg_write_m_byte(&info, static_cast<uint8_t>(byte));
      }
    };
    write(name);
    write(more);
    write(content);
  });
}

}  // namespace crop64::jpeg
