#include "codecs/jpeg/decode.h"

#include <algorithm>
#include <cstring>

#include "codecs/jpeg/libjpeg_decompressor.h"

namespace crop64::jpeg {
namespace {

struct Reader {
  Reader(Bytes file, const DecodeRequest& its_request)
      : request(its_request), decoder(trap, file, request.damaged) {}

  ErrorTrap trap;
  DecodeRequest request;
  Decompressor decoder;
  Image image;
  Buffer row;
  JDIMENSION first_column = 0;  // of the decoder's rows
};

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
  open(reader.decoder);
  jpeg_decompress_struct& info = reader.decoder.info;
  info.dct_method = JDCT_ISLOW;
  info.do_fancy_upsampling = TRUE;  // and with it no merged upsampling
  info.out_color_space = color_space(info.num_components);
  info.scale_num = 1;
  info.scale_denom = static_cast<unsigned>(reader.request.reduction);
}

// jpeg_crop_scanline takes all components for reduced alike, but chroma may be reduced less than
// luma: where it still has to be smoothed across (4:1:0), half of it would be left out.
void set_chroma_widths(jpeg_decompress_struct& info) {
  for (int i = 0; i < info.num_components; ++i) {
    jpeg_component_info& component = info.comp_info[i];
    const auto samples =
        static_cast<JDIMENSION>(component.h_samp_factor * component.DCT_scaled_size);
    const auto of = static_cast<JDIMENSION>(info.max_h_samp_factor * info.min_DCT_scaled_size);
    component.downsampled_width = (info.output_width * samples + of - 1) / of;
  }
}

// The samples of an MCU, in a picture of one scan; of one component it is a block, but rows of
// blocks come as many at a time as in others.
Size mcu_size(const jpeg_decompress_struct& info) {
  const int scaled = DCTSIZE / static_cast<int>(info.scale_denom);
  return {info.num_components == 1 ? scaled : scaled * info.max_h_samp_factor,
          scaled * info.max_v_samp_factor};
}

// Narrows the decoder to the iMCUs that the region's samples depend on: fancy upsampling looks at
// the neighbouring chroma sample, so with subsampled chroma one iMCU more on either side. Gives the
// column at which the decoder's rows then begin.
JDIMENSION narrow(jpeg_decompress_struct& info, const Rect& region) {
  const int block = mcu_size(info).width;
  const int margin = info.num_components > 1 && info.max_h_samp_factor > 1 ? block : 0;
  const int left = std::max(0, region.left / block * block - margin);
  const int right = std::min(static_cast<int>(info.output_width),
                             (region.right + block - 1) / block * block + margin);
  auto first_column = static_cast<JDIMENSION>(left);
  auto columns = static_cast<JDIMENSION>(right - left);
  if (columns < info.output_width) {
    jpeg_crop_scanline(&info, &first_column, &columns);
    set_chroma_widths(info);
  }
  return first_column;
}

void start(void* context) {
  Reader& reader = *static_cast<Reader*>(context);
  jpeg_decompress_struct& info = reader.decoder.info;
  if (!jpeg_start_decompress(&info)) {
    end_before_segment(reader.decoder);
    jpeg_start_decompress(&info);
  }
  check_scans(reader.decoder);
  // Incomplete coefficients are smoothed by a look at the neighbouring blocks, which a narrower
  // picture would not have.
  if (!lacks_bits(reader.decoder)) {
    reader.first_column = narrow(info, reader.request.region);
  }
  if (!reader.request.parts.empty()) {
    reader.decoder.wanted.emplace(reader.request.parts, mcu_size(info), info.MCUs_per_row);
  }
}

// Whether a row of the region lies between its parts.
bool is_between_parts(const DecodeRequest& request, int y) {
  return !request.parts.empty() &&
         std::none_of(request.parts.begin(), request.parts.end(),
                      [y](const Rect& part) { return part.top <= y && y < part.bottom; });
}

// Goes on with the region until it is done, or the decoder waits.
void read_region(void* context) {
  Reader& reader = *static_cast<Reader*>(context);
  jpeg_decompress_struct& info = reader.decoder.info;
  const Rect& region = reader.request.region;
  const auto top = static_cast<JDIMENSION>(region.top);
  const auto bottom = static_cast<JDIMENSION>(region.bottom);
  const size_t pixel_bytes = reader.image.layout.pixel_bytes();
  const size_t offset = pixel_bytes * (static_cast<size_t>(region.left) - reader.first_column);
  const bool in_place = static_cast<int>(info.output_width) == region.width();
  while (info.output_scanline < bottom && !reader.decoder.waits()) {
    const JDIMENSION y = info.output_scanline;
    if (y < top) {
      jpeg_skip_scanlines(&info, top - y);
    } else if (is_between_parts(reader.request, static_cast<int>(y))) {
      read_and_discard_scanlines(&info, 1);
    } else {
      uint8_t* const out = reader.image.row(static_cast<int>(y - top));
      JSAMPROW row = in_place ? out : reader.row.data();
      jpeg_read_scanlines(&info, &row, 1);
      if (!in_place) {
        std::memcpy(out, row + offset, reader.image.stride());
      }
    }
    if (info.output_scanline == y && !reader.decoder.waits()) {
      fail(reader.trap, ErrorCode::kInternal, "libjpeg gives no more rows.");
    }
  }
}

// How the file is quantised, of which quality 'keep' makes the same again; nothing for CMYK.
std::optional<Quantisation> quantisation_of(const jpeg_decompress_struct& info) {
  if (info.num_components > 3) {
    return std::nullopt;
  }
  Quantisation quantisation;
  quantisation.is_rgb = info.jpeg_color_space == JCS_RGB;
  for (int i = 0; i < info.num_components; ++i) {
    const jpeg_component_info& component = info.comp_info[i];
    if (component.quant_table == nullptr) {
      return std::nullopt;
    }
    auto& kept = quantisation.components.emplace_back();
    kept.horizontal = component.h_samp_factor;
    kept.vertical = component.v_samp_factor;
    std::copy_n(component.quant_table->quantval, DCTSIZE2, kept.table.begin());
  }
  return quantisation;
}

// The header, and room for the region.
std::optional<Error> open(Reader& reader) {
  if (!run_trapped(reader.trap, read_header, &reader)) {
    return reader.trap.error();
  }
  const jpeg_decompress_struct& info = reader.decoder.info;
  const int reduction = reader.request.reduction;
  const Size size = {(int(info.image_width) + reduction - 1) / reduction,
                     (int(info.image_height) + reduction - 1) / reduction};
  if (!contains(whole(size), reader.request.region)) {
    return make_error(ErrorCode::kInternal, "The JPEG's two readers differ about its size.");
  }
  const Layout layout = {model_of(info.out_color_space), 8};
  Result<Image> image = Image::allocate(reader.request.region.size(), layout);
  Result<Buffer> row = Buffer::allocate(layout.bytes({size.width, 1}));
  if (!image.ok() || !row.ok()) {
    return image.ok() ? row.error() : image.error();
  }
  reader.image = std::move(image.value());
  reader.row = std::move(row.value());
  return std::nullopt;
}

Decoded taken(Reader& reader) {
  Decoded decoded;
  decoded.image = std::move(reader.image);
  decoded.complete = reader.decoder.complete;
  decoded.quantisation = quantisation_of(reader.decoder.info);
  decoded.bytes_read = reader.decoder.bytes_read();
  return decoded;
}

// Bytes in which what libjpeg reads at a time is likely to lie: two rows of iMCUs, seldom three,
// and what its Huffman decoder wants to see ahead. Noise of quality 100 takes 1.4 bytes a sample;
// where it is not enough, decode() begins anew.
size_t bytes_of_rows(const jpeg_decompress_struct& info) {
  constexpr size_t kRows = 4;
  constexpr size_t kAhead = 8192;
  size_t samples = 0;
  for (int i = 0; i < info.num_components; ++i) {
    const jpeg_component_info& component = info.comp_info[i];
    samples += size_t{component.width_in_blocks} * size_t(component.v_samp_factor) * DCTSIZE2;
  }
  return kRows * samples + kAhead;
}

class IncrementalJpegDecoder : public IncrementalDecoder {
 public:
  IncrementalJpegDecoder(Bytes file, const DecodeRequest& request) : reader_(file, request) {}

  // False where the header has not all arrived, or all of the file is needed for any part of it.
  bool begin(size_t there) {
    Decompressor& decoder = reader_.decoder;
    decoder.arrived(there);
    if (open(reader_) || decoder.ran_out() || jpeg_has_multiple_scans(&decoder.info)) {
      return false;
    }
    decoder.rows_bytes = bytes_of_rows(decoder.info);
    return run_trapped(reader_.trap, start, &reader_);
  }
  DecodeStatus decode(size_t available) override {
    Decompressor& decoder = reader_.decoder;
    decoder.arrived(available);
    if (!run_trapped(reader_.trap, read_region, &reader_) || decoder.ran_out()) {
      return DecodeStatus::kError;
    }
    const auto bottom = static_cast<JDIMENSION>(reader_.request.region.bottom);
    return decoder.info.output_scanline < bottom ? DecodeStatus::kNeedInput : DecodeStatus::kDone;
  }
  Decoded take_result() override { return taken(reader_); }

 private:
  Reader reader_;
};

}  // namespace

std::unique_ptr<IncrementalDecoder> start(Bytes file, size_t there, const DecodeRequest& request) {
  auto decoding = std::make_unique<IncrementalJpegDecoder>(file, request);
  return decoding->begin(there) ? std::move(decoding) : nullptr;
}

Result<Decoded> decode(Bytes file, const DecodeRequest& request) {
  Reader reader(file, request);
  if (auto error = open(reader)) {
    return *error;
  }
  if (!run_trapped(reader.trap, start, &reader) ||
      !run_trapped(reader.trap, read_region, &reader)) {
    return reader.trap.error();
  }
  return taken(reader);
}

}  // namespace crop64::jpeg
