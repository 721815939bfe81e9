#include "job/colors.h"

namespace crop64 {
namespace {

Error not_convertible(const ImageInfo& info) {
  const bool has_profile = info.color.has_profile;
  return make_error(ErrorCode::kUnsupportedFormat,
                    "Colours of %s cannot be converted. Keep them: colorSpace: 'keep', "
                    "metadata: 'color'%s.",
                    has_profile ? "a profile of tables (A2B)" : "this cICP, such as HDR,",
                    has_profile ? "" : ", format: 'png'");
}

}  // namespace

Failure plan_colors(const ImageInfo& info, const Options& options, Plan& plan) {
  const bool stays_cmyk = plan.layout.model == Model::kCmyk;
  const bool is_asked = options.color_space.has_value();
  // CMYK becomes sRGB without a profile, as in Pillow.
  const bool from_cmyk = info.layout.model == Model::kCmyk && (is_asked || !stays_cmyk);
  const SourceColor own = from_cmyk ? SourceColor() : info.color;
  const bool is_gray = plan.layout.is_gray();
  const bool is_raw = plan.format == ImageFormat::kRaw;
  const bool without = options.metadata == MetadataPolicy::kNone;
  const bool fits = own.has_profile && info.layout.is_gray() == is_gray;
  ColorPlan& colors = plan.colors;
  colors = {};
  // Grey is the same in sRGB and in Display P3, whose profile is for colours.
  if (is_asked) {
    colors.space = is_gray ? ColorSpace::kSrgb : *options.color_space;
    colors.converts = stays_cmyk || own.space != colors.space;
  } else {
    const bool p3 = own.space == ColorSpace::kDisplayP3 && !is_gray;
    // Samples have the name of their colour space beside them, or that it has none: who asks for
    // those of a file gets those.
    const bool is_said =
        own.space == ColorSpace::kSrgb || (p3 && (is_raw || !without)) ||
        (!without && (own.has_profile ? fits : is_raw || plan.format == info.format));
    colors.converts = !is_said && (own.is_convertible || !own.has_profile);
    colors.space = colors.converts ? ColorSpace::kSrgb : own.space;
  }
  if (colors.converts && !own.is_convertible) {
    return not_convertible(info);
  }
  // Without its profile an image would have other colours, whatever the metadata policy is.
  const bool p3 = colors.space == ColorSpace::kDisplayP3;
  const bool needs_profile = p3 ? !is_raw : colors.space == ColorSpace::kOther;
  if (without && !needs_profile) {
    return std::nullopt;
  }
  if (fits && !colors.converts && !(without && p3)) {
    colors.profile = ProfileChoice::kSource;
  } else if (p3 && (colors.converts || without || plan.format != info.format)) {
    colors.profile = ProfileChoice::kDisplayP3;
  }
  return std::nullopt;
}

}  // namespace crop64
