#include "codecs/png/rows.h"

#include <algorithm>
#include <cstring>

#include "codecs/png/filters.h"

namespace crop64::png {
namespace {

// What is inflated at a time, at least two rows. The more, the more rows above those that are
// wanted turn out not to be needed, and the less fits into a processor's cache.
constexpr size_t kBatchBytes = size_t{512} * 1024;

size_t batch_bytes(size_t row_bytes) { return std::max(kBatchBytes, 2 * (row_bytes + 1)); }

}  // namespace

uint64_t read_rows_memory(uint64_t row_bytes) {
  return deflate::Inflater::kWindow + std::max<uint64_t>(kBatchBytes, 2 * (row_bytes + 1)) +
         2 * row_bytes + size_t{32} * 1024;
}

std::unique_ptr<RowReader> RowReader::open(Bytes file, size_t at, size_t there,
                                           const WantedRows& wanted) {
  Result<Buffer> inflated =
      Buffer::allocate(deflate::Inflater::kWindow + batch_bytes(wanted.row_bytes) +
                       deflate::Inflater::kSlack + kRowSlack);
  Result<Buffer> rows = Buffer::allocate(2 * (uint64_t{wanted.bytes} + kRowSlack));
  if (!inflated.ok() || !rows.ok()) {
    return nullptr;
  }
  std::memset(rows.value().data(), 0, rows.value().size());
  return std::unique_ptr<RowReader>(
      new RowReader(file, at, there, wanted, std::move(inflated.value()), std::move(rows.value())));
}

RowReader::RowReader(Bytes file, size_t at, size_t there, const WantedRows& wanted, Buffer inflated,
                     Buffer rows)
    : file_(file),
      wanted_(wanted),
      source_(file, at, there),
      inflater_(source_),
      stride_(wanted.row_bytes + 1),
      left_(stride_ * static_cast<uint64_t>(wanted.bottom)),
      inflated_(std::move(inflated)),
      batch_(inflated_.data()),
      batch_end_(inflated_.data()),
      rows_(std::move(rows)),
      here_(rows_.data()),
      above_(here_ + wanted.bytes + kRowSlack) {}

// Makes the next batch, of as many whole rows as there are by now: perhaps none. False where the
// stream is not sound.
bool RowReader::inflate_batch() {
  // What matches may refer to moves to the front, and what is there already of the next row.
  const uint8_t* rest = row(count_);
  const uint8_t* window =
      batch_end_ - std::min<size_t>(deflate::Inflater::kWindow,
                                    static_cast<size_t>(batch_end_ - inflated_.data()));
  const uint8_t* from = std::min(rest, window);
  std::memmove(inflated_.data(), from, static_cast<size_t>(batch_end_ - from));
  batch_ = inflated_.data() + (rest - from);
  batch_end_ = inflated_.data() + (batch_end_ - from);

  uint8_t* const most = inflated_.data() + inflated_.size() - deflate::Inflater::kSlack - kRowSlack;
  const uint8_t* const had = batch_end_;
  const auto room = static_cast<uint64_t>(most - batch_end_);
  if (left_ > 0 &&
      !inflater_.inflate(inflated_.data(), batch_end_, batch_end_ + std::min(room, left_))) {
    return false;
  }
  const auto made = static_cast<uint64_t>(batch_end_ - had);
  left_ -= std::min(left_, made);
  if (wanted_.bottom == wanted_.height) {
    adler_ = deflate::adler32_update(adler_, {had, static_cast<size_t>(made)});
  }
  count_ = static_cast<int>(static_cast<size_t>(batch_end_ - batch_) / stride_);
  return true;
}

bool RowReader::finish() {
  if (wanted_.bottom == wanted_.height) {
    // No more than the rows is to come.
    uint8_t* end = batch_end_;
    if (!inflater_.inflate(inflated_.data(), end, end + 1) || end != batch_end_ ||
        !inflater_.ended()) {
      return false;
    }
  }
  return inflater_.finish(adler_);
}

Advance RowReader::advance(size_t there,
                           const std::function<void(int y, const uint8_t* row)>& take) {
  source_.arrived(there);
  while (y_ < wanted_.bottom) {
    if (inflater_.waits()) {
      return Advance::kWaits;
    }
    if (!inflate_batch()) {
      return Advance::kFailed;
    }
    const int count = std::min(count_, wanted_.bottom - y_);
    if (count == 0 && !inflater_.waits()) {
      return Advance::kFailed;
    }
    // Rows with the filters None and Sub do not stand on those above them: the last such row that
    // is not below the first wanted one makes all above it needless.
    int first = 0;
    for (int i = 0; i < count; ++i) {
      const uint8_t filter = *row(i);
      if (filter >= kFilters) {
        return Advance::kFailed;
      }
      if (y_ + i <= wanted_.top && filter <= static_cast<uint8_t>(Filter::kSub)) {
        first = i;
      }
    }
    for (int i = first; i < count; ++i) {
      unfilter(static_cast<Filter>(*row(i)), row(i) + 1, above_, wanted_.bytes, wanted_.filter_unit,
               here_);
      if (y_ + i >= wanted_.top) {
        take(y_ + i, here_);
      }
      std::swap(here_, above_);
    }
    y_ += count;
  }
  if (inflater_.waits()) {
    return Advance::kWaits;
  }
  return finish() ? Advance::kDone : Advance::kFailed;
}

}  // namespace crop64::png
