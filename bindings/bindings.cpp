// The way between JavaScript and the core: values in, copies out, no decisions. Emscripten's
// headers are included in this folder alone. No view of the module's memory leaves it.

#include <emscripten/bind.h>
#include <emscripten/val.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/base64.h"
#include "codecs/registry.h"
#include "fields.h"
#include "javascript.h"
#include "job/arriving.h"
#include "job/pipeline.h"

namespace bindings {
namespace {

using crop64::Arriving;
using crop64::Buffer;
using crop64::Bytes;
using crop64::Error;
using crop64::ErrorCode;
using crop64::Result;

val details_of(const Error& error) {
  val details = val::object();
  for (const crop64::Detail& detail : error.details) {
    if (detail.text != nullptr) {
      put(details, detail.name, detail.text);
    } else {
      put(details, detail.name, detail.value);
    }
  }
  return details;
}

val failure(const Error& error) {
  val response = val::object();
  put(response, "ok", false);
  put(response, "code", to_string(error.code));
  put(response, "message", error.message.c_str());
  put(response, "details", details_of(error));
  return response;
}

Error changed() {
  return make_error(ErrorCode::kInvalidArgument,
                    "The source became shorter while it was read. Do not resize or transfer its "
                    "buffer before the promise has settled.");
}

// Room for `length` bytes from JavaScript.
Result<Buffer> make_room(double length, double memory_limit = INFINITY) {
  if (length > memory_limit) {
    Error error = make_error(ErrorCode::kLimitExceeded,
                             "Expected at most %.0f for limits.memory but the source alone has "
                             "%.0f bytes. Raise the limit if you trust the source.",
                             memory_limit, length);
    error.details = {{"limit", memory_limit}, {"value", length}};
    return error;
  }
  const bool is_size = length >= 0 && length < 1e18;
  return is_size ? Buffer::allocate(static_cast<uint64_t>(length)) : changed();
}

// A copy of the first `length` bytes of an array. INVALID_ARGUMENT if it has fewer: the rest of the
// buffer would be memory of another job.
Result<Buffer> copy_in(const val& array, double length, double memory_limit = INFINITY) {
  Result<Buffer> buffer = make_room(length, memory_limit);
  if (buffer.ok() && copy(buffer.value().data(), array, 0, length) != length) {
    return changed();
  }
  return buffer;
}

Result<Buffer> copy_in(const val& array) { return copy_in(array, length_of(array)); }

val view_of(Bytes bytes) { return view(bytes.data(), bytes.size()); }

Result<Buffer> base64_text(Bytes bytes, const std::string& prefix) {
  Result<Buffer> text = Buffer::allocate(prefix.size() + crop64::base64_length(bytes.size()));
  if (text.ok()) {
    auto* out = reinterpret_cast<char*>(text.value().data());
    std::memcpy(out, prefix.data(), prefix.size());
    crop64::base64_encode(bytes, out + prefix.size());
  }
  return text;
}

// The longest string that every engine has: V8's, of which a few are taken for the prefix.
constexpr double kLongestText = 536'870'000;

// Bytes on their way out: in the module's memory or, of a file that did not come in, the caller's.
struct Outgoing {
  Bytes bytes;
  val theirs = val::undefined();  // Uint8Array; where it is one, there are no bytes

  // A view of the module's memory is good until that grows.
  val array() const { return theirs.isUndefined() ? view_of(bytes) : theirs; }
};

// The bytes that a caller sees, in the form that it asked for.
Result<val> hand_out(const Outgoing& out, Form form, const char* mime_type) {
  if (form == Form::kBytes) {
    return slice(out.array());
  }
  const double length = 4 * std::ceil(length_of(out.array()) / 3);
  if (length > kLongestText) {
    Error error = make_error(ErrorCode::kLimitExceeded,
                             "Expected at most %.0f characters of base64, which is what a string "
                             "may have, but the result has %.0f. Use toBytes() or toBlob().",
                             kLongestText, length);
    error.details = {{"limit", kLongestText}, {"value", length}};
    return error;
  }
  const std::string prefix =
      form == Form::kDataUrl ? std::string("data:") + mime_type + ";base64," : "";
  const val made = engine_base64(prefix.c_str(), out.array());
  if (!made.isUndefined()) {
    return made;
  }
  Result<Buffer> copy = out.theirs.isUndefined() ? Buffer() : copy_in(out.theirs);
  if (!copy.ok()) {
    return copy.error();
  }
  const Result<Buffer> encoded =
      base64_text(out.theirs.isUndefined() ? out.bytes : copy.value(), prefix);
  return encoded.ok() ? Result<val>(text(view_of(encoded.value()))) : encoded.error();
}

crop64::Model model_of(crop64::Channels channels) {
  using crop64::Channels;
  using crop64::ChromaSubsampling;
  using crop64::Model;
  switch (channels) {
    case Channels::kRgb:
      return Model::kRgb;
    case Channels::kBgra:
      return Model::kBgra;
    case Channels::kBgr:
      return Model::kBgr;
    case Channels::kGray:
      return Model::kGray;
    case Channels::kGrayAlpha:
      return Model::kGrayAlpha;
    case Channels::kRgba:
    case Channels::kKeep:
      break;
  }
  return Model::kRgba;
}

const char* color_space_name(crop64::ColorSpace space) {
  using crop64::ColorSpace;
  return space == ColorSpace::kSrgb        ? "srgb"
         : space == ColorSpace::kDisplayP3 ? "display-p3"
                                           : "other";
}

const char* channels_name(crop64::Model model) {
  using crop64::Model;
  switch (model) {
    case Model::kGray:
      return "GRAY";
    case Model::kGrayAlpha:
      return "GRAYA";
    case Model::kRgb:
      return "RGB";
    case Model::kRgba:
      return "RGBA";
    case Model::kBgr:
      return "BGR";
    case Model::kBgra:
      return "BGRA";
    case Model::kPalette:
      return "palette";
    case Model::kCmyk:
      return "CMYK";
  }
  return "";
}

// A source in the module's memory.
struct Loaded {
  Buffer bytes;
  Buffer icc_profile;
  crop64::Colors no_colors;
  crop64::Source source;
};

// The samples in `bytes`, or nothing if `input` has a size or a depth that samples cannot have, or
// `bytes` is not exactly as long as they are.
std::optional<crop64::ImageView> samples_of(const Input& input, const Buffer& bytes) {
  const auto is_side = [](double side) {
    return side >= 1 && side <= 0x7fffffff && side == std::floor(side);
  };
  if (!is_side(input.width) || !is_side(input.height) ||
      (input.bit_depth != 8 && input.bit_depth != 16) ||
      input.channels == crop64::Channels::kKeep) {
    return std::nullopt;
  }
  crop64::ImageView samples;
  samples.size = {static_cast<int>(input.width), static_cast<int>(input.height)};
  samples.layout = {model_of(input.channels), static_cast<int>(input.bit_depth)};
  // In floating point: the product may be more than size_t holds.
  const double stride = static_cast<double>(samples.layout.pixel_bytes()) * input.width;
  if (stride * input.height != static_cast<double>(bytes.size())) {
    return std::nullopt;
  }
  samples.data = bytes.data();
  samples.stride = static_cast<size_t>(stride);
  return samples;
}

std::optional<Error> load_samples(const Input& input, Loaded& loaded) {
  const std::optional<crop64::ImageView> samples = samples_of(input, loaded.bytes);
  if (!samples) {
    return make_error(ErrorCode::kInvalidArgument,
                      "Expected width x height x channels samples of 8 or 16 bits for source but "
                      "received %.0f x %.0f of %.0f bits in %.0f bytes. The buffer of the samples "
                      "must not be resized or transferred before the promise has settled.",
                      input.width, input.height, input.bit_depth, double(loaded.bytes.size()));
  }
  loaded.source.samples = *samples;
  loaded.source.samples.colors = &loaded.no_colors;
  loaded.source.kept_as = input.kept_as;
  if (input.display_p3) {
    loaded.source.color_space = crop64::ColorSpace::kDisplayP3;
  }
  if (!input.icc_profile.isUndefined()) {
    Result<Buffer> profile = copy_in(input.icc_profile);
    if (!profile.ok()) {
      return profile.error();
    }
    loaded.icc_profile = std::move(profile.value());
    loaded.source.icc_profile = loaded.icc_profile;
  }
  return std::nullopt;
}

std::optional<Error> load(const Input& input, double memory_limit, Loaded& loaded) {
  Result<Buffer> bytes = copy_in(input.data, length_of(input.data), memory_limit);
  if (!bytes.ok()) {
    return bytes.error();
  }
  loaded.bytes = std::move(bytes.value());
  if (input.kind == Kind::kSamples) {
    return load_samples(input, loaded);
  }
  size_t size = loaded.bytes.size();
  if (input.kind == Kind::kBase64) {
    const Result<size_t> decoded = crop64::base64_decode_in_place(loaded.bytes.data(), size);
    if (!decoded.ok()) {
      return decoded.error();
    }
    size = decoded.value();
  }
  loaded.source.file = Bytes(loaded.bytes.data(), size);
  return std::nullopt;
}

val describe(const crop64::ImageInfo& info, crop64::ColorSpace color_space) {
  val object = val::object();
  put(object, "format", to_string(info.format));
  put(object, "mimeType", info.mime_type);
  const crop64::Size displayed = oriented(info.size, info.orientation);
  put(object, "width", displayed.width);
  put(object, "height", displayed.height);
  put(object, "storedWidth", info.size.width);
  put(object, "storedHeight", info.size.height);
  put(object, "orientation", exif_tag(info.orientation));
  put(object, "colorSpace", color_space_name(color_space));
  put(object, "channels", channels_name(info.layout.model));
  put(object, "bitDepth", info.layout.depth);
  put(object, "hasAlpha", info.has_alpha);
  put(object, "isPalette", info.layout.model == crop64::Model::kPalette);
  put(object, "isInterlaced", info.interlaced);
  put(object, "isProgressive", info.progressive);
  put(object, "frameCount", info.frame_count);
  put(object, "hasIccProfile", info.has_icc_profile);
  put(object, "hasExif", info.has_exif);
  put(object, "chromaHorizontal",
      info.chroma_subsampling ? info.chroma_subsampling->horizontal : 0);
  put(object, "chromaVertical", info.chroma_subsampling ? info.chroma_subsampling->vertical : 0);
  put(object, "blockWidth", info.block.width);
  put(object, "blockHeight", info.block.height);
  put(object, "density", info.density_per_inch);
  put(object, "byteLength", double(info.byte_length));
  return object;
}

// The header of a file.
val probe(const val& from, double memory_limit) {
  Input input;
  read(from, input);
  Loaded loaded;
  if (const auto error = load(input, memory_limit, loaded)) {
    return failure(*error);
  }
  const Result<crop64::ImageInfo> info = crop64::probe(loaded.source);
  if (!info.ok()) {
    return failure(info.error());
  }
  if (info.value().format == crop64::ImageFormat::kUnknown) {
    return failure(unsupported(info.value()));
  }
  const Result<crop64::ColorSpace> color_space =
      crop64::color_space_of(loaded.source, info.value());
  if (!color_space.ok()) {
    return failure(color_space.error());
  }
  return success(describe(info.value(), color_space.value()));
}

// What a job gave, in the form that was asked for.
Result<val> report(const crop64::Output& done, const Outgoing& source, Form form) {
  const bool passed = done.plan.strategy == crop64::Strategy::kCopyFile;
  const char* mime_type = passed ? done.info.mime_type : crop64::mime_type(done.plan.format);
  const Outgoing bytes = passed ? source : Outgoing{done.bytes};
  const Result<val> data = hand_out(bytes, form, mime_type);
  if (!data.ok()) {
    return data.error();
  }
  // A copied file may be of a format that is not decoded here.
  const char* format = passed ? done.info.id : to_string(done.plan.format);
  const val result = file(data.value(), format, mime_type);
  if (form != Form::kBytes) {
    return result;  // a text is all that its caller wants
  }
  put(result, "byteLength", length_of(data.value()));
  put(result, "width", done.plan.size.width);
  put(result, "height", done.plan.size.height);
  put(result, "left", done.plan.region.left);
  put(result, "top", done.plan.region.top);
  put(result, "right", done.plan.region.right);
  put(result, "bottom", done.plan.region.bottom);
  put(result, "channels", channels_name(done.plan.layout.model));
  put(result, "bitDepth", done.plan.layout.depth);
  put(result, "frameCount", done.info.frame_count);
  put(result, "colorSpace", color_space_name(done.metadata.color_space));
  if (done.metadata.icc_profile.size() > 0) {
    put(result, "iccProfile", slice(view_of(done.metadata.icc_profile)));
  }
  if (done.quality > 0) {
    put(result, "quality", done.quality);
  }
  put(result, "lossless", done.lossless);
  put(result, "bytesRead", double(done.bytes_read));
  return result;
}

val report_all(const Result<std::vector<crop64::Output>>& outputs, const Outgoing& source,
               Form form) {
  if (!outputs.ok()) {
    return failure(outputs.error());
  }
  val results = val::array();
  for (const crop64::Output& output : outputs.value()) {
    const Result<val> result = report(output, source, form);
    if (!result.ok()) {
      return failure(result.error());
    }
    push(results, result.value());
  }
  return success(results);
}

// All jobs on a source.
struct Jobs {
  std::vector<crop64::Options> options;
  double memory_limit = INFINITY;

  explicit Jobs(const val& jobs) {
    for (int i = 0; i < length_of(jobs); ++i) {
      read(at(jobs, i), options.emplace_back());
      memory_limit = std::min(memory_limit, options.back().limits.memory);
    }
  }
};

// As a rule a file's header lies within this much of it.
constexpr double kBeginning = 65536;

// What a larger file is when it passes as it is: that is told by its beginning, and the rest need
// not come in. Nothing where it is not told, or does not pass.
std::optional<std::vector<crop64::Output>> pass_all(const val& file, const Jobs& jobs) {
  const double size = length_of(file);
  if (size <= kBeginning) {
    return std::nullopt;
  }
  const Result<Buffer> beginning = copy_in(file, kBeginning);
  return beginning.ok() ? crop64::pass_all(beginning.value(), uint64_t(size), jobs.options)
                        : std::nullopt;
}

// What comes in at a time: it is still in the processor's cache when it is decoded.
constexpr size_t kPiece = size_t{256} * 1024;

// Feeds a file's next `count` bytes, at most rest().size(), which begin at index `at` of an array.
// Returns false if the array has fewer.
bool bring(Arriving& arriving, const val& array, size_t at, size_t count) {
  const double copied = copy(arriving.rest().data(), array, double(at), double(count));
  arriving.arrived(static_cast<size_t>(copied));
  return copied == double(count);
}

val process_file(const val& file, const Jobs& jobs, Form form) {
  if (auto passed = pass_all(file, jobs)) {
    return report_all(std::move(*passed), {{}, file}, form);
  }
  Result<Buffer> room = make_room(length_of(file), jobs.memory_limit);
  if (!room.ok()) {
    return failure(room.error());
  }
  Arriving arriving(std::move(room.value()), jobs.options);
  while (!arriving.is_enough()) {
    const size_t there = arriving.file().size();
    const size_t rest = arriving.rest().size();
    const bool in_pieces = there == 0 || !arriving.is_idle();
    if (!bring(arriving, file, there, in_pieces ? std::min(kPiece, rest) : rest)) {
      return failure(changed());
    }
  }
  return report_all(arriving.process(), {arriving.file()}, form);
}

// All jobs on a source: `jobs` is an array of options, and the result an array in the same order.
val process(const val& from, const val& jobs_from, const val& form_name) {
  Input input;
  read(from, input);
  const Jobs jobs(jobs_from);
  const auto form = choice<Form>(form_name);
  if (input.kind == Kind::kFile) {
    return process_file(input.data, jobs, form);
  }
  Loaded loaded;
  if (const auto error = load(input, jobs.memory_limit, loaded)) {
    return failure(*error);
  }
  return report_all(process_all(loaded.source, jobs.options), {loaded.source.file}, form);
}

// The same of a file that JavaScript gets in pieces. begin_arriving() is given the first one and
// gives a number for the other three, of which one of the last two ends it; or 0 where pieces gain
// nothing, or anything stands against them: process() is then for the file as a whole.
using Handle = uintptr_t;

Arriving& arriving_of(Handle handle) { return *reinterpret_cast<Arriving*>(handle); }

Handle begin_arriving(double size, const val& jobs_from, const val& piece) {
  const Jobs jobs(jobs_from);
  Result<Buffer> room = make_room(size, jobs.memory_limit);
  const double length = length_of(piece);
  if (!room.ok() || !(length <= size)) {
    return 0;
  }
  auto arriving = std::make_unique<Arriving>(std::move(room.value()), jobs.options);
  const bool is_whole = bring(*arriving, piece, 0, static_cast<size_t>(length));
  return !is_whole || arriving->is_idle() ? 0 : reinterpret_cast<Handle>(arriving.release());
}

// The next piece. Whether it is enough.
bool arrive(Handle handle, const val& piece) {
  Arriving& arriving = arriving_of(handle);
  bring(arriving, piece, 0, arriving.rest().size());
  return arriving.is_enough();
}

void end_arriving(Handle handle) { delete &arriving_of(handle); }

// When it is enough; ends it, too.
val process_arrived(Handle handle, const val& form_name) {
  const std::unique_ptr<Arriving> arriving(&arriving_of(handle));
  return report_all(arriving->process(), {arriving->file()}, choice<Form>(form_name));
}

// How far the allocator has ever gone into the module's memory.
double heap_high_water() { return static_cast<double>(reinterpret_cast<uintptr_t>(sbrk(0))); }

}  // namespace

// Embind's only use of printf: names of types that were not bound, in errors that users never see.
// With a real one the C library's formatting would be in the module for that alone.
extern "C" int siprintf(char* text, const char* /*format*/, ...) {
  *text = '\0';
  return 0;
}

EMSCRIPTEN_BINDINGS(crop64) {
  emscripten::function("probe", &probe);
  emscripten::function("process", &process);
  emscripten::function("beginArriving", &begin_arriving);
  emscripten::function("arrive", &arrive);
  emscripten::function("processArrived", &process_arrived);
  emscripten::function("endArriving", &end_arriving);
  emscripten::function("heapHighWater", &heap_high_water);
}

}  // namespace bindings
