#include "codecs/jpeg/lossless_crop.h"

#include <algorithm>
#include <cstring>

#include "base/math.h"
#include "codecs/jpeg/libjpeg_compressor.h"
#include "codecs/jpeg/libjpeg_decompressor.h"
#include "metadata/metadata.h"

namespace crop64 {
namespace {

struct Mover {
  JpegDecoder& decoder;
  JpegEncoder& encoder;
  const Rect& region;
  const EncodeSettings& settings;
  const Metadata& metadata;
};

JBLOCKROW block_row(jpeg_decompress_struct& info, jvirt_barray_ptr blocks, int row) {
  return info.mem->access_virt_barray(reinterpret_cast<j_common_ptr>(&info), blocks,
                                      static_cast<JDIMENSION>(row), 1, TRUE)[0];
}

// Whether a baseline JPEG can hold these coefficients (T.81, F.1.2): libjpeg writes others as
// something else, without a word.
bool storable(const JBLOCK* blocks, int count) {
  constexpr int kMost = 1023;
  bool fits = true;
  for (int i = 0; i < count; ++i) {
    fits = fits && blocks[i][0] >= -kMost - 1 && blocks[i][0] <= kMost;
    int outside = 0;
    for (int k = 1; k < DCTSIZE2; ++k) {
      outside |= int{blocks[i][k] > kMost} | int{blocks[i][k] < -kMost};
    }
    fits = fits && outside == 0;
  }
  return fits;
}

// A file may define a table anew between its scans; in the new one each component then has a slot
// of its own.
void separate_tables(JpegDecoder& decoder) {
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

// Moves the region's blocks to the beginning of the source's own arrays, upwards and to the left,
// so that nothing is overwritten that is still needed. libjpeg keeps the arrays in memory, whole.
void move_blocks(JpegDecoder& decoder, jvirt_barray_ptr* arrays, const Rect& region) {
  jpeg_decompress_struct& info = decoder.info;
  for (int i = 0; i < info.num_components; ++i) {
    const jpeg_component_info& component = info.comp_info[i];
    // One component alone is not interleaved: its block is the grid (T.81, A.2.2).
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
      if (!storable(from + left, columns)) {
        fail(decoder.errors.trap, ErrorCode::kCorruptImage,
             "The JPEG has coefficients that no picture of 8 bits has.");
      }
      std::memmove(block_row(info, arrays[i], row), from + left, sizeof(JBLOCK) * size_t(columns));
    }
  }
}

bool same_code(const JHUFF_TBL* a, const JHUFF_TBL* b) {
  return a != nullptr && b != nullptr && std::memcmp(a->bits, b->bits, sizeof a->bits) == 0 &&
         std::memcmp(a->huffval, b->huffval, sizeof a->huffval) == 0;
}

// Whether the source was coded with tables of its own: with the standard ones, which `target` has
// from jpeg_copy_critical_parameters(), a part of it could then be larger than all of it.
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

void move_file(void* context) {
  const Mover& mover = *static_cast<Mover*>(context);
  jpeg_decompress_struct& source = mover.decoder.info;
  jpeg_compress_struct& target = mover.encoder.info;
  open(mover.decoder);
  jvirt_barray_ptr* arrays = jpeg_read_coefficients(&source);
  if (arrays == nullptr) {
    end_before_segment(mover.decoder);
    arrays = jpeg_read_coefficients(&source);
  }
  check_scans(mover.decoder);
  separate_tables(mover.decoder);
  open(mover.encoder);
  jpeg_copy_critical_parameters(&source, &target);
  target.image_width = static_cast<JDIMENSION>(mover.region.width());
  target.image_height = static_cast<JDIMENSION>(mover.region.height());
  if (target.num_components == 1) {
    target.comp_info[0].h_samp_factor = target.comp_info[0].v_samp_factor = 1;
  }
  const bool optimizes = mover.settings.optimize_coding.value_or(has_own_codes(source, target));
  target.optimize_coding = optimizes ? TRUE : FALSE;
  choose_scans(mover.encoder, mover.settings.progressive);
  set_density(mover.encoder, mover.metadata);
  jpeg_write_coefficients(&target, arrays);
  write_metadata(mover.encoder, mover.metadata);
  move_blocks(mover.decoder, arrays, mover.region);
  jpeg_finish_compress(&target);
}

}  // namespace

Result<Buffer> move_jpeg(Bytes file, const Rect& region, const EncodeSettings& settings,
                         const Metadata& metadata) {
  ErrorTrap trap;
  // The encoder uses the decoder's arrays: it goes first.
  JpegDecoder decoder(trap, file, Damaged::kError);
  JpegEncoder encoder(trap);
  if (!encoder.reserve(uint64_t{16} * 1024 + uint64_t(region.size().area()) / 2)) {
    return out_of_memory(file.size());
  }
  Mover mover{decoder, encoder, region, settings, metadata};
  if (!run_trapped(trap, move_file, &mover)) {
    return trap.error();
  }
  return encoder.take();
}

}  // namespace crop64
