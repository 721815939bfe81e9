#include "jpeg/reader.h"

#include <algorithm>
#include <cstring>

#include "jpeg/libjpeg.h"

namespace crop64 {
namespace {

constexpr int kMaxScans = 100;

// A file in memory as libjpeg reads it.
struct MemorySource {
  jpeg_source_mgr manager;  // first: libjpeg's pointer to it is a pointer to this
  bool ended;               // whether libjpeg asked for more than there is
};

MemorySource& source_of(j_decompress_ptr decoder) {
  return *reinterpret_cast<MemorySource*>(decoder->src);
}

// At the end of the data libjpeg is given an end marker: it then decodes what it has, and says so
// with a warning where that was not enough.
void end_data(j_decompress_ptr decoder) {
  static constexpr JOCTET kEndOfImage[] = {0xff, JPEG_EOI};
  source_of(decoder).ended = true;
  decoder->src->next_input_byte = kEndOfImage;
  decoder->src->bytes_in_buffer = sizeof kEndOfImage;
}

// In the middle of a marker segment an end marker would be taken for the segment's content: there
// libjpeg is given nothing, and returns without having read the segment.
boolean fill_input_buffer(j_decompress_ptr decoder) {
  source_of(decoder).ended = true;
  if (decoder->unread_marker != 0) {
    return FALSE;
  }
  end_data(decoder);
  return TRUE;
}

void skip_input_data(j_decompress_ptr decoder, long count) {
  jpeg_source_mgr& source = *decoder->src;
  if (count <= 0) {
    return;
  }
  if (static_cast<size_t>(count) > source.bytes_in_buffer) {
    end_data(decoder);
    return;
  }
  source.next_input_byte += count;
  source.bytes_in_buffer -= static_cast<size_t>(count);
}

void init_source(MemorySource& source, Bytes file) {
  source.manager.next_input_byte = file.data();
  source.manager.bytes_in_buffer = file.size();
  source.manager.init_source = [](j_decompress_ptr) {};
  source.manager.fill_input_buffer = fill_input_buffer;
  source.manager.skip_input_data = skip_input_data;
  source.manager.resync_to_restart = jpeg_resync_to_restart;
  source.manager.term_source = [](j_decompress_ptr) {};
  source.ended = false;
}

struct Reader {
  Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { jpeg_destroy_decompress(&decoder); }

  // Zeroed, so that destroying a decoder that was never made does nothing.
  jpeg_decompress_struct decoder{};
  JpegErrors errors{};
  MemorySource source{};
  jpeg_progress_mgr progress{};

  Bytes file;
  DecodeRequest request;
  Image image;
  Buffer row;
  bool complete = true;
};

Reader& reader_of(j_common_ptr decoder) { return *static_cast<Reader*>(decoder->client_data); }

[[noreturn]] void truncated(j_common_ptr decoder) {
  fail(errors_of(decoder).trap, ErrorCode::kTruncatedImage,
       "The JPEG ends before the part that was asked for. Use truncated: 'accept' to take what is "
       "there.");
}

void on_error(j_common_ptr codec) {
  const Reader& reader = reader_of(codec);
  switch (codec->err->msg_code) {
    case JERR_OUT_OF_MEMORY:
      fail_as(codec, ErrorCode::kOutOfMemory);
    case JERR_SOF_UNSUPPORTED:
    case JERR_ARITH_NOTIMPL:
    case JERR_BAD_PRECISION:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_CCIR601_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_IMAGE_TOO_BIG:  // a side of more than 65500 pixels
      fail_as(codec, ErrorCode::kUnsupportedFormat);
    default:
      break;
  }
  if (reader.source.ended) {
    truncated(codec);
  }
  fail_as(codec, ErrorCode::kCorruptImage);
}

// Warnings are all that libjpeg says of damaged data. One that means wrong samples ends the job.
void on_warning(j_common_ptr codec, int level) {
  if (level >= 0) {
    return;  // a trace message
  }
  Reader& reader = reader_of(codec);
  switch (codec->err->msg_code) {
    case JWRN_HIT_MARKER:
    case JWRN_MUST_RESYNC:
      // An end marker in the middle of a scan, or where a restart marker should be: the data ends
      // early, whether or not the file does.
      if (reader.decoder.unread_marker == JPEG_EOI) {
        if (reader.request.truncated == Truncated::kError) {
          truncated(codec);
        }
        reader.complete = false;
        return;
      }
      fail_as(codec, ErrorCode::kCorruptImage);
    case JWRN_HUFF_BAD_CODE:
      fail_as(codec, ErrorCode::kCorruptImage);
    default:
      return;
  }
}

void limit_scans(j_common_ptr codec) {
  if (reader_of(codec).decoder.input_scan_number > kMaxScans) {
    fail(errors_of(codec).trap, ErrorCode::kLimitExceeded,
         "Expected a JPEG of at most 100 scans but it has more.");
  }
}

J_COLOR_SPACE color_space(int components) {
  switch (components) {
    case 1:
      return JCS_GRAYSCALE;
    case 4:
      return JCS_CMYK;
    default:
      return JCS_RGB;
  }
}

Model model_of(J_COLOR_SPACE space) {
  switch (space) {
    case JCS_GRAYSCALE:
      return Model::kGray;
    case JCS_CMYK:
      return Model::kCmyk;
    default:
      return Model::kRgb;
  }
}

void read_header(void* context) {
  Reader& reader = *static_cast<Reader*>(context);
  jpeg_decompress_struct& decoder = reader.decoder;
  jpeg_create_decompress(&decoder);
  decoder.client_data = &reader;
  decoder.src = &reader.source.manager;
  decoder.progress = &reader.progress;
  reader.progress.progress_monitor = limit_scans;
  if (jpeg_read_header(&decoder, TRUE) == JPEG_SUSPENDED) {
    truncated(reinterpret_cast<j_common_ptr>(&decoder));
  }
  decoder.dct_method = JDCT_ISLOW;
  decoder.do_fancy_upsampling = TRUE;  // and with it no merged upsampling
  decoder.out_color_space = color_space(decoder.num_components);
  decoder.scale_num = 1;
  decoder.scale_denom = static_cast<unsigned>(reader.request.reduction);
}

// Whether libjpeg will smooth the blocks of a progressive picture whose coefficients are not all
// there: it then looks at neighbouring blocks, which a narrower picture would not have.
bool is_smoothed(const jpeg_decompress_struct& decoder) {
  if (decoder.coef_bits == nullptr) {
    return false;
  }
  for (int component = 0; component < decoder.num_components; ++component) {
    for (int coefficient = 0; coefficient < DCTSIZE2; ++coefficient) {
      if (decoder.coef_bits[component][coefficient] != 0) {
        return true;
      }
    }
  }
  return false;
}

// Whether a component has had no scan: libjpeg then takes its coefficients for zero without a word.
bool lacks_component(const jpeg_decompress_struct& decoder) {
  for (int component = 0; component < decoder.num_components; ++component) {
    if (decoder.comp_info[component].quant_table == nullptr) {
      return true;  // its first scan would have set it
    }
  }
  return false;
}

// jpeg_crop_scanline takes all components for reduced alike, but chroma may be reduced less than
// luma: where it still has to be smoothed across (4:1:0), half of it would be left out.
void set_chroma_widths(jpeg_decompress_struct& decoder) {
  for (int i = 0; i < decoder.num_components; ++i) {
    jpeg_component_info& component = decoder.comp_info[i];
    const auto samples =
        static_cast<JDIMENSION>(component.h_samp_factor * component.DCT_scaled_size);
    const auto of =
        static_cast<JDIMENSION>(decoder.max_h_samp_factor * decoder.min_DCT_scaled_size);
    component.downsampled_width = (decoder.output_width * samples + of - 1) / of;
  }
}

// Narrows the decoder to the iMCUs that the region's samples depend on: fancy upsampling looks at
// the neighbouring chroma sample, so with subsampled chroma one iMCU more on either side. Gives the
// column at which the decoder's rows then begin.
JDIMENSION narrow(jpeg_decompress_struct& decoder, const Rect& region) {
  const int scaled = DCTSIZE / static_cast<int>(decoder.scale_denom);
  const int block = decoder.num_components == 1 ? scaled : scaled * decoder.max_h_samp_factor;
  const int margin = decoder.num_components > 1 && decoder.max_h_samp_factor > 1 ? block : 0;
  const int left = std::max(0, region.left / block * block - margin);
  const int right = std::min(static_cast<int>(decoder.output_width),
                             (region.right + block - 1) / block * block + margin);
  auto first_column = static_cast<JDIMENSION>(left);
  auto columns = static_cast<JDIMENSION>(right - left);
  if (columns < decoder.output_width) {
    jpeg_crop_scanline(&decoder, &first_column, &columns);
    set_chroma_widths(decoder);
  }
  return first_column;
}

void read_region(void* context) {
  Reader& reader = *static_cast<Reader*>(context);
  jpeg_decompress_struct& decoder = reader.decoder;
  const Rect& region = reader.request.region;
  if (!jpeg_start_decompress(&decoder)) {
    // The file is cut off in a segment between two scans: let it end before that segment.
    decoder.unread_marker = JPEG_EOI;
    jpeg_start_decompress(&decoder);
  }
  const bool smoothed = is_smoothed(decoder);
  if ((smoothed || lacks_component(decoder)) && reader.source.ended) {
    // The file was cut off between two scans.
    if (reader.request.truncated == Truncated::kError) {
      truncated(reinterpret_cast<j_common_ptr>(&decoder));
    }
    reader.complete = false;
  }
  const JDIMENSION first_column = smoothed ? 0 : narrow(decoder, region);
  if (region.top > 0) {
    jpeg_skip_scanlines(&decoder, static_cast<JDIMENSION>(region.top));
  }
  const size_t pixel_bytes = reader.image.layout.pixel_bytes();
  const size_t offset = pixel_bytes * (static_cast<size_t>(region.left) - first_column);
  JSAMPROW row = reader.row.data();
  for (int y = 0; y < region.height(); ++y) {
    jpeg_read_scanlines(&decoder, &row, 1);
    std::memcpy(reader.image.row(y), row + offset, reader.image.stride());
  }
}

}  // namespace

Result<Decoded> decode_jpeg(Bytes file, const DecodeRequest& request) {
  Reader reader;
  reader.file = file;
  reader.request = request;
  prepare(reader.errors, on_error, on_warning);
  reader.decoder.err = &reader.errors.manager;
  reader.decoder.client_data = &reader;
  init_source(reader.source, file);
  if (!run_trapped(reader.errors.trap, read_header, &reader)) {
    return reader.errors.trap.error();
  }
  const jpeg_decompress_struct& decoder = reader.decoder;
  const int reduction = request.reduction;
  const Size size = {(int(decoder.image_width) + reduction - 1) / reduction,
                     (int(decoder.image_height) + reduction - 1) / reduction};
  if (!contains(whole(size), request.region)) {
    return make_error(ErrorCode::kInternal, "The JPEG's two readers differ about its size.");
  }
  const Layout layout = {model_of(decoder.out_color_space), 8};
  Result<Image> image = Image::allocate(request.region.size(), layout);
  Result<Buffer> row = Buffer::allocate(layout.bytes({size.width, 1}));
  if (!image.ok() || !row.ok()) {
    return image.ok() ? row.error() : image.error();
  }
  reader.image = std::move(image.value());
  reader.row = std::move(row.value());
  if (!run_trapped(reader.errors.trap, read_region, &reader)) {
    return reader.errors.trap.error();
  }
  Decoded decoded;
  decoded.image = std::move(reader.image);
  decoded.complete = reader.complete;
  decoded.bytes_read =
      reader.source.ended ? file.size() : file.size() - reader.source.manager.bytes_in_buffer;
  return decoded;
}

}  // namespace crop64
