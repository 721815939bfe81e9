#include "codecs/png/idat.h"

#include <doctest/doctest.h>

#include "support/pngs.h"

namespace crop64::png {
namespace {

const std::vector<PngChunk> kChunks = {
    {"IDAT", {1, 2, 3}}, {"IDAT", {}}, {"IDAT", {4}}, {"IEND", {}}};

// The data of all pieces, and whether it is valid.
struct Outcome {
  File data;
  bool is_valid;
};

Outcome read_all(const File& file) {
  IdatReader reader(file, 8, file.size());
  File data;
  for (Bytes piece = reader.next_piece(); !piece.empty(); piece = reader.next_piece()) {
    CHECK(reader.piece_end() == piece.data() + piece.size());
    data.insert(data.end(), piece.begin(), piece.end());
  }
  CHECK(reader.next_piece().empty());
  return {data, reader.is_valid()};
}

TEST_CASE("IdatReader gives the data of all IDATs that are not empty") {
  const Outcome outcome = read_all(join(kChunks));
  CHECK((outcome.data == File{1, 2, 3, 4}));
  CHECK(outcome.is_valid);
}

TEST_CASE("IdatReader stops at the first chunk of another type") {
  std::vector<PngChunk> chunks = kChunks;
  chunks.insert(chunks.begin() + 1, {"teSt", {}});
  const Outcome outcome = read_all(join(chunks));
  CHECK((outcome.data == File{1, 2, 3}));
  CHECK(outcome.is_valid);
}

TEST_CASE(
    "IdatReader is invalid after an IDAT whose CRC is wrong, when the next one is requested") {
  File file = join(kChunks);
  file[8 + 8] ^= 1;
  IdatReader reader(file, 8, file.size());
  CHECK(reader.next_piece().size() == 3);
  CHECK(reader.is_valid());
  CHECK(reader.next_piece().empty());
  CHECK(!reader.is_valid());
}

TEST_CASE("IdatReader is invalid if the file ends before the chunk after the last IDAT") {
  const File good = join(kChunks);
  for (size_t size = 8; size < good.size(); ++size) {
    CAPTURE(size);
    CHECK(!read_all(first_bytes(good, size)).is_valid);
  }
}

TEST_CASE("IdatReader is invalid if an IDAT states more than the file has") {
  File file = join(kChunks);
  file[8] = 0x7f;
  CHECK(!read_all(file).is_valid);
  file[8] = 0x80;
  CHECK(!read_all(file).is_valid);
}

TEST_CASE("IdatReader gives as much of an IDAT as has been received, and its end later") {
  const File file = join({{"IDAT", File(100)}, {"IEND", {}}});
  IdatReader reader(file, 8, 20);
  const Bytes piece = reader.next_piece();
  CHECK(piece.data() == file.data() + 16);
  CHECK(piece.size() == 4);
  reader.set_available(50);
  CHECK(reader.piece_end() == file.data() + 50);
  reader.set_available(file.size());
  CHECK(reader.piece_end() == file.data() + 116);
  CHECK(reader.next_piece().empty());
  CHECK(reader.is_valid());
}

TEST_CASE("IdatReader needs input if fewer bytes than requested have been received") {
  const File file = join(kChunks);
  IdatReader reader(file, 8, 20);
  CHECK(reader.needs_input(nullptr, 13));
  CHECK(!reader.needs_input(nullptr, 12));
  CHECK(reader.needs_input(file.data() + 16, 5));
  CHECK(!reader.needs_input(file.data() + 16, 4));
  reader.set_available(file.size());
  CHECK(!reader.needs_input(file.data() + 16, 1000));
}

}  // namespace
}  // namespace crop64::png
