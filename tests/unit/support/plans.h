// Headers and options for tests of plans.
#pragma once

#include <optional>

#include "codecs/codec.h"
#include "job/options.h"
#include "support/pictures.h"

namespace crop64 {

constexpr Size kSize = {100, 50};
constexpr Layout kGray1 = {Model::kGray, 1};
constexpr Layout kGray8 = {Model::kGray, 8};
constexpr Layout kGray16 = {Model::kGray, 16};
constexpr Layout kGrayAlpha8 = {Model::kGrayAlpha, 8};
constexpr Layout kGrayAlpha16 = {Model::kGrayAlpha, 16};
constexpr Layout kRgb8 = {Model::kRgb, 8};
constexpr Layout kRgb16 = {Model::kRgb, 16};
constexpr Layout kRgba8 = {Model::kRgba, 8};
constexpr Layout kRgba16 = {Model::kRgba, 16};
constexpr Layout kBgr8 = {Model::kBgr, 8};
constexpr Layout kBgra8 = {Model::kBgra, 8};
constexpr Layout kPalette4 = {Model::kPalette, 4};
constexpr Layout kCmyk8 = {Model::kCmyk, 8};
constexpr Color kWhite = {255, 255, 255, 1};
constexpr Color kRed = {255, 0, 0, 1};
constexpr OutOfBounds kOutOfBounds[] = {OutOfBounds::kError, OutOfBounds::kClamp,
                                        OutOfBounds::kPad};

inline ImageInfo picture(ImageFormat format, Layout layout = kRgb8, bool has_alpha = false) {
  ImageInfo info;
  info.format = format;
  info.name = "an image";
  info.size = kSize;
  info.layout = layout;
  info.has_alpha = has_alpha || layout.has_alpha();
  info.byte_length = 1000;
  return info;
}

inline Options crop_to(const RectF& edges, OutOfBounds out_of_bounds = OutOfBounds::kError) {
  Options options;
  options.crop = {edges, false};
  options.out_of_bounds = out_of_bounds;
  return options;
}

inline Options as(ImageFormat format) {
  Options options;
  options.format = format;
  return options;
}

inline Resize size_of(std::optional<int> width, std::optional<int> height, Fit fit = Fit::kCover) {
  Resize resize;
  resize.width = width;
  resize.height = height;
  resize.fit = fit;
  return resize;
}

}  // namespace crop64
