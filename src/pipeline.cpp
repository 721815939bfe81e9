#include "pipeline.h"

#include <cstring>

#include "convert.h"

namespace crop64 {
namespace {

ImageInfo describe(const ImageView& samples) {
  ImageInfo info;
  info.format = Format::kRaw;
  info.name = "samples";
  info.mime_type = mime_type(Format::kRaw);
  info.size = samples.size;
  info.layout = samples.layout;
  info.has_alpha = samples.has_alpha();
  info.byte_length = samples.layout.bytes(samples.size);
  return info;
}

// Samples in one piece, row after row.
Result<Buffer> pack(const ImageView& image) {
  const auto row_bytes = static_cast<size_t>(image.layout.bytes({image.size.width, 1}));
  Result<Buffer> packed = Buffer::allocate(image.layout.bytes(image.size));
  if (packed.ok()) {
    for (int y = 0; y < image.size.height; ++y) {
      std::memcpy(packed.value().data() + row_bytes * static_cast<size_t>(y), image.row(y),
                  row_bytes);
    }
  }
  return packed;
}

// The picture between decoding and encoding: `view` looks at `owner`'s samples, or at the source's.
struct Picture {
  Image owner;
  ImageView view;

  void take(Image image) {
    owner = std::move(image);
    view = owner.view();
  }
};

}  // namespace

Result<ImageInfo> probe(const Source& source) {
  return source.is_file() ? probe(source.file) : describe(source.samples);
}

Result<Output> process(const Source& source, const Options& options) {
  Output output;
  Result<ImageInfo> info = probe(source);
  // A file whose header can't be read may still pass as it is.
  output.info = info.ok() ? info.value() : unknown_file(source.file);
  Result<Plan> planned = plan(output.info, options);
  if (!planned.ok()) {
    return info.ok() ? planned.error() : info.error();
  }
  const Plan& plan = planned.value();
  output.plan = plan;
  output.lossless = plan.lossless;
  if (plan.way == Way::kPass) {
    output.bytes_read = output.info.byte_length;
    return output;
  }

  Picture picture;
  if (plan.region.empty()) {
    Result<Image> nothing = Image::allocate({}, plan.layout);
    if (!nothing.ok()) {
      return nothing.error();
    }
    picture.take(std::move(nothing.value()));
  } else if (source.is_file()) {
    Result<Decoded> decoded =
        find_codec(output.info.format)->decode(source.file, {plan.region, options.truncated});
    if (!decoded.ok()) {
      return decoded.error();
    }
    output.bytes_read = decoded.value().bytes_read;
    output.lossless = output.lossless && decoded.value().complete;
    picture.take(std::move(decoded.value().image));
  } else {
    output.bytes_read = plan.region.size().area() * source.samples.layout.pixel_bytes();
    picture.view = crop(source.samples, plan.region);
  }
  if (picture.view.layout != plan.layout) {
    Result<Image> converted = convert(picture.view, plan.layout, plan.background);
    if (!converted.ok()) {
      return converted.error();
    }
    picture.take(std::move(converted.value()));
  }
  if (picture.view.size != plan.canvas) {
    Result<Image> padded =
        pad(picture.view, plan.canvas, plan.pad_left, plan.pad_top, plan.background);
    if (!padded.ok()) {
      return padded.error();
    }
    picture.take(std::move(padded.value()));
  }
  Result<Buffer> bytes = plan.format == Format::kRaw
                             ? pack(picture.view)
                             : find_codec(plan.format)->encode(picture.view, plan.settings);
  if (!bytes.ok()) {
    return bytes.error();
  }
  output.bytes = std::move(bytes.value());
  return output;
}

}  // namespace crop64
