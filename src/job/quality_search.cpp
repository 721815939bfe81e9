#include "job/quality_search.h"

#include <algorithm>

#include "codecs/registry.h"

namespace crop64 {
namespace {

// Rows are sampled in stripes, as high as iMCUs with subsampled chroma are as a rule: one of
// sixteen.
constexpr int kStripe = 16;
constexpr int kEvery = 16 * kStripe;

// A file whose estimate exceeds `max_bytes` by this factor is not tried.
constexpr double kMargin = 1.25;

// Encodes `stripe` rows of each `every`.
Result<Buffer> encode_rows(const ImageView& image, const Plan& plan, const EncodeSettings& settings,
                           const Metadata& metadata, int stripe, int every) {
  const auto rows_at = [&](int y) { return std::min(stripe, image.size.height - y); };
  ImageView header = image;
  header.data = nullptr;
  header.size.height = 0;
  for (int y = 0; y < image.size.height; y += every) {
    header.size.height += rows_at(y);
  }
  Result<std::unique_ptr<Encoder>> encoder =
      find_codec(plan.format)->encode(header, settings, metadata);
  if (!encoder.ok()) {
    return encoder.error();
  }
  for (int y = 0; y < image.size.height; y += every) {
    const Rect rows = {0, y, image.size.width, y + rows_at(y)};
    if (auto error = encoder.value()->write(crop(image, rows))) {
      return error;
    }
  }
  if (auto error = encoder.value()->finish()) {
    return error;
  }
  return encoder.value()->take_file();
}

// About how many bytes the file will have, by its sampled rows.
Result<double> estimate(const ImageView& image, const Plan& plan, const EncodeSettings& settings) {
  const Result<Buffer> sampled = encode_rows(image, plan, settings, {}, kStripe, kEvery);
  if (!sampled.ok()) {
    return sampled.error();
  }
  double rows = 0;
  for (int y = 0; y < image.size.height; y += kEvery) {
    rows += std::min(kStripe, image.size.height - y);
  }
  return double(sampled.value().size()) * image.size.height / rows;
}

// The highest quality from `lowest` to `highest` whose estimate fits; `lowest` if none does.
Result<int> guess(const ImageView& image, const Plan& plan, EncodeSettings settings, int lowest,
                  int highest) {
  while (lowest < highest) {
    settings.quality = (lowest + highest + 1) / 2;
    const Result<double> bytes = estimate(image, plan, settings);
    if (!bytes.ok()) {
      return bytes.error();
    }
    if (bytes.value() <= *plan.max_bytes) {
      lowest = settings.quality;
    } else {
      highest = settings.quality - 1;
    }
  }
  return lowest;
}

// What the search has found.
struct Best {
  Buffer file;
  int quality = 0;  // 0: none yet
  size_t smallest = SIZE_MAX;
};

// Finds the highest quality up to `highest` that fits: tries the guess, then farther and farther
// away until a quality fits and another does not, then halves what is between them.
Failure search(const ImageView& image, const Plan& plan, const Metadata& metadata, int highest,
               Best& best) {
  EncodeSettings settings = plan.settings;
  settings.quantisation.reset();
  int fits = plan.min_quality - 1;
  int exceeds = highest + 1;
  if (exceeds - fits <= 1) {
    return std::nullopt;
  }
  const Result<int> first = guess(image, plan, settings, plan.min_quality, highest);
  if (!first.ok()) {
    return first.error();
  }
  int step = 1;
  for (settings.quality = first.value(); exceeds - fits > 1;) {
    Result<Buffer> file = encode_image(image, plan, settings, metadata);
    if (!file.ok()) {
      return file.error();
    }
    best.smallest = std::min(best.smallest, file.value().size());
    const bool is_good = double(file.value().size()) <= *plan.max_bytes;
    (is_good ? fits : exceeds) = settings.quality;
    if (is_good) {
      best.file = std::move(file.value());
      best.quality = settings.quality;
    }
    if (best.quality > 0 && exceeds <= highest) {
      settings.quality = (fits + exceeds) / 2;
    } else {
      settings.quality = std::clamp(settings.quality + (is_good ? step : -step), fits + 1,
                                    std::max(fits + 1, exceeds - 1));
      step *= 2;
    }
  }
  return std::nullopt;
}

}  // namespace

Error too_large(const Plan& plan, size_t smallest) {
  const bool may_be_coarser = plan.format == ImageFormat::kJpeg && plan.min_quality > 1;
  Error error =
      make_error(ErrorCode::kLimitExceeded,
                 "Expected a file of at most %.0f bytes for maxBytes but the smallest has "
                 "%zu. Resize the image%s, or crop a smaller region.",
                 *plan.max_bytes, smallest, may_be_coarser ? ", allow a lower minQuality" : "");
  error.details = {{"limit", *plan.max_bytes}, {"value", double(smallest)}};
  return error;
}

Result<Buffer> encode_image(const ImageView& image, const Plan& plan,
                            const EncodeSettings& settings, const Metadata& metadata) {
  const int all = image.size.height;
  return encode_rows(image, plan, settings, metadata, all, all);
}

Result<Buffer> encode_within(const ImageView& image, const Plan& plan, const Metadata& metadata,
                             int& quality) {
  const auto fits = [&](const Result<Buffer>& file) {
    return double(file.value().size()) <= *plan.max_bytes;
  };
  const bool searches = plan.max_bytes && plan.format == ImageFormat::kJpeg;
  Best best;
  bool is_tried = !searches;
  if (searches) {
    const Result<double> bytes = estimate(image, plan, plan.settings);
    if (!bytes.ok()) {
      return bytes.error();
    }
    is_tried = bytes.value() <= kMargin * *plan.max_bytes;
  }
  if (is_tried) {
    Result<Buffer> file = encode_image(image, plan, plan.settings, metadata);
    if (!file.ok() || !plan.max_bytes || fits(file)) {
      return file;
    }
    best.smallest = file.value().size();
  }
  if (searches) {
    // The plan's tables may be those of the source: then its quality has not been tried.
    const int highest = plan.settings.quality - (plan.settings.quantisation ? 0 : 1);
    if (auto error = search(image, plan, metadata, highest, best)) {
      return error;
    }
    if (!is_tried && (best.quality == highest || highest < plan.min_quality)) {
      Result<Buffer> file = encode_image(image, plan, plan.settings, metadata);
      if (!file.ok() || fits(file)) {
        return file;
      }
      best.smallest = std::min(best.smallest, file.value().size());
    }
  }
  if (best.quality == 0) {
    return too_large(plan, best.smallest);
  }
  quality = best.quality;
  return std::move(best.file);
}

}  // namespace crop64
