// Deflates bytes into a zlib stream (RFC 1950 and 1951), some at a time and in constant memory.
#pragma once

#include <memory>
#include <new>

#include "base/buffer.h"

namespace crop64::deflate {

class Deflater {
 public:
  using Sink = void (*)(void* context, Bytes bytes);

  // `level` is from 0, which stores, over 1, the fastest, to 9, which searches longest. The stream
  // goes to the sink, in pieces. Null where there is no room.
  static std::unique_ptr<Deflater> make(int level, Sink sink, void* context);
  // What a deflater takes, about.
  static constexpr uint64_t kMemory = 1'000'000;

  virtual ~Deflater() = default;
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  // So that a failure is an answer.
  static void* operator new(size_t size, const std::nothrow_t&) noexcept;
  static void operator delete(void* deflater);

  virtual void write(Bytes bytes) = 0;
  // To be called once, at the end.
  virtual void finish() = 0;

 protected:
  Deflater() = default;
};

// A whole zlib stream of `bytes`; `level` from 0, which stores, to 9. Errors: OUT_OF_MEMORY.
Result<Buffer> zlib_compress(Bytes bytes, int level);

}  // namespace crop64::deflate
