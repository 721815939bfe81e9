#include "job/quality_search.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "codecs/registry.h"

namespace crop64 {
namespace {

// Rows are sampled in stripes, as high as iMCUs with subsampled chroma are as a rule.
constexpr int kStripe = 16;

// One of how many rows is sampled, in stripes: of a large image one of sixteen, of a smaller one so
// many that there are some dozen stripes.
int distance_of_stripes(int height) {
  constexpr int kStripes = 12;
  return kStripe * std::clamp(height / (kStripe * kStripes), 1, 16);
}

// Tables and headers of a baseline file, in bytes.
constexpr double kHeader = 620;

// A file whose estimate exceeds `max_bytes` by this factor is not tried.
constexpr double kMargin = 1.05;

// Encodes a stripe of each `every` rows, a multiple of kStripe.
Result<Buffer> encode_stripes(std::span<const ImageView> held, const Plan& plan,
                              const EncodeSettings& settings, const Metadata& metadata, int every) {
  const int height = plan.size.height;
  const auto rows_at = [&](int y) { return std::min(kStripe, height - y); };
  Size size = {plan.size.width, 0};
  for (int y = 0; y < height; y += every) {
    size.height += rows_at(y);
  }
  Result<std::unique_ptr<Encoder>> encoder =
      begin_file(plan, size, *held.front().colors, settings, metadata);
  if (!encoder.ok()) {
    return encoder.error();
  }
  const Components components =
      settings.components ? find_codec(plan.format)->components(settings) : Components{};
  for (int y = 0; y < height; y += every) {
    for (size_t i = 0; i < held.size(); ++i) {
      const Sampling& down = components[i].down;
      const Rect rows = {0, y / down.pixels, held[i].size.width, down.samples(y + rows_at(y))};
      if (auto error = encoder.value()->component(i).write(crop(held[i], rows))) {
        return error;
      }
    }
  }
  if (auto error = encoder.value()->finish()) {
    return error;
  }
  return encoder.value()->take_file();
}

// About how many bytes files will have, by sampled rows.
class Estimator {
 public:
  Estimator(std::span<const ImageView> held, const Plan& plan) : held_(held), plan_(plan) {
    const int height = plan.size.height;
    const int every = distance_of_stripes(height);
    int rows = 0;
    for (int y = 0; y < height; y += every) {
      rows += std::min(kStripe, height - y);
    }
    factor_ = double(height) / rows;
  }

  Result<double> bytes(const EncodeSettings& settings) {
    double& known = by_quality_[settings.quantisation ? 0 : size_t(settings.quality)];
    if (known == 0) {
      const int every = distance_of_stripes(plan_.size.height);
      const Result<Buffer> sampled = encode_stripes(held_, plan_, settings, {}, every);
      if (!sampled.ok()) {
        return sampled.error();
      }
      known = kHeader + factor_ * (double(sampled.value().size()) - kHeader);
    }
    return known;
  }

  // The quality from `lowest` to `highest` whose estimate is nearest to `max_bytes`, be it larger
  // or smaller: a file of each side is needed. Looks around `start`, further off each time, until
  // both sides are known, and then halves what is between them.
  Result<int> nearest_quality(EncodeSettings settings, int lowest, int highest, int start,
                              double max_bytes) {
    double below = 0;
    double above = 0;
    int fits = lowest - 1;
    int exceeds = highest + 1;
    settings.quality = std::clamp(start, lowest, highest);
    for (int step = 1; exceeds - fits > 1; step *= 2) {
      const Result<double> estimated = bytes(settings);
      if (!estimated.ok()) {
        return estimated.error();
      }
      if (estimated.value() <= max_bytes) {
        fits = settings.quality;
        below = estimated.value();
      } else {
        exceeds = settings.quality;
        above = estimated.value();
      }
      if (fits < lowest) {
        settings.quality = std::max(exceeds - step, lowest);
      } else if (exceeds > highest) {
        settings.quality = std::min(fits + step, highest);
      } else {
        settings.quality = (fits + exceeds) / 2;
      }
    }
    const bool is_below =
        fits >= lowest && (exceeds > highest || max_bytes - below <= above - max_bytes);
    return is_below ? fits : exceeds;
  }

 private:
  std::span<const ImageView> held_;
  const Plan& plan_;
  double factor_;  // all rows / the sampled ones
  // 0: not known yet. The first is that of the source's tables.
  std::array<double, 101> by_quality_{};
};

// The factor of a quality's tables, in percent, as libjpeg has it, and back.
double scale_of(int quality) { return quality < 50 ? 5000.0 / quality : 200.0 - 2 * quality; }
int quality_of(double scale) {
  return static_cast<int>(scale > 100 ? 5000 / scale : (200 - scale) / 2);
}

// About which quality a file of `max_bytes` has if one of `quality` has `bytes`: of photographs
// files are about as large as the tables' factor to the power of -2/3.
int guess_quality(int quality, double bytes, double max_bytes) {
  const double ratio = bytes / max_bytes;
  return quality_of(std::max(scale_of(quality), 1.0) * ratio * std::sqrt(ratio));
}

// What the search has found.
struct Best {
  Buffer file;
  int quality = 0;  // 0: none yet
  size_t smallest = SIZE_MAX;
};

// Finds the highest quality up to `highest` that fits, beginning about `start`. Each file says how
// wrong the estimates are, and with that which quality to try next; if that leads nowhere, the
// qualities that are left are halved.
Failure search(Estimator& estimator, std::span<const ImageView> held, const Plan& plan,
               const Metadata& metadata, int highest, int start, Best& best) {
  constexpr int kMaxGuesses = 4;
  EncodeSettings settings = plan.settings;
  settings.quantisation.reset();
  double error = 1;  // real bytes / estimated ones
  int fits = plan.min_quality - 1;
  int exceeds = highest + 1;
  for (int tries = 0; exceeds - fits > 1; ++tries) {
    settings.quality = (fits + exceeds) / 2;
    if (tries < kMaxGuesses) {
      const Result<int> guess = estimator.nearest_quality(settings, fits + 1, exceeds - 1, start,
                                                          *plan.max_bytes / error);
      if (!guess.ok()) {
        return guess.error();
      }
      settings.quality = guess.value();
    }
    Result<Buffer> file = encode_held(held, plan, settings, metadata);
    const Result<double> estimated = estimator.bytes(settings);
    if (!file.ok() || !estimated.ok()) {
      return file.ok() ? estimated.error() : file.error();
    }
    const size_t bytes = file.value().size();
    error = double(bytes) / estimated.value();
    start = settings.quality;
    best.smallest = std::min(best.smallest, bytes);
    if (double(bytes) <= *plan.max_bytes) {
      fits = best.quality = settings.quality;
      best.file = std::move(file.value());
    } else {
      exceeds = settings.quality;
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

Result<std::unique_ptr<Encoder>> begin_file(const Plan& plan, Size size, const Colors& colors,
                                            const EncodeSettings& settings,
                                            const Metadata& metadata) {
  const ImageView image = {size, plan.layout, nullptr, 0, &colors};
  return find_codec(plan.format)->encode(image, settings, metadata);
}

Result<Buffer> encode_held(std::span<const ImageView> held, const Plan& plan,
                           const EncodeSettings& settings, const Metadata& metadata) {
  return encode_stripes(held, plan, settings, metadata, kStripe);
}

Result<Buffer> encode_within(std::span<const ImageView> held, const Plan& plan,
                             const Metadata& metadata, int& quality) {
  const auto fits = [&](const Result<Buffer>& file) {
    return double(file.value().size()) <= *plan.max_bytes;
  };
  const bool searches = plan.max_bytes && plan.format == ImageFormat::kJpeg;
  Best best;
  bool is_tried = !searches;
  Estimator estimator(held, plan);
  int start = 0;
  if (searches) {
    const Result<double> bytes = estimator.bytes(plan.settings);
    if (!bytes.ok()) {
      return bytes.error();
    }
    is_tried = bytes.value() <= kMargin * *plan.max_bytes;
    start = guess_quality(plan.settings.quality, bytes.value(), *plan.max_bytes);
  }
  if (is_tried) {
    Result<Buffer> file = encode_held(held, plan, plan.settings, metadata);
    if (!file.ok() || !plan.max_bytes || fits(file)) {
      return file;
    }
    best.smallest = file.value().size();
  }
  if (searches) {
    // The plan's tables may be those of the source: then its quality has not been tried.
    const int highest = plan.settings.quality - (plan.settings.quantisation ? 0 : 1);
    if (auto error = search(estimator, held, plan, metadata, highest, start, best)) {
      return error;
    }
    if (!is_tried && (best.quality == highest || highest < plan.min_quality)) {
      Result<Buffer> file = encode_held(held, plan, plan.settings, metadata);
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
