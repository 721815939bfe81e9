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
#include "deflate/constants.h"
#include "deflate/load.h"
#include "deflate/match_finder.h"
#include "deflate/tuning.h"

namespace crop64::deflate {
namespace {

// Searches for matches in the whole window, with lazy evaluation as zlib's deflate_slow(); or only
// for runs of a byte, in data that does not repeat. Filtered rows of photographs are such data:
// runs are nearly all that can be found, and searching for them alone is several times as fast.
class LazyDeflater final : public Deflater {
 public:
  LazyDeflater(int level, Sink sink, void* context)
      : only_stores_(level == 0),
        is_thorough_(level >= kThoroughLevel),
        effort_(kEfforts[std::clamp(level, 1, 9) - 1]),
        sink_(sink),
        context_(context),
        out_(output_.data()) {
    out_.put(0x78, 8);  // DEFLATE with a window of 32 KB
    out_.put(0x9c, 8);  // default level, and the check bits
    out_.flush();
  }

  void write(Bytes bytes) override {
    adler_ = adler32_update(adler_, bytes);
    while (!bytes.empty()) {
      if (end_ == kDataSize) {
        search(end_ - kMaxMatch - kReadSlack);
        slide();
      }
      const size_t count = std::min(bytes.size(), size_t{kDataSize} - end_);
      std::memcpy(&data_[end_], bytes.data(), count);
      end_ += static_cast<uint32_t>(count);
      bytes = bytes.subspan(count);
    }
  }

  void finish() override {
    std::fill_n(data_.begin() + end_, kReadSlack, uint8_t{0});
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
  static constexpr uint32_t kDataSize = kWindowSize * kWindowsInMemory;
  static constexpr uint64_t kHashedMask = (uint64_t{1} << 8 * kHashedBytes) - 1;

  void slide() {
    const uint32_t count = next_ - kWindowSize;
    std::memmove(data_.data(), &data_[count], end_ - count);
    next_ -= count;
    emitted_ -= count;
    end_ -= count;
    match_finder_.slide(count);
  }

  void write_block(bool is_last) {
    if (only_stores_) {
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

  // Emits the bytes up to `until` as literals.
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
    block_.add_match(match);
    emitted_ += match.length;
  }

  // Turns the data from next_ to `until` into literals and matches. The last match may extend past
  // `until`, up to end_.
  void search(uint32_t until) {
    if (only_stores_) {
      add_literals(until);
      next_ = emitted_;
      return;
    }
    const bool repeated = repeats(until);
    // Data without matches is uniform, so that larger blocks save headers.
    const bool is_long = is_thorough_ && !repeated;
    block_.set_max_literals(is_long ? BlockWriter::kMaxLiterals : kMaxBlockLiterals);
    if (repeated || is_thorough_) {
      search_matches(until, repeated ? kMinMatch : kMinMatchOfUnique);
    } else {
      flush_pending();
      search_runs(until);
    }
  }

  // Estimates whether searching for matches pays: samples positions by the hash of their bytes and
  // returns true if more than one in kRepeatsOneIn repeats an earlier sample. Runs of a byte do not
  // count. An area of one colour has as many sequences as its pixels have bytes, and possibly none
  // of them is sampled: so every eighth position is checked for a repeated pixel.
  bool repeats(uint32_t until) const {
    std::array<uint32_t, 1 << kSampleTableBits> samples = {};
    int balance = 0;
    for (uint32_t i = next_; i < until && std::abs(balance) < kClearBalance; ++i) {
      const uint64_t ahead = load_64(&data_[i]);
      if (ahead == load_64(&data_[i + 1])) {
        i += std::max(equal_length(&data_[i], &data_[i + 1], until - i), 8u) - 6;
        continue;
      }
      if (i % 8 == 0 && repeats_pixel(i)) {
        balance += kRepeatsOneIn - 1;
        continue;
      }
      const uint64_t bytes = ahead & kHashedMask;
      const uint64_t hash = bytes * 0x9e3779b97f4a7c15u;
      if (hash >> (64 - kSampleBits) != 0) {
        continue;
      }
      constexpr unsigned kShift = 64 - kSampleBits - kSampleTableBits;
      uint32_t& sample = samples[hash >> kShift & ((1 << kSampleTableBits) - 1)];
      const bool is_repeat = sample != 0 && i - sample <= kWindowSize &&
                             (load_64(&data_[sample]) & kHashedMask) == bytes;
      balance += is_repeat ? kRepeatsOneIn - 1 : -1;
      sample = i;
    }
    return balance > 0;
  }

  // True if the same eight bytes follow one pixel later, for pixels of 3, 4, 6 or 8 bytes.
  bool repeats_pixel(uint32_t index) const {
    const uint8_t* here = &data_[index];
    const uint64_t ahead = load_64(here);
    return ahead == load_64(here + 3) || ahead == load_64(here + 4) || ahead == load_64(here + 6) ||
           ahead == load_64(here + 8);
  }

  // Emits the pending match.
  void flush_pending() {
    if (pending_match_.length > 0) {
      add_match(pending_match_);
      next_ = emitted_;
      pending_match_ = {};
    }
  }

  void search_runs(uint32_t until) {
    while (next_ < until) {
      next_ = next_run(until);
      add_literals(next_);
      if (next_ == until) {
        break;
      }
      const uint32_t max_length = std::min(kMaxMatch, end_ - next_);
      add_match({equal_length(&data_[next_], &data_[next_ - 1], max_length), 1});
      next_ = emitted_;
    }
  }

  // Returns the next position where at least kMinRun bytes equal the byte before, or `until`.
  uint32_t next_run(uint32_t until) const {
    static_assert(kMinRun == 6);
    // Of 16 positions that are compared, a run of six can begin at the first eleven.
    constexpr uint32_t kStep = 16 - (kMinRun - 1);
    for (uint32_t i = std::max(next_, 1u); i + kMinRun <= end_ && i < until; i += kStep) {
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

  // Emits a match at emitted_. If it is the start of a run that is longer than kMaxMatch, emits the
  // rest of the run, too. (The rest of other matches is searched for again: a nearer match takes
  // fewer bits.)
  void take_match(Match match, uint32_t until) {
    add_match(match);
    while (match.distance <= kMaxRunPeriod && match.length == kMaxMatch && emitted_ < until) {
      const uint8_t* here = &data_[emitted_];
      match.length =
          equal_length(here, here - match.distance, std::min(kMaxMatch, end_ - emitted_));
      if (match.length < effort_.nice) {
        break;
      }
      add_match(match);
    }
  }

  // Inserts the positions from next_ to emitted_ into the match finder; fewer of them in a run,
  // where all are alike, and, unless the level is thorough, in long matches, where the earlier
  // positions that the match refers to serve as well.
  void insert_emitted(bool is_run) {
    if (is_run && emitted_ - next_ > kInsertedOfRun) {
      next_ = emitted_ - kInsertedOfRun;
    }
    if (is_thorough_ || emitted_ - next_ <= kMaxInsertedInBoth) {
      match_finder_.insert_all(data_.data(), next_, emitted_);
    } else {
      if (emitted_ - next_ > kMaxInsertedWhole) {
        match_finder_.insert_all_6(data_.data(), next_, next_ + kInsertedAtStart);
        next_ = emitted_ - kInsertedAtEnd;
      }
      match_finder_.insert_all_6(data_.data(), next_, emitted_);
    }
    next_ = emitted_;
  }

  // Extends the pending match, which begins at `start`, backwards. Returns where it begins then.
  uint32_t extend_back(uint32_t start) {
    while (start > pending_match_.distance &&
           data_[start - 1] == data_[start - 1 - pending_match_.distance] && start > emitted_ &&
           pending_match_.length < kMaxMatch) {
      --start;
      ++pending_match_.length;
    }
    return start;
  }

  // A match stays pending until the next byte turns out to have no longer one.
  void search_matches(uint32_t until, uint32_t min_match) {
    while (next_ < until) {
      const HashChainMatchFinder::Heads heads = match_finder_.insert(data_.data(), next_);
      Match match = {};
      if (pending_match_.length < effort_.lazy) {
        const uint32_t min_length = std::max(pending_match_.length, min_match - 1);
        match = match_finder_.find(data_.data(), next_, heads, end_ - next_, min_length, effort_);
      }
      ++next_;
      if (pending_match_.length == 0 || match.length > pending_match_.length) {
        pending_match_ = match;
        continue;
      }
      add_literals(extend_back(next_ - 2));
      take_match(pending_match_, until);
      insert_emitted(pending_match_.distance <= (is_thorough_ ? 1 : kMaxRunPeriod));
      pending_match_ = {};
    }
    add_literals(pending_match_.length > 0 ? next_ - 1 : next_);
    if (next_ == end_) {
      flush_pending();
    }
  }

  const bool only_stores_;
  const bool is_thorough_;
  const Effort effort_;
  HashChainMatchFinder match_finder_;
  std::array<uint8_t, kDataSize + kReadSlack> data_;
  uint32_t emitted_ = 0;      // data before this index is in a block
  uint32_t next_ = 0;         // the next index to search at
  uint32_t end_ = 0;          // of the data
  Match pending_match_ = {};  // begins at the byte before next_
  BlockWriter block_;
  uint32_t adler_ = kAdler32Start;
  Sink sink_;
  void* context_;
  std::array<uint8_t, BlockWriter::kMaxBytes> output_;
  BitWriter out_;
};

static_assert(sizeof(LazyDeflater) <= Deflater::kMemory);

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
