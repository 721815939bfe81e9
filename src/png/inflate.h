// Inflates the zlib stream of a PNG's IDATs (RFC 1950 and 1951), a piece at a time, and as far as
// they are there.
//
// Written for speed: a bit buffer of 64 bits, tables that give a length or up to two literals with
// one look, copies of 16 bytes; after Eric Biggers' libdeflate, which it follows in how its tables
// are indexed. As strict as zlib: what zlib refuses is refused here. It also refuses what zlib
// takes but hardly anybody writes (a window of less than 32 KB), and tells no reasons: a stream
// that fails here is for libpng and zlib to judge.
#pragma once

#include <array>

#include "png/idat.h"

namespace crop64 {

class Inflater {
 public:
  // How far back a match may reach.
  static constexpr size_t kWindow = 32768;
  // How many bytes may be written behind the end that inflate() is given.
  static constexpr size_t kSlack = 8 + 258 + 16;

  // The source is borrowed.
  explicit Inflater(IdatReader& source) : source_(source) {}

  // Writes to `out` and moves it on until it is at `end` or a little behind it (by less than
  // kSlack, up to which more may be overwritten), or until the stream has ended, or waits(). What
  // was written before must stand in front of `out`, as far back as kWindow or as there is, from
  // `first` on. False where the stream is not sound.
  bool inflate(const uint8_t* first, uint8_t*& out, const uint8_t* end);

  // Whether more of the file has to arrive before inflate() or finish() can go on.
  bool waits() const { return source_.waits(in_, kMargin); }

  // Whether the stream has come to its end (its checksum excepted).
  bool ended() const { return state_ == State::kEnded; }

  // To be called once, after the last inflate(). Behind the stream's end: whether its checksum is
  // `adler`, and nothing follows it, and the source is sound to its end. Before it: whether there
  // is as much as a checksum left.
  bool finish(uint32_t adler);

  // Of the source, the byte that comes next; where an IDAT ends, more or less.
  const uint8_t* position() const { return in_ + padding_ - bit_count_ / 8; }

 private:
  enum class State : uint8_t { kStart, kHeader, kStored, kCoded, kEnded };

  bool next_piece();
  void refill();
  uint32_t take(unsigned count);
  bool overran() const { return padding_ * 8 > bit_count_; }
  bool read_zlib_header();
  bool read_block_header();
  bool read_codes();
  void use_fixed_codes();
  bool use_codes(const uint8_t* lengths, int litlens, int distances);
  bool copy_stored(uint8_t*& out, const uint8_t* end);
  bool decode(const uint8_t* first, uint8_t*& out, const uint8_t* end);
  bool decode_fast(const uint8_t* first, uint8_t*& out, const uint8_t* end);
  bool decode_one(const uint8_t* first, uint8_t*& out);

  // More than a symbol takes, or a block's codes, in one IDAT or a few.
  static constexpr size_t kMargin = 1024;
  static constexpr unsigned kLitlenBits = 12;
  static constexpr unsigned kDistanceBits = 8;
  // Enough for any code: a subtable has at most twice as many entries as codes.
  static constexpr size_t kLitlenEntries = (1 << kLitlenBits) + 2 * 288;
  static constexpr size_t kDistanceEntries = 402;  // as zlib's program `enough` tells for 30 8 15

  IdatReader& source_;
  const uint8_t* in_ = nullptr;
  const uint8_t* in_end_ = nullptr;
  uint64_t bits_ = 0;  // the next one lowest; above bit_count_ may be what comes after them
  unsigned bit_count_ = 0;
  unsigned padding_ = 0;  // bytes of nothing that were put behind the source's end
  State state_ = State::kStart;
  bool last_block_ = false;
  uint32_t stored_ = 0;  // bytes left of the stored block
  std::array<uint32_t, kLitlenEntries> litlen_;
  std::array<uint32_t, kDistanceEntries> distance_;
};

}  // namespace crop64
