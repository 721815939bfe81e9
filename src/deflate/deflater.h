// Compresses bytes into a zlib stream (RFC 1950 and 1951), piece by piece and in constant memory.
#pragma once

#include <memory>
#include <new>

#include "base/buffer.h"

namespace crop64::deflate {

class Deflater {
 public:
  // Receives a piece of the stream, which is valid during the call.
  using Sink = void (*)(void* context, Bytes bytes);

  // `level` is from 0, which only stores, over 1, the fastest, to 9, which searches longest.
  // `context` is passed to `sink`. Returns null if memory is insufficient.
  static std::unique_ptr<Deflater> make(int level, Sink sink, void* context);
  // The most bytes that a deflater occupies.
  static constexpr uint64_t kMemory = 1'000'000;

  virtual ~Deflater() = default;
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  // Returns null, unlike the global operator, if memory is insufficient.
  static void* operator new(size_t size, const std::nothrow_t&) noexcept;
  static void operator delete(void* deflater);

  // Appends bytes to what is compressed. Calls the sink whenever a block is complete.
  virtual void write(Bytes bytes) = 0;
  // Writes the end of the stream. Call once, after the last write().
  virtual void finish() = 0;

 protected:
  Deflater() = default;
};

// Compresses `bytes` into a complete zlib stream, at a level from 0 to 9. Errors: OUT_OF_MEMORY.
Result<Buffer> zlib_compress(Bytes bytes, int level);

}  // namespace crop64::deflate
