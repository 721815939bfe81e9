#include "job/layout.h"

#include <algorithm>

#include "codecs/registry.h"

namespace crop64 {
namespace {

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
  const Channels channels = options.channels.value_or(Channels::kRgba);
  return {channels == Channels::kKeep ? own.model : model_of(channels), depth};
}

// The layout for padding, resampling and the conversion of colours: any colour fits a pixel, and
// alpha is a channel.
Layout working_layout(const ImageInfo& info, const Plan& plan, bool keeps_alpha) {
  const bool pads = plan.padding || plan.rotation || plan.letterbox;
  const bool mixes = plan.resampling && plan.resampling->kernel != Kernel::kNearest;
  // Samples of which no new ones are made keep their layout. Of palette indices, the palette's
  // colours are converted.
  const bool converts = plan.colors.converts && info.layout.model != Model::kPalette;
  if (!pads && !mixes && !converts) {
    return info.layout;
  }
  const bool needs_alpha = pads && plan.background.alpha < 1 && keeps_alpha;
  Layout layout = expanded(info.layout, info.has_alpha || needs_alpha);
  return pads && !is_gray(plan.background) ? in_color(layout) : layout;
}

}  // namespace

Model model_of(Channels channels) {
  switch (channels) {
    case Channels::kRgb:
      return Model::kRgb;
    case Channels::kBgra:
      return Model::kBgra;
    case Channels::kBgr:
      return Model::kBgr;
    case Channels::kGray:
      return Model::kGray;
    case Channels::kGrayAlpha:
      return Model::kGrayAlpha;
    case Channels::kRgba:
    case Channels::kKeep:
      break;
  }
  return Model::kRgba;
}

bool expands_palette(const ImageInfo& info, const Options& options) {
  return info.layout.model == Model::kPalette && !options.palette.value_or(true);
}

void choose_layouts(const ImageInfo& info, const Options& options, Plan& plan) {
  const bool raw = plan.format == ImageFormat::kRaw;
  const Layout samples = sample_layout(info, options);
  const bool keeps_alpha = raw ? samples.has_alpha() : plan.format != ImageFormat::kJpeg;
  plan.flattens = info.has_alpha && !keeps_alpha;
  plan.working = working_layout(info, plan, keeps_alpha);
  if (raw) {
    if (plan.colors.converts && plan.working.model != Model::kPalette) {
      plan.working.depth = std::max(plan.working.depth, samples.depth);
    }
    plan.layout = samples;
    return;
  }
  Layout shown = plan.flattens && !is_gray(plan.background) ? in_color(plan.working) : plan.working;
  if (expands_palette(info, options)) {
    shown = expanded(shown, info.has_alpha);
  }
  plan.layout = find_codec(plan.format)->encoder_layout(shown);
}

}  // namespace crop64
