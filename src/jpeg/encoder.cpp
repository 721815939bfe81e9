#include "jpeg/encoder.h"

namespace crop64 {
namespace {

void on_error(j_common_ptr codec) {
  const bool memory = codec->err->msg_code == JERR_OUT_OF_MEMORY;
  const bool size = codec->err->msg_code == JERR_IMAGE_TOO_BIG;
  fail_as(codec, memory ? ErrorCode::kOutOfMemory
                 : size ? ErrorCode::kInvalidArgument
                        : ErrorCode::kInternal);
}

// Called with the buffer full: libjpeg has set `free_in_buffer` aside by then, so all of it counts.
boolean empty_output_buffer(j_compress_ptr codec) {
  JpegEncoder& encoder = *static_cast<JpegEncoder*>(codec->client_data);
  const size_t used = encoder.file.size();
  if (!encoder.file.grow(used * 2)) {
    fail(encoder.errors.trap, ErrorCode::kOutOfMemory, "There was no room for the JPEG.");
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

}  // namespace crop64
