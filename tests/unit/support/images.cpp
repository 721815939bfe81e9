#include "support/images.h"

#include <algorithm>

#include "support/pictures.h"

namespace crop64 {
namespace {

Failure write_all(const ImageView& image, RowSink& sink, int at_a_time) {
  const int count = at_a_time > 0 ? at_a_time : std::max(1, image.size.height);
  for (int y = 0; y < image.size.height; y += count) {
    const int bottom = std::min(image.size.height, y + count);
    if (auto error = sink.write(crop(image, {0, y, image.size.width, bottom}))) {
      return error;
    }
  }
  return sink.finish();
}

Result<Image> result_of(const ImageView& image, RowSink& step, ImageSink& made, int at_a_time = 0) {
  if (auto error = write_all(image, step, at_a_time)) {
    return *error;
  }
  return std::move(made.image());
}

}  // namespace

Result<DecodedImage> decode_image(Decode* decode, Bytes file, const DecodeRequest& request) {
  DecodedImageSink sink(request.region.size());
  const Result<Decoded> decoded = decode(file, request, sink);
  if (!decoded.ok()) {
    return decoded.error();
  }
  DecodedImage result;
  static_cast<Decoded&>(result) = decoded.value();
  result.image = std::move(sink.image());
  result.quantisation = sink.quantisation;
  return result;
}

Result<Buffer> encode_image(Encode* encode, const ImageView& image, const EncodeSettings& settings,
                            const Metadata& metadata, int at_a_time) {
  ImageView header = image;
  header.data = nullptr;
  Result<std::unique_ptr<Encoder>> encoder = encode(header, settings, metadata);
  if (!encoder.ok()) {
    return encoder.error();
  }
  if (auto error = write_all(image, *encoder.value(), at_a_time)) {
    return *error;
  }
  return encoder.value()->take_file();
}

Result<Image> copy_of(const ImageView& image) {
  ImageSink made(image.size);
  return result_of(image, made, made);
}

Result<Image> orient(const ImageView& image, Orientation orientation) {
  ImageSink made(oriented(image.size, orientation));
  OrientStep step(orientation, image.size, made);
  return result_of(image, step, made);
}

Result<Image> convert(const ImageView& image, Layout layout, const Color& background) {
  ImageSink made(image.size);
  ConvertStep step(layout, background, true, made);
  return result_of(image, step, made);
}

Result<Image> pad(const ImageView& image, const Padding& padding, const Color& background) {
  ImageSink made(padding.canvas);
  PadStep step(padding, image.layout, background, made);
  return result_of(image, step, made);
}

Result<Image> resize_stored(const ImageView& image, Orientation orientation,
                            const Resampling& resampling, int at_a_time) {
  ImageSink made(oriented(resampling.size, orientation));
  auto step = resize_step(image.size, {image.layout}, orientation, resampling, made);
  return step.ok() ? result_of(image, *step.value(), made, at_a_time) : step.error();
}

Result<Image> resize(const ImageView& image, const Resampling& resampling) {
  return resize_stored(image, {}, resampling, 0);
}

std::string difference(const Result<DecodedImage>& actual, const ImageView& expected) {
  return actual.ok() ? difference(actual.value().image.view(), expected) : describe(actual.error());
}

}  // namespace crop64
