// Resizing luma and chroma as they are stored, and by way of RGB, against doubles.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "codecs/jpeg/decode.h"
#include "codecs/jpeg/encode.h"
#include "codecs/jpeg/probe.h"
#include "image/axes.h"
#include "support/component_sink.h"
#include "support/images.h"
#include "support/jpegs.h"
#include "support/pictures.h"

namespace crop64 {
namespace {

struct DoubleImage {
  Size size;
  std::vector<double> samples = std::vector<double>(size_t(size.area()));

  double& at(int x, int y) { return samples[size_t(y) * size_t(size.width) + size_t(x)]; }
  double at(int x, int y) const { return samples[size_t(y) * size_t(size.width) + size_t(x)]; }
};

using DoubleComponents = std::array<DoubleImage, 3>;

// T.81, A.3.3, in doubles, along one axis.
std::array<double, 64> idct_lines(const std::array<double, 64>& block) {
  std::array<double, 64> out = {};
  for (int line = 0; line < 8; ++line) {
    for (int x = 0; x < 8; ++x) {
      double sum = block[size_t(line * 8)] * std::sqrt(0.5);
      for (int u = 1; u < 8; ++u) {
        sum += block[size_t(line * 8 + u)] * std::cos((2 * x + 1) * u * M_PI / 16);
      }
      out[size_t(x * 8 + line)] = sum / 2;  // transposed, for the other axis
    }
  }
  return out;
}

// The samples of a file's components, from its coefficients.
DoubleComponents samples_of(Bytes file) {
  jpeg_error_mgr errors;
  jpeg_decompress_struct decoder;
  decoder.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&decoder);
  jpeg_source_mgr source = {};
  source.next_input_byte = file.data();
  source.bytes_in_buffer = file.size();
  source.init_source = source.term_source = [](j_decompress_ptr) {};
  source.resync_to_restart = jpeg_resync_to_restart;
  source.skip_input_data = [](j_decompress_ptr info, long count) {
    info->src->next_input_byte += count;
    info->src->bytes_in_buffer -= size_t(count);
  };
  decoder.src = &source;
  jpeg_read_header(&decoder, TRUE);
  jvirt_barray_ptr* arrays = jpeg_read_coefficients(&decoder);
  DoubleComponents components;
  for (int i = 0; i < 3; ++i) {
    const jpeg_component_info& info = decoder.comp_info[i];
    const Size size = {int(info.downsampled_width), int(info.downsampled_height)};
    DoubleImage& samples = components[size_t(i)] = {size};
    for (int y = 0; y < size.height; y += 8) {
      JBLOCKARRAY rows = decoder.mem->access_virt_barray(reinterpret_cast<j_common_ptr>(&decoder),
                                                         arrays[i], JDIMENSION(y) / 8, 1, FALSE);
      for (int x = 0; x < size.width; x += 8) {
        std::array<double, 64> block;
        for (size_t k = 0; k < 64; ++k) {
          block[k] = double(rows[0][x / 8][k]) * info.quant_table->quantval[k];
        }
        block = idct_lines(idct_lines(block));
        for (int k = 0; k < 64; ++k) {
          if (x + k % 8 < size.width && y + k / 8 < size.height) {
            samples.at(x + k % 8, y + k / 8) = std::clamp(block[size_t(k)] + 128, 0.0, 255.0);
          }
        }
      }
    }
  }
  jpeg_finish_decompress(&decoder);
  jpeg_destroy_decompress(&decoder);
  return components;
}

DoubleImage transposed(const DoubleImage& image) {
  DoubleImage out = {{image.size.height, image.size.width}};
  for (int y = 0; y < image.size.height; ++y) {
    for (int x = 0; x < image.size.width; ++x) {
      out.at(y, x) = image.at(x, y);
    }
  }
  return out;
}

// Each line of the image to pixels.
DoubleImage upsampled_lines(const DoubleImage& image, Sampling sampling, int pixels) {
  DoubleImage out = {{pixels, image.size.height}};
  for (int y = 0; y < image.size.height; ++y) {
    for (int x = 0; x < pixels; ++x) {
      const int nearest = x / sampling.pixels;
      const int other = std::clamp(x % 2 == 0 ? nearest - 1 : nearest + 1, 0, image.size.width - 1);
      out.at(x, y) = sampling.interpolated ? 0.75 * image.at(nearest, y) + 0.25 * image.at(other, y)
                                           : image.at(nearest, y);
    }
  }
  return out;
}

DoubleImage resampled_lines(const DoubleImage& image, const Taps& taps) {
  DoubleImage out = {{int(taps.spans.size()), image.size.height}};
  for (int y = 0; y < image.size.height; ++y) {
    for (int x = 0; x < out.size.width; ++x) {
      const auto [first, count] = taps.spans[size_t(x)];
      for (int i = 0; i < count; ++i) {
        out.at(x, y) += image.at(first + i, y) * taps.weights_of(size_t(x))[i] / (1 << kWeightBits);
      }
    }
  }
  return out;
}

DoubleImage averaged_lines(const DoubleImage& image, int pixels) {
  DoubleImage out = {{(image.size.width + pixels - 1) / pixels, image.size.height}};
  for (int y = 0; y < image.size.height; ++y) {
    for (int x = 0; x < out.size.width * pixels; ++x) {
      out.at(x / pixels, y) += image.at(std::min(x, image.size.width - 1), y) / pixels;
    }
  }
  return out;
}

template <class OnLines>
DoubleImage on_both_axes(const DoubleImage& image, const OnLines& across, const OnLines& down) {
  return transposed(down(transposed(across(image))));
}

struct Job {
  Size size;
  Resampling resampling;
  Components from;
  Components to;
  bool clamps = false;  // to the colours of RGB
};

DoubleImage averaged(const DoubleImage& image, const Component& to) {
  const DoubleImage narrow = averaged_lines(image, to.across.pixels);
  return transposed(averaged_lines(transposed(narrow), to.down.pixels));
}

// JFIF's RGB of YCbCr, clamped, and back.
void clamp_colors(DoubleComponents& ycc) {
  for (size_t i = 0; i < ycc[0].samples.size(); ++i) {
    double& y = ycc[0].samples[i];
    double& cb = ycc[1].samples[i];
    double& cr = ycc[2].samples[i];
    const auto limit = [](double value) { return std::clamp(value, 0.0, 255.0); };
    const double r = limit(y + 1.402 * (cr - 128));
    const double g = limit(y - 0.344136286 * (cb - 128) - 0.714136286 * (cr - 128));
    const double b = limit(y + 1.772 * (cb - 128));
    y = 0.299 * r + 0.587 * g + 0.114 * b;
    cb = (b - y) / 1.772 + 128;
    cr = (r - y) / 1.402 + 128;
  }
}

DoubleComponents reference(const Job& job, const DoubleComponents& samples) {
  const Axes axes = stored_axes(job.size, {}, job.resampling);
  const Taps across = std::move(make_taps(job.resampling.kernel, axes.across).value());
  const Taps down = std::move(make_taps(job.resampling.kernel, axes.down).value());
  DoubleComponents pixels;
  for (size_t i = 0; i < 3; ++i) {
    const Component& from = job.from[i];
    const DoubleImage wide = upsampled_lines(samples[i], from.across, job.size.width);
    pixels[i] = transposed(upsampled_lines(transposed(wide), from.down, job.size.height));
  }
  if (job.clamps) {
    clamp_colors(pixels);
  }
  for (size_t i = 0; i < 3; ++i) {
    const DoubleImage narrow = resampled_lines(pixels[i], across);
    pixels[i] = averaged(transposed(resampled_lines(transposed(narrow), down)), job.to[i]);
  }
  return pixels;
}

DoubleImage to_doubles(const Image& image, int channel) {
  DoubleImage out = {image.size};
  for (int y = 0; y < image.size.height; ++y) {
    for (int x = 0; x < image.size.width; ++x) {
      out.at(x, y) = image.view().row(y)[x * image.layout.channels() + channel];
    }
  }
  return out;
}

DoubleComponents by_components(const Job& job, const std::array<Image, 3>& images) {
  DoubleComponents out;
  for (size_t i = 0; i < 3; ++i) {
    ImageSink sink(job.to[i].size(job.resampling.size));
    auto step = resize_step(job.size, {{Model::kGray, 8}, true, job.from[i], job.to[i]}, {},
                            job.resampling, sink);
    REQUIRE(step.ok());
    REQUIRE(!step.value()->write(images[i].view()));
    REQUIRE(!step.value()->finish());
    out[i] = to_doubles(sink.image(), 0);
  }
  return out;
}

// libjpeg-turbo's fixed-point conversion, rounded.
DoubleComponents by_rgb(const Job& job, const Image& pixels) {
  const Image small = std::move(resize(pixels.view(), job.resampling).value());
  DoubleComponents out = {DoubleImage{small.size}, DoubleImage{small.size},
                          DoubleImage{small.size}};
  for (int y = 0; y < small.size.height; ++y) {
    for (int x = 0; x < small.size.width; ++x) {
      const uint8_t* rgb = small.view().row(y) + 3 * x;
      const double luma = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
      out[0].at(x, y) = std::floor(luma + 0.5);
      out[1].at(x, y) = std::floor((rgb[2] - luma) / 1.772 + 128.5);
      out[2].at(x, y) = std::floor((rgb[0] - luma) / 1.402 + 128.5);
    }
  }
  for (size_t i = 0; i < 3; ++i) {
    out[i] = averaged(out[i], job.to[i]);
    if (job.to[i].across.pixels * job.to[i].down.pixels > 1) {
      for (double& sample : out[i].samples) {
        sample = std::floor(sample + 0.5);
      }
    }
  }
  return out;
}

struct Errors {
  double squares = 0;
  double count = 0;

  void add(const DoubleComponents& made, const DoubleComponents& expected) {
    for (size_t i = 0; i < 3; ++i) {
      REQUIRE(made[i].samples.size() == expected[i].samples.size());
      for (size_t k = 0; k < made[i].samples.size(); ++k) {
        // What cannot be stored is no error of the way to it.
        const double error = made[i].samples[k] - std::clamp(expected[i].samples[k], 0.0, 255.0);
        squares += error * error;
        count += 1;
      }
    }
  }
  double rms() const { return std::sqrt(squares / count); }
};

// The errors by components and by RGB.
std::array<Errors, 2> errors_of(const File& file, double scale, Kernel kernel, bool clamps) {
  const Size size = jpeg::probe(file).value().size;
  DecodeRequest request = {1, whole(size)};
  request.components = true;
  ComponentSink decoded;
  REQUIRE(jpeg::decode(file, request, decoded).ok());
  Job job = {size, {to_rectf(whole(size)), {}, kernel}, decoded.components, {}, clamps};
  job.resampling.size = {std::max(1, int(size.width * scale)),
                         std::max(1, int(size.height * scale))};
  job.to = jpeg::encoder_components({});
  const DoubleComponents expected = reference(job, samples_of(file));
  std::array<Errors, 2> errors;
  errors[0].add(by_components(job, decoded.images), expected);
  errors[1].add(by_rgb(job, full_decode_with_libjpeg(file)), expected);
  return errors;
}

bool has_ycc(const File& file) { return jpeg::probe(file).value().has_ycc; }

// Smooth, as photographs are: colours that RGB does not have are rare.
Image soft_picture(Size size, uint32_t seed) {
  const Image few = make_picture({size.width / 9 + 1, size.height / 9 + 1}, {Model::kRgb, 8}, seed);
  const RectF box = to_rectf(whole(few.size));
  return std::move(resize(few.view(), {box, size, Kernel::kLinear}).value());
}

TEST_CASE("components are nearer to what doubles give than RGB is") {
  for (const SamplingFactors& sampling : kSamplings) {
    if (sampling.components != 3 || !has_ycc(make_jpeg({9, 9}, {.sampling = sampling}))) {
      continue;
    }
    for (const Kernel kernel : {Kernel::kLinear, Kernel::kCubic, Kernel::kLanczos3}) {
      for (const double scale : {0.4, 0.77, 1.6}) {
        INFO(std::string(sampling.name), ", kernel ", int(kernel), ", scale ", scale);
        const Image picture = soft_picture({117, 83}, 3);
        const File file = encode_with_libjpeg(picture.view(), {.sampling = sampling});
        const auto [components, rgb] = errors_of(file, scale, kernel, false);
        CHECK(components.rms() < rgb.rms());
        CHECK(components.rms() < 0.45);
      }
    }
  }
}

// A folder of JPEG files in the environment: `CROP64_PHOTOS=folder crop64_tests
// -tc='photographs*'`.
TEST_CASE("photographs in a folder: components are nearer to what doubles give than RGB is") {
  const char* folder = std::getenv("CROP64_PHOTOS");
  if (folder == nullptr) {
    return;
  }
  for (const bool clamps : {false, true}) {
    int files = 0;
    int nearer = 0;
    std::array<Errors, 2> all;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      std::ifstream stream(entry.path(), std::ios::binary);
      const File file((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
      REQUIRE(has_ycc(file));
      const auto errors = errors_of(file, 0.4, Kernel::kLanczos3, clamps);
      nearer += errors[0].rms() <= errors[1].rms() ? 1 : 0;
      ++files;
      for (size_t i = 0; i < 2; ++i) {
        all[i].squares += errors[i].squares;
        all[i].count += errors[i].count;
      }
    }
    MESSAGE(files, " photographs, ",
            std::string(clamps ? "colours clamped to RGB" : "colours as they are"), ": components ",
            all[0].rms(), ", RGB ", all[1].rms(), "; components nearer in ", nearer);
    CHECK(all[0].rms() < all[1].rms());
  }
}

}  // namespace
}  // namespace crop64
