// What C can do on this machine: the same jobs on Debian's libjpeg-turbo and libpng, for
// native.mjs. Each line of standard input is a request, and its answer a line of JSON:
//
//     version
//     jpeg|png|lossless LEFT TOP WIDTH HEIGHT SETTING FILE -> {"milliseconds", "text"}
//     decode|encode     0    0   0     0      SETTING FILE -> {"milliseconds", "byteLength"}
//
// SETTING is the quality of a JPEG or the compression level of a PNG. What is timed is what lies
// between the file in memory (for "encode", its samples) and the result; a file is read once and
// kept. Errors end the program: libjpeg and libpng say why on standard error.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jpeglib.h>
#include <png.h>

#include "transupp.h"

typedef struct {
  unsigned left, top, width, height;
} Box;

typedef struct {
  unsigned char* data;
  size_t size;
} Bytes;

typedef struct {
  unsigned char* data;  // rows of `width` pixels, without padding
  unsigned width, height;
  int channels;
} Samples;

static void fail(const char* what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

static void* room(size_t size) {
  void* memory = malloc(size);
  if (memory == NULL) fail("Expected memory, but there was none");
  return memory;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return 1e3 * (double)time.tv_sec + 1e-6 * (double)time.tv_nsec;
}

// --- base64, two characters for twelve bits

static char pairs[4096][2];

static void fill_pairs(void) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int i = 0; i < 4096; ++i) {
    pairs[i][0] = letters[i >> 6];
    pairs[i][1] = letters[i & 63];
  }
}

static void put_group(char* out, const unsigned char* in) {
  memcpy(out, pairs[in[0] << 4 | in[1] >> 4], 2);
  memcpy(out + 2, pairs[(in[1] & 15) << 8 | in[2]], 2);
}

static char* base64(Bytes in) {
  char* text = room((in.size + 2) / 3 * 4 + 1);
  char* out = text;
  size_t i = 0;
  for (; i + 3 <= in.size; i += 3, out += 4) put_group(out, in.data + i);
  if (i < in.size) {
    const unsigned char last[3] = {in.data[i], i + 1 < in.size ? in.data[i + 1] : 0, 0};
    put_group(out, last);
    out[3] = '=';
    if (i + 1 == in.size) out[2] = '=';
    out += 4;
  }
  *out = '\0';
  return text;
}

// --- JPEG

// The rows of a region, or of the whole picture where its width is 0. Its columns begin at the left
// edge of a block, as libjpeg-turbo crops, and are moved to the left end of the row.
static Samples decode_jpeg(Bytes file, Box box) {
  struct jpeg_error_mgr errors;
  struct jpeg_decompress_struct info;
  info.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, file.data, file.size);
  jpeg_read_header(&info, TRUE);
  jpeg_start_decompress(&info);
  if (box.width == 0) {
    box.width = info.output_width;
    box.height = info.output_height;
  }
  // A pixel more on either side, for the smoothing of chroma.
  JDIMENSION from = box.left > 0 ? box.left - 1 : 0;
  JDIMENSION right = box.left + box.width;
  JDIMENSION columns = (right < info.output_width ? right + 1 : right) - from;
  if (columns < info.output_width) jpeg_crop_scanline(&info, &from, &columns);
  if (box.top > 0) jpeg_skip_scanlines(&info, box.top);
  const int channels = info.output_components;
  const size_t row_size = (size_t)box.width * (size_t)channels;
  Samples samples = {room(row_size * box.height), box.width, box.height, channels};
  unsigned char* row = room((size_t)columns * (size_t)channels);
  const size_t shift = (size_t)(box.left - from) * (size_t)channels;
  for (unsigned y = 0; y < box.height; ++y) {
    jpeg_read_scanlines(&info, &row, 1);
    memcpy(samples.data + y * row_size, row + shift, row_size);
  }
  free(row);
  jpeg_destroy_decompress(&info);
  return samples;
}

static Bytes encode_jpeg(Samples samples, int quality) {
  struct jpeg_error_mgr errors;
  struct jpeg_compress_struct info;
  Bytes out = {NULL, 0};
  unsigned long size = 0;
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, &out.data, &size);
  info.image_width = samples.width;
  info.image_height = samples.height;
  info.input_components = samples.channels;
  info.in_color_space = samples.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  jpeg_start_compress(&info, TRUE);
  for (unsigned y = 0; y < samples.height; ++y) {
    JSAMPROW row = samples.data + (size_t)y * samples.width * (size_t)samples.channels;
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  out.size = size;
  return out;
}

// As jpegtran -crop does it.
static Bytes crop_coefficients(Bytes file, Box box) {
  struct jpeg_error_mgr errors;
  struct jpeg_decompress_struct from;
  struct jpeg_compress_struct to;
  Bytes out = {NULL, 0};
  unsigned long size = 0;
  char spec[64];
  jpeg_transform_info transform;
  memset(&transform, 0, sizeof transform);
  snprintf(spec, sizeof spec, "%ux%u+%u+%u", box.width, box.height, box.left, box.top);
  if (!jtransform_parse_crop_spec(&transform, spec)) fail("Expected a box");
  from.err = to.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&from);
  jpeg_create_compress(&to);
  jpeg_mem_src(&from, file.data, file.size);
  jpeg_read_header(&from, TRUE);
  if (!jtransform_request_workspace(&from, &transform)) fail("Expected a box in the picture");
  jvirt_barray_ptr* source = jpeg_read_coefficients(&from);
  jpeg_copy_critical_parameters(&from, &to);
  jvirt_barray_ptr* target = jtransform_adjust_parameters(&from, &to, source, &transform);
  jpeg_mem_dest(&to, &out.data, &size);
  jpeg_write_coefficients(&to, target);
  jtransform_execute_transform(&from, &to, source, &transform);
  jpeg_finish_compress(&to);
  jpeg_destroy_compress(&to);
  jpeg_destroy_decompress(&from);
  out.size = size;
  return out;
}

// --- PNG

typedef struct {
  Bytes bytes;
  size_t at;  // the place of the reader, or the room of the writer
} Stream;

static void read_some(png_structp png, png_bytep data, size_t size) {
  Stream* stream = png_get_io_ptr(png);
  if (size > stream->bytes.size - stream->at) png_error(png, "Expected more of the file");
  memcpy(data, stream->bytes.data + stream->at, size);
  stream->at += size;
}

static void write_some(png_structp png, png_bytep data, size_t size) {
  Stream* stream = png_get_io_ptr(png);
  if (stream->bytes.size + size > stream->at) {
    stream->at = 2 * (stream->bytes.size + size);
    stream->bytes.data = realloc(stream->bytes.data, stream->at);
    if (stream->bytes.data == NULL) png_error(png, "Expected memory");
  }
  memcpy(stream->bytes.data + stream->bytes.size, data, size);
  stream->bytes.size += size;
}

// Rows down to the end of the region, and none after that. For files of 8 bits, not interlaced.
static Samples decode_png(Bytes file, Box box) {
  Stream stream = {file, 0};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop info = png_create_info_struct(png);
  png_set_read_fn(png, &stream, read_some);
  png_read_info(png, info);
  const int channels = png_get_channels(png, info);
  const size_t pixel = (size_t)channels;
  const size_t row_size = box.width * pixel;
  Samples samples = {room(row_size * box.height), box.width, box.height, channels};
  unsigned char* row = room(png_get_rowbytes(png, info));
  for (unsigned y = 0; y < box.top + box.height; ++y) {
    png_read_row(png, row, NULL);
    if (y >= box.top) {
      memcpy(samples.data + (y - box.top) * row_size, row + box.left * pixel, row_size);
    }
  }
  free(row);
  png_destroy_read_struct(&png, &info, NULL);
  return samples;
}

static Bytes encode_png(Samples samples, int level) {
  static const int types[] = {0, PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                              PNG_COLOR_TYPE_RGB_ALPHA};
  Stream stream = {{NULL, 0}, 0};
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(png, &stream, write_some, NULL);
  png_set_compression_level(png, level);
  png_set_IHDR(png, info, samples.width, samples.height, 8, types[samples.channels],
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  for (unsigned y = 0; y < samples.height; ++y) {
    png_write_row(png, samples.data + (size_t)y * samples.width * (size_t)samples.channels);
  }
  png_write_end(png, NULL);
  png_destroy_write_struct(&png, &info);
  return stream.bytes;
}

// --- Requests

enum { kMostFiles = 16, kPathSize = 4096 };

static Bytes read_file(const char* path) {
  static struct {
    char path[kPathSize];
    Bytes bytes;
  } kept[kMostFiles];
  int i = 0;
  while (i < kMostFiles && kept[i].bytes.data != NULL && strcmp(kept[i].path, path) != 0) ++i;
  if (i == kMostFiles) fail("Expected fewer files");
  if (kept[i].bytes.data != NULL) return kept[i].bytes;
  FILE* file = fopen(path, "rb");
  if (file == NULL) fail(path);
  fseek(file, 0, SEEK_END);
  const size_t size = (size_t)ftell(file);
  rewind(file);
  strcpy(kept[i].path, path);
  kept[i].bytes = (Bytes){room(size), size};
  if (fread(kept[i].bytes.data, 1, size, file) != size) fail(path);
  fclose(file);
  return kept[i].bytes;
}

static Bytes encoded(const char* job, Bytes file, Box box, int setting) {
  if (strcmp(job, "lossless") == 0) return crop_coefficients(file, box);
  const int is_jpeg = strcmp(job, "jpeg") == 0;
  const Samples samples = is_jpeg ? decode_jpeg(file, box) : decode_png(file, box);
  const Bytes out = is_jpeg ? encode_jpeg(samples, setting) : encode_png(samples, setting);
  free(samples.data);
  return out;
}

static void answer_text(const char* job, Bytes file, Box box, int setting) {
  const double started = now();
  const Bytes out = encoded(job, file, box, setting);
  char* text = base64(out);
  printf("{\"milliseconds\":%.4f,\"text\":\"%s\"}\n", now() - started, text);
  free(text);
  free(out.data);
}

static void answer_whole(const char* job, Bytes file, int quality) {
  const Box whole = {0, 0, 0, 0};
  double started = now();
  const Samples samples = decode_jpeg(file, whole);
  size_t size = (size_t)samples.width * samples.height * (size_t)samples.channels;
  double milliseconds = now() - started;
  if (strcmp(job, "encode") == 0) {
    started = now();
    const Bytes out = encode_jpeg(samples, quality);
    milliseconds = now() - started;
    size = out.size;
    free(out.data);
  }
  free(samples.data);
  printf("{\"milliseconds\":%.4f,\"byteLength\":%zu}\n", milliseconds, size);
}

int main(void) {
  char line[kPathSize + 128];
  fill_pairs();
  while (fgets(line, sizeof line, stdin) != NULL) {
    char job[16];
    int setting = 0;
    int path = 0;
    Box box;
    line[strcspn(line, "\n")] = '\0';
    if (strcmp(line, "version") == 0) {
      printf("\"libjpeg-turbo %d.%d.%d, libpng %s\"\n", LIBJPEG_TURBO_VERSION_NUMBER / 1000000,
             LIBJPEG_TURBO_VERSION_NUMBER / 1000 % 1000, LIBJPEG_TURBO_VERSION_NUMBER % 1000,
             png_get_libpng_ver(NULL));
    } else if (sscanf(line, "%15s %u %u %u %u %d %n", job, &box.left, &box.top, &box.width,
                      &box.height, &setting, &path) == 6) {
      const Bytes file = read_file(line + path);
      if (box.width == 0) {
        answer_whole(job, file, setting);
      } else {
        answer_text(job, file, box, setting);
      }
    } else {
      fail("Expected a request");
    }
    fflush(stdout);
  }
  return 0;
}
