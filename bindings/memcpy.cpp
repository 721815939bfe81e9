// memcpy() by vectors of 16 bytes. Without bulk memory (before Emscripten 4) Emscripten's own calls
// JavaScript for 512 bytes or more, which takes longer than most of our copies, a row each, and
// copies four bytes at a time below that. With bulk memory it is one instruction, memory.copy.
#ifndef __wasm_bulk_memory__
#include <wasm_simd128.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace {

// What memcpy() is made of must not be made of memcpy().
template <class Word>
struct [[gnu::packed, gnu::may_alias]] Unaligned {
  Word word;
};

template <class Word>
void copy(uint8_t* to, const uint8_t* from) {
  reinterpret_cast<Unaligned<Word>*>(to)->word =
      reinterpret_cast<const Unaligned<Word>*>(from)->word;
}

// Of `count` bytes the first ones and the last ones, which together are all.
template <class Word>
void copy_ends(uint8_t* to, const uint8_t* from, size_t count) {
  const auto last = reinterpret_cast<const Unaligned<Word>*>(from + count - sizeof(Word))->word;
  copy<Word>(to, from);
  reinterpret_cast<Unaligned<Word>*>(to + count - sizeof(Word))->word = last;
}

}  // namespace

extern "C" void* memcpy(void* to, const void* from, size_t count) {
  auto* out = static_cast<uint8_t*>(to);
  const auto* in = static_cast<const uint8_t*>(from);
  constexpr size_t kVector = sizeof(v128_t);
  if (count >= kVector) {
    for (; count > 4 * kVector; count -= 4 * kVector, in += 4 * kVector, out += 4 * kVector) {
      const v128_t a = wasm_v128_load(in);
      const v128_t b = wasm_v128_load(in + kVector);
      const v128_t c = wasm_v128_load(in + 2 * kVector);
      const v128_t d = wasm_v128_load(in + 3 * kVector);
      wasm_v128_store(out, a);
      wasm_v128_store(out + kVector, b);
      wasm_v128_store(out + 2 * kVector, c);
      wasm_v128_store(out + 3 * kVector, d);
    }
    const v128_t last = wasm_v128_load(in + count - kVector);
    uint8_t* const end = out + count - kVector;
    for (; out < end; in += kVector, out += kVector) {
      wasm_v128_store(out, wasm_v128_load(in));
    }
    wasm_v128_store(end, last);
  } else if (count >= 8) {
    copy_ends<uint64_t>(out, in, count);
  } else if (count >= 4) {
    copy_ends<uint32_t>(out, in, count);
  } else if (count >= 2) {
    copy_ends<uint16_t>(out, in, count);
  } else if (count == 1) {
    *out = *in;
  }
  return to;
}
#endif
