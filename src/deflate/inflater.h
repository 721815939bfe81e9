// Inflates a zlib stream (RFC 1950 and 1951) piece by piece, as far as its input is available.
//
// Written for speed (block_decoder.h, speculative_decoder.h). It accepts no stream that zlib
// rejects. It also rejects windows of less than 32 KB, which zlib accepts but hardly any encoder
// writes. It does not report what is wrong: callers let zlib judge a stream that fails here.
#pragma once

#include <cstdint>

#include "base/buffer.h"
#include "deflate/cursor.h"
#include "deflate/decode_table.h"
#include "deflate/speculative_decoder.h"

namespace crop64::deflate {

// Where the compressed bytes come from: pieces that are contiguous in memory and stay valid. They
// may still be in the process of being received.
class InflateInput {
 public:
  // The next piece that is not empty, as far as it has been received. Empty after the last piece
  // and after an error.
  virtual Bytes next_piece() = 0;
  // The end of what has been received by now of the piece that next_piece() returned last. Null
  // before the first piece and after the last one.
  virtual const uint8_t* piece_end() const = 0;
  // True if input is still being received and fewer than `count` bytes are available from
  // `position` on. Null means the start of the next piece.
  virtual bool needs_input(const uint8_t* position, size_t count) const = 0;
  // False once next_piece() has met an error.
  virtual bool is_valid() const = 0;

 protected:
  ~InflateInput() = default;
};

enum class InflateStatus : uint8_t {
  kOutputFull,
  kEndOfStream,  // the last block has been inflated
  kNeedInput,    // more input must be received first
  kCorrupt,
};

class Inflater {
 public:
  // How many bytes may be written past the end that is passed to inflate().
  static constexpr size_t kOverrun = SpeculativeDecoder::kMaxOverrun + kMatchSlack;

  // `input` is borrowed.
  explicit Inflater(InflateInput& input) : input_(input) {}

  // Inflates to `out` and advances it, until it reaches `end` or passes it, the stream ends, or
  // input runs out. Up to kOverrun bytes from `end` on may be overwritten. The previous kWindowSize
  // bytes of output, or all of it since `first`, must precede `out`.
  InflateStatus inflate(const uint8_t* first, uint8_t*& out, const uint8_t* end);

  // True if more input must be received before inflate() or finish() can continue.
  bool needs_input() const { return input_.needs_input(in_, kInputMargin); }

  // Call once, after the last inflate(). At the end of the stream, returns true if its checksum is
  // `adler`, no input follows and the input is valid. Before it, returns true if the input is valid
  // so far and at least the four bytes of a checksum are left.
  bool finish(uint32_t adler);

  // The next byte of the input; near the end of a piece, only approximately.
  const uint8_t* position() const { return in_ + padding_ - bit_count_ / 8; }

  // See SpeculativeDecoder.
  uint32_t splice_count() const { return speculative_.splice_count(); }

 private:
  enum class State : uint8_t { kStreamHeader, kBlockHeader, kStoredBlock, kCodedBlock, kEnd };

  bool next_piece();
  void refill();
  uint64_t bits_taken() const;
  uint32_t take(unsigned count);
  bool overran() const { return padding_ * 8 > bit_count_; }
  bool read_stream_header();
  bool read_block_header();
  bool read_codes();
  bool copy_stored(uint8_t*& out, const uint8_t* end);
  bool decode(const uint8_t* first, uint8_t*& out, const uint8_t* end);
  BlockStatus decode_some(const uint8_t* first, uint8_t*& out, const uint8_t* end);
  BlockStatus decode_symbol(const uint8_t* first, uint8_t*& out);

  // More than the header of a block and its codes take, or a symbol, even over several pieces.
  static constexpr size_t kInputMargin = 1024;

  InflateInput& input_;
  const uint8_t* piece_ = nullptr;  // where the current piece begins
  const uint8_t* in_ = nullptr;
  const uint8_t* in_end_ = nullptr;
  uint64_t bits_ = 0;  // the next bit is the lowest; bits above bit_count_ may be those that follow
  unsigned bit_count_ = 0;
  uint64_t bytes_before_ = 0;  // in the pieces before this one
  uint64_t block_start_ = 0;   // of the current block, in bits of the stream
  uint64_t block_bits_ = 0;    // length of the previous block
  unsigned padding_ = 0;       // zero bytes that were read after the end of the input
  State state_ = State::kStreamHeader;
  bool is_last_block_ = false;
  uint32_t stored_ = 0;  // bytes left in the stored block
  DecodeTables tables_;
  SpeculativeDecoder speculative_;
};

}  // namespace crop64::deflate
