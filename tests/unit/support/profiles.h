// Colour profiles, made for tests.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "support/pictures.h"

namespace crop64 {

// The least that a profile needs: a header, a table of tags and their contents.
class ProfileMaker {
 public:
  explicit ProfileMaker(const std::string& color_space) {
    head_.resize(128);
    std::copy(color_space.begin(), color_space.end(), head_.begin() + 16);
  }

  ProfileMaker& tag(const std::string& name, const File& content) {
    tags_.push_back({name, content});
    return *this;
  }
  File bytes() const {
    File file = head_;
    put(file, uint32_t(tags_.size()), 4);
    size_t at = file.size() + 12 * tags_.size();
    for (const auto& [name, content] : tags_) {
      file.insert(file.end(), name.begin(), name.end());
      put(file, uint32_t(at), 4);
      put(file, uint32_t(content.size()), 4);
      at += content.size();
    }
    for (const auto& [name, content] : tags_) {
      file.insert(file.end(), content.begin(), content.end());
    }
    return file;
  }
  static void put(File& file, uint32_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; --i) {
      file.push_back(static_cast<uint8_t>(value >> (8 * i)));
    }
  }

 private:
  struct Tag {
    std::string name;
    File content;
  };
  File head_;
  std::vector<Tag> tags_;
};

inline File begin(const std::string& type) {
  File content(type.begin(), type.end());
  content.resize(8);
  return content;
}

inline void put_fixed(File& content, double value) {
  ProfileMaker::put(content, static_cast<uint32_t>(std::lround(value * 65536)), 4);
}

inline File colorant(const std::array<double, 3>& xyz) {
  File content = begin("XYZ ");
  for (const double value : xyz) {
    put_fixed(content, value);
  }
  return content;
}

inline File formula(int type, const std::vector<double>& numbers) {
  File content = begin("para");
  ProfileMaker::put(content, uint32_t(type) << 16, 4);
  for (const double number : numbers) {
    put_fixed(content, number);
  }
  return content;
}

inline double srgb(double value) {
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

inline File table(uint32_t entries, const std::function<double(double)>& curve) {
  File content = begin("curv");
  ProfileMaker::put(content, entries, 4);
  for (uint32_t i = 0; i < entries; ++i) {
    const double value = curve(double(i) / std::max(1U, entries - 1));
    ProfileMaker::put(content, static_cast<uint32_t>(std::lround(value * 65535)), 2);
  }
  return content;
}

inline File gamma_of(double gamma) {
  File content = begin("curv");
  ProfileMaker::put(content, 1, 4);
  ProfileMaker::put(content, static_cast<uint32_t>(std::lround(gamma * 256)), 2);
  return content;
}

using Colorants = std::array<std::array<double, 3>, 3>;
constexpr Colorants kSrgb = {
    {{0.43607, 0.22249, 0.01392}, {0.38515, 0.71687, 0.09708}, {0.14307, 0.06061, 0.7141}}};
constexpr Colorants kP3 = {
    {{0.5151, 0.2412, -0.0011}, {0.292, 0.6922, 0.0419}, {0.1571, 0.0666, 0.7841}}};
constexpr Colorants kAdobe = {
    {{0.60974, 0.31111, 0.01947}, {0.20528, 0.62567, 0.06087}, {0.14919, 0.06322, 0.74457}}};
inline const std::vector<double> kNumbers = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};

inline ProfileMaker matrix(const Colorants& colorants, const File& curve) {
  ProfileMaker maker("RGB ");
  maker.tag("rXYZ", colorant(colorants[0]));
  maker.tag("gXYZ", colorant(colorants[1])).tag("bXYZ", colorant(colorants[2]));
  return maker.tag("rTRC", curve).tag("gTRC", curve).tag("bTRC", curve);
}

inline ProfileMaker gray(const File& curve) { return ProfileMaker("GRAY").tag("kTRC", curve); }

}  // namespace crop64
