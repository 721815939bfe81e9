// Keeps the components of a decoded image.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "codecs/codec.h"

namespace crop64 {

struct ComponentSink : DecodeSink {
  void begin(const std::optional<Quantisation>& /*quantisation*/) override { rows = {}; }
  Failure write(const ImageView& /*rows*/) override { return std::nullopt; }
  Failure write_components(const Components& said, std::span<const ImageView> views) override {
    components = said;
    for (size_t i = 0; i < 3; ++i) {
      for (int y = 0; y < views[i].size.height; ++y) {
        rows[i].insert(rows[i].end(), views[i].row(y), views[i].row(y) + views[i].size.width);
      }
      images[i] = std::move(
          Image::allocate({views[i].size.width, int(rows[i].size()) / views[i].size.width},
                          views[i].layout)
              .value());
      std::copy(rows[i].begin(), rows[i].end(), images[i].samples.data());
    }
    return std::nullopt;
  }
  Failure finish() override { return std::nullopt; }

  Components components;
  std::array<std::vector<uint8_t>, 3> rows;
  std::array<Image, 3> images;
};

}  // namespace crop64
