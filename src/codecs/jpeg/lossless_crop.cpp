#include "codecs/jpeg/lossless_crop.h"

#include <algorithm>
#include <cstring>

#include "base/math.h"
#include "codecs/jpeg/libjpeg_compressor.h"
#include "codecs/jpeg/libjpeg_decompressor.h"
#include "metadata/metadata.h"

namespace crop64::jpeg {
namespace {

struct CropContext {
  Decompressor& decoder;
  Compressor& compressor;
  const Rect& region;
  const EncodeSettings& settings;
  const Metadata& metadata;
};

JBLOCKROW block_row(jpeg_decompress_struct& info, jvirt_barray_ptr blocks, int row) {
  return info.mem->access_virt_barray(reinterpret_cast<j_common_ptr>(&info), blocks,
                                      static_cast<JDIMENSION>(row), 1, TRUE)[0];
}

// Whether a baseline JPEG can contain these coefficients (T.81, F.1.2). libjpeg would write wrong
// values for others, without a warning.
bool fit_baseline(const JBLOCK* blocks, int count) {
  constexpr int kMax = 1023;
  bool fits = true;
  for (int i = 0; i < count; ++i) {
    fits = fits && blocks[i][0] >= -kMax - 1 && blocks[i][0] <= kMax;
    int outside = 0;
    for (int k = 1; k < DCTSIZE2; ++k) {
      outside |= int{blocks[i][k] > kMax} | int{blocks[i][k] < -kMax};
    }
    fits = fits && outside == 0;
  }
  return fits;
}

// If the file redefines a table between its scans, gives each component a table slot of its own.
void separate_tables(Decompressor& decoder) {
  jpeg_decompress_struct& info = decoder.info;
  bool differ = false;
  for (int i = 0; i < info.num_components; ++i) {
    const jpeg_component_info& component = info.comp_info[i];
    if (component.quant_table == nullptr) {
      fail(decoder.errors.trap, ErrorCode::kCorruptImage,
           "The JPEG has a component without a scan.");
    }
    const JQUANT_TBL* table = info.quant_tbl_ptrs[component.quant_tbl_no];
    differ = differ || std::memcmp(table->quantval, component.quant_table->quantval,
                                   sizeof table->quantval) != 0;
  }
  for (int i = 0; differ && i < info.num_components; ++i) {
    info.comp_info[i].quant_tbl_no = i;
    info.quant_tbl_ptrs[i] = info.comp_info[i].quant_table;
  }
}

// Copies the region's blocks to the beginning of the source's own arrays, upwards and to the left,
// so that no block is overwritten before it is copied. libjpeg keeps the whole arrays in memory.
void copy_blocks(Decompressor& decoder, jvirt_barray_ptr* arrays, const Rect& region) {
  jpeg_decompress_struct& info = decoder.info;
  for (int i = 0; i < info.num_components; ++i) {
    const jpeg_component_info& component = info.comp_info[i];
    // A single component is not interleaved, so the grid is that of its blocks (T.81, A.2.2).
    const bool alone = info.num_components == 1;
    const int width = alone ? DCTSIZE : DCTSIZE * info.max_h_samp_factor;
    const int height = alone ? DCTSIZE : DCTSIZE * info.max_v_samp_factor;
    const int across = alone ? 1 : component.h_samp_factor;
    const int down = alone ? 1 : component.v_samp_factor;
    const int left = region.left / width * across;
    const int top = region.top / height * down;
    const int columns =
        std::min(divide_up(region.width(), width) * across, int(component.width_in_blocks) - left);
    const int rows =
        std::min(divide_up(region.height(), height) * down, int(component.height_in_blocks) - top);
    for (int row = 0; row < rows; ++row) {
      const JBLOCKROW from = block_row(info, arrays[i], top + row);
      if (!fit_baseline(from + left, columns)) {
        fail(decoder.errors.trap, ErrorCode::kCorruptImage,
             "The JPEG has coefficients that are too large for 8-bit samples.");
      }
      std::memmove(block_row(info, arrays[i], row), from + left, sizeof(JBLOCK) * size_t(columns));
    }
  }
}

bool same_code(const JHUFF_TBL* a, const JHUFF_TBL* b) {
  return a != nullptr && b != nullptr && std::memcmp(a->bits, b->bits, sizeof a->bits) == 0 &&
         std::memcmp(a->huffval, b->huffval, sizeof a->huffval) == 0;
}

// Whether the source has other Huffman tables than the standard ones, which `target` has from
// jpeg_copy_critical_parameters(). With the standard ones its crop could be larger than the source.
bool has_own_codes(const jpeg_decompress_struct& source, const jpeg_compress_struct& target) {
  const auto is_standard = [](const JHUFF_TBL* code, JHUFF_TBL* const* standard) {
    return code == nullptr || same_code(code, standard[0]) || same_code(code, standard[1]);
  };
  for (int i = 0; i < NUM_HUFF_TBLS; ++i) {
    if (!is_standard(source.dc_huff_tbl_ptrs[i], target.dc_huff_tbl_ptrs) ||
        !is_standard(source.ac_huff_tbl_ptrs[i], target.ac_huff_tbl_ptrs)) {
      return true;
    }
  }
  return false;
}

void crop_file(void* context) {
  const CropContext& crop = *static_cast<CropContext*>(context);
  jpeg_decompress_struct& source = crop.decoder.info;
  jpeg_compress_struct& target = crop.compressor.info;
  open(crop.decoder);
  jvirt_barray_ptr* arrays = jpeg_read_coefficients(&source);
  if (arrays == nullptr) {
    end_before_segment(crop.decoder);
    arrays = jpeg_read_coefficients(&source);
  }
  check_scans(crop.decoder);
  separate_tables(crop.decoder);
  open(crop.compressor);
  jpeg_copy_critical_parameters(&source, &target);
  target.image_width = static_cast<JDIMENSION>(crop.region.width());
  target.image_height = static_cast<JDIMENSION>(crop.region.height());
  if (target.num_components == 1) {
    target.comp_info[0].h_samp_factor = target.comp_info[0].v_samp_factor = 1;
  }
  const bool optimizes = crop.settings.optimize_coding.value_or(has_own_codes(source, target));
  target.optimize_coding = optimizes ? TRUE : FALSE;
  choose_scans(crop.compressor, crop.settings.progressive);
  set_density(crop.compressor, crop.metadata);
  jpeg_write_coefficients(&target, arrays);
  write_metadata(crop.compressor, crop.metadata);
  copy_blocks(crop.decoder, arrays, crop.region);
  jpeg_finish_compress(&target);
}

}  // namespace

Result<Buffer> lossless_crop(Bytes file, const Rect& region, const EncodeSettings& settings,
                             const Metadata& metadata) {
  ErrorTrap trap;
  // The compressor uses the decompressor's arrays, so it is destroyed first.
  Decompressor decoder(trap, file, Damaged::kError);
  Compressor compressor(trap);
  if (!compressor.reserve(uint64_t{16} * 1024 + uint64_t(region.size().area()) / 2)) {
    return out_of_memory(file.size());
  }
  CropContext crop{decoder, compressor, region, settings, metadata};
  if (!run_trapped(trap, crop_file, &crop)) {
    return trap.error();
  }
  return compressor.take();
}

}  // namespace crop64::jpeg
