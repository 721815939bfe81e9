#include "codecs/png/rows.h"

#include <algorithm>
#include <cstring>

#include "codecs/png/filters.h"

namespace crop64::png {
namespace {

// How much is inflated at a time, at least two rows. With more, more of the rows above those that
// are used need not be unfiltered; with less, the batch fits into a processor's cache.
constexpr size_t kBatchBytes = size_t{512} * 1024;

uint64_t batch_bytes(uint64_t row_bytes) {
  return std::max<uint64_t>(kBatchBytes, 2 * (row_bytes + 1));
}

constexpr size_t kBatchSlack = deflate::Inflater::kOverrun + kRowSlack;
// What a reader takes apart from its batch, the window before that, and two rows.
constexpr uint64_t kOverhead = uint64_t{40} * 1024;
static_assert(sizeof(RowReader) + kBatchSlack + 2 * kRowSlack <= kOverhead);

}  // namespace

uint64_t RowReader::memory(uint64_t row_bytes) {
  return deflate::kWindowSize + batch_bytes(row_bytes) + 2 * row_bytes + kOverhead;
}

std::unique_ptr<RowReader> RowReader::open(Bytes file, size_t offset, size_t available,
                                           const RowRequest& request) {
  Result<Buffer> inflated =
      Buffer::allocate(deflate::kWindowSize + batch_bytes(request.row_bytes) + kBatchSlack);
  Result<Buffer> rows = Buffer::allocate(2 * (uint64_t{request.used_bytes} + kRowSlack));
  if (!inflated.ok() || !rows.ok()) {
    return nullptr;
  }
  std::memset(rows.value().data(), 0, rows.value().size());
  return std::unique_ptr<RowReader>(new RowReader(
      file, offset, available, request, std::move(inflated.value()), std::move(rows.value())));
}

RowReader::RowReader(Bytes file, size_t offset, size_t available, const RowRequest& request,
                     Buffer inflated, Buffer rows)
    : file_(file),
      request_(request),
      idat_(file, offset, available),
      inflater_(idat_),
      stride_(request.row_bytes + 1),
      bytes_left_(stride_ * static_cast<uint64_t>(request.bottom)),
      inflated_(std::move(inflated)),
      batch_(inflated_.data()),
      batch_end_(inflated_.data()),
      rows_(std::move(rows)),
      current_(rows_.data()),
      above_(current_ + request.used_bytes + kRowSlack) {}

// Inflates the next batch, as many complete rows as are available: possibly none. Returns false if
// the stream is corrupt.
bool RowReader::inflate_batch() {
  // The window that matches refer to moves to the front, and so does what has been inflated of the
  // next row.
  const uint8_t* rest = row(batch_rows_);
  const uint8_t* window =
      batch_end_ -
      std::min<size_t>(deflate::kWindowSize, static_cast<size_t>(batch_end_ - inflated_.data()));
  const uint8_t* from = std::min(rest, window);
  std::memmove(inflated_.data(), from, static_cast<size_t>(batch_end_ - from));
  batch_ = inflated_.data() + (rest - from);
  batch_end_ = inflated_.data() + (batch_end_ - from);

  uint8_t* const max_end = inflated_.data() + inflated_.size() - kBatchSlack;
  const uint8_t* const start = batch_end_;
  const auto room = static_cast<uint64_t>(max_end - batch_end_);
  if (bytes_left_ > 0 &&
      inflater_.inflate(inflated_.data(), batch_end_, batch_end_ + std::min(room, bytes_left_)) ==
          deflate::InflateStatus::kCorrupt) {
    return false;
  }
  const auto count = static_cast<uint64_t>(batch_end_ - start);
  bytes_left_ -= std::min(bytes_left_, count);
  if (request_.bottom == request_.height) {
    adler_ = deflate::adler32_update(adler_, {start, static_cast<size_t>(count)});
  }
  batch_rows_ = static_cast<int>(static_cast<size_t>(batch_end_ - batch_) / stride_);
  return true;
}

// Called after the last row. If it is the image's last one, the stream must end with it.
bool RowReader::finish() {
  if (request_.bottom == request_.height) {
    uint8_t* end = batch_end_;
    if (inflater_.inflate(inflated_.data(), end, end + 1) != deflate::InflateStatus::kEndOfStream ||
        end != batch_end_) {
      return false;
    }
  }
  return inflater_.finish(adler_);
}

DecodeStatus RowReader::read(size_t available,
                             const std::function<bool(const uint8_t* row)>& take) {
  idat_.set_available(available);
  while (batch_top_ < request_.bottom) {
    if (inflater_.needs_input()) {
      return DecodeStatus::kNeedInput;
    }
    if (!inflate_batch()) {
      return DecodeStatus::kError;
    }
    const int count = std::min(batch_rows_, request_.bottom - batch_top_);
    if (count == 0 && !inflater_.needs_input()) {
      return DecodeStatus::kError;
    }
    // Rows with the filters None and Sub do not depend on the row above. Rows above the last such
    // row that is at or above the first used one are not needed.
    int first = 0;
    for (int i = 0; i < count; ++i) {
      const uint8_t filter = *row(i);
      if (filter >= kFilters) {
        return DecodeStatus::kError;
      }
      if (batch_top_ + i <= request_.top && filter <= static_cast<uint8_t>(Filter::kSub)) {
        first = i;
      }
    }
    for (int i = first; i < count; ++i) {
      unfilter(static_cast<Filter>(*row(i)), row(i) + 1, above_, request_.used_bytes,
               request_.filter_unit, current_);
      if (batch_top_ + i >= request_.top && !take(current_)) {
        return DecodeStatus::kError;
      }
      std::swap(current_, above_);
    }
    batch_top_ += count;
  }
  if (inflater_.needs_input()) {
    return DecodeStatus::kNeedInput;
  }
  return finish() ? DecodeStatus::kDone : DecodeStatus::kError;
}

}  // namespace crop64::png
