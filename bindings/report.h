// Makes responses for JavaScript: results, and errors. Included by bindings.cpp only.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/base64.h"
#include "codecs/registry.h"
#include "fields.h"
#include "javascript.h"
#include "job/job.h"
#include "job/memory.h"
#include "load.h"

namespace bindings {
namespace {

val details_of(const Error& error) {
  val details = val::object();
  for (const crop64::Detail& detail : error.details) {
    if (detail.text != nullptr) {
      put(details, detail.name, detail.text);
    } else {
      put(details, detail.name, detail.value);
    }
  }
  return details;
}

val failure(const Error& error) {
  val response = val::object();
  put(response, "ok", false);
  put(response, "code", to_string(error.code));
  put(response, "message", error.message.c_str());
  put(response, "details", details_of(error));
  return response;
}

val view_of(Bytes bytes) { return view(bytes.data(), bytes.size()); }

// `prefix` and base64 of `bytes`, as ASCII. Errors: OUT_OF_MEMORY.
Result<Buffer> base64_text(Bytes bytes, const std::string& prefix) {
  Result<Buffer> text = Buffer::allocate(prefix.size() + crop64::base64_length(bytes.size()));
  if (text.ok()) {
    auto* out = reinterpret_cast<char*>(text.value().data());
    std::memcpy(out, prefix.data(), prefix.size());
    crop64::base64_encode(bytes, out + prefix.size());
  }
  return text;
}

// Bytes on their way out: in the module's memory, or in the caller's if a file is copied that was
// not copied in.
struct Outgoing {
  Bytes bytes;
  val theirs = val::undefined();  // a Uint8Array, instead of `bytes`

  // A Uint8Array. A view of the module's memory is valid until that grows.
  val array() const { return theirs.isUndefined() ? view_of(bytes) : theirs; }
};

// A copy of the bytes in the form that the caller asked for. Errors: LIMIT_EXCEEDED (a string of
// that length does not exist), OUT_OF_MEMORY.
Result<val> hand_out(const Outgoing& out, Form form, const char* mime_type) {
  if (form == Form::kBytes) {
    return slice(out.array());
  }
  if (auto error = crop64::check_base64_length(length_of(out.array()))) {
    return *error;
  }
  const std::string prefix =
      form == Form::kDataUrl ? std::string("data:") + mime_type + ";base64," : "";
  const val made = engine_base64(prefix.c_str(), out.array());
  if (!made.isUndefined()) {
    return made;
  }
  Result<Buffer> copy = out.theirs.isUndefined() ? Buffer() : copy_in(out.theirs);
  if (!copy.ok()) {
    return copy.error();
  }
  const Result<Buffer> encoded =
      base64_text(out.theirs.isUndefined() ? out.bytes : copy.value(), prefix);
  return encoded.ok() ? Result<val>(text(view_of(encoded.value()))) : encoded.error();
}

// Takes the rows of samples into a Uint8Array, which is handed out.
class SampleArray : public crop64::RowSink {
 public:
  // Null if memory is exhausted, and for 2 GB, which would bring many a page down.
  static std::unique_ptr<crop64::RowSink> make(double bytes) {
    const val array = bytes > INT32_MAX ? val::undefined() : array_of(bytes);
    return array.isUndefined() ? nullptr : std::unique_ptr<SampleArray>(new SampleArray(array));
  }

  crop64::Failure write(const crop64::ImageView& rows) override {
    const auto row_bytes = static_cast<size_t>(rows.layout.bytes({rows.size.width, 1}));
    const int together = rows.stride == row_bytes ? rows.size.height : 1;
    for (int y = 0; y < rows.size.height; y += together) {
      const size_t bytes = row_bytes * size_t(together);
      set(array_, offset_, rows.row(y), bytes);
      offset_ += double(bytes);
    }
    return std::nullopt;
  }
  crop64::Failure finish() override { return std::nullopt; }

  const val& array() const { return array_; }

 private:
  explicit SampleArray(const val& array) : array_(array) {}

  val array_;
  double offset_ = 0;
};

const char* color_space_name(crop64::ColorSpace space) {
  using crop64::ColorSpace;
  return space == ColorSpace::kSrgb        ? "srgb"
         : space == ColorSpace::kDisplayP3 ? "display-p3"
                                           : "other";
}

const char* channels_name(crop64::Model model) {
  using crop64::Model;
  switch (model) {
    case Model::kGray:
      return "GRAY";
    case Model::kGrayAlpha:
      return "GRAYA";
    case Model::kRgb:
      return "RGB";
    case Model::kRgba:
      return "RGBA";
    case Model::kBgr:
      return "BGR";
    case Model::kBgra:
      return "BGRA";
    case Model::kPalette:
      return "palette";
    case Model::kCmyk:
      return "CMYK";
  }
  return "";
}

// What probe() returns.
val describe(const crop64::ImageInfo& info) {
  val object = val::object();
  put(object, "format", to_string(info.format));
  put(object, "mimeType", info.mime_type);
  const crop64::Size displayed = oriented(info.size, info.orientation);
  put(object, "width", displayed.width);
  put(object, "height", displayed.height);
  put(object, "storedWidth", info.size.width);
  put(object, "storedHeight", info.size.height);
  put(object, "orientation", exif_tag(info.orientation));
  put(object, "colorSpace", color_space_name(info.color.space));
  put(object, "channels", channels_name(info.layout.model));
  put(object, "bitDepth", info.layout.depth);
  put(object, "hasAlpha", info.has_alpha);
  put(object, "isPalette", info.layout.model == crop64::Model::kPalette);
  put(object, "isInterlaced", info.interlaced);
  put(object, "isProgressive", info.progressive);
  put(object, "frameCount", info.frame_count);
  put(object, "hasIccProfile", info.has_icc_profile);
  put(object, "hasExif", info.has_exif);
  put(object, "chromaHorizontal",
      info.chroma_subsampling ? info.chroma_subsampling->horizontal : 0);
  put(object, "chromaVertical", info.chroma_subsampling ? info.chroma_subsampling->vertical : 0);
  put(object, "blockWidth", info.block.width);
  put(object, "blockHeight", info.block.height);
  put(object, "density", info.density_per_inch);
  put(object, "byteLength", double(info.byte_length));
  return object;
}

// A job's result in the form that the caller asked for. `source` is the file that kCopyFile copies.
Result<val> report(const crop64::Output& done, const Outgoing& source, Form form) {
  const bool is_copy = done.plan.strategy == crop64::Strategy::kCopyFile;
  const char* mime_type = is_copy ? done.info.mime_type : crop64::mime_type(done.plan.format);
  const Outgoing bytes = is_copy ? source : Outgoing{done.bytes};
  const Result<val> data = done.samples ? static_cast<const SampleArray&>(*done.samples).array()
                                        : hand_out(bytes, form, mime_type);
  if (!data.ok()) {
    return data.error();
  }
  // A copied file may be of a format that is not decoded here.
  const char* format = is_copy ? done.info.id : to_string(done.plan.format);
  const val result = file(data.value(), format, mime_type);
  if (form != Form::kBytes) {
    return result;  // whoever asks for a text gets no more
  }
  put(result, "byteLength", length_of(data.value()));
  put(result, "width", done.plan.size.width);
  put(result, "height", done.plan.size.height);
  put(result, "left", done.plan.region.left);
  put(result, "top", done.plan.region.top);
  put(result, "right", done.plan.region.right);
  put(result, "bottom", done.plan.region.bottom);
  put(result, "channels", channels_name(done.plan.layout.model));
  put(result, "bitDepth", done.plan.layout.depth);
  put(result, "frameCount", done.info.frame_count);
  put(result, "colorSpace", color_space_name(done.plan.colors.space));
  if (done.metadata.icc_profile.size() > 0) {
    put(result, "iccProfile", slice(view_of(done.metadata.icc_profile)));
  }
  if (done.quality > 0) {
    put(result, "quality", done.quality);
  }
  put(result, "lossless", done.lossless);
  put(result, "bytesRead", double(done.bytes_read));
  return result;
}

// The response: the results of all jobs, or the error.
val report_all(const Result<std::vector<crop64::Output>>& outputs, const Outgoing& source,
               Form form) {
  if (!outputs.ok()) {
    return failure(outputs.error());
  }
  val results = val::array();
  for (const crop64::Output& output : outputs.value()) {
    const Result<val> result = report(output, source, form);
    if (!result.ok()) {
      return failure(result.error());
    }
    push(results, result.value());
  }
  return success(results);
}

}  // namespace
}  // namespace bindings
