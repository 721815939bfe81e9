// Bytes in memory: borrowed (Bytes) or owned (Buffer).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"

namespace crop64 {

using Bytes = std::span<const uint8_t>;

// Owned bytes, allocated by malloc, so that a failed allocation is an error and not an abort. Every
// allocation whose size depends on an image is a Buffer.
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

  // Makes size() at least `size` and keeps the content. If memory is exhausted, returns false and
  // leaves the buffer unchanged.
  bool grow(size_t size);
  // Keeps the first `size` bytes (at most size()) and frees the rest.
  void shrink(size_t size);

  uint8_t* data() { return data_; }
  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }
  operator Bytes() const { return {data_, size_}; }  // NOLINT: a buffer is bytes

 private:
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

// OUT_OF_MEMORY for an allocation of `size` bytes, with details {bytes}.
Error out_of_memory(uint64_t size);

}  // namespace crop64
