#include "job/quality_search.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "image/resize.h"
#include "support/images.h"
#include "support/pictures.h"

namespace crop64 {
namespace {

constexpr Layout kRgb8 = {Model::kRgb, 8};

Plan jpeg_plan(int quality, double max_bytes, int min_quality = 1) {
  Plan plan;
  plan.format = ImageFormat::kJpeg;
  plan.settings.quality = quality;
  plan.max_bytes = max_bytes;
  plan.min_quality = min_quality;
  return plan;
}

size_t size_at(const ImageView& image, Plan plan, int quality) {
  plan.size = image.size;
  plan.settings.quality = quality;
  return encode_held({&image, 1}, plan, plan.settings, {}).value().size();
}

// The oracle: bisection over whole files. 0 if none fits.
int bisected(const ImageView& image, const Plan& plan) {
  if (double(size_at(image, plan, plan.settings.quality)) <= *plan.max_bytes) {
    return plan.settings.quality;
  }
  int too_high = plan.settings.quality;
  int too_low = plan.min_quality - 1;
  int good = 0;
  while (too_high - too_low > 1) {
    const int middle = (too_low + too_high) / 2;
    const bool fits = double(size_at(image, plan, middle)) <= *plan.max_bytes;
    (fits ? too_low : too_high) = middle;
    good = fits ? middle : good;
  }
  return good;
}

// Smooth above and noise below, or the other way round, so that sampled rows mislead.
Image uneven_picture(Size size, uint32_t seed) {
  const Image noise = make_picture(size, kRgb8, seed);
  const Image few = make_picture({5, 4}, kRgb8, seed);
  const RectF box = {0, 0, 5, 4};
  Image picture = std::move(resize(few.view(), {box, size, Kernel::kCubic}).value());
  for (int y = 0; y < size.height; ++y) {
    if ((y * 3 / size.height + static_cast<int>(seed)) % 2 == 0) {
      std::copy_n(noise.view().row(y), picture.stride(), picture.row(y));
    }
  }
  return picture;
}

TEST_CASE("encode_within() finds the quality that bisection over whole files finds") {
  Random random(11);
  int found = 0;
  for (int job = 0; job < 200; ++job) {
    const Size size = {random.between(1, 90), random.between(1, 700)};
    const Image picture = job % 2 == 0 ? make_picture(size, kRgb8, static_cast<uint32_t>(job))
                                       : uneven_picture(size, static_cast<uint32_t>(job));
    Plan plan = jpeg_plan(random.between(40, 100), 0, job % 3 == 0 ? random.between(1, 40) : 1);
    plan.size = size;
    plan.settings.progressive = job % 5 == 0;
    plan.settings.optimize_coding = job % 7 == 0;
    const double largest = double(size_at(picture.view(), plan, plan.settings.quality));
    plan.max_bytes = largest * random.between(2, 110) / 100;
    INFO("job ", job, ", ", size.width, " x ", size.height, ", at most ", *plan.max_bytes);
    const int expected = bisected(picture.view(), plan);
    int quality = plan.settings.quality;
    const ImageView held[] = {picture.view()};
    const Result<Buffer> file = encode_within(held, plan, {}, quality);
    CHECK(code_of(file) == (expected > 0 ? "ok" : "LIMIT_EXCEEDED"));
    if (file.ok()) {
      CHECK(quality == expected);
      CHECK(file.value().size() == size_at(picture.view(), plan, expected));
      ++found;
    } else {
      CHECK(file.error().details[1].value == size_at(picture.view(), plan, plan.min_quality));
    }
  }
  CHECK(found > 100);
}

TEST_CASE("encode_within() tries the source's tables, then its quality") {
  const Image picture = make_picture({120, 90}, kRgb8);
  Plan plan = jpeg_plan(60, 1e9);
  plan.size = picture.size;
  Quantisation fine;
  fine.count = 3;
  for (auto& component : fine.components) {
    component.table.fill(1);
  }
  plan.settings.quantisation = fine;
  int quality = 60;
  const ImageView held[] = {picture.view()};
  const size_t largest = encode_within(held, plan, {}, quality).value().size();
  CHECK(largest > 2 * size_at(picture.view(), jpeg_plan(60, 1e9), 60));
  for (const double max_bytes : {double(largest) - 1, double(largest) / 2}) {
    plan.max_bytes = max_bytes;
    quality = 0;
    const size_t bytes = encode_within(held, plan, {}, quality).value().size();
    CHECK(quality == 60);
    CHECK(bytes == size_at(picture.view(), jpeg_plan(60, 1e9), 60));
  }
}

}  // namespace
}  // namespace crop64
