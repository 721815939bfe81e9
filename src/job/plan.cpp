#include "job/plan.h"

#include <algorithm>
#include <cmath>

namespace crop64 {
namespace {

// The turn and flip that were asked for, which come after the file's own orientation.
Orientation asked_orientation(const Options& options) {
  Orientation flip;
  flip.mirror_x = options.flip == Flip::kHorizontal;
  flip.mirror_y = options.flip == Flip::kVertical;
  return then(quarter_turns(options.rotate / 90), flip);
}

// Whether a JPEG in colour is to have another subsampling than it has.
bool asks_for_subsampling(const ImageInfo& info, const Options& options) {
  return options.chroma_subsampling && info.chroma_subsampling &&
         *options.chroma_subsampling != *info.chroma_subsampling;
}

// Whether a JPEG is to be coded in another way than it is.
bool asks_for_coding(const ImageInfo& info, const Options& options) {
  const Progressive progressive = options.progressive.value_or(Progressive::kKeep);
  return options.quality.value_or(0) != 0 || asks_for_subsampling(info, options) ||
         options.optimize_coding.value_or(false) ||
         (progressive != Progressive::kKeep &&
          (progressive == Progressive::kYes) != info.progressive);
}

// Whether a palette is to become the colours that it stands for.
bool widens(const ImageInfo& info, const Options& options) {
  return info.layout.model == Model::kPalette && !options.palette.value_or(true);
}

// Whether the options leave every coded sample as it is. Judged by what they would change, not by
// how they are written: a crop of the whole image changes nothing.
bool keeps_coded_samples(const ImageInfo& info, const Options& options, const Plan& plan) {
  const Orientation own = options.auto_orient ? info.orientation : Orientation{};
  const Size displayed = oriented(info.size, plan.orientation);
  return info.format != Format::kRaw && plan.format == info.format &&
         plan.region == whole(displayed) && !plan.computes() && plan.orientation == own &&
         !(info.format == Format::kJpeg && asks_for_coding(info, options)) &&
         !(options.compression_level && info.format == Format::kPng) && !widens(info, options);
}

// Whether a file that keeps its coded samples also keeps its metadata, and so all of its bytes.
bool keeps_file(const ImageInfo& info, const Options& options) {
  return options.metadata == MetadataPolicy::kAll &&
         double(info.byte_length) <= options.max_bytes.value_or(1e18);
}

bool can_rewrite(const ImageInfo& info, const Options& options) {
  const Codec* codec = find_codec(info.format);
  return options.metadata != MetadataPolicy::kAll && codec != nullptr && codec->rewrite != nullptr;
}

// Whether there are files of that format that are written here.
bool is_written(Format format) {
  const Codec* codec = find_codec(format);
  return codec != nullptr && codec->encode != nullptr;
}

RectF in_pixels(const Crop& crop, Size size) {
  if (!crop.percent) {
    return crop.edges;
  }
  const double x = size.width / 100.0;
  const double y = size.height / 100.0;
  return {crop.edges.left * x, crop.edges.top * y, crop.edges.right * x, crop.edges.bottom * y};
}

Error with_size(Error error, Size size) {
  error.details = {{"width", double(size.width)}, {"height", double(size.height)}};
  return error;
}

// The rounded crop, which may lie beyond the picture only where it is to be padded.
Result<Rect> choose_region(Size displayed, const Options& options) {
  const RectF asked = in_pixels(options.crop, displayed);
  const Rect rounded = round_edges(asked, displayed);
  if (rounded.empty()) {
    return with_size(
        make_error(ErrorCode::kInvalidArgument,
                   "Expected a crop of at least one pixel but received left %g, top %g, right %g, "
                   "bottom %g (picture: %d x %d).",
                   asked.left, asked.top, asked.right, asked.bottom, displayed.width,
                   displayed.height),
        displayed);
  }
  if (options.out_of_bounds == OutOfBounds::kPad || contains(whole(displayed), rounded)) {
    return rounded;
  }
  const Rect inside = intersect(rounded, whole(displayed));
  if (options.out_of_bounds == OutOfBounds::kClamp && !inside.empty()) {
    return inside;
  }
  return with_size(
      make_error(ErrorCode::kCropOutOfBounds,
                 "Expected a crop inside the picture of %d x %d pixels but received left %d, top "
                 "%d, right %d, bottom %d.%s",
                 displayed.width, displayed.height, rounded.left, rounded.top, rounded.right,
                 rounded.bottom,
                 options.out_of_bounds == OutOfBounds::kError
                     ? " Use outOfBounds: 'clamp' or 'pad' to allow it."
                     : " Nothing of it lies inside."),
      displayed);
}

// Rounded half up to a side that a picture can have.
int to_side(double value) {
  return static_cast<int>(std::clamp(std::floor(value + 0.5), 1.0, double(INT32_MAX)));
}

struct Fitted {
  Resampling resampling;
  std::optional<Padding> letterbox;
};

// The part of `from` that fills `to` without distortion: all of one side, and of the other what the
// position leaves.
RectF covering_box(Size from, Size to, const Resize& asked) {
  if (int64_t{from.width} * to.height == int64_t{from.height} * to.width) {
    return to_rectf(whole(from));
  }
  const double ratio = double(to.width) / to.height;
  const bool wider = double(from.width) / from.height >= ratio;
  const double width = wider ? ratio * from.height : from.width;
  const double height = wider ? from.height : from.width / ratio;
  const double left = (from.width - width) * asked.position_x;
  const double top = (from.height - height) * asked.position_y;
  return {left, top, left + width, top + height};
}

// How a picture of that size becomes the size that is asked for.
Fitted fit(Size from, const Resize& asked) {
  const double most = asked.without_enlargement ? 1 : 1e300;
  const double x = double(asked.width.value_or(0)) / from.width;
  const double y = double(asked.height.value_or(0)) / from.height;
  const RectF all = to_rectf(whole(from));
  const auto scaled = [&](double scale) {
    scale = std::min(scale, most);
    return Size{to_side(from.width * scale), to_side(from.height * scale)};
  };
  if (!asked.width || !asked.height) {
    return {{all, scaled(std::max(x, y)), asked.kernel}, std::nullopt};
  }
  const Size to = {*asked.width, *asked.height};
  switch (asked.fit) {
    case Fit::kFill:
      return {{all,
               {to_side(from.width * std::min(x, most)), to_side(from.height * std::min(y, most))},
               asked.kernel},
              std::nullopt};
    case Fit::kInside:
      return {{all, scaled(std::min(x, y)), asked.kernel}, std::nullopt};
    case Fit::kOutside:
      return {{all, scaled(std::max(x, y)), asked.kernel}, std::nullopt};
    case Fit::kContain: {
      const Size inner = scaled(std::min(x, y));
      const auto margin = [](int free, double position) {
        return static_cast<int>(std::floor(free * position + 0.5));
      };
      const Padding padding = {to, margin(to.width - inner.width, asked.position_x),
                               margin(to.height - inner.height, asked.position_y)};
      return {{all, inner, asked.kernel}, padding};
    }
    case Fit::kCover:
      break;
  }
  if (std::max(x, y) <= most) {
    return {{covering_box(from, to, asked), to, asked.kernel}, std::nullopt};
  }
  // Enlarging is not wanted: a part of that size, as far as there is one, at whole pixels.
  const Size size = {std::min(to.width, from.width), std::min(to.height, from.height)};
  const double left = std::floor((from.width - size.width) * asked.position_x);
  const double top = std::floor((from.height - size.height) * asked.position_y);
  return {{{left, top, left + size.width, top + size.height}, size, asked.kernel}, std::nullopt};
}

bool is_identity(const Resampling& resampling, Size from) {
  return resampling.size == from && resampling.box == to_rectf(whole(from));
}

// By how much a decoder may reduce the picture while it decodes: as long as twice the size that is
// asked for remains, a resampling with a wide kernel does not show it.
int choose_reduction(const ImageInfo& info, const Resampling& resampling) {
  if (resampling.kernel == Kernel::kNearest) {
    return 1;
  }
  int reduction = 1;
  while (reduction < info.max_reduction &&
         resampling.box.width() >= 4.0 * reduction * resampling.size.width &&
         resampling.box.height() >= 4.0 * reduction * resampling.size.height) {
    reduction *= 2;
  }
  return reduction;
}

int divide_up(int value, int by) { return (value + by - 1) / by; }

// The samples of the reduced picture that lie wholly within the region, or at the picture's edge.
Rect reduce(const Rect& region, Size picture, int reduction) {
  const auto end = [&](int edge, int last) {
    return edge == last ? divide_up(edge, reduction) : edge / reduction;
  };
  return {divide_up(region.left, reduction), divide_up(region.top, reduction),
          end(region.right, picture.width), end(region.bottom, picture.height)};
}

// Where `box`, a part of the region as displayed, lies in the picture that was decoded and turned.
RectF in_decoded(const RectF& box, const Rect& stored_region, const Plan& plan) {
  const double n = plan.decode.reduction;
  const Rect& decoded = plan.decode.region;
  const RectF region = {stored_region.left / n - decoded.left, stored_region.top / n - decoded.top,
                        stored_region.right / n - decoded.left,
                        stored_region.bottom / n - decoded.top};
  const RectF turned = oriented(region, decoded.size(), plan.orientation);
  return {turned.left + box.left / n, turned.top + box.top / n, turned.left + box.right / n,
          turned.top + box.bottom / n};
}

Layout with_alpha(Layout layout) {
  switch (layout.model) {
    case Model::kGray:
      return {Model::kGrayAlpha, layout.depth};
    case Model::kRgb:
      return {Model::kRgba, layout.depth};
    case Model::kBgr:
      return {Model::kBgra, layout.depth};
    default:
      return layout;
  }
}

Layout in_color(Layout layout) {
  switch (layout.model) {
    case Model::kGray:
      return {Model::kRgb, layout.depth};
    case Model::kGrayAlpha:
      return {Model::kRgba, layout.depth};
    default:
      return layout;
  }
}

// The layout without a palette, a transparent colour and CMYK, of at least 8 bits.
Layout expanded(Layout layout, bool has_alpha) {
  const bool is_plain = layout.model != Model::kPalette && layout.model != Model::kCmyk;
  const Layout plain = {is_plain ? layout.model : Model::kRgb, std::max(layout.depth, 8)};
  return has_alpha ? with_alpha(plain) : plain;
}

bool is_gray(const Color& color) { return color.r == color.g && color.g == color.b; }

Layout sample_layout(const ImageInfo& info, const Options& options) {
  const Layout own = expanded(info.layout, info.has_alpha);
  const int asked_depth = options.bit_depth.value_or(8);
  const int depth = asked_depth == 0 ? own.depth : asked_depth;
  switch (options.channels.value_or(Channels::kRgba)) {
    case Channels::kRgba:
      return {Model::kRgba, depth};
    case Channels::kRgb:
      return {Model::kRgb, depth};
    case Channels::kBgra:
      return {Model::kBgra, depth};
    case Channels::kBgr:
      return {Model::kBgr, depth};
    case Channels::kGray:
      return {Model::kGray, depth};
    case Channels::kGrayAlpha:
      return {Model::kGrayAlpha, depth};
    case Channels::kKeep:
      break;
  }
  return {own.model, depth};
}

// The layout for padding and resampling: any colour can be a sample, and alpha is a channel.
Layout working_layout(const ImageInfo& info, const Plan& plan, bool keeps_alpha) {
  const bool pads = plan.padding || plan.letterbox;
  // 'nearest' makes no new colours, so samples keep their layout, palette indices too.
  if (!pads && plan.resampling && plan.resampling->kernel == Kernel::kNearest) {
    return info.layout;
  }
  const bool transparent = pads && plan.background.alpha < 1 && keeps_alpha;
  const Layout layout = expanded(info.layout, info.has_alpha || transparent);
  return pads && !is_gray(plan.background) ? in_color(layout) : layout;
}

void choose_layouts(const ImageInfo& info, const Options& options, Plan& plan) {
  const bool raw = plan.format == Format::kRaw;
  const Layout samples = sample_layout(info, options);
  const bool keeps_alpha = raw ? samples.has_alpha() : plan.format != Format::kJpeg;
  plan.flattens = info.has_alpha && !keeps_alpha;
  plan.working = plan.computes() ? working_layout(info, plan, keeps_alpha) : info.layout;
  if (raw) {
    plan.layout = samples;
    return;
  }
  Layout shown = plan.flattens && !is_gray(plan.background) ? in_color(plan.working) : plan.working;
  if (widens(info, options)) {
    shown = expanded(shown, info.has_alpha);
  }
  plan.layout = find_codec(plan.format)->storable(shown);
}

std::optional<Error> check_options(const Options& options, Format format) {
  const char* name = nullptr;
  const char* belongs_to = nullptr;
  const bool jpeg = format == Format::kJpeg;
  if (options.quality && !jpeg) {
    name = "quality", belongs_to = "jpeg";
  } else if (options.progressive && !jpeg) {
    name = "progressive", belongs_to = "jpeg";
  } else if (options.optimize_coding && !jpeg) {
    name = "optimizeCoding", belongs_to = "jpeg";
  } else if (options.chroma_subsampling && !jpeg) {
    name = "chromaSubsampling", belongs_to = "jpeg";
  } else if (options.min_quality && !jpeg) {
    name = "minQuality", belongs_to = "jpeg";
  } else if (options.compression_level && format != Format::kPng) {
    name = "compressionLevel", belongs_to = "png";
  } else if (options.palette && format != Format::kPng) {
    name = "palette", belongs_to = "png";
  } else if (options.channels && format != Format::kRaw) {
    name = "channels", belongs_to = "raw";
  } else if (options.bit_depth && format != Format::kRaw) {
    name = "bitDepth", belongs_to = "raw";
  }
  // With format 'keep' an option waits for a picture that it fits.
  if (name == nullptr || options.format == Format::kKeep) {
    return std::nullopt;
  }
  return make_error(ErrorCode::kInvalidArgument,
                    "Expected no %s for another format than '%s' but received one together with "
                    "format '%s'.",
                    name, belongs_to, to_string(format));
}

std::optional<Error> check_limit(const char* limit, double value, double most, const char* what) {
  if (value <= most) {
    return std::nullopt;
  }
  Error error = make_error(ErrorCode::kLimitExceeded,
                           "Expected at most %.0f for limits.%s but %s %.0f. Raise the limit if "
                           "you trust the source.",
                           most, limit, what, value);
  error.details = {{"limit", most}, {"value", value}};
  return error;
}

// In floating point: sizes may be asked for whose bytes no integer holds.
double bytes_of(const Layout& layout, Size size) {
  return double(size.area()) * double(layout.pixel_bytes());
}

// Samples have the size that they have: whether it is too large is known before they are read.
std::optional<Error> check_raw(const Plan& plan) {
  const double size = bytes_of(plan.layout, plan.size);
  if (plan.format != Format::kRaw || size <= plan.max_bytes.value_or(1e300)) {
    return std::nullopt;
  }
  Error error = make_error(ErrorCode::kLimitExceeded,
                           "Expected samples of at most %.0f bytes for maxBytes but they have "
                           "%.0f. Resize the picture, or crop a smaller part.",
                           *plan.max_bytes, size);
  error.details = {{"limit", *plan.max_bytes}, {"value", size}};
  return error;
}

// The most that the steps take at any time: what a step reads and what it makes, beside the file.
double memory_needed(const ImageInfo& info, const Plan& plan) {
  const auto file = double(info.byte_length);
  if (plan.way == Way::kPass || plan.way == Way::kRewrite) {
    const double made = plan.way == Way::kRewrite ? file : 0;
    return file + std::max(made, plan.checks_samples ? double(info.decode_memory) : 0);
  }
  if (plan.way == Way::kMove) {
    // Coefficients take less as a file than in memory.
    return file + double(info.move_memory) + bytes_of(plan.layout, plan.size);
  }
  Size size = plan.decode.region.size();
  double picture = info.format == Format::kRaw ? 0 : bytes_of(info.layout, size);
  double peak = double(info.decode_memory) + picture;
  const auto step = [&](double made, double beside = 0) {
    peak = std::max(peak, picture + made + beside);
    picture = made;
  };
  if (plan.orientation != Orientation{}) {
    step(bytes_of(info.layout, size));
    size = oriented(size, plan.orientation);
  }
  if (plan.working != info.layout) {
    step(bytes_of(plan.working, size));
  }
  if (plan.padding) {
    size = plan.padding->canvas;
    step(bytes_of(plan.working, size));
  }
  if (plan.resampling) {
    const Size to = plan.resampling->size;
    // The source's own samples are packed first.
    const double packed = picture == 0 ? bytes_of(plan.working, size) : 0;
    step(bytes_of(plan.working, to), packed + resize_memory(plan.working, size, *plan.resampling));
    size = to;
  }
  if (plan.letterbox) {
    step(bytes_of(plan.working, plan.letterbox->canvas));
  }
  if (plan.layout != plan.working || plan.flattens) {
    step(bytes_of(plan.layout, plan.size));
  }
  if (is_written(plan.format)) {
    // Files are hardly ever larger than their samples. Where a JPEG's quality is searched, the best
    // so far is kept beside the next.
    const double made = bytes_of(plan.layout, plan.size);
    const bool searches = plan.format == Format::kJpeg && plan.max_bytes;
    const double encoder =
        find_codec(plan.format)->encode_memory(plan.layout, plan.size, plan.settings);
    step(made, encoder + (searches ? made : 0));
  }
  return file + peak;
}

std::optional<Error> check_memory(const ImageInfo& info, const Options& options, const Plan& plan) {
  return check_limit("memory", memory_needed(info, plan), options.limits.memory,
                     "the job may need");
}

// In samples: those that are read past on the way to the region's end cost about as much as those
// that are made.
double decoding_work(const ImageInfo& info, const DecodeRequest& request) {
  const double rows = double(request.region.bottom) * request.reduction;
  return rows * info.size.width + double(request.region.size().area());
}

// Without any option a file is copied, if it is an image: also one that is not decoded here.
Plan plan_copy(const ImageInfo& info) {
  Plan plan;
  plan.way = Way::kPass;
  plan.format = info.format;
  plan.layout = info.layout;
  plan.settings.quality = info.quality;
  plan.size = oriented(info.size, info.orientation);
  plan.region = whole(plan.size);
  plan.lossless = true;
  return plan;
}

// The quality that is used if the options name none: of a JPEG its own, but a reduced or enlarged
// image has no more detail than quality 85 shows, so there the coarser of the two.
bool keeps_own_quality(const ImageInfo& info, const Options& options, const Plan& plan) {
  if (info.format != Format::kJpeg) {
    return false;
  }
  if (options.quality) {
    return *options.quality == 0;
  }
  return !plan.resampling || (info.quality > 0 && info.quality < plan.settings.quality);
}

void choose_coding(const ImageInfo& info, const Options& options, Plan& plan) {
  const bool from_jpeg = info.format == Format::kJpeg;
  const bool keeps_own = keeps_own_quality(info, options, plan);
  // Tables of a CMYK image's four inks are for none of the three components that are written.
  const bool is_cmyk = info.layout.model == Model::kCmyk;
  plan.keeps_quantisation = keeps_own && !is_cmyk;
  plan.settings.chroma_subsampling = options.chroma_subsampling;
  if (options.quality.value_or(0) != 0) {
    plan.settings.quality = *options.quality;
  } else if (keeps_own && info.quality > 0) {
    plan.settings.quality = info.quality;
  }
  if (keeps_own && is_cmyk && !options.chroma_subsampling) {
    plan.settings.chroma_subsampling = info.chroma_subsampling;
  }
  plan.min_quality = options.min_quality.value_or(1);
  plan.settings.optimize_coding = options.optimize_coding;
  const Progressive progressive = options.progressive.value_or(Progressive::kKeep);
  plan.settings.progressive = progressive == Progressive::kKeep ? from_jpeg && info.progressive
                                                                : progressive == Progressive::kYes;
}

// Why the samples, or the coefficients, of the region will not all be kept; null where they will.
const char* why_lossy(const ImageInfo& info, const Plan& plan) {
  if (plan.resampling) {
    return "a resize computes new samples";
  }
  if (plan.format == Format::kJpeg) {
    return "JPEG keeps samples only approximately";
  }
  if (info.layout.model == Model::kCmyk) {
    return "CMYK becomes RGB";
  }
  if (info.frame_count > 1) {
    return "an animation becomes its first picture";
  }
  if (!info.exact) {
    return "its colours have more bits than samples here have";
  }
  if (plan.flattens) {
    return "alpha is dropped";
  }
  if (plan.layout.is_gray() && !info.layout.is_gray()) {
    return "colour becomes grey";
  }
  return plan.layout.depth < info.layout.depth ? "16 bits become 8" : nullptr;
}

Error lossless_impossible(const char* why) {
  return make_error(ErrorCode::kLosslessImpossible,
                    "Expected a job that keeps everything, for lossless: true, but %s.", why);
}

// The way of a file that keeps its coded samples. It is not turned: its metadata says how it is to
// be displayed.
void plan_unchanged(const ImageInfo& info, const Options& options, Plan& plan) {
  plan.way = keeps_file(info, options) ? Way::kPass : Way::kRewrite;
  plan.layout = info.layout;
  plan.orientation = info.orientation;
  plan.decode.region = whole(info.size);
  plan.max_bytes = options.max_bytes;
  plan.settings.quality = info.quality;
  plan.checks_samples = true;
  plan.lossless = true;
}

bool moves(const ImageInfo& info, const Plan& plan) {
  return plan.format == info.format && info.format != Format::kRaw &&
         find_codec(info.format)->move != nullptr;
}

// The way of a JPEG's part that is moved: it grows to the left and upwards to the grid of blocks.
std::optional<Error> plan_move(const ImageInfo& info, const Options& options, Plan& plan) {
  if (plan.resampling) {
    return lossless_impossible("a resize computes new samples");
  }
  if (plan.padding || plan.letterbox) {
    return lossless_impossible("padding has no coefficients");
  }
  if (options.quality.value_or(0) != 0 || asks_for_subsampling(info, options)) {
    return lossless_impossible("another quality or subsampling computes new coefficients");
  }
  plan.way = Way::kMove;
  Rect stored = to_stored(plan.region, info.size, plan.orientation);
  stored.left -= stored.left % info.block.width;
  stored.top -= stored.top % info.block.height;
  plan.decode.region = stored;
  plan.region = oriented(stored, info.size, plan.orientation);
  plan.size = plan.region.size();
  // Nothing is turned: the file says how it is to be displayed. Without autoOrient the picture's
  // own turn still comes, after what was asked for, as it does where samples are turned.
  plan.orientation =
      options.auto_orient ? plan.orientation : then(plan.orientation, info.orientation);
  plan.layout = info.layout;
  plan.max_bytes = options.max_bytes;
  choose_coding(info, options, plan);
  plan.lossless = true;
  return std::nullopt;
}

// Fills in the way of a picture whose samples are needed, up to the layout of the result.
void plan_samples(const ImageInfo& info, const Options& options, Plan& plan) {
  plan.background = options.background;
  if (plan.format == Format::kJpeg && plan.background.alpha == 0) {
    plan.background = {255, 255, 255, 1};
  }
  const Rect stored_region = to_stored(plan.region, info.size, plan.orientation);
  if (plan.resampling && !plan.padding) {
    plan.decode.reduction = choose_reduction(info, *plan.resampling);
  }
  // What is missing can't be kept.
  plan.decode.damaged = options.lossless ? Damaged::kError : options.damaged;
  plan.decode.region = reduce(stored_region, info.size, plan.decode.reduction);
  if (plan.resampling && !plan.padding) {
    plan.resampling->box = in_decoded(plan.resampling->box, stored_region, plan);
  }
  choose_layouts(info, options, plan);
  choose_coding(info, options, plan);
  plan.settings.compression_level =
      options.compression_level.value_or(plan.settings.compression_level);
  plan.max_bytes = options.max_bytes;
  plan.lossless = why_lossy(info, plan) == nullptr;
}

OutputFacts metadata_facts(const ImageInfo& info, const Options& options, const Plan& plan) {
  const bool moved = plan.way == Way::kMove || plan.way == Way::kRewrite;
  OutputFacts facts;
  facts.policy = options.metadata;
  facts.same_format = plan.format == info.format;
  facts.same_layout = plan.layout == info.layout && !plan.computes();
  const Orientation left = moved ? plan.orientation : Orientation{};
  facts.same_image = plan.decode.region == whole(info.size) && !plan.computes() &&
                     (moved || plan.orientation == Orientation{});
  facts.model = plan.layout.model;
  facts.size = moved ? plan.decode.region.size() : plan.size;
  // Without autoOrient the picture is still to be turned.
  facts.orientation = options.auto_orient || moved ? left : info.orientation;
  return facts;
}

}  // namespace

Result<Plan> plan(const ImageInfo& info, const Options& options, bool encodes_anew) {
  if (auto error =
          check_limit("bytes", double(info.byte_length), options.limits.bytes, "the source has")) {
    return *error;
  }
  if (info.format == Format::kUnknown) {
    return options.copies_file && *info.id != '\0' ? Result<Plan>(plan_copy(info))
                                                   : unsupported(info);
  }
  if (auto error =
          check_limit("pixels", double(info.size.area()), options.limits.pixels, "the image has")) {
    return *error;
  }
  if (options.copies_file && info.format != Format::kRaw) {
    Plan plan = plan_copy(info);
    auto error = check_memory(info, options, plan);
    return error ? Result<Plan>(*error) : plan;
  }
  Plan plan;
  plan.orientation =
      then(options.auto_orient ? info.orientation : Orientation{}, asked_orientation(options));
  const Size displayed = oriented(info.size, plan.orientation);
  const Result<Rect> asked = choose_region(displayed, options);
  if (!asked.ok()) {
    return asked.error();
  }
  const Rect& crop = asked.value();
  plan.region = intersect(crop, whole(displayed));
  if (plan.region.empty()) {
    plan.region = {};
  }
  if (plan.region != crop) {
    plan.padding = {crop.size(), std::max(0, -crop.left), std::max(0, -crop.top)};
  }
  plan.size = crop.size();
  if (options.resize) {
    const Fitted fitted = fit(plan.size, *options.resize);
    if (!is_identity(fitted.resampling, plan.size)) {
      plan.resampling = fitted.resampling;
      plan.size = fitted.resampling.size;
    }
    if (fitted.letterbox && fitted.letterbox->canvas != plan.size) {
      plan.letterbox = fitted.letterbox;
      plan.size = fitted.letterbox->canvas;
    }
  }
  plan.format = options.format == Format::kKeep ? info.format : options.format;
  const bool is_unchanged = !encodes_anew && keeps_coded_samples(info, options, plan) &&
                            (keeps_file(info, options) || can_rewrite(info, options));
  if (options.format == Format::kKeep && !is_unchanged && !is_written(plan.format)) {
    plan.format = options.lossless ? Format::kPng : info.kept_as;
  }
  if (!is_unchanged && !is_written(plan.format) && plan.format != Format::kRaw) {
    return make_error(ErrorCode::kInvalidArgument,
                      "Expected 'jpeg', 'png' or 'raw' for format but received '%s', which is not "
                      "written here.",
                      to_string(plan.format));
  }
  if (auto error = check_options(options, plan.format)) {
    return *error;
  }
  if (options.quality == 0 && options.format == Format::kJpeg && info.format != Format::kJpeg) {
    return make_error(ErrorCode::kInvalidArgument,
                      "Expected a number from 1 to 100 for quality but received 'keep', and the "
                      "source is no JPEG whose quality could be kept.");
  }
  if (is_unchanged) {
    plan_unchanged(info, options, plan);
  } else if (moves(info, plan) && options.lossless) {
    if (auto error = plan_move(info, options, plan)) {
      return *error;
    }
  } else {
    plan_samples(info, options, plan);
    if (options.lossless && !plan.lossless) {
      return lossless_impossible(why_lossy(info, plan));
    }
  }
  if (auto error = check_raw(plan)) {
    return *error;
  }
  plan.metadata = metadata_facts(info, options, plan);
  if (auto error = check_memory(info, options, plan)) {
    return *error;
  }
  return plan;
}

std::vector<Share> share_decoding(const ImageInfo& info, std::span<const Plan> plans,
                                  double memory_limit) {
  std::vector<Share> shares;
  std::vector<bool> served(plans.size());
  for (size_t i = 0; i < plans.size(); ++i) {
    const DecodeRequest& request = plans[i].decode;
    if (plans[i].way != Way::kSamples || request.region.empty() || served[i]) {
      continue;
    }
    Share together = {request, {}};
    double alone = 0;
    double most_memory = 0;
    for (size_t k = i; k < plans.size(); ++k) {
      const DecodeRequest& other = plans[k].decode;
      // What is missing is to be told of each part by itself.
      const bool joins =
          plans[k].way == Way::kSamples && !other.region.empty() && !served[k] &&
          (k == i || (other.reduction == request.reduction && other.damaged == Damaged::kError &&
                      request.damaged == Damaged::kError));
      if (joins) {
        together.plans.push_back(k);
        together.decode.region = unite(together.decode.region, other.region);
        together.decode.parts.push_back(other.region);
        alone += decoding_work(info, other);
        most_memory = std::max(most_memory, memory_needed(info, plans[k]));
      }
    }
    const double held = bytes_of(info.layout, together.decode.region.size());
    if (decoding_work(info, together.decode) > alone || most_memory + held > memory_limit) {
      together = {request, {i}};
    }
    if (together.plans.size() == 1) {
      together.decode.parts.clear();
    }
    for (const size_t place : together.plans) {
      served[place] = true;
    }
    shares.push_back(std::move(together));
  }
  return shares;
}

}  // namespace crop64
