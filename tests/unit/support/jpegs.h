// JPEG files of every kind, made and decoded with libjpeg directly.
#pragma once

#include "codecs/jpeg/libjpeg.h"
#include "support/pictures.h"

namespace crop64 {

// The sampling factors of each component.
struct SamplingFactors {
  const char* name;
  int components;
  int h[4];
  int v[4];

  Layout layout() const {
    return {components == 1 ? Model::kGray : components == 3 ? Model::kRgb : Model::kCmyk, 8};
  }
  Size block() const;  // of an iMCU, in pixels
};

constexpr SamplingFactors k444 = {"4:4:4", 3, {1, 1, 1}, {1, 1, 1}};
constexpr SamplingFactors k422 = {"4:2:2", 3, {2, 1, 1}, {1, 1, 1}};
constexpr SamplingFactors k420 = {"4:2:0", 3, {2, 1, 1}, {2, 1, 1}};
constexpr SamplingFactors k440 = {"4:4:0", 3, {1, 1, 1}, {2, 1, 1}};
constexpr SamplingFactors k411 = {"4:1:1", 3, {4, 1, 1}, {1, 1, 1}};
constexpr SamplingFactors kGray = {"grey", 1, {1}, {1}};

// Those that are met, and some that are merely possible.
constexpr SamplingFactors kSamplings[] = {
    k444,
    k422,
    k420,
    k440,
    k411,
    kGray,
    {"grey, 2x2", 1, {2}, {2}},
    {"grey, 1x2", 1, {1}, {2}},
    {"grey, 4x1", 1, {4}, {1}},
    {"4:1:0", 3, {4, 1, 1}, {2, 1, 1}},
    {"4x4:1:1 down", 3, {1, 1, 1}, {4, 1, 1}},
    {"3:1:1", 3, {3, 1, 1}, {1, 1, 1}},
    {"4:2:2 from 2x2, 1x2, 1x2", 3, {2, 1, 1}, {2, 2, 2}},
    {"2x2, 2x1, 2x1", 3, {2, 2, 2}, {2, 1, 1}},
    {"2x2, 1x1, 2x1", 3, {2, 1, 2}, {2, 1, 1}},
    {"1x1, 2x2, 1x1: luma coarser than chroma", 3, {1, 2, 1}, {1, 2, 1}},
};

// Of four components: ink, or luma, chroma and black.
constexpr SamplingFactors kInkSamplings[] = {
    {"4:4:4:4", 4, {1, 1, 1, 1}, {1, 1, 1, 1}},
    {"4:2:0:4", 4, {2, 1, 1, 2}, {2, 1, 1, 2}},
    {"4:2:2:4", 4, {2, 1, 1, 2}, {1, 1, 1, 1}},
    {"4:1:1:1", 4, {4, 1, 1, 1}, {1, 1, 1, 1}},
};

using Scans = std::vector<jpeg_scan_info>;

// Baseline, one component in each scan.
Scans separate_scans(int components);
// Progressive with two refinements, in an order that has every kind of scan. The first scans alone
// are a valid file too.
Scans progressive_scans(int components);
// Progressive and grey: `count` scans of one coefficient each, from 64 to 127.
Scans many_scans(int count);

struct JpegRecipe {
  SamplingFactors sampling = k420;
  int quality = 85;
  Scans scans = {};                    // none: one baseline scan
  int restart_interval = 0;            // in MCUs
  int restart_rows = 0;                // in rows of MCUs
  J_COLOR_SPACE stored = JCS_UNKNOWN;  // unknown: YCbCr, grey or CMYK
};

// A file of that picture, which is 8-bit grey, RGB, BGR or CMYK and fits the sampling.
File encode_with_libjpeg(const ImageView& picture, const JpegRecipe& recipe = {});
// A file of make_picture().
File make_jpeg(Size size, const JpegRecipe& recipe = {});

// All samples, grey, RGB or CMYK, with the accurate inverse DCT and fancy upsampling, of the
// picture reduced to 1, 1/2, 1/4 or 1/8. As jpeg_mem_src does it, data that is missing at the end
// is replaced with an end marker, and warnings are passed over.
Image full_decode_with_libjpeg(Bytes file, int reduction = 1);
// The same of a file that libjpeg may refuse: then its error.
Result<Image> try_full_decode_with_libjpeg(Bytes file, int reduction = 1);

struct JpegMarker {
  size_t at;  // of its 0xff
  int code;
};

// Every marker of a file that is in order, stuffed bytes aside.
std::vector<JpegMarker> markers_of(const File& file);
// The first one with that code.
size_t find_marker(const File& file, int code);

// The file with the beginning of another frame header in place of its end marker, in all lengths.
std::vector<File> with_second_header(const File& file);

}  // namespace crop64
