// What the fuzz targets share: options out of an input's tail, and what counts as a crash beside
// what the sanitizers find.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "job/job.h"

// libFuzzer's way to give an input (LLVM, "libFuzzer"). Each target is a file with this function.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace crop64 {

// Takes bytes from the end of an input, so that the file at its beginning stays one; zeros where
// there are no more.
class Tail {
 public:
  explicit Tail(Bytes input) : input_(input) {}

  uint8_t byte() {
    if (input_.empty()) {
      return 0;
    }
    const uint8_t last = input_.back();
    input_ = input_.first(input_.size() - 1);
    return last;
  }
  // Below `bound`, of at most 256.
  int below(int bound) { return byte() % bound; }
  bool flag() { return (byte() & 1) != 0; }
  Bytes rest() const { return input_; }

 private:
  Bytes input_;
};

[[noreturn]] inline void crash(const char* why) {
  std::fprintf(stderr, "%s\n", why);
  std::abort();
}

// Does one job on a complete file.
inline Result<Output> process(Bytes file, const Options& options) {
  Source source;
  source.file = file;
  Result<std::vector<Output>> outputs = Job::open(source, {options}).finish();
  return outputs.ok() ? Result<Output>(std::move(outputs.value().front())) : outputs.error();
}

// A fault of this library is a crash; every other error is an answer.
template <class Value>
bool is_answer(const Result<Value>& result) {
  if (!result.ok() && result.error().code == ErrorCode::kInternal) {
    crash(result.error().message.c_str());
  }
  return result.ok();
}

// So that no job is slow: pictures that are small, and little memory.
inline Limits small_limits() {
  Limits limits;
  limits.pixels = 1 << 18;
  limits.memory = 1 << 23;
  return limits;
}

template <class Value, class... Values>
Value pick(Tail& tail, Value first, Values... others) {
  const Value values[] = {first, static_cast<Value>(others)...};
  return values[tail.below(1 + int{sizeof...(others)})];
}

// Any options, of which most are the defaults where the tail is zeros.
inline Options take_options(Tail& tail) {
  Options options;
  options.limits = small_limits();
  options.format = pick<std::optional<ImageFormat>>(tail, std::nullopt, ImageFormat::kJpeg,
                                                    ImageFormat::kPng, ImageFormat::kRaw);
  options.auto_orient = !tail.flag();
  options.rotate = 90 * tail.below(4);
  options.flip = pick(tail, Flip::kNone, Flip::kHorizontal, Flip::kVertical);
  options.out_of_bounds = pick(tail, OutOfBounds::kClamp, OutOfBounds::kPad, OutOfBounds::kError);
  if (tail.flag()) {
    options.crop.percent = tail.flag();
    RectF& edges = options.crop.edges;
    edges.left = tail.byte() / 3.0 - 8;
    edges.top = tail.byte() / 3.0 - 8;
    edges.right = edges.left + tail.byte() / 2.0;
    edges.bottom = edges.top + tail.byte() / 2.0;
  }
  if (tail.flag()) {
    options.background = {tail.byte(), tail.byte(), tail.byte(), tail.below(3) / 2.0};
  }
  if (tail.flag()) {
    Resize& resize = options.resize.emplace();
    resize.width = 1 + tail.byte();
    if (tail.flag()) {
      resize.height = 1 + tail.byte();
    }
    resize.fit = pick(tail, Fit::kCover, Fit::kContain, Fit::kFill, Fit::kInside, Fit::kOutside);
    resize.kernel =
        pick(tail, Kernel::kLanczos3, Kernel::kNearest, Kernel::kLinear, Kernel::kCubic);
    resize.position_x = tail.below(3) / 2.0;
    resize.position_y = tail.below(3) / 2.0;
    resize.without_enlargement = tail.flag();
  }
  options.damaged = pick(tail, Damaged::kError, Damaged::kAccept);
  options.lossless = tail.flag();
  if (tail.flag()) {
    options.metadata =
        pick(tail, MetadataPolicy::kAll, MetadataPolicy::kColor, MetadataPolicy::kNone);
  }
  const bool own = tail.flag();  // else all options keep their defaults
  const bool jpeg = options.format == ImageFormat::kJpeg || !options.format;
  const bool png = options.format == ImageFormat::kPng || !options.format;
  if (own && jpeg) {
    options.quality = tail.below(101);
    options.progressive = pick(tail, Progressive::kKeep, Progressive::kNo, Progressive::kYes);
    options.optimize_coding = tail.flag();
    if (tail.flag()) {
      options.chroma_subsampling = ChromaSubsampling{1 + tail.below(2), 1 + tail.below(2)};
    }
  }
  if (own && png) {
    options.compression_level = tail.below(10);
    options.palette = tail.flag();
  }
  if (own && options.format == ImageFormat::kRaw) {
    options.channels = static_cast<Channels>(tail.below(int{uint8_t(Channels::kKeep)} + 1));
    options.bit_depth = 8 * tail.below(3);
  }
  if (tail.below(8) == 1) {
    options.max_bytes = 16.0 * tail.byte();
    options.min_quality = 1 + tail.below(100);
  }
  if (tail.flag()) {
    options.color_space = pick(tail, ColorSpace::kSrgb, ColorSpace::kDisplayP3);
  }
  if (tail.below(8) == 1) {  // no option at all
    Options copy;
    copy.copies_file = true;
    copy.limits = options.limits;
    return copy;
  }
  return options;
}

// Samples in place of a file, and no option that is a file's alone.
inline void ask_for_samples(Options& options) {
  options.format = ImageFormat::kRaw;
  options.quality.reset();
  options.min_quality.reset();
  options.progressive.reset();
  options.optimize_coding.reset();
  options.chroma_subsampling.reset();
  options.compression_level.reset();
  options.palette.reset();
}

}  // namespace crop64
