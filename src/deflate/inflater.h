// Inflates the zlib stream of a PNG's IDATs (RFC 1950 and 1951), a piece at a time, and as far as
// they are there.
//
// Written for speed (symbols.h). As strict as zlib: what zlib refuses is refused here. It also
// refuses what zlib takes but hardly anybody writes (a window of less than 32 KB), and tells no
// reasons: a stream that fails here is for libpng and zlib to judge.
#pragma once

#include "codecs/png/idat.h"
#include "deflate/block_decoder.h"

namespace crop64::deflate {

class Inflater {
 public:
  // How far back a match may reach.
  static constexpr size_t kWindow = 32768;
  // How many bytes may be written behind the end that inflate() is given.
  static constexpr size_t kSlack = BlockDecoder::kOverrun + BlockDecoder::kSlack;

  // The source is borrowed.
  explicit Inflater(png::IdatReader& source) : source_(source) {}

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
  uint64_t bits_taken() const;
  uint32_t take(unsigned count);
  bool overran() const { return padding_ * 8 > bit_count_; }
  bool read_zlib_header();
  bool read_block_header();
  bool read_codes();
  void use_fixed_codes();
  bool copy_stored(uint8_t*& out, const uint8_t* end);
  bool decode(const uint8_t* first, uint8_t*& out, const uint8_t* end);
  BlockStatus decode_some(const uint8_t* first, uint8_t*& out, const uint8_t* end);
  BlockStatus decode_one(const uint8_t* first, uint8_t*& out);

  // More than a symbol takes, or a block's codes, in one IDAT or a few.
  static constexpr size_t kMargin = 1024;

  png::IdatReader& source_;
  const uint8_t* piece_ = nullptr;  // of the source, where it begins
  const uint8_t* in_ = nullptr;
  const uint8_t* in_end_ = nullptr;
  uint64_t bits_ = 0;  // the next one lowest; above bit_count_ may be what comes after them
  unsigned bit_count_ = 0;
  uint64_t before_ = 0;       // bytes of the pieces before this one
  uint64_t block_begin_ = 0;  // of the block, in bits of the stream
  uint64_t block_bits_ = 0;   // of the block before it
  unsigned padding_ = 0;      // bytes of nothing that were put behind the source's end
  State state_ = State::kStart;
  bool last_block_ = false;
  uint32_t stored_ = 0;  // bytes left of the stored block
  BlockDecoder decoder_;
};

}  // namespace crop64::deflate
