#include "support/jpegs.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace crop64 {
namespace {

// An oracle does not fail: that would be a fault of the test.
[[noreturn]] void give_up(j_common_ptr codec) {
  char message[JMSG_LENGTH_MAX];
  codec->err->format_message(codec, message);
  std::fprintf(stderr, "the test's own use of libjpeg failed: %s\n", message);
  std::abort();
}

void pass_over_warnings(j_common_ptr, int) {}

// Collects what libjpeg writes.
struct Destination {
  jpeg_destination_mgr manager{};  // first: libjpeg's pointer to it is a pointer to this
  JOCTET buffer[4096];
  File file;

  static Destination& of(j_compress_ptr encoder) {
    return *reinterpret_cast<Destination*>(encoder->dest);
  }
  void take(size_t count) {
    file.insert(file.end(), buffer, buffer + count);
    manager.next_output_byte = buffer;
    manager.free_in_buffer = sizeof buffer;
  }
  void init() {
    manager.init_destination = [](j_compress_ptr encoder) { of(encoder).take(0); };
    manager.empty_output_buffer = [](j_compress_ptr encoder) -> boolean {
      of(encoder).take(sizeof buffer);
      return TRUE;
    };
    manager.term_destination = [](j_compress_ptr encoder) {
      of(encoder).take(sizeof buffer - encoder->dest->free_in_buffer);
    };
  }
};

boolean end_image(j_decompress_ptr decoder) {
  static constexpr JOCTET kEndOfImage[] = {0xff, JPEG_EOI};
  decoder->src->next_input_byte = kEndOfImage;
  decoder->src->bytes_in_buffer = sizeof kEndOfImage;
  return TRUE;
}

void skip(j_decompress_ptr decoder, long count) {
  jpeg_source_mgr& source = *decoder->src;
  if (static_cast<size_t>(count) > source.bytes_in_buffer) {
    end_image(decoder);
    return;
  }
  source.next_input_byte += count;
  source.bytes_in_buffer -= static_cast<size_t>(count);
}

jpeg_scan_info scan_of(std::initializer_list<int> components, int first, int last, int from_bit,
                       int to_bit) {
  jpeg_scan_info scan = {};
  for (const int component : components) {
    scan.component_index[scan.comps_in_scan++] = component;
  }
  scan.Ss = first;
  scan.Se = last;
  scan.Ah = from_bit;
  scan.Al = to_bit;
  return scan;
}

bool has_payload(int marker) { return marker < 0xd0 || marker > 0xd9; }

}  // namespace

Size SamplingFactors::block() const {
  const int across = *std::max_element(h, h + components);
  const int down = *std::max_element(v, v + components);
  return components == 1 ? Size{8, 8} : Size{8 * across, 8 * down};
}

Scans separate_scans(int components) {
  Scans scans;
  for (int component = 0; component < components; ++component) {
    scans.push_back(scan_of({component}, 0, 63, 0, 0));
  }
  return scans;
}

Scans progressive_scans(int components) {
  Scans scans;
  scans.push_back(components == 1   ? scan_of({0}, 0, 0, 0, 1)
                  : components == 3 ? scan_of({0, 1, 2}, 0, 0, 0, 1)
                                    : scan_of({0, 1, 2, 3}, 0, 0, 0, 1));
  const auto for_each_component = [&](int first, int last, int from_bit, int to_bit) {
    for (int component = 0; component < components; ++component) {
      scans.push_back(scan_of({component}, first, last, from_bit, to_bit));
    }
  };
  for_each_component(1, 5, 0, 2);
  for_each_component(6, 63, 0, 2);
  for_each_component(1, 63, 2, 1);
  for_each_component(0, 0, 1, 0);
  for_each_component(1, 63, 1, 0);
  return scans;
}

Scans many_scans(int count) {
  Scans scans = {scan_of({0}, 0, 0, 0, 0)};
  for (int coefficient = 1; coefficient < 64; ++coefficient) {
    scans.push_back(scan_of({0}, coefficient, coefficient, 0, 1));
  }
  for (int coefficient = 1; static_cast<int>(scans.size()) < count; ++coefficient) {
    scans.push_back(scan_of({0}, coefficient, coefficient, 1, 0));
  }
  return scans;
}

File encode_with_libjpeg(const ImageView& picture, const JpegRecipe& recipe) {
  jpeg_error_mgr errors;
  Destination destination;
  jpeg_compress_struct encoder;
  encoder.err = jpeg_std_error(&errors);
  errors.error_exit = give_up;
  jpeg_create_compress(&encoder);
  destination.init();
  encoder.dest = &destination.manager;
  encoder.image_width = static_cast<JDIMENSION>(picture.size.width);
  encoder.image_height = static_cast<JDIMENSION>(picture.size.height);
  encoder.input_components = picture.layout.channels();
  encoder.in_color_space = picture.layout.model == Model::kGray   ? JCS_GRAYSCALE
                           : picture.layout.model == Model::kBgr  ? JCS_EXT_BGR
                           : picture.layout.model == Model::kCmyk ? JCS_CMYK
                                                                  : JCS_RGB;
  jpeg_set_defaults(&encoder);
  if (recipe.stored != JCS_UNKNOWN) {
    jpeg_set_colorspace(&encoder, recipe.stored);
  }
  jpeg_set_quality(&encoder, recipe.quality, TRUE);
  encoder.dct_method = JDCT_ISLOW;
  for (int i = 0; i < encoder.num_components; ++i) {
    encoder.comp_info[i].h_samp_factor = recipe.sampling.h[i];
    encoder.comp_info[i].v_samp_factor = recipe.sampling.v[i];
  }
  if (!recipe.scans.empty()) {
    encoder.scan_info = recipe.scans.data();
    encoder.num_scans = static_cast<int>(recipe.scans.size());
  }
  encoder.restart_interval = static_cast<unsigned>(recipe.restart_interval);
  encoder.restart_in_rows = recipe.restart_rows;
  jpeg_start_compress(&encoder, TRUE);
  for (int y = 0; y < picture.size.height; ++y) {
    auto* row = const_cast<JSAMPROW>(picture.row(y));
    jpeg_write_scanlines(&encoder, &row, 1);
  }
  jpeg_finish_compress(&encoder);
  jpeg_destroy_compress(&encoder);
  return destination.file;
}

File make_jpeg(Size size, const JpegRecipe& recipe) {
  return encode_with_libjpeg(make_picture(size, recipe.sampling.layout()).view(), recipe);
}

namespace {

struct FullDecode {
  FullDecode() : errors(trap) {}
  FullDecode(const FullDecode&) = delete;
  FullDecode& operator=(const FullDecode&) = delete;
  ~FullDecode() { jpeg_destroy_decompress(&decoder); }

  int reduction = 1;
  ErrorTrap trap;
  jpeg::Errors errors;
  jpeg_source_mgr source{};
  jpeg_decompress_struct decoder{};
  Image image;
};

void start_full_decode(void* context) {
  FullDecode& job = *static_cast<FullDecode*>(context);
  jpeg_create_decompress(&job.decoder);
  job.decoder.src = &job.source;
  jpeg_read_header(&job.decoder, TRUE);
  job.decoder.dct_method = JDCT_ISLOW;
  job.decoder.do_fancy_upsampling = TRUE;
  job.decoder.scale_num = 1;
  job.decoder.scale_denom = static_cast<unsigned>(job.reduction);
  jpeg_start_decompress(&job.decoder);
}

void read_full_decode(void* context) {
  FullDecode& job = *static_cast<FullDecode*>(context);
  for (int y = 0; y < job.image.size.height; ++y) {
    JSAMPROW row = job.image.row(y);
    jpeg_read_scanlines(&job.decoder, &row, 1);
  }
}

}  // namespace

Result<Image> try_full_decode_with_libjpeg(Bytes file, int reduction) {
  FullDecode job;
  job.reduction = reduction;
  jpeg::prepare(
      job.errors, [](j_common_ptr codec) { jpeg::fail_as(codec, ErrorCode::kCorruptImage); },
      pass_over_warnings);
  job.decoder.err = &job.errors.manager;
  job.source.next_input_byte = file.data();
  job.source.bytes_in_buffer = file.size();
  job.source.init_source = job.source.term_source = [](j_decompress_ptr) {};
  job.source.fill_input_buffer = end_image;
  job.source.skip_input_data = skip;
  job.source.resync_to_restart = jpeg_resync_to_restart;
  if (!run_trapped(job.trap, start_full_decode, &job)) {
    return job.trap.error();
  }
  const Model model = job.decoder.num_components == 1   ? Model::kGray
                      : job.decoder.num_components == 3 ? Model::kRgb
                                                        : Model::kCmyk;
  const Size size = {int(job.decoder.output_width), int(job.decoder.output_height)};
  job.image = std::move(Image::allocate(size, {model, 8}).value());
  if (!run_trapped(job.trap, read_full_decode, &job)) {
    return job.trap.error();
  }
  return std::move(job.image);
}

Image full_decode_with_libjpeg(Bytes file, int reduction) {
  Result<Image> image = try_full_decode_with_libjpeg(file, reduction);
  if (!image.ok()) {
    std::fprintf(stderr, "the test's own use of libjpeg failed: %s\n",
                 image.error().message.c_str());
    std::abort();
  }
  return std::move(image.value());
}

std::vector<JpegMarker> markers_of(const File& file) {
  std::vector<JpegMarker> markers;
  for (size_t at = 0; at + 1 < file.size();) {
    const int code = file[at + 1];
    if (file[at] != 0xff || code == 0 || code == 0xff) {
      ++at;
      continue;
    }
    markers.push_back({at, code});
    at += has_payload(code) ? 2 + static_cast<size_t>(file[at + 2] << 8 | file[at + 3]) : 2;
  }
  return markers;
}

size_t find_marker(const File& file, int code) {
  for (const JpegMarker& marker : markers_of(file)) {
    if (marker.code == code) {
      return marker.at;
    }
  }
  std::fprintf(stderr, "the test looks for a marker that is not there: %x\n", code);
  std::abort();
}

std::vector<File> with_second_header(const File& file) {
  const uint8_t header[] = {0xff, 0xc0, 0, 17, 0, 0xff, 0xff, 0xff, 0xff, 3, 1, 0x11, 0};
  std::vector<File> files;
  File longer(file.begin(), file.end() - 2);
  for (const uint8_t byte : header) {
    longer.push_back(byte);
    files.push_back(longer);
  }
  files.erase(files.begin());  // no marker yet
  return files;
}

}  // namespace crop64
