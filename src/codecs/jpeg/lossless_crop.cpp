#include "codecs/jpeg/lossless_crop.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/math.h"
#include "codecs/jpeg/libjpeg_compressor.h"
#include "codecs/jpeg/libjpeg_decompressor.h"
#include "metadata/metadata.h"

namespace crop64::jpeg {
namespace {

// The blocks of a component, of all of its blocks.
struct Blocks {
  int left = 0;
  int top = 0;
  int columns = 0;
  int rows = 0;
};

// The rows of an iMCU, by component. As the inverse DCT is not done, they are nothing but numbers
// of rows, as libjpeg passes them on.
using RowNumbers = std::array<std::array<JSAMPROW, size_t{MAX_SAMP_FACTOR} * DCTSIZE>, 4>;

struct CropDecoder : Decompressor {
  using Decompressor::Decompressor;

  std::array<Blocks, 4> region;  // by component
  // The target's arrays, into which the region's blocks are copied if the image has one scan.
  std::array<jvirt_barray_ptr, 4> arrays = {};
  jpeg_compress_struct* target = nullptr;
  RowNumbers rows = {};
};

struct CropContext {
  CropDecoder& decoder;
  Compressor& compressor;
  const Rect& region;
  const EncodeSettings& settings;
  const Metadata& metadata;
};

// `Info` is libjpeg's compressor or decompressor, the one that the array was requested from.
template <typename Info>
JBLOCKROW block_row(Info& info, jvirt_barray_ptr blocks, int row) {
  return info.mem->access_virt_barray(reinterpret_cast<j_common_ptr>(&info), blocks,
                                      static_cast<JDIMENSION>(row), 1, TRUE)[0];
}

// Fails unless a baseline JPEG can contain these coefficients (T.81, F.1.2). libjpeg would write
// wrong values for others, without a warning.
void check_baseline(ErrorTrap& trap, const JBLOCK* blocks, int count) {
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
  if (!fits) {
    fail(trap, ErrorCode::kCorruptImage,
         "The JPEG has coefficients that are too large for 8-bit samples.");
  }
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

// The region's blocks of a component. The region begins on the grid of iMCUs.
Blocks blocks_of(const jpeg_decompress_struct& info, int index, const Rect& region) {
  const jpeg_component_info& component = info.comp_info[index];
  // A single component is not interleaved, so the grid is that of its blocks (T.81, A.2.2).
  const bool alone = info.num_components == 1;
  const int width = alone ? DCTSIZE : DCTSIZE * info.max_h_samp_factor;
  const int height = alone ? DCTSIZE : DCTSIZE * info.max_v_samp_factor;
  const int across = alone ? 1 : component.h_samp_factor;
  const int down = alone ? 1 : component.v_samp_factor;
  const int left = region.left / width * across;
  const int top = region.top / height * down;
  return {left, top,
          std::min(divide_up(region.width(), width) * across,
                   static_cast<int>(component.width_in_blocks) - left),
          std::min(divide_up(region.height(), height) * down,
                   static_cast<int>(component.height_in_blocks) - top)};
}

// Of an image of several scans, libjpeg keeps all blocks in memory. Copies those of the region to
// the beginning of its arrays, upwards and to the left, so that no block is overwritten before it
// is copied.
void move_blocks(CropDecoder& decoder, jvirt_barray_ptr* arrays) {
  jpeg_decompress_struct& info = decoder.info;
  for (int i = 0; i < info.num_components; ++i) {
    const Blocks& region = decoder.region[size_t(i)];
    for (int row = 0; row < region.rows; ++row) {
      const JBLOCKROW from = block_row(info, arrays[i], region.top + row) + region.left;
      check_baseline(decoder.errors.trap, from, region.columns);
      std::memmove(block_row(info, arrays[i], row), from, sizeof(JBLOCK) * size_t(region.columns));
    }
  }
}

// Takes the place of the inverse DCT: keeps a block if it is one of the region.
void keep_block(j_decompress_ptr info, jpeg_component_info* component, JCOEFPTR block,
                JSAMPARRAY rows, JDIMENSION x) {
  auto& decoder = static_cast<CropDecoder&>(*static_cast<Decompressor*>(info->client_data));
  const auto index = static_cast<size_t>(component->component_index);
  const Blocks& region = decoder.region[index];
  const auto row_in_mcu = static_cast<int>(rows - decoder.rows[index].data()) / DCTSIZE;
  const int row =
      static_cast<int>(info->input_iMCU_row) * component->v_samp_factor + row_in_mcu - region.top;
  const int column = static_cast<int>(x) / DCTSIZE - region.left;
  if (row < 0 || row >= region.rows || column < 0 || column >= region.columns) {
    return;
  }
  const auto* const coefficients = reinterpret_cast<const JBLOCK*>(block);
  check_baseline(decoder.errors.trap, coefficients, 1);
  std::memcpy(block_row(*decoder.target, decoder.arrays[index], row)[column], coefficients,
              sizeof(JBLOCK));
}

// Of an image of one scan, only the region's blocks are kept, and what lies below it is not read.
void read_blocks(CropDecoder& decoder, const Rect& region) {
  jpeg_decompress_struct& info = decoder.info;
  decoder.needed.emplace(std::span(&region, 1), mcu_size(info), info.MCUs_per_row);
  JSAMPARRAY rows[4];
  for (int i = 0; i < info.num_components; ++i) {
    info.idct->inverse_DCT[i] = keep_block;
    rows[i] = decoder.rows[size_t(i)].data();
  }
  const int height = DCTSIZE * info.max_v_samp_factor;
  while (static_cast<int>(info.output_scanline) < region.bottom) {
    jpeg_read_raw_data(&info, rows, static_cast<JDIMENSION>(height));
  }
}

// Arrays for the region's blocks.
void request_arrays(CropDecoder& decoder, jpeg_compress_struct& target) {
  decoder.target = &target;
  for (int i = 0; i < target.num_components; ++i) {
    const Blocks& region = decoder.region[size_t(i)];
    const int down = target.comp_info[i].v_samp_factor;
    decoder.arrays[size_t(i)] = target.mem->request_virt_barray(
        reinterpret_cast<j_common_ptr>(&target), JPOOL_IMAGE, TRUE,
        static_cast<JDIMENSION>(region.columns),
        static_cast<JDIMENSION>(divide_up(region.rows, down) * down),
        static_cast<JDIMENSION>(down));
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

// Starts decoding. Returns the arrays of all blocks of an image of several scans, or else null.
jvirt_barray_ptr* start_source(CropDecoder& decoder) {
  jpeg_decompress_struct& info = decoder.info;
  if (!jpeg_has_multiple_scans(&info)) {
    info.raw_data_out = TRUE;
    jpeg_start_decompress(&info);
    return nullptr;
  }
  jvirt_barray_ptr* arrays = jpeg_read_coefficients(&info);
  if (arrays == nullptr) {
    end_before_segment(decoder);
    arrays = jpeg_read_coefficients(&info);
  }
  check_scans(decoder);
  return arrays;
}

void crop_file(void* context) {
  const CropContext& crop = *static_cast<CropContext*>(context);
  CropDecoder& decoder = crop.decoder;
  jpeg_decompress_struct& source = decoder.info;
  jpeg_compress_struct& target = crop.compressor.info;
  open(decoder);
  jvirt_barray_ptr* const all_blocks = start_source(decoder);
  separate_tables(decoder);
  for (int i = 0; i < source.num_components; ++i) {
    decoder.region[size_t(i)] = blocks_of(source, i, crop.region);
  }
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
  if (all_blocks == nullptr) {
    request_arrays(decoder, target);
  }
  jpeg_write_coefficients(&target, all_blocks != nullptr ? all_blocks : decoder.arrays.data());
  write_metadata(crop.compressor, crop.metadata);
  if (all_blocks != nullptr) {
    move_blocks(decoder, all_blocks);
  } else {
    read_blocks(decoder, crop.region);
  }
  jpeg_finish_compress(&target);
}

}  // namespace

Result<Buffer> lossless_crop(Bytes file, const Rect& region, const EncodeSettings& settings,
                             const Metadata& metadata) {
  ErrorTrap trap;
  // The compressor may use the decompressor's arrays, so it is destroyed first.
  CropDecoder decoder(trap, file, Damaged::kError);
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
