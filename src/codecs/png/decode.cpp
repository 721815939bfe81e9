#include "codecs/png/decode.h"

#include "codecs/png/libpng_decode.h"
#include "codecs/png/rows.h"
#include "codecs/png/unpack.h"

namespace crop64::png {
namespace {

// A reader of the region's rows. Null if memory is insufficient.
std::unique_ptr<RowReader> open_rows(const LibpngReader& reader, Bytes file, size_t available) {
  const Rect& region = reader.request.region;
  const Layout& layout = reader.layout;
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

// kError if a row is invalid or the sink fails.
DecodeStatus read_rows(LibpngReader& reader, RowReader& rows, size_t available, DecodeSink& sink) {
  const Rect& region = reader.request.region;
  const DecodeStatus status = rows.read(available, [&](const uint8_t* row) {
    unpack_row(row, reader.layout, region.left, region.width(), 1, reader.rows.next());
    return reader.pass_on(sink);
  });
  if (status == DecodeStatus::kDone) {
    reader.offset = rows.bytes_read();
    reader.sink_error = reader.rows.flush(sink);
  }
  return reader.sink_error ? DecodeStatus::kError : status;
}

Decoded result_of(const LibpngReader& reader) {
  Decoded decoded;
  decoded.bytes_read = reader.offset;
  return decoded;
}

// Keeps libpng's reader, which has read the header.
class IncrementalPngDecoder : public IncrementalDecoder {
 public:
  bool open(Bytes file, size_t available, const DecodeRequest& request) {
    if (reader_.open(file.first(available), request, Checks::kCrc) || reader_.is_interlaced()) {
      return false;
    }
    rows_ = open_rows(reader_, file, available);
    return rows_ != nullptr;
  }
  DecodeStatus decode(size_t available, DecodeSink& sink) override {
    if (!has_begun_) {
      has_begun_ = true;
      sink.begin(std::nullopt);
    }
    return read_rows(reader_, *rows_, available, sink);
  }
  Decoded result() const override { return result_of(reader_); }

 private:
  LibpngReader reader_;
  std::unique_ptr<RowReader> rows_;
  bool has_begun_ = false;
};

}  // namespace

std::unique_ptr<IncrementalDecoder> start(Bytes file, size_t available,
                                          const DecodeRequest& request) {
  auto decoder = std::make_unique<IncrementalPngDecoder>();
  return decoder->open(file, available, request) ? std::move(decoder) : nullptr;
}

Result<Decoded> decode(Bytes file, const DecodeRequest& request, DecodeSink& sink) {
  LibpngReader reader;
  if (auto error = reader.open(file, request, Checks::kCrc)) {
    return error;
  }
  if (!reader.is_interlaced()) {
    if (const auto rows = open_rows(reader, file, file.size())) {
      sink.begin(std::nullopt);
      if (read_rows(reader, *rows, file.size(), sink) == DecodeStatus::kDone) {
        return result_of(reader);
      }
      if (reader.sink_error) {
        return std::move(reader.sink_error);
      }
    }
  }
  return decode_with_libpng(file, request, sink);
}

}  // namespace crop64::png
