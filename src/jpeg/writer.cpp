#include "jpeg/writer.h"

#include <algorithm>

#include "jpeg/libjpeg.h"

namespace crop64 {
namespace {

struct Writer {
  Writer() = default;
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() { jpeg_destroy_compress(&encoder); }

  jpeg_compress_struct encoder{};
  JpegErrors errors{};
  jpeg_destination_mgr destination{};

  const ImageView* image = nullptr;
  int quality = 0;
  Buffer file;
};

Writer& writer_of(j_compress_ptr encoder) { return *static_cast<Writer*>(encoder->client_data); }

void on_error(j_common_ptr codec) {
  const bool memory = codec->err->msg_code == JERR_OUT_OF_MEMORY;
  const bool size = codec->err->msg_code == JERR_IMAGE_TOO_BIG;
  fail_as(codec, memory ? ErrorCode::kOutOfMemory
                 : size ? ErrorCode::kInvalidArgument
                        : ErrorCode::kInternal);
}

// Called with the buffer full: libjpeg has set `free_in_buffer` aside by then, so all of it counts.
boolean empty_output_buffer(j_compress_ptr encoder) {
  Writer& writer = writer_of(encoder);
  const size_t used = writer.file.size();
  if (!writer.file.grow(used * 2)) {
    fail(writer.errors.trap, ErrorCode::kOutOfMemory, "There was no room for the JPEG.");
  }
  writer.destination.next_output_byte = writer.file.data() + used;
  writer.destination.free_in_buffer = writer.file.size() - used;
  return TRUE;
}

J_COLOR_SPACE color_space(Model model) {
  switch (model) {
    case Model::kGray:
      return JCS_GRAYSCALE;
    case Model::kBgr:
      return JCS_EXT_BGR;
    default:
      return JCS_RGB;
  }
}

void write_file(void* context) {
  Writer& writer = *static_cast<Writer*>(context);
  jpeg_compress_struct& encoder = writer.encoder;
  const ImageView& image = *writer.image;
  jpeg_create_compress(&encoder);
  encoder.client_data = &writer;
  encoder.dest = &writer.destination;
  encoder.image_width = static_cast<JDIMENSION>(image.size.width);
  encoder.image_height = static_cast<JDIMENSION>(image.size.height);
  encoder.input_components = image.layout.channels();
  encoder.in_color_space = color_space(image.layout.model);
  jpeg_set_defaults(&encoder);
  jpeg_set_quality(&encoder, writer.quality, TRUE);
  encoder.dct_method = JDCT_ISLOW;
  jpeg_start_compress(&encoder, TRUE);
  for (int y = 0; y < image.size.height; ++y) {
    auto* row = const_cast<JSAMPROW>(image.row(y));  // libjpeg only reads it
    jpeg_write_scanlines(&encoder, &row, 1);
  }
  jpeg_finish_compress(&encoder);
}

}  // namespace

Result<Buffer> encode_jpeg(const ImageView& image, const EncodeSettings& settings) {
  Writer writer;
  writer.image = &image;
  writer.quality = settings.quality;
  prepare(writer.errors, on_error, [](j_common_ptr, int) {});
  writer.encoder.err = &writer.errors.manager;
  writer.encoder.client_data = &writer;
  // Most pictures take less than two bits a pixel.
  Result<Buffer> file = Buffer::allocate(uint64_t{16} * 1024 + uint64_t(image.size.area()) / 4);
  if (!file.ok()) {
    return file;
  }
  writer.file = std::move(file.value());
  writer.destination.next_output_byte = writer.file.data();
  writer.destination.free_in_buffer = writer.file.size();
  writer.destination.init_destination = [](j_compress_ptr) {};
  writer.destination.empty_output_buffer = empty_output_buffer;
  writer.destination.term_destination = [](j_compress_ptr) {};
  if (!run_trapped(writer.errors.trap, write_file, &writer)) {
    return writer.errors.trap.error();
  }
  writer.file.shrink(writer.file.size() - writer.destination.free_in_buffer);
  return std::move(writer.file);
}

Layout storable_jpeg(Layout layout) {
  if (layout.is_gray()) {
    return {Model::kGray, 8};
  }
  const bool bgr = layout.model == Model::kBgr || layout.model == Model::kBgra;
  return {bgr ? Model::kBgr : Model::kRgb, 8};
}

}  // namespace crop64
