#include "base/pieces.h"

#include <algorithm>

namespace crop64 {

Result<Buffer> Pieces::join() const {
  Result<Buffer> all = Buffer::allocate(size_);
  if (all.ok()) {
    uint8_t* to = all.value().data();
    for (const Bytes& piece : pieces_) {
      to = std::copy(piece.begin(), piece.end(), to);
    }
  }
  return all;
}

}  // namespace crop64
