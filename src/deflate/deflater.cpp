#include "deflate/deflater.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <new>

#include "base/simd.h"
#include "deflate/adler32.h"
#include "deflate/bit_writer.h"
#include "deflate/block_writer.h"
#include "deflate/match_finder.h"

namespace crop64::deflate {

namespace {

// How far behind the data may be read.
constexpr size_t kSlack = 16;

constexpr HashChainMatchFinder::Effort kEfforts[] = {
    {4, 4, 16, 4},     {4, 5, 32, 8},        {4, 6, 32, 12},
    {8, 12, 64, 16},   {8, 16, 96, 24},      {8, 16, 128, 48},
    {8, 64, 258, 256}, {32, 128, 258, 1024}, {32, 258, 258, 4096},
};

// Looks for matches anywhere in the window, or only for runs of a byte. Filtered rows of
// photographs hardly repeat themselves: there runs are nearly all that there is to find, at several
// times the speed.
class LazyDeflater final : public Deflater {
 public:
  LazyDeflater(int level, Sink sink, void* context)
      : is_stored_(level == 0),
        is_thorough_(level >= 7),
        effort_(kEfforts[std::clamp(level, 1, 9) - 1]),
        sink_(sink),
        context_(context),
        out_(output_.data()) {
    out_.put(0x78, 8);
    out_.put(0x9c, 8);
    out_.flush();
  }

  void write(Bytes bytes) override {
    adler_ = adler32_update(adler_, bytes);
    while (!bytes.empty()) {
      if (end_ == kDataBytes) {
        search(end_ - kMaxMatch - kSlack);
        slide();
      }
      const size_t count = std::min(bytes.size(), size_t{kDataBytes} - end_);
      std::memcpy(&data_[end_], bytes.data(), count);
      end_ += static_cast<uint32_t>(count);
      bytes = bytes.subspan(count);
    }
  }

  void finish() override {
    std::fill_n(data_.begin() + end_, kSlack, uint8_t{0});
    search(end_);
    write_block(true);
    out_.align();
    for (const int shift : {24, 16, 8, 0}) {
      out_.put(static_cast<uint8_t>(adler_ >> shift), 8);
    }
    out_.flush();
    flush_output();
  }

 private:
  static constexpr uint32_t kDataBytes = kWindow * 5;
  // Long enough to be worth leaving the loop over literals.
  static constexpr uint32_t kMinRun = 6;
  static constexpr uint32_t kRunPixel = 4;  // the most bytes that a run repeats
  // Up to how many bytes all places of a match are made known, and by three bytes, too; and of what
  // is longer how many at its begin and at its end.
  static constexpr uint32_t kLong = 64;
  static constexpr uint32_t kShort = 16;
  static constexpr uint32_t kFirstPlaces = 16;
  static constexpr uint32_t kLastPlaces = 32;
  static constexpr uint32_t kLastPlacesOfRun = 16;
  static constexpr uint64_t kRunMask = 0xffff'ffff'ffff;

  void slide() {
    const uint32_t count = at_ - kWindow;
    std::memmove(data_.data(), &data_[count], end_ - count);
    at_ -= count;
    emitted_ -= count;
    end_ -= count;
    match_finder_.slide(count);
  }

  void write_block(bool is_last) {
    if (is_stored_) {
      block_.write_stored(is_last, out_);
    } else {
      block_.write(is_last, out_);
    }
  }

  void flush_output() {
    sink_(context_, Bytes(output_.data(), static_cast<size_t>(out_.out() - output_.data())));
    out_.out() = output_.data();
  }

  void make_room() {
    if (block_.room() == 0) {
      write_block(false);
      flush_output();
    }
  }

  // What is not in the block yet, up to `until`.
  void add_literals(uint32_t until) {
    while (emitted_ < until) {
      make_room();
      const auto count = std::min(until - emitted_, static_cast<uint32_t>(block_.room()));
      block_.add_literals(&data_[emitted_], count);
      emitted_ += count;
    }
  }

  void add_match(const Match& match) {
    make_room();
    block_.add_match(match.length, match.distance);
    emitted_ += match.length;
  }

  // Turns data_ from at_ to `until` into symbols, or a little more, up to end_.
  void search(uint32_t until) {
    if (is_stored_) {
      add_literals(until);
      at_ = emitted_;
      return;
    }
    const bool repeated = repeats(until);
    // What is alike for a long time needs few codes.
    const bool is_long = is_thorough_ && !repeated;
    block_.set_max_literals(is_long ? Block::kMaxLiterals : Block::kDefaultLiterals);
    if (repeated || is_thorough_) {
      // Short matches are worth it only where there are many.
      search_matches(until, repeated ? kMinMatch : 6);
    } else {
      flush_pending();
      search_runs(until);
    }
  }

  // Whether sequences of six bytes come again, runs excepted: of one place in eight, chosen by what
  // stands there, one in so many. In photographs it is one in 300 at most, in drawings one in ten
  // at least, so that it is soon clear which. An area of one colour has as many sequences as its
  // pixels have bytes, of which none may be chosen: they are looked for at every eighth place.
  bool repeats(uint32_t until) const {
    constexpr int kOneIn = 64;
    constexpr int kClear = 2048;
    constexpr unsigned kBits = 12;
    std::array<uint32_t, 1 << kBits> places = {};
    int balance = 0;
    for (uint32_t i = at_; i < until && std::abs(balance) < kClear; ++i) {
      const uint64_t ahead = load_64(&data_[i]);
      if (ahead == load_64(&data_[i + 1])) {
        i += std::max(equal_length(&data_[i], &data_[i + 1], until - i), 8u) - 6;
        continue;
      }
      if (i % 8 == 0 && repeats_pixel(i)) {
        balance += kOneIn - 1;
        continue;
      }
      const uint64_t bytes = ahead & kRunMask;
      const uint64_t hash = bytes * 0x9e3779b97f4a7c15u;
      if (hash >> 61 != 0) {
        continue;
      }
      uint32_t& place = places[hash >> (61 - kBits) & ((1 << kBits) - 1)];
      const bool again =
          place != 0 && i - place <= kWindow && (load_64(&data_[place]) & kRunMask) == bytes;
      balance += again ? kOneIn - 1 : -1;
      place = i;
    }
    return balance > 0;
  }

  // Whether the same eight bytes follow after a pixel of two or more.
  bool repeats_pixel(uint32_t at) const {
    const uint8_t* here = &data_[at];
    const uint64_t ahead = load_64(here);
    return ahead == load_64(here + 3) || ahead == load_64(here + 4) || ahead == load_64(here + 6) ||
           ahead == load_64(here + 8);
  }

  // Takes the match that waits.
  void flush_pending() {
    if (pending_match_.length > 0) {
      add_match(pending_match_);
      at_ = emitted_;
      pending_match_ = {};
    }
  }

  void search_runs(uint32_t until) {
    while (at_ < until) {
      at_ = next_run(until);
      add_literals(at_);
      if (at_ == until) {
        break;
      }
      const uint32_t most = std::min(kMaxMatch, end_ - at_);
      add_match({equal_length(&data_[at_], &data_[at_ - 1], most), 1});
      at_ = emitted_;
    }
  }

  // Where bytes next equal the one before them; `until` where none do.
  uint32_t next_run(uint32_t until) const {
    // Of what is looked at, all but five bytes are places where one may begin.
    for (uint32_t i = std::max(at_, 1u); i + kMinRun <= end_ && i < until; i += 11) {
      const uint32_t one = equal_bytes(&data_[i], &data_[i - 1]);
      const uint32_t two = one & one >> 1;
      const uint32_t six = two & two >> 2 & two >> 4;
      if (six != 0) {
        const uint32_t run = i + static_cast<uint32_t>(__builtin_ctz(six));
        return run + kMinRun <= end_ ? std::min(run, until) : until;
      }
    }
    return until;
  }

  // A match for what stands at emitted_. One of a run that is cut off at kMaxMatch is followed by
  // the rest of it. (Matches further away are searched for again: a nearer one takes fewer bits.)
  void take_match(Match match, uint32_t until) {
    add_match(match);
    while (match.distance <= kRunPixel && match.length == kMaxMatch && emitted_ < until) {
      const uint8_t* here = &data_[emitted_];
      match.length =
          equal_length(here, here - match.distance, std::min(kMaxMatch, end_ - emitted_));
      if (match.length < effort_.nice) {
        break;
      }
      add_match(match);
    }
  }

  // Makes the places up to emitted_ known; of a run those at its end, for they are all alike. Where
  // there is to be little effort, what is within a match keeps the place where that comes from:
  // three bytes if it is not short, and all in the middle of a long one.
  void insert_emitted(bool is_run) {
    if (is_run && emitted_ - at_ > kLastPlacesOfRun) {
      at_ = emitted_ - kLastPlacesOfRun;
    }
    if (is_thorough_ || emitted_ - at_ <= kShort) {
      match_finder_.insert_all(data_.data(), at_, emitted_);
    } else {
      if (emitted_ - at_ > kLong) {
        match_finder_.insert_all_6(data_.data(), at_, at_ + kFirstPlaces);
        at_ = emitted_ - kLastPlaces;
      }
      match_finder_.insert_all_6(data_.data(), at_, emitted_);
    }
    at_ = emitted_;
  }

  // Where the match that waits begins, if what stands before it is made part of it, too.
  uint32_t extend_back(uint32_t start) {
    while (start > pending_match_.distance &&
           data_[start - 1] == data_[start - 1 - pending_match_.distance] && start > emitted_ &&
           pending_match_.length < kMaxMatch) {
      --start;
      ++pending_match_.length;
    }
    return start;
  }

  // A match waits until it is known that none at the next byte is longer (zlib's deflate_slow).
  void search_matches(uint32_t until, uint32_t shortest) {
    while (at_ < until) {
      const HashChainMatchFinder::Nearest nearest = match_finder_.insert(data_.data(), at_);
      Match match;
      if (pending_match_.length < effort_.lazy) {
        const uint32_t least = std::max(pending_match_.length, shortest - 1);
        match = match_finder_.find(data_.data(), at_, nearest, end_ - at_, least, effort_);
      }
      ++at_;
      if (pending_match_.length == 0 || match.length > pending_match_.length) {
        pending_match_ = match;
        continue;
      }
      add_literals(extend_back(at_ - 2));
      take_match(pending_match_, until);
      insert_emitted(pending_match_.distance <= (is_thorough_ ? 1 : kRunPixel));
      pending_match_ = {};
    }
    add_literals(pending_match_.length > 0 ? at_ - 1 : at_);
    if (at_ == end_) {
      flush_pending();
    }
  }

  const bool is_stored_;
  const bool is_thorough_;
  const HashChainMatchFinder::Effort effort_;
  HashChainMatchFinder match_finder_;
  std::array<uint8_t, kDataBytes + kSlack> data_;
  uint32_t emitted_ = 0;  // what stands before it is in a block
  uint32_t at_ = 0;       // the next place to look at
  uint32_t end_ = 0;
  Match pending_match_;  // for what begins at the byte before at_
  Block block_;
  uint32_t adler_ = kAdler32Start;
  Sink sink_;
  void* context_;
  std::array<uint8_t, Block::kMaxBytes> output_;
  BitWriter out_;
};

}  // namespace

std::unique_ptr<Deflater> Deflater::make(int level, Sink sink, void* context) {
  return std::unique_ptr<Deflater>(new (std::nothrow) LazyDeflater(level, sink, context));
}

void* Deflater::operator new(size_t size, const std::nothrow_t&) noexcept {
  return std::malloc(size);
}

void Deflater::operator delete(void* deflater) { std::free(deflater); }

Result<Buffer> zlib_compress(Bytes bytes, int level) {
  struct Output {
    Buffer buffer;
    size_t used = 0;
    bool fits = true;
  } output;
  const auto append = [](void* context, Bytes piece) {
    Output& to = *static_cast<Output*>(context);
    to.fits = to.fits && (piece.size() <= to.buffer.size() - to.used ||
                          to.buffer.grow(2 * to.used + piece.size()));
    if (to.fits) {
      std::memcpy(to.buffer.data() + to.used, piece.data(), piece.size());
      to.used += piece.size();
    }
  };
  const auto deflater = Deflater::make(level, append, &output);
  if (!deflater) {
    return out_of_memory(Deflater::kMemory);
  }
  deflater->write(bytes);
  deflater->finish();
  if (!output.fits) {
    return out_of_memory(bytes.size());
  }
  output.buffer.shrink(output.used);
  return std::move(output.buffer);
}

}  // namespace crop64::deflate
