// Prints what a JPEG holds, without decoding it: its size, coding, components, quantisation tables
// and, for each component, a hash of all its quantised coefficients, block row by block row.
// Reads standard input: files, each after its length as four bytes, lowest first. Prints one line
// of JSON for each.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

enum { kMostBytes = 1 << 28 };

// FNV-1a, of 64 bits.
static uint64_t hash_number(uint64_t hash, int number) {
  for (int byte = 0; byte < 2; ++byte) {
    hash = (hash ^ ((unsigned)number >> (8 * byte) & 0xff)) * UINT64_C(0x100000001b3);
  }
  return hash;
}

static uint64_t hash_component(j_decompress_ptr info, jvirt_barray_ptr blocks,
                               const jpeg_component_info* component) {
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (JDIMENSION row = 0; row < component->height_in_blocks; ++row) {
    const JBLOCKROW line =
        info->mem->access_virt_barray((j_common_ptr)info, blocks, row, 1, FALSE)[0];
    for (JDIMENSION column = 0; column < component->width_in_blocks; ++column) {
      for (int k = 0; k < DCTSIZE2; ++k) {
        hash = hash_number(hash, line[column][k]);
      }
    }
  }
  return hash;
}

static void print_component(j_decompress_ptr info, jvirt_barray_ptr blocks,
                            const jpeg_component_info* component) {
  printf("{\"id\":%d,\"sampling\":\"%dx%d\",\"blocks\":\"%ux%u\",\"hash\":\"%016llx\",\"table\":[",
         component->component_id, component->h_samp_factor, component->v_samp_factor,
         component->width_in_blocks, component->height_in_blocks,
         (unsigned long long)hash_component(info, blocks, component));
  for (int k = 0; k < DCTSIZE2; ++k) {
    printf("%s%d", k == 0 ? "" : ",", component->quant_table->quantval[k]);
  }
  printf("]}");
}

static void print_file(const unsigned char* file, size_t size) {
  struct jpeg_error_mgr errors;
  struct jpeg_decompress_struct info;
  info.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, file, size);
  jpeg_read_header(&info, TRUE);
  jvirt_barray_ptr* arrays = jpeg_read_coefficients(&info);
  printf(
      "{\"width\":%u,\"height\":%u,\"colorSpace\":%d,\"progressive\":%s,\"warnings\":%ld,"
      "\"components\":[",
      info.image_width, info.image_height, (int)info.jpeg_color_space,
      info.progressive_mode ? "true" : "false", errors.num_warnings);
  for (int i = 0; i < info.num_components; ++i) {
    printf("%s", i == 0 ? "" : ",");
    print_component(&info, arrays[i], &info.comp_info[i]);
  }
  printf("]}\n");
  jpeg_destroy_decompress(&info);
}

int main(void) {
  unsigned char length[4];
  while (fread(length, 1, sizeof length, stdin) == sizeof length) {
    const size_t size =
        length[0] | (size_t)length[1] << 8 | (size_t)length[2] << 16 | (size_t)length[3] << 24;
    unsigned char* file = size <= kMostBytes ? malloc(size + 1) : NULL;
    if (file == NULL || fread(file, 1, size, stdin) != size) {
      return EXIT_FAILURE;
    }
    print_file(file, size);
    free(file);
  }
  return EXIT_SUCCESS;
}
