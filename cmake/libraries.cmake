# The C libraries, from build/sources (scripts/setup.mjs puts them there; libraries.json says which).
# We list their sources ourselves: libjpeg-turbo's own build takes wasm for i386, and none of them
# knows how to leave out what is not used here.

set(sources ${CMAKE_SOURCE_DIR}/build/sources)
foreach(name libjpeg-turbo libpng zlib doctest)
  if(NOT EXISTS ${sources}/${name})
    message(FATAL_ERROR "Expected the sources of ${name} in build/sources. Run: npm run setup")
  endif()
endforeach()

# zlib: inflate and deflate, no gzip files. Its CRC is only for tests (src/deflate/crc32.h).
set(zlib ${sources}/zlib)
add_library(zlib STATIC
  ${zlib}/adler32.c ${zlib}/compress.c ${zlib}/crc32.c ${zlib}/deflate.c ${zlib}/inffast.c ${zlib}/inflate.c
  ${zlib}/inftrees.c ${zlib}/trees.c ${zlib}/uncompr.c ${zlib}/zutil.c)
target_include_directories(zlib SYSTEM PUBLIC ${zlib})
target_compile_definitions(zlib PRIVATE HAVE_UNISTD_H NO_GZIP)
target_link_libraries(zlib PRIVATE platform)
compile_for_size(zlib EXCEPT ${zlib}/adler32.c ${zlib}/deflate.c ${zlib}/inffast.c)

# libpng: reading and writing rows. Its transforms, its simple interface, its push reader and every
# ancillary chunk that nobody asks it for are left out; the prebuilt configuration is the start.
set(libpng ${sources}/libpng)
set(unused
  16BIT_FAKE ALIGNED_MEMORY BENIGN_READ_ERRORS BENIGN_WRITE_ERRORS BUILD_GRAYSCALE_PALETTE
  COLORSPACE CONSOLE_IO CONVERT_tIME FIXED_POINT FLOATING_ARITHMETIC FLOATING_POINT
  FORMAT_AUTO GAMMA GET_PALETTE_MAX HANDLE_AS_UNKNOWN INFO_IMAGE MNG_FEATURES POINTER_INDEXING
  PROGRESSIVE_READ READ_ALPHA_MODE READ_BACKGROUND READ_BGR READ_CHECK_FOR_INVALID_INDEX
  READ_COMPOSITE_NODIV READ_COMPRESSED_TEXT READ_EXPAND READ_EXPAND_16 READ_FILLER READ_GAMMA
  READ_GET_PALETTE_MAX READ_GRAY_TO_RGB READ_INVERT READ_INVERT_ALPHA READ_OPT_PLTE READ_PACK
  READ_PACKSWAP READ_QUANTIZE READ_RGB_TO_GRAY READ_SCALE_16_TO_8 READ_SHIFT READ_STRIP_16_TO_8
  READ_STRIP_ALPHA READ_SWAP READ_SWAP_ALPHA READ_TEXT READ_TRANSFORMS READ_UNKNOWN_CHUNKS
  READ_USER_CHUNKS READ_USER_TRANSFORM READ_bKGD READ_cHRM READ_eXIf READ_gAMA READ_hIST READ_iCCP
  READ_iTXt READ_oFFs READ_pCAL READ_pHYs READ_sBIT READ_sCAL READ_sPLT READ_sRGB READ_tEXt
  READ_tIME READ_zTXt SAVE_INT_32 SET_UNKNOWN_CHUNKS SETJMP SIMPLIFIED_READ SIMPLIFIED_READ_AFIRST
  SIMPLIFIED_READ_BGR SIMPLIFIED_WRITE SIMPLIFIED_WRITE_AFIRST SIMPLIFIED_WRITE_BGR
  SIMPLIFIED_WRITE_STDIO STDIO STORE_UNKNOWN_CHUNKS TEXT TIME_RFC1123 UNKNOWN_CHUNKS USER_CHUNKS
  USER_TRANSFORM_PTR WARNINGS WRITE_BGR WRITE_COMPRESSED_TEXT
  WRITE_CUSTOMIZE_ZTXT_COMPRESSION WRITE_FILLER WRITE_INVERT WRITE_INVERT_ALPHA
  WRITE_OPTIMIZE_CMF WRITE_PACK WRITE_PACKSWAP WRITE_SHIFT WRITE_SWAP WRITE_SWAP_ALPHA WRITE_TEXT
  WRITE_TRANSFORMS WRITE_UNKNOWN_CHUNKS WRITE_WEIGHTED_FILTER WRITE_bKGD
  WRITE_cHRM WRITE_eXIf WRITE_gAMA WRITE_hIST WRITE_iCCP WRITE_iTXt WRITE_oFFs WRITE_pCAL
  WRITE_pHYs WRITE_sBIT WRITE_sCAL WRITE_sPLT WRITE_sRGB WRITE_tEXt WRITE_tIME WRITE_zTXt bKGD cHRM
  eXIf gAMA hIST iCCP iTXt oFFs pCAL pHYs sBIT sCAL sPLT sRGB tEXt tIME zTXt)
file(READ ${libpng}/scripts/pnglibconf.h.prebuilt pnglibconf)
foreach(feature ${unused})
  string(REPLACE "#define PNG_${feature}_SUPPORTED\n" "" pnglibconf "${pnglibconf}")
endforeach()
file(CONFIGURE OUTPUT libpng/pnglibconf.h CONTENT "${pnglibconf}" @ONLY)
add_library(png STATIC
  ${libpng}/png.c ${libpng}/pngerror.c ${libpng}/pngget.c ${libpng}/pngmem.c ${libpng}/pngread.c
  ${libpng}/pngrio.c ${libpng}/pngrtran.c ${libpng}/pngrutil.c ${libpng}/pngset.c
  ${libpng}/pngtrans.c ${libpng}/pngwio.c ${libpng}/pngwrite.c ${libpng}/pngwtran.c
  ${libpng}/pngwutil.c ${libpng}/intel/filter_sse2_intrinsics.c ${libpng}/intel/intel_init.c)
target_include_directories(png SYSTEM PUBLIC ${libpng} ${CMAKE_CURRENT_BINARY_DIR}/libpng)
target_link_libraries(png PUBLIC zlib PRIVATE platform)
# The checksums of chunks are ours (src/deflate/crc32.h).
target_compile_definitions(png PRIVATE crc32=crop64_crc32)
compile_for_size(png EXCEPT
  ${libpng}/pngrutil.c ${libpng}/pngwutil.c ${libpng}/intel/filter_sse2_intrinsics.c)
if(with_simd AND (EMSCRIPTEN OR simd_flags))
  # Emscripten turns libpng's SSE read filters into simd128.
  target_compile_options(png PRIVATE -msse4.1)
  target_compile_definitions(png PRIVATE PNG_INTEL_SSE_OPT=1)
endif()
if(EMSCRIPTEN AND with_simd)
  # It has none for Up, nor for moving rows: these LLVM makes (RGBA decodes in 0.9 of the time).
  set_source_files_properties(${libpng}/pngrutil.c
    PROPERTIES COMPILE_OPTIONS "-fvectorize;-fslp-vectorize")
endif()

# libjpeg-turbo: the 8-bit Huffman codecs, without arithmetic coding. Its own SIMD has no wasm: there
# src/codecs/jpeg/kernels stands in for it, and elsewhere, or without SIMD, its scalar code does.
set(libjpeg ${sources}/libjpeg-turbo)
set(JPEG_LIB_VERSION 62)
set(VERSION 2.1.5)
set(LIBJPEG_TURBO_VERSION_NUMBER 2001005)
set(BITS_IN_JSAMPLE 8)
set(INLINE "inline __attribute__((always_inline))")
set(SIZE_T ${CMAKE_SIZEOF_VOID_P})
set(WITH_SIMD ${with_simd})
configure_file(${libjpeg}/jconfig.h.in libjpeg/jconfig.h)
configure_file(${libjpeg}/jconfigint.h.in libjpeg/jconfigint.h)
configure_file(${libjpeg}/jversion.h.in libjpeg/jversion.h COPYONLY)
set(jpeg_sources)
foreach(name
    jcapimin jcapistd jccoefct jccolor jcdctmgr jchuff jcinit jcmainct jcmarker jcmaster jcomapi
    jcparam jcphuff jcprepct jcsample jctrans jdapimin jdapistd jdcoefct jdcolor jddctmgr jdhuff jdinput
    jdmainct jdmarker jdmaster jdphuff jdpostct jdsample jdtrans jerror jfdctint
    jidctint jidctred jmemmgr jmemnobs jutils)
  list(APPEND jpeg_sources ${libjpeg}/${name}.c)
endforeach()
# Changes libjpeg-turbo's text in a variable, once, where it is as libjpeg-turbo 2.1 has it.
function(patch text old new)
  string(FIND "${${text}}" "${old}" start)
  if(start EQUAL -1)
    message(FATAL_ERROR "Expected in libjpeg-turbo but did not find: ${old}")
  endif()
  string(LENGTH "${old}" length)
  math(EXPR end "${start} + ${length}")
  string(SUBSTRING "${${text}}" 0 ${start} before)
  string(SUBSTRING "${${text}}" ${end} -1 after)
  set(${text} "${before}${new}${after}" PARENT_SCOPE)
endfunction()
file(READ ${libjpeg}/jdhuff.h jdhuff)
# The fast Huffman decoder takes a code that no table has for a zero, without a word; the slow one
# warns. Damage must not go unseen, so this one leaves such an MCU to the slow one.
patch(jdhuff "if (nb > 16) \\\n      s = 0; \\\n    else \\\n"
  "if (nb > 16) { cinfo->unread_marker = 0; return FALSE; } \\\n    else \\\n")
# Codes of up to ten bits, not eight, are found by one look into a table.
patch(jdhuff "#define HUFF_LOOKAHEAD  8 " "#define HUFF_LOOKAHEAD  10 ")
# MCUs beside the columns that are asked for, or that src/codecs/jpeg/decode.cpp says that nobody will look
# at, are decoded only to get past them: their coefficients are not stored, no room is cleared for
# them, and nothing is made of them.
file(READ ${libjpeg}/jdcoefct.c jdcoefct)
patch(jdcoefct "      jzero_far((void *)coef->MCU_buffer[0],"
  "      boolean wanted = MCU_col_num >= cinfo->master->first_iMCU_col &&
                       MCU_col_num <= cinfo->master->last_iMCU_col &&
                       (!crop64_wants_mcu || crop64_wants_mcu(cinfo, MCU_col_num));
      if (wanted)
        jzero_far((void *)coef->MCU_buffer[0],")
patch(jdcoefct "decode_mcu) (cinfo, coef->MCU_buffer)"
  "decode_mcu) (cinfo, wanted ? coef->MCU_buffer : NULL)")
patch(jdcoefct "      if (MCU_col_num >= cinfo->master->first_iMCU_col &&
          MCU_col_num <= cinfo->master->last_iMCU_col) {" "      if (wanted) {")
patch(jdcoefct "#include \"jpegcomp.h\"" "#include \"jpegcomp.h\"
boolean __attribute__((weak)) crop64_wants_mcu(j_decompress_ptr cinfo, JDIMENSION column);")
# Of a file that is still arriving as many rows are skipped as src/codecs/jpeg/libjpeg_decompressor.h has bytes for.
file(READ ${libjpeg}/jdapistd.c jdapistd)
patch(jdapistd "  for (i = 0; i < lines_to_skip; i += lines_per_iMCU_row) {
    for (y = 0;"
  "  for (i = 0; i < lines_to_skip; i += lines_per_iMCU_row) {
    if (crop64_waits && crop64_waits(cinfo)) {
      num_lines -= lines_after_iMCU_row - i;
      lines_to_skip = i;
      lines_to_read = 0;
      break;
    }
    for (y = 0;")
# Rows between parts that are wanted are discarded. (Where a picture is skipped in for a second time,
# libjpeg-turbo gives other samples behind it, with some samplings.)
patch(jdapistd "LOCAL(void)
read_and_discard_scanlines(" "GLOBAL(void)
read_and_discard_scanlines(")
patch(jdapistd "#include \"jdmainct.h\"" "#include \"jdmainct.h\"
boolean __attribute__((weak)) crop64_waits(j_decompress_ptr cinfo);")
# In wasm MCUs are decoded in larger steps, between restart markers too (huffman_decode.h): a whole
# decode took 0.87 of the time, and a crop from the middle 0.77. Of 10 to 12 bits for a step 11 were
# the fastest.
file(READ ${libjpeg}/jdhuff.c jdhuff_c)
if(with_simd)
  patch(jdhuff "int lookup[1 << HUFF_LOOKAHEAD];"
    "int lookup[1 << HUFF_LOOKAHEAD];
#define STEP_LOOKAHEAD 11
  unsigned long long numbers[1 << STEP_LOOKAHEAD];
  int skips[1 << STEP_LOOKAHEAD];")
  patch(jdhuff "EXTERN(boolean) jpeg_fill_bit_buffer" "#include \"codecs/jpeg/kernels/huffman_decode.h\"
EXTERN(boolean) jpeg_fill_bit_buffer")
  patch(jdhuff_c "jpeg_make_d_derived_tbl(cinfo, FALSE, actbl, pdtbl);"
    "jpeg_make_d_derived_tbl(cinfo, FALSE, actbl, pdtbl);
    make_ac_steps(*pdtbl);")
  patch(jdhuff_c "        return FALSE;
    usefast = 0;" "        return FALSE;")
  # Seldom called: V8 has the rest sooner without it.
  patch(jdhuff_c "LOCAL(boolean)
decode_mcu_slow(" "LOCAL(boolean) __attribute__((noinline))
decode_mcu_slow(")
  patch(jdhuff_c "if (!decode_mcu_fast(cinfo, MCU_data))"
    "mcu_state state = { &entropy->bitstate, entropy->saved.last_dc_val, entropy->dc_cur_tbls,
                          entropy->ac_cur_tbls, entropy->dc_needed, entropy->ac_needed };
      if (!decode_mcu_in_steps(cinfo, MCU_data, state))")
endif()
# In wasm blocks are always encoded by the kernel. What stands beside it, which nothing called, was a
# seventh of the module.
file(READ ${libjpeg}/jchuff.c jchuff)
if(with_simd)
  patch(jchuff "  /* Encode the MCU data blocks */
  if (entropy->simd) {" "  /* Encode the MCU data blocks */
  if (TRUE) {")
endif()
file(CONFIGURE OUTPUT libjpeg/jchuff.c CONTENT "${jchuff}" @ONLY)
file(CONFIGURE OUTPUT libjpeg/jdapistd.c CONTENT "${jdapistd}" @ONLY)
file(CONFIGURE OUTPUT libjpeg/jdhuff.h CONTENT "${jdhuff}" @ONLY)
file(CONFIGURE OUTPUT libjpeg/jdhuff.c CONTENT "${jdhuff_c}" @ONLY)
file(CONFIGURE OUTPUT libjpeg/jdcoefct.c CONTENT "${jdcoefct}" @ONLY)
# A source finds the header beside it first.
configure_file(${libjpeg}/jdphuff.c libjpeg/jdphuff.c COPYONLY)
foreach(name jchuff jdapistd jdcoefct jdhuff jdphuff)
  list(REMOVE_ITEM jpeg_sources ${libjpeg}/${name}.c)
  list(APPEND jpeg_sources ${CMAKE_CURRENT_BINARY_DIR}/libjpeg/${name}.c)
endforeach()
if(CROP64_SANITIZE)
  list(REMOVE_ITEM jpeg_sources ${libjpeg}/jmemmgr.c)
  list(APPEND jpeg_sources ${CMAKE_SOURCE_DIR}/tests/support/libjpeg_memory.c)
endif()
add_library(jpeg STATIC ${jpeg_sources} ${CMAKE_SOURCE_DIR}/src/codecs/jpeg/libjpeg_stubs.c)
target_include_directories(jpeg SYSTEM PUBLIC ${libjpeg} ${CMAKE_CURRENT_BINARY_DIR}/libjpeg)
if(with_simd)
  set(kernels ${CMAKE_SOURCE_DIR}/src/codecs/jpeg/kernels)
  add_library(kernels OBJECT
    ${kernels}/color.cpp ${kernels}/downsample.cpp ${kernels}/fdct.cpp ${kernels}/huffman.cpp
    ${kernels}/huffman_decode.cpp ${kernels}/idct.cpp ${kernels}/upsample.cpp)
  target_link_libraries(kernels PRIVATE own_code)
  get_target_property(kernel_sources kernels SOURCES)
  set_source_files_properties(${kernel_sources} PROPERTIES COMPILE_OPTIONS -funroll-loops)
  target_include_directories(kernels SYSTEM PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/libjpeg ${libjpeg})
  target_sources(jpeg PRIVATE $<TARGET_OBJECTS:kernels>)
  target_compile_options(jpeg PRIVATE "SHELL:-include \"${kernels}/jsimd_wasm.h\"")
  target_include_directories(jpeg PRIVATE ${CMAKE_SOURCE_DIR}/src)
  # With SIMD libjpeg-turbo's multipliers would be short, but a file's may be larger.
  target_compile_definitions(jpeg PUBLIC MULTIPLIER=int)
  target_compile_definitions(kernels PRIVATE MULTIPLIER=int)
else()
  target_sources(jpeg PRIVATE ${libjpeg}/jsimd_none.c)
endif()
# Counts leading zeros by an instruction, not by a table of 64 KB.
target_compile_definitions(jpeg PRIVATE USE_CLZ_INTRINSIC NO_GETENV NO_PUTENV)
target_link_libraries(jpeg PRIVATE platform)
# Its loops too: decoding and encoding were as fast as with -O3, within what could be measured.
compile_for_size(jpeg)
# Of the inverse DCTs only the accurate one and its reductions by 2, 4 and 8 are ever chosen; the
# others stay out of the module when nothing names them.
set(never_chosen)
foreach(method ifast float 3x3 5x5 6x6 7x7 9x9 10x10 11x11 12x12 13x13 14x14 15x15 16x16)
  list(APPEND never_chosen jpeg_idct_${method}=jpeg_idct_islow)
endforeach()
set_source_files_properties(${libjpeg}/jddctmgr.c PROPERTIES COMPILE_DEFINITIONS "${never_chosen}")
if(EMSCRIPTEN)
  # wasm32 has 64-bit registers: libjpeg-turbo's x32 branch gives the Huffman coders 64-bit buffers.
  set_source_files_properties(
    ${CMAKE_CURRENT_BINARY_DIR}/libjpeg/jchuff.c ${CMAKE_CURRENT_BINARY_DIR}/libjpeg/jdhuff.c
    ${CMAKE_CURRENT_BINARY_DIR}/libjpeg/jdphuff.c
    ${CMAKE_SOURCE_DIR}/src/codecs/jpeg/kernels/huffman_decode.cpp
    PROPERTIES COMPILE_DEFINITIONS "__x86_64__;__ILP32__")
endif()
