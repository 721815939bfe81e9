// Whole images through the steps, decoders and encoders that take and give rows.
#pragma once

#include "codecs/codec.h"
#include "image/convert.h"
#include "image/orient.h"
#include "image/pad.h"
#include "image/resize.h"

namespace crop64 {

// Keeps the rows of a decoded region.
class DecodedImageSink : public DecodeSink {
 public:
  explicit DecodedImageSink(Size size) : size_(size), rows_(size) {}
  void begin(const std::optional<Quantisation>& found) override {
    quantisation = found;
    rows_ = ImageSink(size_);
  }
  Failure write(const ImageView& rows) override { return rows_.write(rows); }
  Failure finish() override { return std::nullopt; }
  Image& image() { return rows_.image(); }

  std::optional<Quantisation> quantisation;

 private:
  Size size_;
  ImageSink rows_;
};

struct DecodedImage : Decoded {
  Image image;
  std::optional<Quantisation> quantisation;
};

using Decode = Result<Decoded>(Bytes file, const DecodeRequest& request, DecodeSink& sink);
using Encode = Result<std::unique_ptr<Encoder>>(const ImageView& image,
                                                const EncodeSettings& settings,
                                                const Metadata& metadata);

Result<DecodedImage> decode_image(Decode* decode, Bytes file, const DecodeRequest& request);
// Rows are written `at_a_time`; 0 writes all at once.
Result<Buffer> encode_image(Encode* encode, const ImageView& image, const EncodeSettings& settings,
                            const Metadata& metadata, int at_a_time = 0);

Result<Image> copy_of(const ImageView& image);

// What a step makes of an image.
Result<Image> orient(const ImageView& image, Orientation orientation);
Result<Image> convert(const ImageView& image, Layout layout, const Color& background);
Result<Image> pad(const ImageView& image, const Padding& padding, const Color& background);
Result<Image> resize(const ImageView& image, const Resampling& resampling);
// The stored image, resized as `resampling` says of the displayed one, rows written `at_a_time`.
Result<Image> resize_stored(const ImageView& image, Orientation orientation,
                            const Resampling& resampling, int at_a_time);

std::string difference(const Result<DecodedImage>& actual, const ImageView& expected);

}  // namespace crop64
