// What comes in, field by field: JavaScript's names for it, and how it is read. A field that is
// undefined there keeps its default.
#pragma once

#include <optional>
#include <span>
#include <type_traits>

#include "javascript.h"
#include "options.h"

namespace bindings {

// What a source is: a file's bytes, base64 text (as bytes, one a character) or samples.
enum class Kind { kFile, kBase64, kSamples };

struct Input {
  val data = val::undefined();  // Uint8Array
  Kind kind = Kind::kFile;
  int width = 0;  // of samples, from here on
  int height = 0;
  crop64::Channels channels = crop64::Channels::kRgba;
  int bit_depth = 8;
  bool display_p3 = false;
  val icc_profile = val::undefined();  // Uint8Array
};

template <class Object>
struct Field {
  val name;  // kept as JavaScript's: to make one of text takes longer than to read the field
  void (*set)(Object&, const val&);
};

// All fields of an object that is read.
template <class Object>
std::span<const Field<Object>> fields();

template <class Value>
[[gnu::noinline]] Value read(const val& from) {
  if constexpr (std::is_class_v<Value> && !std::is_same_v<Value, val>) {
    Value object;
    for (const Field<Value>& field : fields<Value>()) {
      if (const val value = get(from, field.name); !value.isUndefined()) {
        field.set(object, value);
      }
    }
    return object;
  } else {
    return from.as<Value>();
  }
}

template <class Object, class Value>
Value value_of(Value Object::*);
template <class Object, class Value>
Value value_of(std::optional<Value> Object::*);
template <class Object, class Value>
Object object_of(Value Object::*);

template <auto kMember>
auto field(const char* name) {
  using Object = decltype(object_of(kMember));
  using Value = decltype(value_of(kMember));
  return Field<Object>{
      val(name), [](Object& object, const val& value) { object.*kMember = read<Value>(value); }};
}

template <>
inline std::span<const Field<Input>> fields() {
  static const Field<Input> all[] = {
      field<&Input::data>("data"),
      field<&Input::kind>("kind"),
      field<&Input::width>("width"),
      field<&Input::height>("height"),
      field<&Input::channels>("channels"),
      field<&Input::bit_depth>("bitDepth"),
      field<&Input::display_p3>("displayP3"),
      field<&Input::icc_profile>("iccProfile"),
  };
  return all;
}

template <>
inline std::span<const Field<crop64::RectF>> fields() {
  using crop64::RectF;
  static const Field<RectF> all[] = {
      field<&RectF::left>("left"),
      field<&RectF::top>("top"),
      field<&RectF::right>("right"),
      field<&RectF::bottom>("bottom"),
  };
  return all;
}

template <>
inline std::span<const Field<crop64::Crop>> fields() {
  using crop64::Crop;
  static const Field<Crop> all[] = {
      field<&Crop::edges>("edges"),
      field<&Crop::percent>("percent"),
  };
  return all;
}

template <>
inline std::span<const Field<crop64::Color>> fields() {
  using crop64::Color;
  static const Field<Color> all[] = {
      field<&Color::r>("r"),
      field<&Color::g>("g"),
      field<&Color::b>("b"),
      field<&Color::alpha>("alpha"),
  };
  return all;
}

template <>
inline std::span<const Field<crop64::Resize>> fields() {
  using crop64::Resize;
  static const Field<Resize> all[] = {
      field<&Resize::width>("width"),
      field<&Resize::height>("height"),
      field<&Resize::fit>("fit"),
      field<&Resize::position_x>("positionX"),
      field<&Resize::position_y>("positionY"),
      field<&Resize::kernel>("kernel"),
      field<&Resize::without_enlargement>("withoutEnlargement"),
  };
  return all;
}

template <>
inline std::span<const Field<crop64::ChromaSubsampling>> fields() {
  using crop64::ChromaSubsampling;
  static const Field<ChromaSubsampling> all[] = {
      field<&ChromaSubsampling::horizontal>("horizontal"),
      field<&ChromaSubsampling::vertical>("vertical"),
  };
  return all;
}

template <>
inline std::span<const Field<crop64::Limits>> fields() {
  using crop64::Limits;
  static const Field<Limits> all[] = {
      field<&Limits::pixels>("pixels"),
      field<&Limits::bytes>("bytes"),
      field<&Limits::memory>("memory"),
  };
  return all;
}

template <>
inline std::span<const Field<crop64::Options>> fields() {
  using crop64::Options;
  static const Field<Options> all[] = {
      field<&Options::auto_orient>("autoOrient"),
      field<&Options::rotate>("rotate"),
      field<&Options::flip>("flip"),
      field<&Options::crop>("crop"),
      field<&Options::outside>("outside"),
      field<&Options::background>("background"),
      field<&Options::resize>("resize"),
      field<&Options::truncated>("truncated"),
      field<&Options::limits>("limits"),
      field<&Options::format>("format"),
      field<&Options::metadata>("metadata"),
      field<&Options::lossless>("lossless"),
      field<&Options::quality>("quality"),
      field<&Options::progressive>("progressive"),
      field<&Options::optimize_coding>("optimizeCoding"),
      field<&Options::chroma_subsampling>("chromaSubsampling"),
      field<&Options::compression_level>("compressionLevel"),
      field<&Options::keep_palette>("keepPalette"),
      field<&Options::channels>("channels"),
      field<&Options::bit_depth>("bitDepth"),
      field<&Options::max_bytes>("maxBytes"),
  };
  return all;
}

}  // namespace bindings
