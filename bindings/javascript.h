// Access to JavaScript's objects. Each function is one call. Emscripten's val takes several calls
// for the same, and makes a new string of every name.
#pragma once

#include <emscripten/emscripten.h>
#include <emscripten/val.h>

#include <concepts>
#include <cstdint>

namespace bindings {

using emscripten::EM_VAL;
using emscripten::val;

// The bodies are JavaScript of at most ES2019, because Emscripten's minifier knows nothing later.
// NOLINTBEGIN
// clang-format off
#ifdef EM_JS_DEPS
// Emscripten does not see what the functions below call. Its older versions always link these.
EM_JS_DEPS(crop64, "$AsciiToString,$Emval");
#endif
// Makes a string of a C++ constant, once.
EM_JS(EM_VAL, js_constant, (const char* text), {
  const made = js_constant.made || (js_constant.made = new Map());
  if (!made.has(text)) {
    made.set(text, AsciiToString(text));
  }
  return made.get(text);
});
EM_JS(EM_VAL, js_get, (EM_VAL object, const char* name), {
  return Emval.toHandle(Emval.toValue(object)[js_constant(name)]);
});
EM_JS(double, js_number, (EM_VAL object, const char* name), {
  const value = Emval.toValue(object)[js_constant(name)];
  return value === undefined ? NaN : +value;
});
EM_JS(int, js_index_of, (EM_VAL name, const char* names), {
  const lists = js_index_of.lists || (js_index_of.lists = []);
  const list = lists[names] || (lists[names] = AsciiToString(names).split(' '));
  const found = list.indexOf(Emval.toValue(name));
  if (found < 0) {
    throw new TypeError(`${Emval.toValue(name)} is none of ${list}`);
  }
  return found;
});
EM_JS(EM_VAL, js_at, (EM_VAL array, int index), {
  return Emval.toHandle(Emval.toValue(array)[index]);
});
EM_JS(double, js_length, (EM_VAL array), {
  return Emval.toValue(array).length;
});
EM_JS(double, js_copy, (uint8_t* to, EM_VAL from, double offset, double length), {
  const array = Emval.toValue(from);
  const count = Math.min(length, array.length - offset);
  if (!(count > 0)) {
    return 0;
  }
  HEAPU8.set(array.subarray(offset, offset + count), to);
  return count;
});
EM_JS(void, js_push, (EM_VAL array, EM_VAL value), {
  Emval.toValue(array).push(Emval.toValue(value));
});
EM_JS(void, js_put, (EM_VAL object, const char* name, EM_VAL value), {
  Emval.toValue(object)[AsciiToString(name)] = Emval.toValue(value);
});
EM_JS(void, js_put_text, (EM_VAL object, const char* name, const char* value), {
  Emval.toValue(object)[AsciiToString(name)] = AsciiToString(value);
});
EM_JS(void, js_put_number, (EM_VAL object, const char* name, double value), {
  Emval.toValue(object)[AsciiToString(name)] = value;
});
EM_JS(void, js_put_flag, (EM_VAL object, const char* name, bool value), {
  Emval.toValue(object)[AsciiToString(name)] = !!value;
});
EM_JS(EM_VAL, js_success, (EM_VAL result), {
  return Emval.toHandle({ ok: true, result: Emval.toValue(result) });
});
EM_JS(EM_VAL, js_file, (EM_VAL data, const char* format, const char* mimeType), {
  return Emval.toHandle({
    data: Emval.toValue(data),
    format: AsciiToString(format),
    mimeType: AsciiToString(mimeType),
  });
});
EM_JS(EM_VAL, js_view, (const uint8_t* bytes, size_t size), {
  return Emval.toHandle(HEAPU8.subarray(bytes, bytes + size));
});
EM_JS(EM_VAL, js_array, (double length), {
  try {
    return Emval.toHandle(new Uint8Array(length));
  } catch (_) {
    return Emval.toHandle(undefined);
  }
});
EM_JS(void, js_set, (EM_VAL array, double offset, const uint8_t* bytes, size_t size), {
  Emval.toValue(array).set(HEAPU8.subarray(bytes, bytes + size), offset);
});
EM_JS(EM_VAL, js_slice, (EM_VAL array), {
  return Emval.toHandle(Emval.toValue(array).slice());
});
EM_JS(EM_VAL, js_text, (EM_VAL array), {
  return Emval.toHandle(new TextDecoder().decode(Emval.toValue(array)));
});
EM_JS(EM_VAL, js_base64, (const char* prefix, EM_VAL handle), {
  const array = Emval.toValue(handle);
  if (array.toBase64) {
    return Emval.toHandle(AsciiToString(prefix) + array.toBase64());
  }
  if (typeof Buffer === 'undefined') {
    return Emval.toHandle(undefined);
  }
  const bytes = Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  return Emval.toHandle(AsciiToString(prefix) + bytes.toString('base64'));
});
// clang-format on
// NOLINTEND

// A field. `name` is a constant.
inline val get(const val& object, const char* name) {
  return val::take_ownership(js_get(object.as_handle(), name));
}
// A field that is a number, true (1), false (0) or undefined (NaN).
inline double number_of(const val& object, const char* name) {
  return js_number(object.as_handle(), name);
}
// The index of `name` in `names`, which are a constant and separated by spaces. Throws if it is not
// one of them.
inline int index_of(const val& name, const char* names) {
  return js_index_of(name.as_handle(), names);
}
inline val at(const val& array, int index) {
  return val::take_ownership(js_at(array.as_handle(), index));
}
// Of an array of any kind.
inline double length_of(const val& array) { return js_length(array.as_handle()); }
// Copies up to `length` bytes of a Uint8Array from index `offset` on. Returns how many were copied:
// fewer if the array ends earlier. Its buffer belongs to the caller and may have become smaller
// since its length was read.
[[nodiscard]] inline double copy(uint8_t* to, const val& from, double offset, double length) {
  return js_copy(to, from.as_handle(), offset, length);
}
inline void push(const val& array, const val& value) {
  js_push(array.as_handle(), value.as_handle());
}
// Sets a field. Text is ASCII.
inline void put(const val& object, const char* name, const val& value) {
  js_put(object.as_handle(), name, value.as_handle());
}
inline void put(const val& object, const char* name, const char* value) {
  js_put_text(object.as_handle(), name, value);
}
inline void put(const val& object, const char* name, double value) {
  js_put_number(object.as_handle(), name, value);
}
inline void put(const val& object, const char* name, std::integral auto value) {
  put(object, name, static_cast<double>(value));
}
inline void put(const val& object, const char* name, bool value) {
  js_put_flag(object.as_handle(), name, value);
}
// {ok: true, result}
inline val success(const val& result) {
  return val::take_ownership(js_success(result.as_handle()));
}
// {data, format, mimeType}
inline val file(const val& data, const char* format, const char* mime_type) {
  return val::take_ownership(js_file(data.as_handle(), format, mime_type));
}
// A view of the module's memory as a Uint8Array, valid until the memory grows.
inline val view(const uint8_t* bytes, size_t size) {
  return val::take_ownership(js_view(bytes, size));
}
// A new Uint8Array; undefined if memory is exhausted.
inline val array_of(double length) { return val::take_ownership(js_array(length)); }
// Copies bytes into a Uint8Array from index `offset` on.
inline void set(const val& array, double offset, const uint8_t* bytes, size_t size) {
  js_set(array.as_handle(), offset, bytes, size);
}
// A copy of a Uint8Array.
inline val slice(const val& array) { return val::take_ownership(js_slice(array.as_handle())); }
// The ASCII text in a Uint8Array as a string.
inline val text(const val& array) { return val::take_ownership(js_text(array.as_handle())); }
// `prefix` and base64 of a Uint8Array, by the engine's own encoder, which makes the string without
// a copy: Uint8Array.prototype.toBase64 or Node's Buffer. Undefined if the engine has neither.
inline val engine_base64(const char* prefix, const val& array) {
  return val::take_ownership(js_base64(prefix, array.as_handle()));
}

}  // namespace bindings
