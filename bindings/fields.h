// Reads values from JavaScript: its names for fields and enumerations. A field that is undefined
// keeps its default.
#pragma once

#include <cmath>
#include <optional>
#include <type_traits>

#include "javascript.h"
#include "job/options.h"

namespace bindings {

// The kind of a source: a file's bytes, base64 text (one byte for each character), or samples.
enum class Kind { kFile, kBase64, kSamples };

// The form of a result.
enum class Form { kBytes, kBase64, kDataUrl };

struct Input {
  val data = val::undefined();  // Uint8Array
  Kind kind = Kind::kFile;
  // Of samples only. Numbers are as JavaScript has them, not checked.
  double width = 0;
  double height = 0;
  crop64::Channels channels = crop64::Channels::kRgba;
  double bit_depth = 8;
  bool display_p3 = false;
  val icc_profile = val::undefined();  // Uint8Array
  crop64::ImageFormat kept_as = crop64::ImageFormat::kPng;
};

// JavaScript's names for the values of an enumeration, in the order of the values. A value without
// a name is -.
template <class Enum>
constexpr const char* kNames = nullptr;
template <>
constexpr const char* kNames<Kind> = "file base64 samples";
template <>
constexpr const char* kNames<Form> = "bytes base64 dataUrl";
template <>
constexpr const char* kNames<crop64::ImageFormat> = "- jpeg png - raw";
template <>
constexpr const char* kNames<crop64::OutOfBounds> = "error clamp pad";
template <>
constexpr const char* kNames<crop64::Damaged> = "error accept";
template <>
constexpr const char* kNames<crop64::Channels> = "RGBA RGB BGRA BGR GRAY GRAYA keep";
template <>
constexpr const char* kNames<crop64::Flip> = "- horizontal vertical";
template <>
constexpr const char* kNames<crop64::Fit> = "cover contain fill inside outside";
template <>
constexpr const char* kNames<crop64::Kernel> = "nearest linear cubic lanczos3";
template <>
constexpr const char* kNames<crop64::MetadataPolicy> = "none color all";
template <>
constexpr const char* kNames<crop64::ColorSpace> = "srgb display-p3";
template <>
constexpr const char* kNames<crop64::Progressive> = "keep no yes";

template <class Enum>
Enum choice(const val& name) {
  static_assert(kNames<Enum> != nullptr);
  return static_cast<Enum>(index_of(name, kNames<Enum>));
}

// Reads all fields of an object.
template <class Object>
void read(const val& from, Object& to);

// Reads one field. Returns false if it is undefined.
template <class Value>
bool read(const val& from, const char* name, Value& to) {
  if constexpr (std::is_arithmetic_v<Value>) {
    const double number = number_of(from, name);
    if (std::isnan(number)) {
      return false;
    }
    to = static_cast<Value>(number);
    return true;
  } else {
    const val value = get(from, name);
    if (value.isUndefined()) {
      return false;
    }
    if constexpr (std::is_same_v<Value, val>) {
      to = value;
    } else if constexpr (std::is_enum_v<Value>) {
      to = choice<Value>(value);
    } else {
      read(value, to);
    }
    return true;
  }
}
template <class Value>
void read(const val& from, const char* name, std::optional<Value>& to) {
  Value value{};
  if (read(from, name, value)) {
    to = value;
  }
}

template <>
inline void read(const val& from, Input& to) {
  read(from, "data", to.data);
  read(from, "kind", to.kind);
  read(from, "width", to.width);
  read(from, "height", to.height);
  read(from, "channels", to.channels);
  read(from, "bitDepth", to.bit_depth);
  read(from, "displayP3", to.display_p3);
  read(from, "iccProfile", to.icc_profile);
  read(from, "keptAs", to.kept_as);
}

template <>
inline void read(const val& from, crop64::RectF& to) {
  read(from, "left", to.left);
  read(from, "top", to.top);
  read(from, "right", to.right);
  read(from, "bottom", to.bottom);
}

template <>
inline void read(const val& from, crop64::Crop& to) {
  read(from, "edges", to.edges);
  read(from, "percent", to.percent);
}

template <>
inline void read(const val& from, crop64::Color& to) {
  read(from, "r", to.r);
  read(from, "g", to.g);
  read(from, "b", to.b);
  read(from, "alpha", to.alpha);
}

template <>
inline void read(const val& from, crop64::Resize& to) {
  read(from, "width", to.width);
  read(from, "height", to.height);
  read(from, "fit", to.fit);
  read(from, "positionX", to.position_x);
  read(from, "positionY", to.position_y);
  read(from, "kernel", to.kernel);
  read(from, "withoutEnlargement", to.without_enlargement);
}

template <>
inline void read(const val& from, crop64::ChromaSubsampling& to) {
  read(from, "horizontal", to.horizontal);
  read(from, "vertical", to.vertical);
}

template <>
inline void read(const val& from, crop64::Limits& to) {
  read(from, "pixels", to.pixels);
  read(from, "bytes", to.bytes);
  read(from, "memory", to.memory);
}

template <>
inline void read(const val& from, crop64::Options& to) {
  read(from, "copiesFile", to.copies_file);
  read(from, "autoOrient", to.auto_orient);
  read(from, "rotate", to.rotate);
  read(from, "flip", to.flip);
  read(from, "crop", to.crop);
  read(from, "outOfBounds", to.out_of_bounds);
  read(from, "background", to.background);
  read(from, "resize", to.resize);
  read(from, "damaged", to.damaged);
  read(from, "limits", to.limits);
  read(from, "format", to.format);
  read(from, "metadata", to.metadata);
  read(from, "colorSpace", to.color_space);
  read(from, "lossless", to.lossless);
  read(from, "quality", to.quality);
  read(from, "progressive", to.progressive);
  read(from, "optimizeCoding", to.optimize_coding);
  read(from, "chromaSubsampling", to.chroma_subsampling);
  read(from, "compressionLevel", to.compression_level);
  read(from, "palette", to.palette);
  read(from, "channels", to.channels);
  read(from, "bitDepth", to.bit_depth);
  read(from, "maxBytes", to.max_bytes);
  read(from, "minQuality", to.min_quality);
}

}  // namespace bindings
