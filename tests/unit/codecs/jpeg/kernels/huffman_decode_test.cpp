#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "codecs/jpeg/libjpeg.h"
#include "support/jpegs.h"

namespace crop64 {
namespace {

// All that a decoder says of a file.
struct Said {
  std::vector<int> numbers;   // coefficients, or samples
  std::vector<int> warnings;  // without those of bytes that nothing is made of
  int error = 0;

  bool operator==(const Said&) const = default;
};

// Decodes a file that is given in pieces. libjpeg's own decoder of MCUs is for pieces too small to
// be sure of a whole MCU; the kernel is for the others.
struct Job {
  Job(const File& its_file, size_t its_piece) : file(its_file), piece(its_piece), errors(trap) {
    jpeg::prepare(
        errors,
        [](j_common_ptr codec) {
          of(codec).said.error = codec->err->msg_code;
          jpeg::fail_as(codec, ErrorCode::kCorruptImage);
        },
        [](j_common_ptr codec, int level) {
          if (level < 0 && codec->err->msg_code != JWRN_EXTRANEOUS_DATA) {
            of(codec).said.warnings.push_back(codec->err->msg_code);
          }
        });
    info.err = &errors.manager;
    source.init_source = [](j_decompress_ptr) {};
    source.term_source = [](j_decompress_ptr) {};
    source.resync_to_restart = jpeg_resync_to_restart;
    source.fill_input_buffer = [](j_decompress_ptr decoder) -> boolean {
      of(reinterpret_cast<j_common_ptr>(decoder)).give();
      return TRUE;
    };
    source.skip_input_data = [](j_decompress_ptr decoder, long count) {
      Job& job = of(reinterpret_cast<j_common_ptr>(decoder));
      for (; count > 0; --count) {
        if (job.source.bytes_in_buffer == 0) {
          job.give();
        }
        ++job.source.next_input_byte;
        --job.source.bytes_in_buffer;
      }
    };
  }
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  ~Job() { jpeg_destroy_decompress(&info); }

  static Job& of(j_common_ptr codec) { return *static_cast<Job*>(codec->client_data); }

  void give() {
    static constexpr JOCTET kEndOfImage[] = {0xff, JPEG_EOI};
    const size_t size = std::min(piece, file.size() - at);
    source.next_input_byte = size > 0 ? file.data() + at : kEndOfImage;
    source.bytes_in_buffer = size > 0 ? size : sizeof kEndOfImage;
    at += size;
  }

  const File& file;
  size_t piece, at = 0;
  Rect region;  // none: coefficients
  int reduction = 1;
  ErrorTrap trap;
  jpeg::Errors errors;
  jpeg_source_mgr source{};
  jpeg_decompress_struct info{};
  File row;
  Said said;
};

void read_header(Job& job) {
  jpeg_create_decompress(&job.info);
  job.info.client_data = &job;
  job.info.src = &job.source;
  jpeg_read_header(&job.info, TRUE);
}

void read_coefficients(void* context) {
  Job& job = *static_cast<Job*>(context);
  read_header(job);
  jvirt_barray_ptr* arrays = jpeg_read_coefficients(&job.info);
  for (int i = 0; i < job.info.num_components; ++i) {
    const jpeg_component_info& component = job.info.comp_info[i];
    for (JDIMENSION y = 0; y < component.height_in_blocks; ++y) {
      JBLOCKARRAY rows = job.info.mem->access_virt_barray(reinterpret_cast<j_common_ptr>(&job.info),
                                                          arrays[i], y, 1, FALSE);
      for (JDIMENSION x = 0; x < component.width_in_blocks; ++x) {
        job.said.numbers.insert(job.said.numbers.end(), rows[0][x], rows[0][x] + DCTSIZE2);
      }
    }
  }
}

// Most MCUs are then only got past.
void read_region(void* context) {
  Job& job = *static_cast<Job*>(context);
  read_header(job);
  job.info.scale_denom = static_cast<unsigned>(job.reduction);
  jpeg_start_decompress(&job.info);
  auto left = static_cast<JDIMENSION>(job.region.left);
  auto width = static_cast<JDIMENSION>(job.region.width());
  jpeg_crop_scanline(&job.info, &left, &width);
  jpeg_skip_scanlines(&job.info, static_cast<JDIMENSION>(job.region.top));
  job.row.resize(size_t(job.info.output_width) * size_t(job.info.output_components));
  for (int y = 0; y < job.region.height(); ++y) {
    JSAMPROW row = job.row.data();
    jpeg_read_scanlines(&job.info, &row, 1);
    job.said.numbers.insert(job.said.numbers.end(), job.row.begin(), job.row.end());
  }
}

Said decode(const File& file, size_t piece, Rect region = {}, int reduction = 1) {
  Job job(file, piece);
  job.region = region;
  job.reduction = reduction;
  run_trapped(job.trap, region.empty() ? read_coefficients : read_region, &job);
  return job.said;
}

void check(const File& file, const std::string& what) {
  constexpr size_t kSmall = 100;
  CHECK_MESSAGE(decode(file, file.size()) == decode(file, kSmall), what);
  for (const int reduction : {1, 2, 8}) {
    const Rect region = {80 / reduction, 40 / reduction, 130 / reduction, 72 / reduction};
    CHECK_MESSAGE(
        decode(file, file.size(), region, reduction) == decode(file, kSmall, region, reduction),
        what, " in 1 / ", reduction);
  }
}

File make_file(Random& random, int quality) {
  const SamplingFactors samplings[] = {k444, k422, k420, k411, kGray};
  JpegRecipe recipe;
  recipe.sampling = samplings[random.below(5)];
  recipe.quality = quality;
  recipe.restart_interval = random.below(2) * random.between(1, 40);
  if (recipe.sampling.components > 1 && random.below(4) == 0) {
    recipe.scans = separate_scans(recipe.sampling.components);
  }
  File file = make_jpeg({200, 120}, recipe);
  file.resize(file.size() + 8192);  // so that no MCU is near the end of what is in memory
  return file;
}

TEST_CASE("the Huffman kernel reads what libjpeg-turbo's own decoder reads") {
  Random random(15);
  for (int i = 0; i < 40; ++i) {
    check(make_file(random, i < 30 ? random.between(1, 100) : 100), "file " + std::to_string(i));
  }
}

TEST_CASE("the Huffman kernel reads damaged files as libjpeg-turbo's own decoder does") {
  Random random(16);
  int warned = 0;
  for (int i = 0; i < 300; ++i) {
    File file = make_file(random, random.between(10, 100));
    const auto scan = int(find_marker(file, 0xda)) + 14;
    for (int damage = random.between(1, 6); damage > 0; --damage) {
      const int values[] = {random.below(256), 0xff, 0, 0xd0 + random.below(10)};
      file[size_t(random.between(scan, int(file.size()) - 8200))] =
          uint8_t(values[random.below(4)]);
    }
    if (i % 3 == 0) {  // no code is all ones
      const size_t at = size_t(random.between(scan, int(file.size()) - 8200));
      for (const size_t byte : {0, 2, 4}) {
        file[at + byte] = 0xff;
        file[at + byte + 1] = 0;
      }
    }
    check(file, "damage " + std::to_string(i));
    const Said said = decode(file, file.size());
    warned += std::count(said.warnings.begin(), said.warnings.end(), JWRN_HUFF_BAD_CODE) > 0;
  }
  CHECK(warned > 10);  // or the damage is none
}

TEST_CASE("the Huffman kernel reads codes that stand for as many zeros as no block has") {
  // Damage alone seldom makes a block overflow: here nearly all symbols skip fifteen.
  Random random(17);
  for (int i = 0; i < 60; ++i) {
    File file = make_file(random, random.between(30, 100));
    for (const JpegMarker& marker : markers_of(file)) {
      if (marker.code == 0xc4 && (file[marker.at + 4] & 0x10) != 0) {
        const size_t size = size_t(file[marker.at + 2] << 8 | file[marker.at + 3]);
        for (size_t at = marker.at + 21; at < marker.at + 2 + size; ++at) {
          file[at] = uint8_t(random.next());
        }
      }
    }
    check(file, "symbols " + std::to_string(i));
  }
}

}  // namespace
}  // namespace crop64
