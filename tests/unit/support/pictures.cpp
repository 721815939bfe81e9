#include "support/pictures.h"

#include <algorithm>
#include <cstring>

namespace crop64 {
namespace {

constexpr int kMaxDepth = 16;

uint32_t noise_at(int x, int y, int channel, uint32_t seed) {
  const auto row = static_cast<uint32_t>(y * 4 + channel);
  return Random(seed * 7919U + row * 65536U + static_cast<uint32_t>(x)).next();
}

// A value of 16 bits.
uint32_t value_at(int x, int y, int channel, uint32_t seed) {
  const uint32_t gradient = static_cast<uint32_t>((x * (5 + channel) + y * (9 - channel)) * 150);
  const uint32_t edge = ((x / 7 + y / 5 + channel) % 3 == 0) ? 29000 : 0;
  const uint32_t noise = noise_at(x, y, channel, seed) % 9000;
  return (gradient + edge + noise + seed * 997) % 65536;
}

std::vector<Rgba8> make_palette(int depth) {
  std::vector<Rgba8> palette;
  for (int i = 0; i < 1 << depth; ++i) {
    const uint32_t bits = Random(static_cast<uint32_t>(i)).next();
    palette.push_back({static_cast<uint8_t>(i), static_cast<uint8_t>(bits),
                       static_cast<uint8_t>(bits >> 8), 255});
  }
  return palette;
}

std::string first_difference(const ImageView& actual, const ImageView& expected) {
  for (int y = 0; y < actual.size.height; ++y) {
    for (int x = 0; x < actual.size.width; ++x) {
      for (int channel = 0; channel < actual.layout.channels(); ++channel) {
        const uint32_t is = sample_at(actual, x, y, channel);
        const uint32_t should_be = sample_at(expected, x, y, channel);
        if (is != should_be) {
          return "at (" + std::to_string(x) + ", " + std::to_string(y) + ") channel " +
                 std::to_string(channel) + ": " + std::to_string(is) + " instead of " +
                 std::to_string(should_be);
        }
      }
    }
  }
  return "";
}

}  // namespace

// The finaliser of MurmurHash3 over a counter.
uint32_t Random::next() {
  uint32_t bits = state_ += 0x9e3779b9U;
  bits = (bits ^ bits >> 16) * 0x85ebca6bU;
  bits = (bits ^ bits >> 13) * 0xc2b2ae35U;
  return bits ^ bits >> 16;
}

Image make_picture(Size size, Layout layout, uint32_t seed) {
  Image picture = std::move(Image::allocate(size, layout).value());
  if (layout.model == Model::kPalette) {
    picture.colors.palette = make_palette(layout.depth);
  }
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      for (int channel = 0; channel < layout.channels(); ++channel) {
        set_sample(picture, x, y, channel,
                   value_at(x, y, channel, seed) >> (kMaxDepth - layout.depth));
      }
    }
  }
  return picture;
}

uint32_t sample_at(const ImageView& image, int x, int y, int channel) {
  const int index = x * image.layout.channels() + channel;
  if (image.layout.depth < 16) {
    return image.row(y)[index];
  }
  uint16_t value;
  std::memcpy(&value, image.row(y) + 2 * static_cast<size_t>(index), sizeof value);
  return value;
}

void set_sample(Image& image, int x, int y, int channel, uint32_t value) {
  const int index = x * image.layout.channels() + channel;
  if (image.layout.depth < 16) {
    image.row(y)[index] = static_cast<uint8_t>(value);
    return;
  }
  const auto word = static_cast<uint16_t>(value);
  std::memcpy(image.row(y) + 2 * static_cast<size_t>(index), &word, sizeof word);
}

std::string to_string(const Rect& rect) {
  return "left " + std::to_string(rect.left) + ", top " + std::to_string(rect.top) + ", right " +
         std::to_string(rect.right) + ", bottom " + std::to_string(rect.bottom);
}

std::string to_string(const Layout& layout) {
  constexpr const char* kModels[] = {"grey", "grey alpha", "RGB",     "RGBA",
                                     "BGR",  "BGRA",       "palette", "CMYK"};
  return std::to_string(layout.depth) + "-bit " + kModels[static_cast<int>(layout.model)];
}

std::string describe(const Error& error) {
  return std::string(to_string(error.code)) + ": " + error.message;
}

std::string difference(const ImageView& actual, const ImageView& expected) {
  if (actual.size != expected.size) {
    return "sizes differ: " + to_string(whole(actual.size)) + " instead of " +
           to_string(whole(expected.size));
  }
  if (actual.layout != expected.layout) {
    return "layouts differ: " + to_string(actual.layout) + " instead of " +
           to_string(expected.layout);
  }
  const auto row_bytes = static_cast<size_t>(actual.layout.bytes({actual.size.width, 1}));
  for (int y = 0; y < actual.size.height; ++y) {
    if (std::memcmp(actual.row(y), expected.row(y), row_bytes) != 0) {
      return first_difference(actual, expected);
    }
  }
  return "";
}

std::string difference(const Result<Image>& actual, const ImageView& expected) {
  return actual.ok() ? difference(actual.value().view(), expected) : describe(actual.error());
}

}  // namespace crop64
