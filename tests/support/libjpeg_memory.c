/* A memory manager for libjpeg that allocates each object and each row of an array by itself. Builds
   with AddressSanitizer link it in place of jmemmgr.c, whose pools hide reads and writes beyond a row
   or an object in the one that follows. Rows have the padding that jmemmgr.c gives them, for the
   SIMD code relies on it. Virtual arrays are kept in memory as a whole, as libjpeg does with its
   jmemnobs.c. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JPEG_INTERNALS
#include <jinclude.h>
#include <jpeglib.h>

#ifdef WITH_SIMD
#define ALIGNMENT 32
#else
#define ALIGNMENT 16
#endif
#define ROW_MULTIPLE ((size_t)2 * ALIGNMENT)

typedef struct node {
  struct node *next;
  void *memory;
} node;

/* Both kinds of virtual arrays. `rows` is null until the array is realized. */
typedef struct virtual_array {
  struct virtual_array *next;
  boolean has_blocks;
  JDIMENSION row_length, row_count;
  void **rows;
} virtual_array;

typedef struct {
  struct jpeg_memory_mgr methods;
  node *pools[JPOOL_NUMPOOLS];
  virtual_array *arrays;
} manager;

static manager *manager_of(j_common_ptr codec) { return (manager *)codec->mem; }

static void *allocate(j_common_ptr codec, int pool, size_t size) {
  if (pool < 0 || pool >= JPOOL_NUMPOOLS) {
    ERREXIT1(codec, JERR_BAD_POOL_ID, pool);
  }
  node *object = malloc(sizeof(node));
  /* Of exactly this size, so that the byte behind it is poisoned. */
  void *memory = NULL;
  if (object == NULL || posix_memalign(&memory, ALIGNMENT, size) != 0 || memory == NULL) {
    free(object);
    ERREXIT1(codec, JERR_OUT_OF_MEMORY, 0);
  }
  object->memory = memory;
  object->next = manager_of(codec)->pools[pool];
  manager_of(codec)->pools[pool] = object;
  return memory;
}

static void **allocate_rows(j_common_ptr codec, int pool, size_t row_size, JDIMENSION count) {
  void **rows = allocate(codec, pool, count * sizeof(void *));
  for (JDIMENSION i = 0; i < count; ++i) {
    rows[i] = allocate(codec, pool, row_size);
  }
  return rows;
}

static size_t sample_row_size(JDIMENSION width) {
  return ((size_t)width * sizeof(JSAMPLE) + ROW_MULTIPLE - 1) / ROW_MULTIPLE * ROW_MULTIPLE;
}

static size_t block_row_size(JDIMENSION width) { return (size_t)width * sizeof(JBLOCK); }

static JSAMPARRAY alloc_sarray(j_common_ptr codec, int pool, JDIMENSION width, JDIMENSION count) {
  return (JSAMPARRAY)allocate_rows(codec, pool, sample_row_size(width), count);
}

static JBLOCKARRAY alloc_barray(j_common_ptr codec, int pool, JDIMENSION width, JDIMENSION count) {
  return (JBLOCKARRAY)allocate_rows(codec, pool, block_row_size(width), count);
}

static virtual_array *request(j_common_ptr codec, boolean has_blocks, JDIMENSION width,
                              JDIMENSION count) {
  virtual_array *array = allocate(codec, JPOOL_IMAGE, sizeof(virtual_array));
  array->next = manager_of(codec)->arrays;
  array->has_blocks = has_blocks;
  array->row_length = width;
  array->row_count = count;
  array->rows = NULL;
  manager_of(codec)->arrays = array;
  return array;
}

static jvirt_sarray_ptr request_virt_sarray(j_common_ptr codec, int pool, boolean pre_zero,
                                            JDIMENSION width, JDIMENSION count, JDIMENSION most) {
  (void)pool, (void)pre_zero, (void)most;
  return (jvirt_sarray_ptr)request(codec, FALSE, width, count);
}

static jvirt_barray_ptr request_virt_barray(j_common_ptr codec, int pool, boolean pre_zero,
                                            JDIMENSION width, JDIMENSION count, JDIMENSION most) {
  (void)pool, (void)pre_zero, (void)most;
  return (jvirt_barray_ptr)request(codec, TRUE, width, count);
}

/* Zeroes them all, whether or not that was asked for. */
static void realize_virt_arrays(j_common_ptr codec) {
  for (virtual_array *array = manager_of(codec)->arrays; array != NULL; array = array->next) {
    if (array->rows != NULL) {
      continue;
    }
    const size_t size =
        array->has_blocks ? block_row_size(array->row_length) : sample_row_size(array->row_length);
    array->rows = allocate_rows(codec, JPOOL_IMAGE, size, array->row_count);
    for (JDIMENSION i = 0; i < array->row_count; ++i) {
      memset(array->rows[i], 0, size);
    }
  }
}

static void **access_rows(j_common_ptr codec, virtual_array *array, JDIMENSION start,
                          JDIMENSION count) {
  if (array->rows == NULL || start > array->row_count || count > array->row_count - start) {
    ERREXIT(codec, JERR_BAD_VIRTUAL_ACCESS);
  }
  return array->rows + start;
}

static JSAMPARRAY access_virt_sarray(j_common_ptr codec, jvirt_sarray_ptr array, JDIMENSION start,
                                     JDIMENSION count, boolean writable) {
  (void)writable;
  return (JSAMPARRAY)access_rows(codec, (virtual_array *)array, start, count);
}

static JBLOCKARRAY access_virt_barray(j_common_ptr codec, jvirt_barray_ptr array, JDIMENSION start,
                                      JDIMENSION count, boolean writable) {
  (void)writable;
  return (JBLOCKARRAY)access_rows(codec, (virtual_array *)array, start, count);
}

static void free_pool(j_common_ptr codec, int pool) {
  manager *memory = manager_of(codec);
  if (pool == JPOOL_IMAGE) {
    memory->arrays = NULL;
  }
  while (memory->pools[pool] != NULL) {
    node *object = memory->pools[pool];
    memory->pools[pool] = object->next;
    free(object->memory);
    free(object);
  }
}

static void self_destruct(j_common_ptr codec) {
  for (int pool = 0; pool < JPOOL_NUMPOOLS; ++pool) {
    free_pool(codec, pool);
  }
  free(codec->mem);
  codec->mem = NULL;
}

void jinit_memory_mgr(j_common_ptr codec) {
  codec->mem = NULL;
  manager *memory = calloc(1, sizeof(manager));
  if (memory == NULL) {
    ERREXIT1(codec, JERR_OUT_OF_MEMORY, 0);
  }
  memory->methods.alloc_small = allocate;
  memory->methods.alloc_large = allocate;
  memory->methods.alloc_sarray = alloc_sarray;
  memory->methods.alloc_barray = alloc_barray;
  memory->methods.request_virt_sarray = request_virt_sarray;
  memory->methods.request_virt_barray = request_virt_barray;
  memory->methods.realize_virt_arrays = realize_virt_arrays;
  memory->methods.access_virt_sarray = access_virt_sarray;
  memory->methods.access_virt_barray = access_virt_barray;
  memory->methods.free_pool = free_pool;
  memory->methods.self_destruct = self_destruct;
  memory->methods.max_alloc_chunk = 1000000000L;
  codec->mem = &memory->methods;
}
