#include "codecs/png/decode.h"

#include "codecs/png/libpng_decode.h"
#include "codecs/png/rows.h"
#include "codecs/png/unpack.h"

namespace crop64::png {
namespace {

// A reader of the region's rows. Null if memory is insufficient.
std::unique_ptr<RowReader> open_rows(const LibpngReader& reader, Bytes file, size_t available) {
  const Rect& region = reader.request.region;
  const Layout& layout = reader.image.layout;
  const uint64_t bits =
      static_cast<uint64_t>(layout.channels()) * static_cast<uint64_t>(layout.depth);
  RowRequest rows = {};
  rows.row_bytes = reader.row_bytes();
  rows.filter_unit = static_cast<size_t>((bits + 7) / 8);
  rows.height = reader.size().height;
  rows.top = region.top;
  rows.bottom = region.bottom;
  rows.used_bytes = static_cast<size_t>((static_cast<uint64_t>(region.right) * bits + 7) / 8);
  return RowReader::open(file, reader.first_idat(), available, rows);
}

DecodeStatus read_rows(LibpngReader& reader, RowReader& rows, size_t available) {
  const Rect& region = reader.request.region;
  Image& image = reader.image;
  const DecodeStatus progress = rows.read(available, [&](int y, const uint8_t* row) {
    unpack_row(row, image.layout, region.left, region.size().width, 1, image.row(y - region.top));
  });
  if (progress == DecodeStatus::kDone) {
    reader.offset = rows.bytes_read();
  }
  return progress;
}

// Keeps libpng's reader, which has read the header and holds the image.
class IncrementalPngDecoder : public IncrementalDecoder {
 public:
  bool open(Bytes file, size_t available, const DecodeRequest& request) {
    if (reader_.open(file.first(available), request, Checks::kCrc) || reader_.is_interlaced()) {
      return false;
    }
    rows_ = open_rows(reader_, file, available);
    return rows_ != nullptr;
  }
  DecodeStatus decode(size_t available) override { return read_rows(reader_, *rows_, available); }
  Decoded take_result() override { return reader_.take(true); }

 private:
  LibpngReader reader_;
  std::unique_ptr<RowReader> rows_;
};

}  // namespace

std::unique_ptr<IncrementalDecoder> start(Bytes file, size_t available,
                                          const DecodeRequest& request) {
  auto decoder = std::make_unique<IncrementalPngDecoder>();
  return decoder->open(file, available, request) ? std::move(decoder) : nullptr;
}

Result<Decoded> decode(Bytes file, const DecodeRequest& request) {
  LibpngReader reader;
  if (auto error = reader.open(file, request, Checks::kCrc)) {
    return *error;
  }
  if (!reader.is_interlaced()) {
    const auto rows = open_rows(reader, file, file.size());
    if (rows != nullptr && read_rows(reader, *rows, file.size()) == DecodeStatus::kDone) {
      return reader.take(true);
    }
  }
  return decode_with_libpng(file, request);
}

}  // namespace crop64::png
