// Text to bytes, the fast way and the plain one; and bytes to text and back.
#include "base/base64.h"

#include <algorithm>
#include <string>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string fast(reinterpret_cast<const char*>(data), size);
  std::string plain = fast;
  const auto one = crop64::base64_decode_in_place(reinterpret_cast<uint8_t*>(fast.data()), size);
  const auto other =
      crop64::base64_decode_in_place_scalar(reinterpret_cast<uint8_t*>(plain.data()), size);
  if (is_answer(one) != is_answer(other)) {
    crop64::crash("One way decodes what the other refuses.");
  }
  if (one.ok() &&
      (one.value() != other.value() ||
       !std::equal(fast.begin(), fast.begin() + ptrdiff_t(one.value()), plain.begin()))) {
    crop64::crash("The two ways differ.");
  }
  std::string text(crop64::base64_length(size), '\0');
  crop64::base64_encode({data, size}, text.data());
  const auto length =
      crop64::base64_decode_in_place(reinterpret_cast<uint8_t*>(text.data()), text.size());
  if (!length.ok() || length.value() != size ||
      text.compare(0, size, reinterpret_cast<const char*>(data), size) != 0) {
    crop64::crash("Encoded bytes do not come back.");
  }
  return 0;
}
