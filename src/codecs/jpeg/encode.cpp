#include "codecs/jpeg/encode.h"

#include <algorithm>
#include <cstring>

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
struct PixelRows {
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
  for (size_t i = 0; i < size_t(quantisation.count); ++i) {
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

// What write_component_rows() needs.
struct ComponentRows {
  Compressor& compressor;
  JSAMPARRAY rows[3];
};

void begin_file(void* context) {
  const FileHeader& job = *static_cast<FileHeader*>(context);
  const EncodeSettings& settings = job.settings;
  const ImageView& image = job.image;
  open(job.compressor);
  jpeg_compress_struct& info = job.compressor.info;
  info.image_width = static_cast<JDIMENSION>(image.size.width);
  info.image_height = static_cast<JDIMENSION>(image.size.height);
  info.input_components = image.layout.channels();
  info.in_color_space = settings.components ? JCS_YCbCr : color_space(image.layout.model);
  jpeg_set_defaults(&info);
  info.raw_data_in = settings.components ? TRUE : FALSE;
  jpeg_set_quality(&info, settings.quality, TRUE);
  if (settings.quantisation && settings.quantisation->count == info.num_components) {
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
  const PixelRows& rows = *static_cast<PixelRows*>(context);
  for (int y = 0; y < rows.view.size.height; ++y) {
    auto* row = const_cast<JSAMPROW>(rows.view.row(y));  // libjpeg does not write to it
    jpeg_write_scanlines(&rows.compressor.info, &row, 1);
  }
}

void write_component_rows(void* context) {
  ComponentRows& rows = *static_cast<ComponentRows*>(context);
  jpeg_compress_struct& info = rows.compressor.info;
  jpeg_write_raw_data(&info, rows.rows, static_cast<JDIMENSION>(info.max_v_samp_factor) * DCTSIZE);
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
    PixelRows rows{compressor_, view};
    return run(write_rows, &rows);
  }
  RowSink& component(size_t index) override {
    return compressor_.info.raw_data_in ? components_[index] : Encoder::component(index);
  }
  Failure finish() override {
    if (compressor_.info.raw_data_in) {
      for (ComponentSink& component : components_) {
        if (auto error = component.fill_last_mcu_row()) {
          return error;
        }
      }
      if (auto error = write_mcu_rows()) {
        return error;
      }
    }
    return run(end_file, &compressor_);
  }
  Buffer take_file() override { return compressor_.take(); }

 private:
  // The rows of a component that wait for those of the others, padded to blocks by their last
  // sample, as libjpeg pads.
  class ComponentSink : public RowSink {
   public:
    ComponentSink(JpegEncoder& encoder, int index) : encoder_(encoder), index_(index) {}

    Failure write(const ImageView& view) override {
      if (auto error = make_room(view.size.height)) {
        return error;
      }
      const auto width = size_t(view.size.width);
      for (int y = 0; y < view.size.height; ++y) {
        uint8_t* row = row_at(count_++);
        std::memcpy(row, view.row(y), width);
        std::memset(row + width, row[width - 1], row_bytes() - width);
      }
      return encoder_.write_mcu_rows();
    }
    Failure finish() override { return std::nullopt; }

    int waiting() const { return count_ - first_; }
    int mcu_rows() const { return info().v_samp_factor * DCTSIZE; }
    // Repeats the last row.
    Failure fill_last_mcu_row() {
      const int missing = (mcu_rows() - waiting() % mcu_rows()) % mcu_rows();
      if (auto error = make_room(missing)) {
        return error;
      }
      for (int i = 0; i < missing; ++i, ++count_) {
        std::memcpy(row_at(count_), row_at(count_ - 1), row_bytes());
      }
      return std::nullopt;
    }
    // The rows of the next MCU row.
    void take(JSAMPROW* rows) {
      for (int i = 0; i < mcu_rows(); ++i) {
        rows[i] = row_at(first_++);
      }
    }

   private:
    const jpeg_component_info& info() const { return encoder_.compressor_.info.comp_info[index_]; }
    size_t row_bytes() const { return size_t{info().width_in_blocks} * DCTSIZE; }
    uint8_t* row_at(int y) { return rows_.data() + size_t(y) * row_bytes(); }
    Failure make_room(int rows) {
      const auto bytes = [&] { return size_t(count_ + rows) * row_bytes(); };
      if (bytes() > rows_.size() && first_ > 0) {
        std::memmove(rows_.data(), row_at(first_), size_t(waiting()) * row_bytes());
        count_ -= first_;
        first_ = 0;
      }
      return rows_.grow(bytes()) ? Failure() : out_of_memory(bytes());
    }

    JpegEncoder& encoder_;
    int index_;
    Buffer rows_;
    int first_ = 0;  // the first row that waits
    int count_ = 0;
  };

  // Writes the MCU rows of which all components have come.
  Failure write_mcu_rows() {
    JSAMPROW rows[3][MAX_SAMP_FACTOR * DCTSIZE];
    ComponentRows mcu_row{compressor_, {rows[0], rows[1], rows[2]}};
    while (std::all_of(components_.begin(), components_.end(), [](const ComponentSink& component) {
      return component.waiting() >= component.mcu_rows();
    })) {
      for (size_t i = 0; i < components_.size(); ++i) {
        components_[i].take(rows[i]);
      }
      if (auto error = run(write_component_rows, &mcu_row)) {
        return error;
      }
    }
    return std::nullopt;
  }

  Failure run(void (*body)(void*), void* context) {
    return run_trapped(trap_, body, context) ? Failure() : trap_.error();
  }

  ErrorTrap trap_;
  Compressor compressor_{trap_};
  std::array<ComponentSink, 3> components_{
      {ComponentSink(*this, 0), ComponentSink(*this, 1), ComponentSink(*this, 2)}};
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

Components encoder_components(const EncodeSettings& settings) {
  Components components;
  const auto& quantisation = settings.quantisation;
  if (!settings.chroma_subsampling && quantisation && quantisation->count == 3) {
    int horizontal = 1;
    int vertical = 1;
    for (const auto& component : quantisation->components) {
      horizontal = std::max(horizontal, component.horizontal);
      vertical = std::max(vertical, component.vertical);
    }
    for (size_t i = 0; i < components.size(); ++i) {
      const auto& component = quantisation->components[i];
      components[i] = {{horizontal / component.horizontal}, {vertical / component.vertical}};
    }
    return components;
  }
  const auto chroma = settings.chroma_subsampling.value_or(ChromaSubsampling{2, 2});
  components[1] = components[2] = {{chroma.horizontal}, {chroma.vertical}};
  return components;
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
