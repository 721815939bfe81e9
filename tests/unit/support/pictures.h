// Pictures that are the same on every machine, and ways to compare them.
#pragma once

#include <string>
#include <vector>

#include "codecs/codec.h"
#include "image/image.h"

namespace crop64 {

using File = std::vector<uint8_t>;

// Numbers that look random and are always the same.
class Random {
 public:
  explicit Random(uint32_t seed) : state_(seed) {}
  uint32_t next();
  int below(int limit) { return static_cast<int>(next() % static_cast<uint32_t>(limit)); }
  int between(int first, int last) { return first + below(last - first + 1); }

 private:
  uint32_t state_;
};

// Gradients, noise and sharp edges, so that every step of a codec matters. Uses the whole range of
// the layout's depth. A palette has as many entries as the depth allows, each of another colour.
Image make_picture(Size size, Layout layout, uint32_t seed = 1);

uint32_t sample_at(const ImageView& image, int x, int y, int channel);
void set_sample(Image& image, int x, int y, int channel, uint32_t value);

// For messages.
std::string describe(const Error& error);
std::string to_string(const Rect& rect);
std::string to_string(const Layout& layout);

// Where and how two pictures differ first; empty where they are equal.
std::string difference(const ImageView& actual, const ImageView& expected);

// The same of what may be an error: "TRUNCATED_IMAGE: ...".
std::string difference(const Result<Image>& actual, const ImageView& expected);

// The code of an error as the interface spells it; "ok" where there is none.
template <class T>
std::string code_of(const Result<T>& result) {
  return result.ok() ? "ok" : to_string(result.error().code);
}

// The first `size` bytes in memory of their own, so that a sanitizer sees who reads beyond them.
inline File first_bytes(const File& file, size_t size) {
  return {file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size)};
}

}  // namespace crop64
