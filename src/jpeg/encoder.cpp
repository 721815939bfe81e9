#include "jpeg/encoder.h"

#include <algorithm>
#include <cmath>
#include <string_view>

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
    fail(encoder.errors.trap, ErrorCode::kOutOfMemory, "There was no room for the JPEG.");
  }
  encoder.destination.next_output_byte = encoder.file.data() + used;
  encoder.destination.free_in_buffer = encoder.file.size() - used;
  return TRUE;
}

constexpr size_t kMostInSegment = 65533;

// A segment of a name, a few more bytes, and content. One that is too long for a segment is left
// out.
void write_segment(jpeg_compress_struct& info, int marker, std::string_view name,
                   std::string_view more, Bytes content) {
  const size_t length = name.size() + more.size() + content.size();
  if (length > kMostInSegment) {
    return;
  }
  jpeg_write_m_header(&info, marker, static_cast<unsigned>(length));
  const auto write = [&](const auto& bytes) {
    for (const auto byte : bytes) {
      jpeg_write_m_byte(&info, static_cast<uint8_t>(byte));
    }
  };
  write(name);
  write(more);
  write(content);
}

void write_profile(jpeg_compress_struct& info, Bytes profile) {
  constexpr size_t kMostInPart = kMostInSegment - 14;
  const size_t parts = (profile.size() + kMostInPart - 1) / kMostInPart;
  if (parts > 255) {
    return;
  }
  for (size_t i = 0; i < parts; ++i) {
    const char number[] = {char(i + 1), char(parts)};
    const size_t first = i * kMostInPart;
    write_segment(info, JPEG_APP0 + 2, {"ICC_PROFILE\0", 12}, {number, 2},
                  profile.subspan(first, std::min(kMostInPart, profile.size() - first)));
  }
}

uint16_t to_u16(double value) {
  return static_cast<uint16_t>(std::clamp(std::floor(value + 0.5), 1.0, 65535.0));
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
  jpeg_compress_struct& info = encoder.info;
  const Density density = metadata.density.value_or(Density{1, 1, Density::Unit::kNone});
  // Whole numbers to a centimetre were written as such.
  const bool metre = density.unit == Density::Unit::kMetre;
  const auto whole = [](double value) { return std::fmod(value, 100) == 0; };
  const bool centimetre = metre && whole(density.x) && whole(density.y);
  const double scale = centimetre ? 0.01 : metre ? 0.0254 : 1;
  info.density_unit = density.unit == Density::Unit::kNone ? 0 : centimetre ? 2 : 1;
  info.X_density = to_u16(density.x * scale);
  info.Y_density = to_u16(density.y * scale);
}

void write_metadata(JpegEncoder& encoder, const Metadata& metadata) {
  jpeg_compress_struct& info = encoder.info;
  if (metadata.exif.size() > 0) {
    write_segment(info, JPEG_APP0 + 1, {"Exif\0\0", 6}, {}, metadata.exif);
  }
  if (metadata.xmp.size() > 0) {
    write_segment(info, JPEG_APP0 + 1, {"http://ns.adobe.com/xap/1.0/\0", 29}, {}, metadata.xmp);
  }
  if (metadata.photoshop.size() > 0) {
    write_segment(info, JPEG_APP0 + 13, {"Photoshop 3.0\0", 14}, {}, metadata.photoshop);
  }
  write_profile(info, metadata.icc_profile);
  for (const Bytes& segment : metadata.raw) {
    write_segment(info, segment[1], {}, {}, segment.subspan(4));
  }
}

}  // namespace crop64
