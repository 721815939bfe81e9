#include "base/buffer.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace crop64 {
namespace {

// Pointers into a larger block could not be subtracted. Besides, emmalloc adds sizes to addresses
// without a check for overflow.
constexpr size_t kMaxSize = PTRDIFF_MAX;

}  // namespace

Buffer::Buffer(Buffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

Buffer::~Buffer() { std::free(data_); }

Result<Buffer> Buffer::allocate(uint64_t size) {
  Buffer buffer;
  if (size > kMaxSize || !buffer.grow(static_cast<size_t>(size))) {
    return out_of_memory(size);
  }
  return buffer;
}

Result<Buffer> Buffer::copy_of(Bytes bytes) {
  Result<Buffer> copy = allocate(bytes.size());
  if (copy.ok()) {
    std::copy(bytes.begin(), bytes.end(), copy.value().data());
  }
  return copy;
}

bool Buffer::grow(size_t size) {
  if (size <= size_ && data_ != nullptr) {
    return true;
  }
  if (size > kMaxSize) {
    return false;
  }
  void* grown = std::realloc(data_, size > 0 ? size : 1);
  if (grown == nullptr) {
    return false;
  }
  data_ = static_cast<uint8_t*>(grown);
  size_ = size;
  return true;
}

void Buffer::shrink(size_t size) {
  if (void* smaller = std::realloc(data_, size > 0 ? size : 1); smaller != nullptr) {
    data_ = static_cast<uint8_t*>(smaller);
  }
  size_ = size;
}

Error out_of_memory(uint64_t size) {
  Error error =
      make_error(ErrorCode::kOutOfMemory,
                 "Out of memory: %.1f MB. Crop a smaller region or process fewer images at once.",
                 static_cast<double>(size) / 1e6);
  error.details = {{"bytes", static_cast<double>(size)}};
  return error;
}

}  // namespace crop64
