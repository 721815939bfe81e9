#include "png/rows.h"

#include <algorithm>
#include <cstring>

#include "png/adler.h"
#include "png/filters.h"
#include "png/inflate.h"

namespace crop64 {
namespace {

// What is inflated at a time, at least two rows. The more, the more rows above those that are
// wanted turn out not to be needed, and the less fits into a processor's cache.
constexpr size_t kBatchBytes = size_t{512} * 1024;

size_t batch_bytes(size_t row_bytes) { return std::max(kBatchBytes, 2 * (row_bytes + 1)); }

// Inflated rows, a batch at a time. They stay as they are: matches refer to them.
class Batches {
 public:
  Batches(IdatReader& source, const WantedRows& wanted, Buffer buffer)
      : inflater_(source),
        stride_(wanted.row_bytes + 1),
        left_(stride_ * static_cast<uint64_t>(wanted.bottom)),
        to_the_end_(wanted.bottom == wanted.height),
        buffer_(std::move(buffer)),
        rows_(buffer_.data()),
        end_(buffer_.data()) {}

  static size_t buffer_bytes(size_t row_bytes) {
    return Inflater::kWindow + batch_bytes(row_bytes) + Inflater::kSlack + kRowSlack;
  }

  // The whole rows of the next batch are those from rows() on. 0 where this way ends.
  int next();

  // A row of this batch, its filter first.
  const uint8_t* row(int index) const { return rows_ + stride_ * static_cast<size_t>(index); }

  bool finish();
  const uint8_t* position() const { return inflater_.position(); }

 private:
  Inflater inflater_;
  size_t stride_;
  uint64_t left_;  // bytes to inflate
  bool to_the_end_;
  uint32_t adler_ = kAdlerStart;
  Buffer buffer_;
  const uint8_t* rows_;
  uint8_t* end_;  // of what is inflated
  size_t count_ = 0;
};

int Batches::next() {
  // What matches may refer to moves to the front, and what is there already of the next row.
  const uint8_t* rest = rows_ + stride_ * count_;
  const uint8_t* window =
      end_ - std::min<size_t>(Inflater::kWindow, static_cast<size_t>(end_ - buffer_.data()));
  const uint8_t* from = std::min(rest, window);
  std::memmove(buffer_.data(), from, static_cast<size_t>(end_ - from));
  rows_ = buffer_.data() + (rest - from);
  end_ = buffer_.data() + (end_ - from);

  uint8_t* const most = buffer_.data() + buffer_.size() - Inflater::kSlack - kRowSlack;
  const uint8_t* const had = end_;
  const auto room = static_cast<uint64_t>(most - end_);
  if (left_ > 0 && !inflater_.inflate(buffer_.data(), end_, end_ + std::min(room, left_))) {
    return 0;
  }
  const auto made = static_cast<uint64_t>(end_ - had);
  left_ -= std::min(left_, made);
  if (to_the_end_) {
    adler_ = add_to_adler(adler_, {had, static_cast<size_t>(made)});
  }
  count_ = static_cast<size_t>(end_ - rows_) / stride_;
  return static_cast<int>(count_);
}

bool Batches::finish() {
  if (to_the_end_) {
    // No more than the rows is to come.
    uint8_t* end = end_;
    if (!inflater_.inflate(buffer_.data(), end, end + 1) || end != end_ || !inflater_.ended()) {
      return false;
    }
  }
  return inflater_.finish(adler_);
}

}  // namespace

uint64_t read_rows_memory(uint64_t row_bytes) {
  return Inflater::kWindow + std::max<uint64_t>(kBatchBytes, 2 * (row_bytes + 1)) + 2 * row_bytes +
         size_t{16} * 1024;
}

std::optional<size_t> read_rows(Bytes file, size_t at, const WantedRows& wanted,
                                const std::function<void(int y, const uint8_t* row)>& take) {
  Result<Buffer> inflated = Buffer::allocate(Batches::buffer_bytes(wanted.row_bytes));
  Result<Buffer> rows = Buffer::allocate(2 * (uint64_t{wanted.bytes} + kRowSlack));
  if (!inflated.ok() || !rows.ok()) {
    return std::nullopt;
  }
  std::memset(rows.value().data(), 0, rows.value().size());
  uint8_t* here = rows.value().data();
  uint8_t* above = here + wanted.bytes + kRowSlack;
  IdatReader source(file, at);
  Batches batches(source, wanted, std::move(inflated.value()));
  for (int y = 0; y < wanted.bottom;) {
    const int count = std::min(batches.next(), wanted.bottom - y);
    if (count <= 0) {
      return std::nullopt;
    }
    // Rows with the filters None and Sub do not stand on those above them: the last such row that
    // is not below the first wanted one makes all above it needless.
    int first = 0;
    for (int i = 0; i < count; ++i) {
      const uint8_t filter = *batches.row(i);
      if (filter >= kFilters) {
        return std::nullopt;
      }
      if (y + i <= wanted.top && filter <= static_cast<uint8_t>(Filter::kSub)) {
        first = i;
      }
    }
    for (int i = first; i < count; ++i) {
      const uint8_t* row = batches.row(i);
      unfilter(static_cast<Filter>(*row), row + 1, above, wanted.bytes, wanted.filter_unit, here);
      if (y + i >= wanted.top) {
        take(y + i, here);
      }
      std::swap(here, above);
    }
    y += count;
  }
  if (!batches.finish()) {
    return std::nullopt;
  }
  return static_cast<size_t>(batches.position() - file.data());
}

}  // namespace crop64
