// Does jobs natively, for tests that compare what comes out with what the module gives.
// Reads standard input: for each job its options, lines of a name and a value with a space between
// them, and its source file, each after its length as four bytes, lowest first. Writes for each job
// the result's length in the same way, and the result. What it cannot do ends it.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>

#include "job/job.h"

namespace {

using crop64::Options;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(EXIT_FAILURE);
}

// What a name stands for.
template <class Value>
Value named(const std::string& name, const std::map<std::string, Value>& values) {
  const auto found = values.find(name);
  if (found == values.end()) {
    give_up("Unknown: " + name);
  }
  return found->second;
}

int number(const std::string& text) { return std::atoi(text.c_str()); }
bool truth(const std::string& text) { return text == "true"; }

crop64::Resize& resize_of(Options& options) {
  return options.resize ? *options.resize : options.resize.emplace();
}

crop64::RectF& edges_of(Options& options) {
  options.crop.percent = false;
  return options.crop.edges;
}

using Setter = void (*)(Options& options, const std::string& value);

const std::map<std::string, Setter>& setters() {
  using crop64::Channels;
  using crop64::Fit;
  using crop64::Flip;
  using crop64::ImageFormat;
  using crop64::Kernel;
  using crop64::OutOfBounds;
  using crop64::Progressive;
  using Text = const std::string&;
  static const std::map<std::string, Setter> setters = {
      {"crop.left", [](Options& o, Text v) { edges_of(o).left = number(v); }},
      {"crop.top", [](Options& o, Text v) { edges_of(o).top = number(v); }},
      {"crop.right", [](Options& o, Text v) { edges_of(o).right = number(v); }},
      {"crop.bottom", [](Options& o, Text v) { edges_of(o).bottom = number(v); }},
      {"outOfBounds",
       [](Options& o, Text v) {
         o.out_of_bounds = named<OutOfBounds>(v, {{"pad", OutOfBounds::kPad}});
       }},
      {"background.r", [](Options& o, Text v) { o.background.r = uint8_t(number(v)); }},
      {"background.g", [](Options& o, Text v) { o.background.g = uint8_t(number(v)); }},
      {"background.b", [](Options& o, Text v) { o.background.b = uint8_t(number(v)); }},
      {"background.alpha", [](Options& o, Text v) { o.background.alpha = std::atof(v.c_str()); }},
      {"rotate", [](Options& o, Text v) { o.rotate = number(v); }},
      {"flip",
       [](Options& o, Text v) {
         o.flip =
             named<Flip>(v, {{"horizontal", Flip::kHorizontal}, {"vertical", Flip::kVertical}});
       }},
      {"resize.width", [](Options& o, Text v) { resize_of(o).width = number(v); }},
      {"resize.height", [](Options& o, Text v) { resize_of(o).height = number(v); }},
      {"resize.fit",
       [](Options& o, Text v) {
         resize_of(o).fit = named<Fit>(v, {{"fill", Fit::kFill}, {"contain", Fit::kContain}});
       }},
      {"resize.kernel",
       [](Options& o, Text v) {
         resize_of(o).kernel =
             named<Kernel>(v, {{"cubic", Kernel::kCubic}, {"lanczos3", Kernel::kLanczos3}});
       }},
      {"format",
       [](Options& o, Text v) {
         o.format = named<ImageFormat>(v, {{"jpeg", ImageFormat::kJpeg},
                                           {"png", ImageFormat::kPng},
                                           {"raw", ImageFormat::kRaw}});
       }},
      {"lossless", [](Options& o, Text v) { o.lossless = truth(v); }},
      {"quality", [](Options& o, Text v) { o.quality = number(v); }},
      {"progressive",
       [](Options& o, Text v) { o.progressive = truth(v) ? Progressive::kYes : Progressive::kNo; }},
      {"optimizeCoding", [](Options& o, Text v) { o.optimize_coding = truth(v); }},
      {"compressionLevel", [](Options& o, Text v) { o.compression_level = number(v); }},
      {"channels",
       [](Options& o, Text v) {
         o.channels = named<Channels>(v, {{"BGR", Channels::kBgr}});
       }},
      {"maxBytes", [](Options& o, Text v) { o.max_bytes = number(v); }},
  };
  return setters;
}

Options read_options(const std::string& text) {
  Options options;
  std::istringstream lines(text);
  std::string name;
  std::string value;
  while (lines >> name >> value) {
    named(name, setters())(options, value);
  }
  return options;
}

bool read_block(std::string& block) {
  unsigned char length[4];
  if (std::fread(length, 1, sizeof length, stdin) != sizeof length) {
    return false;
  }
  block.resize(length[0] | size_t{length[1]} << 8 | size_t{length[2]} << 16 |
               size_t{length[3]} << 24);
  return std::fread(block.data(), 1, block.size(), stdin) == block.size();
}

void write_block(crop64::Bytes block) {
  for (int shift = 0; shift < 32; shift += 8) {
    std::putchar(static_cast<int>(block.size() >> shift & 255));
  }
  std::fwrite(block.data(), 1, block.size(), stdout);
}

}  // namespace

int main() {
  std::string options;
  std::string file;
  while (read_block(options) && read_block(file)) {
    crop64::Source source;
    source.file = crop64::Bytes(reinterpret_cast<const uint8_t*>(file.data()), file.size());
    const auto outputs = crop64::Job::open(source, {read_options(options)}).finish();
    if (!outputs.ok()) {
      give_up(outputs.error().message);
    }
    const crop64::Output& output = outputs.value().front();
    const bool is_copy = output.plan.strategy == crop64::Strategy::kCopyFile;
    write_block(is_copy ? source.file : crop64::Bytes(output.bytes));
  }
  return EXIT_SUCCESS;
}
