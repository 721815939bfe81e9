#include "codecs/jpeg/libjpeg_decompressor.h"

#include <algorithm>

#include "codecs/jpeg/segment_walker.h"

namespace crop64::jpeg {
namespace {

constexpr int kMaxScans = 100;

MemorySource& source_of(j_decompress_ptr decoder) {
  return *reinterpret_cast<MemorySource*>(decoder->src);
}

// At the end of the data libjpeg gets an end marker. It then decodes what it has, and warns if that
// was not enough.
void end_data(j_decompress_ptr decoder) {
  static constexpr JOCTET kEndOfImage[] = {0xff, JPEG_EOI};
  source_of(decoder).ended = true;
  decoder->src->next_input_byte = kEndOfImage;
  decoder->src->bytes_in_buffer = sizeof kEndOfImage;
}

// Within a marker segment libjpeg would read an end marker as the segment's content. So it gets
// nothing, and returns without having read the segment. While libjpeg looks for a restart marker,
// `unread_marker` is the marker that it found instead, and no segment is being read.
boolean fill_input_buffer(j_decompress_ptr decoder) {
  source_of(decoder).ended = true;
  if (decoder->unread_marker != 0 && !source_of(decoder).resyncing) {
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

boolean resync_to_restart(j_decompress_ptr decoder, int desired) {
  source_of(decoder).resyncing = true;
  const boolean found = jpeg_resync_to_restart(decoder, desired);
  source_of(decoder).resyncing = false;
  return found;
}

void init_source(MemorySource& source, Bytes file) {
  source.manager.next_input_byte = file.data();
  source.manager.bytes_in_buffer = file.size();
  source.manager.init_source = [](j_decompress_ptr) {};
  source.manager.fill_input_buffer = fill_input_buffer;
  source.manager.skip_input_data = skip_input_data;
  source.manager.resync_to_restart = resync_to_restart;
  source.manager.term_source = [](j_decompress_ptr) {};
  source.ended = false;
  source.resyncing = false;
}

Decompressor& decoder_of(j_common_ptr codec) {
  return *static_cast<Decompressor*>(codec->client_data);
}

j_common_ptr common(Decompressor& decoder) { return reinterpret_cast<j_common_ptr>(&decoder.info); }

[[noreturn]] void truncated(j_common_ptr decoder) {
  fail(errors_of(decoder).trap, ErrorCode::kTruncatedImage,
       "The JPEG ends before the end of the region. Use damaged: 'accept' to take what can be "
       "decoded.");
}

void on_error(j_common_ptr codec) {
  const Decompressor& decoder = decoder_of(codec);
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
  if (decoder.source.ended) {
    truncated(codec);
  }
  fail_as(codec, ErrorCode::kCorruptImage);
}

// Whether the current MCU is the last one of an image with one scan.
bool in_last_mcu(Decompressor& decoder) {
  const jpeg_decompress_struct& info = decoder.info;
  // With one component, a row of iMCUs may be several rows of blocks.
  const bool one_row = info.comps_in_scan > 1 || info.cur_comp_info[0]->v_samp_factor == 1;
  return !jpeg_has_multiple_scans(&decoder.info) && one_row &&
         info.input_iMCU_row + 1 == info.total_iMCU_rows &&
         decoder.mcu_column + 1 == info.MCUs_per_row;
}

// libjpeg reports damaged data by warnings and continues. Warnings that mean wrong samples end the
// job, unless damage is accepted.
void on_warning(j_common_ptr codec, int level) {
  if (level >= 0) {
    return;  // a trace message
  }
  Decompressor& decoder = decoder_of(codec);
  const int warning = codec->err->msg_code;
  if (warning != JWRN_HIT_MARKER && warning != JWRN_MUST_RESYNC && warning != JWRN_HUFF_BAD_CODE) {
    return;
  }
  // An end marker within a scan or in place of a restart marker: the data ends early, even if the
  // file does not.
  const bool ends = warning != JWRN_HUFF_BAD_CODE && decoder.info.unread_marker == JPEG_EOI;
  // Some encoders omit the last bits before the end marker.
  if (ends && warning == JWRN_HIT_MARKER && !decoder.source.ended && in_last_mcu(decoder)) {
    return;
  }
  if (decoder.damaged == Damaged::kAccept) {
    decoder.complete = false;
    return;
  }
  if (ends) {
    truncated(codec);
  }
  fail_as(codec, ErrorCode::kCorruptImage, ". Use damaged: 'accept' to take what can be decoded.");
}

void limit_scans(j_common_ptr codec) {
  if (const int scan = decoder_of(codec).info.input_scan_number; scan > kMaxScans) {
    ErrorTrap& trap = errors_of(codec).trap;
    trap.limit = kMaxScans;
    trap.value = scan;
    fail(trap, ErrorCode::kLimitExceeded, "Expected a JPEG of at most 100 scans but it has more.");
  }
}

// Whether a component has no scan. libjpeg would take its coefficients for zero without a warning.
bool lacks_component(const jpeg_decompress_struct& info) {
  for (int component = 0; component < info.num_components; ++component) {
    if (info.comp_info[component].quant_table == nullptr) {
      return true;  // its first scan would have set it
    }
  }
  return false;
}

// A second frame header is an error, but libjpeg reports it only after it has overwritten
// precision, height and width.
bool is_frame(int marker) {
  constexpr int kDht = 0xc4;
  constexpr int kDac = 0xcc;
  return marker >= 0xc0 && marker <= 0xcf && marker != kDht && marker != kDac;
}

// The hooks that third_party/libjpeg-turbo adds to libjpeg: whether the samples of an MCU are
// needed, whether the input may end before the next row of MCUs, and whether restart markers let
// it skip rows without decoding them.
boolean needs_mcu(j_decompress_ptr info, JDIMENSION column) {
  Decompressor& decoder = *static_cast<Decompressor*>(info->client_data);
  decoder.mcu_column = column;
  return !decoder.needed || decoder.needed->has(static_cast<int>(info->input_iMCU_row), column);
}

boolean lacks_input(j_decompress_ptr info) {
  return static_cast<Decompressor*>(info->client_data)->needs_input();
}

// If not all markers are found, or if they are not in order, libjpeg decodes what is above the
// region and reports what is wrong. Of a file that is being received, fewer markers will do. Enough
// stays after them for the rest of a row, and less than what makes libjpeg decode the next one.
JDIMENSION pass_restarts(j_decompress_ptr info, JDIMENSION count) {
  const Decompressor& decoder = *static_cast<Decompressor*>(info->client_data);
  jpeg_source_mgr& source = *info->src;
  const bool is_complete = decoder.available == decoder.file.size();
  const size_t rest = is_complete ? 0 : decoder.rows_bytes / 4 * 3;
  const auto first = JDIMENSION(info->marker->next_restart_num);
  const auto code_of = [&](JDIMENSION i) { return int(JPEG_RST0 + (first + i) % 8); };
  // libjpeg may have come upon the first marker already.
  JDIMENSION passed = info->unread_marker == code_of(0) ? 1 : 0;
  if ((info->unread_marker != 0 && passed == 0) || decoder.source.ended ||
      source.bytes_in_buffer < rest) {
    return 0;
  }
  const Bytes data(source.next_input_byte, source.bytes_in_buffer - rest);
  size_t end = 0;
  for (; passed < count; ++passed) {
    const size_t found = find_marker(data, end);
    if (found == data.size()) {
      break;
    }
    if (data[found] != code_of(passed)) {
      return 0;
    }
    end = found + 1;
  }
  if (passed == 0 || (is_complete && passed < count)) {
    return 0;
  }
  source.next_input_byte += end;
  source.bytes_in_buffer -= end;
  info->unread_marker = code_of(passed - 1);
  info->marker->next_restart_num = info->unread_marker - JPEG_RST0;
  return passed;
}

}  // namespace

bool NeededMcus::has(int row, unsigned column) {
  if (row != row_) {
    row_ = row;
    std::fill(needed_.begin(), needed_.end(), false);
    for (const Rect& part : parts_) {
      if (row < part.top / mcu_.height - 1 || row > (part.bottom - 1) / mcu_.height + 1) {
        continue;
      }
      const int first = std::max(0, part.left / mcu_.width - 1);
      const int last = (part.right - 1) / mcu_.width + 1;
      const auto columns = static_cast<int>(needed_.size());
      for (int i = first; i <= std::min(last, columns - 1); ++i) {
        needed_[static_cast<size_t>(i)] = true;
      }
    }
  }
  return needed_[column];
}

Decompressor::Decompressor(ErrorTrap& trap, Bytes whole_file, Damaged policy)
    : errors(trap), file(whole_file), available(whole_file.size()), damaged(policy) {
  prepare(errors, on_error, on_warning);
  info.err = &errors.manager;
  info.client_data = this;
  init_source(source, file);
}

void open(Decompressor& decoder) {
  jpeg_create_decompress(&decoder.info);
  decoder.info.client_data = &decoder;
  decoder.info.src = &decoder.source.manager;
  decoder.info.master->needs_mcu = needs_mcu;
  decoder.info.master->lacks_input = lacks_input;
  decoder.info.master->pass_restarts = pass_restarts;
  decoder.info.progress = &decoder.progress;
  decoder.progress.progress_monitor = limit_scans;
  if (jpeg_read_header(&decoder.info, TRUE) == JPEG_SUSPENDED) {
    truncated(common(decoder));
  }
}

Size mcu_size(const jpeg_decompress_struct& info) {
  const int scaled = DCTSIZE / static_cast<int>(info.scale_denom);
  return {info.num_components == 1 ? scaled : scaled * info.max_h_samp_factor,
          scaled * info.max_v_samp_factor};
}

bool lacks_bits(const Decompressor& decoder) {
  if (decoder.info.coef_bits == nullptr) {
    return false;
  }
  for (int component = 0; component < decoder.info.num_components; ++component) {
    for (int coefficient = 0; coefficient < DCTSIZE2; ++coefficient) {
      if (decoder.info.coef_bits[component][coefficient] != 0) {
        return true;
      }
    }
  }
  return false;
}

void check_scans(Decompressor& decoder) {
  if (!decoder.source.ended || !(lacks_bits(decoder) || lacks_component(decoder.info))) {
    return;
  }
  if (decoder.damaged == Damaged::kError) {
    truncated(common(decoder));
  }
  decoder.complete = false;
}

void end_before_segment(Decompressor& decoder) {
  if (is_frame(decoder.info.unread_marker)) {
    fail(decoder.errors.trap, ErrorCode::kCorruptImage, "The JPEG has more than one frame header.");
  }
  decoder.info.unread_marker = JPEG_EOI;
}

}  // namespace crop64::jpeg
