#include "metadata/photoshop.h"

#include <algorithm>
#include <cstring>

#include "base/byte_order.h"
#include "metadata/embedded_jpeg.h"

namespace crop64 {

// Not inlined into select_metadata(), as update_exif().
[[gnu::noinline]] Result<Buffer> update_photoshop(Bytes resources) {
  // Resolution, captions (IPTC), copyright flag, URL, and the digest of the captions.
  constexpr int kKept[] = {0x03ed, 0x0404, 0x040a, 0x040b, 0x0425};
  Result<Buffer> copy = Buffer::allocate(resources.size());
  if (!copy.ok()) {
    return copy;
  }
  size_t written = 0;
  for (size_t offset = 0; offset < resources.size();) {
    const Bytes rest = resources.subspan(offset);
    // A resource: '8BIM', its number, its name (a length byte, then text, padded to an even size),
    // the length of its content, and the content, padded to an even size.
    const size_t name = rest.size() < 12 ? 0 : (size_t{rest[6]} + 2) & ~size_t{1};
    const size_t head = 6 + name + 4;
    if (name == 0 || rest.size() < head || std::memcmp(rest.data(), "8BIM", 4) != 0) {
      return Buffer();
    }
    const uint32_t length = load_be32(&rest[head - 4]);
    if (length > rest.size() - head) {
      return Buffer();
    }
    const size_t size = std::min(head + ((size_t{length} + 1) & ~size_t{1}), rest.size());
    const int number = load_be16(&rest[4]);
    if (std::find(std::begin(kKept), std::end(kKept), number) != std::end(kKept)) {
      std::memcpy(copy.value().data() + written, rest.data(), size);
      written += size;
    }
    offset += size;
  }
  copy.value().shrink(written);
  return contains_jpeg(copy.value()) ? Buffer() : std::move(copy);
}

}  // namespace crop64
