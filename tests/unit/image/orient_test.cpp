#include "image/orient.h"

#include <doctest/doctest.h>

#include <cstring>
#include <string>

#include "support/images.h"
#include "support/pictures.h"

namespace crop64 {
namespace {

// One layout for each number of bytes that a pixel can have.
constexpr Layout kLayouts[] = {{Model::kPalette, 2},   {Model::kGray, 16}, {Model::kRgb, 8},
                               {Model::kGrayAlpha, 8}, {Model::kCmyk, 8},  {Model::kRgb, 16},
                               {Model::kRgba, 16}};

// Around the tiles of 32 pixels, too.
constexpr Size kSizes[] = {{1, 1},   {1, 2},  {2, 1},   {3, 2},   {5, 7},  {31, 2}, {32, 33},
                           {33, 32}, {1, 70}, {64, 64}, {65, 31}, {70, 3}, {3, 70}};

struct Pixel {
  int x;
  int y;
};

// The oracle: which stored pixel is displayed at a place, by Exif 2.3's table of what row 0 and
// column 0 are.
Pixel stored_at(int tag, Pixel shown, Size stored) {
  const int right = stored.width - 1;
  const int bottom = stored.height - 1;
  switch (tag) {
    case 2:  // row 0 is the top, column 0 the right side
      return {right - shown.x, shown.y};
    case 3:  // bottom, right
      return {right - shown.x, bottom - shown.y};
    case 4:  // bottom, left
      return {shown.x, bottom - shown.y};
    case 5:  // left, top
      return {shown.y, shown.x};
    case 6:  // right, top: the first column is shown on top, from the bottom up to the left
      return {shown.y, bottom - shown.x};
    case 7:  // right, bottom
      return {right - shown.y, bottom - shown.x};
    case 8:  // left, bottom
      return {right - shown.y, shown.x};
    default:
      return shown;
  }
}

Image slowly_oriented(const ImageView& image, int tag) {
  const Size size = tag >= 5 ? Size{image.size.height, image.size.width} : image.size;
  Image turned = std::move(Image::allocate(size, image.layout).value());
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const Pixel from = stored_at(tag, {x, y}, image.size);
      for (int channel = 0; channel < image.layout.channels(); ++channel) {
        set_sample(turned, x, y, channel, sample_at(image, from.x, from.y, channel));
      }
    }
  }
  return turned;
}

TEST_CASE("orient() puts each pixel where Exif defines it, for every pixel size") {
  for (const Layout& layout : kLayouts) {
    for (const Size& size : kSizes) {
      const Image image = make_picture(size, layout);
      for (int tag = 1; tag <= 8; ++tag) {
        INFO(to_string(layout), ", ", size.width, " x ", size.height, ", orientation ", tag);
        CHECK(difference(orient(image.view(), exif_orientation(tag)),
                         slowly_oriented(image.view(), tag).view()) == "");
      }
    }
  }
}

TEST_CASE("orient() of a view reads nothing outside it") {
  for (const Layout& layout : kLayouts) {
    const Image image = make_picture({75, 50}, layout);
    const ImageView part = crop(image.view(), {3, 5, 73, 45});
    for (int tag = 1; tag <= 8; ++tag) {
      INFO(to_string(layout), ", orientation ", tag);
      CHECK(difference(orient(part, exif_orientation(tag)), slowly_oriented(part, tag).view()) ==
            "");
    }
  }
}

TEST_CASE("orient() keeps palette and transparent colour") {
  Image image = make_picture({5, 7}, {Model::kPalette, 2});
  image.colors.palette_alphas = 2;
  const Image turned = std::move(orient(image.view(), exif_orientation(6)).value());
  CHECK((turned.colors.palette == image.colors.palette));
  CHECK(turned.colors.palette_alphas == 2);
  Image keyed = make_picture({5, 7}, {Model::kGray, 8});
  keyed.colors.transparent = {7, 7, 7};
  CHECK((orient(keyed.view(), exif_orientation(3)).value().colors.transparent ==
         keyed.colors.transparent));
}

TEST_CASE("orient() twice equals orient() with then() of both") {
  const Image image = make_picture({35, 6}, {Model::kRgb, 8});
  for (int first = 1; first <= 8; ++first) {
    for (int second = 1; second <= 8; ++second) {
      INFO("orientation ", first, " and then ", second);
      const Image once = std::move(orient(image.view(), exif_orientation(first)).value());
      const Image twice = std::move(orient(once.view(), exif_orientation(second)).value());
      CHECK(
          difference(orient(image.view(), then(exif_orientation(first), exif_orientation(second))),
                     twice.view()) == "");
    }
  }
}

TEST_CASE("every orientation has an inverse") {
  const Image image = make_picture({35, 6}, {Model::kRgb, 8});
  // A quarter turn is undone by the other one; all others undo themselves.
  constexpr int kInverse[] = {1, 2, 3, 4, 5, 8, 7, 6};
  for (int tag = 1; tag <= 8; ++tag) {
    CAPTURE(tag);
    const Image turned = std::move(orient(image.view(), exif_orientation(tag)).value());
    CHECK(difference(orient(turned.view(), exif_orientation(kInverse[tag - 1])), image.view()) ==
          "");
    CHECK(then(exif_orientation(tag), exif_orientation(kInverse[tag - 1])) == Orientation{});
  }
}

TEST_CASE("cropping the stored image, then orienting, equals cropping the displayed image") {
  const Image image = make_picture({23, 11}, {Model::kRgb, 8});
  for (int tag = 1; tag <= 8; ++tag) {
    const Orientation orientation = exif_orientation(tag);
    const Image all = std::move(orient(image.view(), orientation).value());
    for (const Rect& part : {Rect{0, 0, 3, 2}, Rect{4, 5, 9, 10}, whole(all.size),
                             Rect{all.size.width - 1, 2, all.size.width, 9}}) {
      INFO("orientation ", tag, ", ", to_string(part));
      const Rect stored = to_stored(part, image.size, orientation);
      REQUIRE(contains(whole(image.size), stored));
      CHECK(difference(orient(crop(image.view(), stored), orientation), crop(all.view(), part)) ==
            "");
    }
  }
}

}  // namespace
}  // namespace crop64
