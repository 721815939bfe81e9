#include "codecs/jpeg/encode.h"

#include <algorithm>

#include "codecs/jpeg/libjpeg_compressor.h"

namespace crop64::jpeg {
namespace {

// The largest divisor that fits libjpeg's 16 bits after its multiplication by 8. No coefficient
// reaches a quarter of it, so larger divisors also quantise everything to zero.
constexpr unsigned kMaxDivisor = 8191;

// What begin_file() needs.
struct FileHeader {
  Compressor& compressor;
  const ImageView& image;
  const EncodeSettings& settings;
  const Metadata& metadata;
};

// What write_rows() needs.
struct Rows {
  Compressor& compressor;
  const ImageView& view;
};

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

void set_subsampling(jpeg_compress_struct& info, ChromaSubsampling subsampling) {
  info.comp_info[0].h_samp_factor = subsampling.horizontal;
  info.comp_info[0].v_samp_factor = subsampling.vertical;
}

// Sets the tables and sampling factors of another file.
void set_quantisation(jpeg_compress_struct& info, const Quantisation& quantisation,
                      bool subsamples) {
  // RGB components have no chroma to be subsampled.
  if (quantisation.is_rgb && !subsamples) {
    jpeg_set_colorspace(&info, JCS_RGB);
  }
  const auto& components = quantisation.components;
  for (size_t i = 0; i < components.size(); ++i) {
    const auto same =
        std::find_if(components.begin(), components.begin() + ptrdiff_t(i),
                     [&](const auto& other) { return other.table == components[i].table; });
    const auto slot = static_cast<int>(same - components.begin());
    unsigned table[DCTSIZE2];
    std::transform(components[i].table.begin(), components[i].table.end(), table,
                   [](unsigned value) { return std::min(value, kMaxDivisor); });
    jpeg_add_quant_table(&info, slot, table, 100, FALSE);
    info.comp_info[i].quant_tbl_no = slot;
    info.comp_info[i].h_samp_factor = components[i].horizontal;
    info.comp_info[i].v_samp_factor = components[i].vertical;
  }
}

void begin_file(void* context) {
  const FileHeader& job = *static_cast<FileHeader*>(context);
  const EncodeSettings& settings = job.settings;
  const ImageView& image = job.image;
  open(job.compressor);
  jpeg_compress_struct& info = job.compressor.info;
  info.image_width = static_cast<JDIMENSION>(image.size.width);
  info.image_height = static_cast<JDIMENSION>(image.size.height);
  info.input_components = image.layout.channels();
  info.in_color_space = color_space(image.layout.model);
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, settings.quality, TRUE);
  if (settings.quantisation &&
      settings.quantisation->components.size() == size_t(info.num_components)) {
    const auto& asked = settings.chroma_subsampling;
    set_quantisation(info, *settings.quantisation, asked && *asked != ChromaSubsampling{1, 1});
  }
  if (settings.chroma_subsampling && info.num_components == 3) {
    for (int i = 1; i < 3; ++i) {
      info.comp_info[i].h_samp_factor = info.comp_info[i].v_samp_factor = 1;
    }
    set_subsampling(info, *settings.chroma_subsampling);
  }
  info.optimize_coding = settings.optimize_coding.value_or(false) ? TRUE : FALSE;
  choose_scans(job.compressor, settings.progressive);
  info.dct_method = JDCT_ISLOW;
  set_density(job.compressor, job.metadata);
  jpeg_start_compress(&info, TRUE);
  write_metadata(job.compressor, job.metadata);
}

void write_rows(void* context) {
  const Rows& rows = *static_cast<Rows*>(context);
  for (int y = 0; y < rows.view.size.height; ++y) {
    auto* row = const_cast<JSAMPROW>(rows.view.row(y));  // libjpeg does not write to it
    jpeg_write_scanlines(&rows.compressor.info, &row, 1);
  }
}

void end_file(void* context) { jpeg_finish_compress(&static_cast<Compressor*>(context)->info); }

class JpegEncoder : public Encoder {
 public:
  Failure begin(const ImageView& image, const EncodeSettings& settings, const Metadata& metadata) {
    // Most images take less than two bits a pixel.
    const uint64_t expected = uint64_t{16} * 1024 + uint64_t(image.size.area()) / 4;
    if (!compressor_.reserve(expected)) {
      return out_of_memory(expected);
    }
    FileHeader header{compressor_, image, settings, metadata};
    return run(begin_file, &header);
  }
  Failure write(const ImageView& view) override {
    Rows rows{compressor_, view};
    return run(write_rows, &rows);
  }
  Failure finish() override { return run(end_file, &compressor_); }
  Buffer take_file() override { return compressor_.take(); }

 private:
  Failure run(void (*body)(void*), void* context) {
    return run_trapped(trap_, body, context) ? Failure() : trap_.error();
  }

  ErrorTrap trap_;
  Compressor compressor_{trap_};
};

}  // namespace

Result<std::unique_ptr<Encoder>> encode(const ImageView& image, const EncodeSettings& settings,
                                        const Metadata& metadata) {
  auto encoder = std::make_unique<JpegEncoder>();
  if (auto error = encoder->begin(image, settings, metadata)) {
    return error;
  }
  return std::unique_ptr<Encoder>(std::move(encoder));
}

double encode_memory(const Layout& layout, Size size, const EncodeSettings& settings) {
  const int components = layout.is_gray() ? 1 : 3;
  // Padded to MCUs of at most 32 pixels.
  const double row = (double(size.width) + 31) * components;
  const double coefficients = 2 * row * (double(size.height) + 31);
  const bool keeps = settings.progressive || settings.optimize_coding.value_or(false);
  return 128 * 1024 + 6 * 32 * row + (keeps ? coefficients : 0);
}

Layout encoder_layout(Layout layout) {
  if (layout.is_gray()) {
    return {Model::kGray, 8};
  }
  const bool bgr = layout.model == Model::kBgr || layout.model == Model::kBgra;
  return {bgr ? Model::kBgr : Model::kRgb, 8};
}

}  // namespace crop64::jpeg
