#include "codecs/jpeg/libjpeg_compressor.h"

#include "codecs/jpeg/metadata_segments.h"

namespace crop64 {
namespace {

void on_error(j_common_ptr codec) {
  static_assert(JPEG_MAX_DIMENSION == 65500);
  if (codec->err->msg_code == JERR_IMAGE_TOO_BIG) {
    fail(errors_of(codec).trap, ErrorCode::kInvalidArgument,
         "Expected at most 65500 pixels a side for a JPEG but the picture has more. Resize it, or "
         "use format 'png'.");
  }
  const bool memory = codec->err->msg_code == JERR_OUT_OF_MEMORY;
  fail_as(codec, memory ? ErrorCode::kOutOfMemory : ErrorCode::kInternal);
}

// Called with the buffer full: libjpeg has set `free_in_buffer` aside by then, so all of it counts.
boolean empty_output_buffer(j_compress_ptr codec) {
  JpegEncoder& encoder = *static_cast<JpegEncoder*>(codec->client_data);
  const size_t used = encoder.file.size();
  if (!encoder.file.grow(used * 2)) {
    fail(encoder.errors.trap, ErrorCode::kOutOfMemory, "Out of memory: the JPEG does not fit. Crop a smaller region.");
  }
  encoder.destination.next_output_byte = encoder.file.data() + used;
  encoder.destination.free_in_buffer = encoder.file.size() - used;
  return TRUE;
}

}  // namespace

JpegEncoder::JpegEncoder(ErrorTrap& trap) : errors(trap) {
  prepare(errors, on_error, [](j_common_ptr, int) {});
  info.err = &errors.manager;
  info.client_data = this;
  destination.init_destination = [](j_compress_ptr) {};
  destination.empty_output_buffer = empty_output_buffer;
  destination.term_destination = [](j_compress_ptr) {};
}

bool JpegEncoder::reserve(uint64_t size) {
  Result<Buffer> room = Buffer::allocate(size);
  if (!room.ok()) {
    return false;
  }
  file = std::move(room.value());
  destination.next_output_byte = file.data();
  destination.free_in_buffer = file.size();
  return true;
}

Buffer JpegEncoder::take() {
  file.shrink(file.size() - destination.free_in_buffer);
  return std::move(file);
}

void open(JpegEncoder& encoder) {
  jpeg_create_compress(&encoder.info);
  encoder.info.client_data = &encoder;
  encoder.info.dest = &encoder.destination;
}

void choose_scans(JpegEncoder& encoder, bool progressive) {
  jpeg_compress_struct& info = encoder.info;
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
  // Too much for the components to share a scan.
  info.num_scans = 0;
  for (int i = 0; i < info.num_components; ++i) {
    if (progressive) {
      encoder.scans[size_t(info.num_scans++)] = {1, {i}, 0, 0, 0, 0};
    }
    encoder.scans[size_t(info.num_scans++)] = {1, {i}, progressive ? 1 : 0, DCTSIZE2 - 1, 0, 0};
  }
  info.scan_info = encoder.scans.data();
}

void set_density(JpegEncoder& encoder, const Metadata& metadata) {
  const JfifDensity density = jfif_density(metadata);
  jpeg_compress_struct& info = encoder.info;
  info.density_unit = density.unit;
  info.X_density = density.x;
  info.Y_density = density.y;
}

void write_metadata(JpegEncoder& encoder, const Metadata& metadata) {
  jpeg_compress_struct& info = encoder.info;
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

}  // namespace crop64
