// Copies sources from JavaScript into the module's memory. Included by bindings.cpp only.
#pragma once

#include <cmath>
#include <optional>

#include "base/base64.h"
#include "fields.h"
#include "javascript.h"
#include "job/job.h"
#include "job/layout.h"
#include "job/memory.h"

namespace bindings {
namespace {

using crop64::Buffer;
using crop64::Bytes;
using crop64::Error;
using crop64::ErrorCode;
using crop64::Failure;
using crop64::Result;

Error changed() {
  return make_error(ErrorCode::kInvalidArgument,
                    "The source became shorter while it was read. Do not resize or transfer its "
                    "buffer before the promise has settled.");
}

// Whether a length from JavaScript can be one of bytes.
bool is_byte_count(double length) { return length >= 0 && length < 1e18; }

// A copy of the first `length` bytes of a Uint8Array. Errors: OUT_OF_MEMORY, INVALID_ARGUMENT if
// it has fewer: the rest of the buffer would be memory of another job.
Result<Buffer> copy_in(const val& array, double length) {
  if (!is_byte_count(length)) {
    return changed();
  }
  Result<Buffer> buffer = Buffer::allocate(static_cast<uint64_t>(length));
  if (buffer.ok() && copy(buffer.value().data(), array, 0, length) != length) {
    return changed();
  }
  return buffer;
}

Result<Buffer> copy_in(const val& array) { return copy_in(array, length_of(array)); }

// A source in the module's memory. `source` refers to the other members.
struct Loaded {
  Buffer bytes;
  Buffer icc_profile;
  crop64::Colors no_colors;
  crop64::Source source;
};

// The samples in `bytes`. Without a value if `input` has a size or a depth that samples cannot
// have, or the length of `bytes` is another one.
std::optional<crop64::ImageView> samples_of(const Input& input, const Buffer& bytes) {
  const auto is_side = [](double side) {
    return side >= 1 && side <= 0x7fffffff && side == std::floor(side);
  };
  if (!is_side(input.width) || !is_side(input.height) ||
      (input.bit_depth != 8 && input.bit_depth != 16) ||
      input.channels == crop64::Channels::kKeep) {
    return std::nullopt;
  }
  crop64::ImageView samples;
  samples.size = {static_cast<int>(input.width), static_cast<int>(input.height)};
  samples.layout = {crop64::model_of(input.channels), static_cast<int>(input.bit_depth)};
  // In floating point: the product may exceed size_t.
  const double stride = static_cast<double>(samples.layout.pixel_bytes()) * input.width;
  if (stride * input.height != static_cast<double>(bytes.size())) {
    return std::nullopt;
  }
  samples.data = bytes.data();
  samples.stride = static_cast<size_t>(stride);
  return samples;
}

Failure load_samples(const Input& input, Loaded& loaded) {
  const std::optional<crop64::ImageView> samples = samples_of(input, loaded.bytes);
  if (!samples) {
    return make_error(ErrorCode::kInvalidArgument,
                      "Expected width x height x channels samples of 8 or 16 bits for source but "
                      "received %.0f x %.0f of %.0f bits in %.0f bytes. The buffer of the samples "
                      "must not be resized or transferred before the promise has settled.",
                      input.width, input.height, input.bit_depth, double(loaded.bytes.size()));
  }
  loaded.source.samples = *samples;
  loaded.source.samples.colors = &loaded.no_colors;
  loaded.source.kept_as = input.kept_as;
  if (input.display_p3) {
    loaded.source.color_space = crop64::ColorSpace::kDisplayP3;
  }
  if (!input.icc_profile.isUndefined()) {
    Result<Buffer> profile = copy_in(input.icc_profile);
    if (!profile.ok()) {
      return profile.error();
    }
    loaded.icc_profile = std::move(profile.value());
    loaded.source.icc_profile = loaded.icc_profile;
  }
  return std::nullopt;
}

// Copies a source in. Errors: LIMIT_EXCEEDED (limits.memory, by the source alone), OUT_OF_MEMORY,
// INVALID_ARGUMENT.
Failure load(const Input& input, double memory_limit, Loaded& loaded) {
  const double length = length_of(input.data);
  if (!is_byte_count(length)) {
    return changed();
  }
  if (auto error = crop64::check_source_memory(length, memory_limit)) {
    return error;
  }
  Result<Buffer> bytes = copy_in(input.data, length);
  if (!bytes.ok()) {
    return bytes.error();
  }
  loaded.bytes = std::move(bytes.value());
  if (input.kind == Kind::kSamples) {
    return load_samples(input, loaded);
  }
  size_t size = loaded.bytes.size();
  if (input.kind == Kind::kBase64) {
    const Result<size_t> decoded = crop64::base64_decode_in_place(loaded.bytes.data(), size);
    if (!decoded.ok()) {
      return decoded.error();
    }
    size = decoded.value();
  }
  loaded.source.file = Bytes(loaded.bytes.data(), size);
  return std::nullopt;
}

}  // namespace
}  // namespace bindings
