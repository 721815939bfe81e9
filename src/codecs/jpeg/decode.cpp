#include "codecs/jpeg/decode.h"

#include <algorithm>

#include "codecs/jpeg/libjpeg_decompressor.h"

namespace crop64::jpeg {
namespace {

// The rows of a component that libjpeg decodes at a time.
struct ComponentRows {
  Buffer samples;
  size_t row_bytes = 0;
  std::array<JSAMPROW, size_t{MAX_SAMP_FACTOR} * DCTSIZE> rows;
};

struct DecodeContext {
  DecodeContext(Bytes file, const DecodeRequest& decode_request)
      : request(decode_request), decoder(trap, file, request.damaged) {}

  ErrorTrap trap;
  DecodeRequest request;
  Decompressor decoder;
  DecodeSink* sink = nullptr;
  RowBatch rows;
  std::array<ComponentRows, 3> component_rows;  // in place of `rows`
  JDIMENSION first_column = 0;                  // of the decoder's rows
  Failure sink_error;
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

void read_header(void* opaque) {
  DecodeContext& context = *static_cast<DecodeContext*>(opaque);
  open(context.decoder);
  jpeg_decompress_struct& info = context.decoder.info;
  info.dct_method = JDCT_ISLOW;
  info.do_fancy_upsampling = TRUE;  // and with it no merged upsampling
  info.out_color_space = color_space(info.num_components);
  if (context.request.components) {
    info.raw_data_out = TRUE;
    info.out_color_space = info.jpeg_color_space;
  }
  info.scale_num = 1;
  info.scale_denom = static_cast<unsigned>(context.request.reduction);
}

// jpeg_crop_scanline() assumes that all components are reduced alike, but chroma may be reduced
// less than luma. If it is upsampled horizontally after that (4:1:0), half of it would be left out.
void set_chroma_widths(jpeg_decompress_struct& info) {
  for (int i = 0; i < info.num_components; ++i) {
    jpeg_component_info& component = info.comp_info[i];
    const auto samples =
        static_cast<JDIMENSION>(component.h_samp_factor * component.DCT_scaled_size);
    const auto of = static_cast<JDIMENSION>(info.max_h_samp_factor * info.min_DCT_scaled_size);
    component.downsampled_width = (info.output_width * samples + of - 1) / of;
  }
}

// Limits the decoder to the iMCUs that the region's samples depend on. Fancy upsampling reads the
// neighbouring chroma sample, so subsampled chroma needs one more iMCU on either side. Returns the
// first column of the decoder's rows.
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

void start_decompress(void* opaque) {
  DecodeContext& context = *static_cast<DecodeContext*>(opaque);
  jpeg_decompress_struct& info = context.decoder.info;
  if (!jpeg_start_decompress(&info)) {
    end_before_segment(context.decoder);
    jpeg_start_decompress(&info);
  }
  check_scans(context.decoder);
  // libjpeg smooths incomplete coefficients by neighbouring blocks, which a narrower image would
  // lack.
  if (!lacks_bits(context.decoder) && !info.raw_data_out) {
    context.first_column = narrow(info, context.request.region);
  }
  if (!context.request.parts.empty()) {
    context.decoder.needed.emplace(context.request.parts, mcu_size(info), info.MCUs_per_row);
  }
}

// Whether no part of the region contains row `y`.
bool is_between_parts(const DecodeRequest& request, int y) {
  return !request.parts.empty() &&
         std::none_of(request.parts.begin(), request.parts.end(),
                      [y](const Rect& part) { return part.top <= y && y < part.bottom; });
}

// Passes rows on. False if the sink fails. Errors are kept in a function of their own: a jump out
// of the caller would not destroy them.
[[gnu::noinline]] bool pass_on(DecodeContext& context, JDIMENSION count) {
  const bool is_last =
      static_cast<int>(context.decoder.info.output_scanline) >= context.request.region.bottom;
  context.sink_error = context.rows.add(static_cast<int>(count), *context.sink);
  if (is_last && !context.sink_error) {
    context.sink_error = context.rows.flush(*context.sink);
  }
  return !context.sink_error;
}

// Decodes rows of the region until it is complete, input is needed, or the sink fails.
void read_region(void* opaque) {
  DecodeContext& context = *static_cast<DecodeContext*>(opaque);
  jpeg_decompress_struct& info = context.decoder.info;
  const auto top = static_cast<JDIMENSION>(context.request.region.top);
  const auto bottom = static_cast<JDIMENSION>(context.request.region.bottom);
  while (info.output_scanline < bottom && !context.decoder.needs_input()) {
    const JDIMENSION y = info.output_scanline;
    if (y < top) {
      jpeg_skip_scanlines(&info, top - y);
    } else if (is_between_parts(context.request, static_cast<int>(y))) {
      read_and_discard_scanlines(&info, 1);
    } else {
      JSAMPROW row = context.rows.next();
      jpeg_read_scanlines(&info, &row, 1);
    }
    if (info.output_scanline == y && !context.decoder.needs_input()) {
      fail(context.trap, ErrorCode::kInternal, "libjpeg returned no row.");
    }
    if (y >= top && !pass_on(context, info.output_scanline - y)) {
      return;
    }
  }
}

// The subsampling of a component, and whether libjpeg interpolates it: as jinit_upsampler() has it.
Component component_of(const jpeg_decompress_struct& info, int index) {
  const jpeg_component_info& component = info.comp_info[index];
  const int scaled = component.DCT_scaled_size;
  const int across = info.max_h_samp_factor * info.min_DCT_scaled_size / component.h_samp_factor;
  const int down = info.max_v_samp_factor * info.min_DCT_scaled_size / component.v_samp_factor;
  Component sampling = {{across / scaled}, {down / scaled}};
  const int pixels = sampling.across.pixels * 4 + sampling.down.pixels;
  const bool is_wide = component.downsampled_width > 2 || sampling.across.pixels == 1;
  if (info.do_fancy_upsampling && info.min_DCT_scaled_size > 1 && is_wide &&
      (pixels == 2 * 4 + 1 || pixels == 2 * 4 + 2 || pixels == 1 * 4 + 2)) {
    sampling.across.interpolated = sampling.across.pixels == 2;
    sampling.down.interpolated = sampling.down.pixels == 2;
  }
  return sampling;
}

Components components_of(const jpeg_decompress_struct& info) {
  return {component_of(info, 0), component_of(info, 1), component_of(info, 2)};
}

// Passes on the rows that were decoded last. False if the sink fails.
[[gnu::noinline]] bool pass_components_on(DecodeContext& context, JDIMENSION begin) {
  static const Colors no_colors;
  const jpeg_decompress_struct& info = context.decoder.info;
  std::array<ImageView, 3> views;
  const int mcu_height = info.max_v_samp_factor * info.min_DCT_scaled_size;
  const auto mcu_row = static_cast<int>(begin) / mcu_height;
  for (int i = 0; i < 3; ++i) {
    const jpeg_component_info& component = info.comp_info[i];
    const ComponentRows& rows = context.component_rows[size_t(i)];
    const int height = component.v_samp_factor * component.DCT_scaled_size;
    const int left = static_cast<int>(component.downsampled_height) - mcu_row * height;
    views[size_t(i)] = {{static_cast<int>(component.downsampled_width), std::min(height, left)},
                        {Model::kGray, 8},
                        rows.samples.data(),
                        rows.row_bytes,
                        &no_colors};
  }
  context.sink_error = context.sink->write_components(components_of(info), views);
  return !context.sink_error;
}

// Decodes rows of components until all are decoded, input is needed, or the sink fails.
void read_components(void* opaque) {
  DecodeContext& context = *static_cast<DecodeContext*>(opaque);
  jpeg_decompress_struct& info = context.decoder.info;
  JSAMPARRAY rows[3];
  std::transform(context.component_rows.begin(), context.component_rows.end(), rows,
                 [](ComponentRows& component) { return component.rows.data(); });
  const auto mcu_height =
      static_cast<JDIMENSION>(info.max_v_samp_factor * info.min_DCT_scaled_size);
  while (info.output_scanline < info.output_height && !context.decoder.needs_input()) {
    const JDIMENSION y = info.output_scanline;
    if (jpeg_read_raw_data(&info, rows, mcu_height) == 0) {
      fail(context.trap, ErrorCode::kInternal, "libjpeg returned no row.");
    }
    if (!pass_components_on(context, y)) {
      return;
    }
  }
}

// The file's quantisation, for quality 'keep'; nothing for CMYK.
std::optional<Quantisation> quantisation_of(const jpeg_decompress_struct& info) {
  if (info.num_components > 3) {
    return std::nullopt;
  }
  Quantisation quantisation;
  quantisation.count = info.num_components;
  quantisation.is_rgb = info.jpeg_color_space == JCS_RGB;
  for (int i = 0; i < info.num_components; ++i) {
    const jpeg_component_info& component = info.comp_info[i];
    if (component.quant_table == nullptr) {
      return std::nullopt;
    }
    auto& kept = quantisation.components[size_t(i)];
    kept.horizontal = component.h_samp_factor;
    kept.vertical = component.v_samp_factor;
    std::copy_n(component.quant_table->quantval, DCTSIZE2, kept.table.begin());
  }
  return quantisation;
}

// Reads the header.
Failure open(DecodeContext& context) {
  if (!run_trapped(context.trap, read_header, &context)) {
    return context.trap.error();
  }
  const jpeg_decompress_struct& info = context.decoder.info;
  const int reduction = context.request.reduction;
  const Size size = {(int(info.image_width) + reduction - 1) / reduction,
                     (int(info.image_height) + reduction - 1) / reduction};
  if (!contains(whole(size), context.request.region) ||
      (context.request.components && info.jpeg_color_space != JCS_YCbCr)) {
    return make_error(ErrorCode::kInternal,
                      "The JPEG's probe and its decoder disagree about its size.");
  }
  return std::nullopt;
}

// Room for the rows of components.
Failure allocate_components(DecodeContext& context) {
  for (int i = 0; i < 3; ++i) {
    const jpeg_component_info& component = context.decoder.info.comp_info[i];
    ComponentRows& rows = context.component_rows[size_t(i)];
    const int count = component.v_samp_factor * component.DCT_scaled_size;
    rows.row_bytes = size_t{component.width_in_blocks} * size_t(component.DCT_scaled_size);
    Result<Buffer> samples = Buffer::allocate(uint64_t{rows.row_bytes} * uint64_t(count));
    if (!samples.ok()) {
      return samples.error();
    }
    rows.samples = std::move(samples.value());
    for (int y = 0; y < count; ++y) {
      rows.rows[size_t(y)] = rows.samples.data() + rows.row_bytes * size_t(y);
    }
  }
  return std::nullopt;
}

// Gets ready to decode rows; reads all scans but the last.
Failure start_rows(DecodeContext& context) {
  if (!run_trapped(context.trap, start_decompress, &context)) {
    return context.trap.error();
  }
  const jpeg_decompress_struct& info = context.decoder.info;
  if (context.request.components) {
    return allocate_components(context);
  }
  const Rect& region = context.request.region;
  Result<RowBatch> rows =
      RowBatch::allocate(static_cast<int>(info.output_width), {model_of(info.out_color_space), 8});
  if (!rows.ok()) {
    return rows.error();
  }
  context.rows = std::move(rows.value());
  context.rows.narrow(region.left - static_cast<int>(context.first_column), region.width());
  return std::nullopt;
}

// Decodes the next rows. False if that fails.
bool read(DecodeContext& context, DecodeSink& sink) {
  if (context.sink == nullptr) {
    context.sink = &sink;
    sink.begin(quantisation_of(context.decoder.info));
  }
  const auto body = context.request.components ? read_components : read_region;
  return run_trapped(context.trap, body, &context) && !context.sink_error;
}

Decoded result_of(const DecodeContext& context) {
  Decoded decoded;
  decoded.complete = context.decoder.complete;
  decoded.bytes_read = context.decoder.bytes_read();
  return decoded;
}

// How many bytes libjpeg reads at a time, at most, except in extreme images: two rows of iMCUs,
// rarely three, and what its Huffman decoder reads ahead. Noise at quality 100 takes 1.4 bytes a
// sample. If it was not enough, the job starts over with the complete file.
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
  IncrementalJpegDecoder(Bytes file, const DecodeRequest& request) : context_(file, request) {}

  // False if the header is not complete, or if every region needs the whole file. Damage that is
  // accepted is reported, so what is passed over by restart markers must not depend on the pieces.
  bool open_file(size_t available) {
    Decompressor& decoder = context_.decoder;
    decoder.set_available(available);
    if (open(context_) || decoder.ran_out() || jpeg_has_multiple_scans(&decoder.info) ||
        (decoder.damaged == Damaged::kAccept && decoder.info.restart_interval > 0)) {
      return false;
    }
    decoder.rows_bytes = bytes_of_rows(decoder.info);
    return !start_rows(context_);
  }
  DecodeStatus decode(size_t available, DecodeSink& sink) override {
    Decompressor& decoder = context_.decoder;
    decoder.set_available(available);
    if (!read(context_, sink) || decoder.ran_out()) {
      return DecodeStatus::kError;
    }
    const auto bottom = static_cast<JDIMENSION>(context_.request.region.bottom);
    return decoder.info.output_scanline < bottom ? DecodeStatus::kNeedInput : DecodeStatus::kDone;
  }
  Decoded result() const override { return result_of(context_); }

 private:
  DecodeContext context_;
};

}  // namespace

std::unique_ptr<IncrementalDecoder> start(Bytes file, size_t available,
                                          const DecodeRequest& request) {
  auto decoding = std::make_unique<IncrementalJpegDecoder>(file, request);
  return decoding->open_file(available) ? std::move(decoding) : nullptr;
}

Result<Decoded> decode(Bytes file, const DecodeRequest& request, DecodeSink& sink) {
  DecodeContext context(file, request);
  if (auto error = open(context)) {
    return error;
  }
  if (auto error = start_rows(context)) {
    return error;
  }
  if (!read(context, sink)) {
    return context.sink_error ? std::move(context.sink_error) : Failure(context.trap.error());
  }
  return result_of(context);
}

}  // namespace crop64::jpeg
