// Bytes in memory: borrowed (Bytes) and owned (Buffer).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"

namespace crop64 {

using Bytes = std::span<const uint8_t>;

// Owned bytes, from malloc, so that an allocation that fails is an answer and not an abort. Every
// buffer whose size depends on a picture is one of these.
class Buffer {
 public:
  Buffer() = default;
  Buffer(Buffer&& other) noexcept;
  Buffer& operator=(Buffer&& other) noexcept;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer();

  // `size` uninitialised bytes. Errors: OUT_OF_MEMORY.
  static Result<Buffer> allocate(uint64_t size);
  // Errors: OUT_OF_MEMORY.
  static Result<Buffer> copy_of(Bytes bytes);

  // Makes size() at least `capacity`, keeping what is there. False where there is no room: the
  // buffer is then as it was.
  bool grow(size_t capacity);
  // Keeps the first `size` bytes (at most size()) and gives the rest back.
  void shrink(size_t size);

  uint8_t* data() { return data_; }
  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }
  operator Bytes() const { return {data_, size_}; }  // NOLINT: a buffer is bytes

 private:
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

Error out_of_memory(uint64_t size);

}  // namespace crop64
