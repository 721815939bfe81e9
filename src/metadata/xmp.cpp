#include "metadata/xmp.h"

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <string_view>

namespace crop64 {
namespace {

std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool contains_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return text.find(word) != std::string_view::npos;
  });
}

// The part of a packet that a property takes, as an attribute (name="…") or an element
// (<name …>…</name>).
struct Extent {
  size_t first;
  size_t end;  // npos if the packet is malformed
};

constexpr std::string_view kSpaces = " \t\r\n";

// The extent of the property whose name begins at `at`; empty if the name occurs there as plain
// text.
Extent extent_of_property(std::string_view text, size_t at, size_t length) {
  constexpr size_t kNone = std::string_view::npos;
  const size_t after_name = at + length;
  const char before = at > 0 ? text[at - 1] : '\0';
  const char after = after_name < text.size() ? text[after_name] : '\0';
  if (before == '<' && (kSpaces.find(after) != kNone || after == '/' || after == '>')) {
    const size_t head = text.find('>', after_name);
    if (head == kNone || text[head - 1] == '/') {
      return {at - 1, head == kNone ? kNone : head + 1};
    }
    const size_t closing = text.find(text.substr(at, length), head);
    const bool closes = closing != kNone && text[closing - 1] == '/';
    const size_t end = closes ? text.find('>', closing) : kNone;
    return {at - 1, end == kNone ? kNone : end + 1};
  }
  if (kSpaces.find(before) != kNone && (kSpaces.find(after) != kNone || after == '=')) {
    const size_t quote = text.find_first_not_of("= \t\r\n", after_name);
    if (quote != kNone && (text[quote] == '"' || text[quote] == '\'')) {
      const size_t end = text.find(text[quote], quote + 1);
      return {at, end == kNone ? kNone : end + 1};
    }
  }
  return {after_name, after_name};
}

// Removes a property, in place. False if the packet is malformed.
bool erase_property(Buffer& xmp, std::string_view name) {
  const std::string_view text = text_of(xmp);
  uint8_t* data = xmp.data();
  size_t written = 0;
  size_t read = 0;
  const auto keep_up_to = [&](size_t end) {
    std::memmove(data + written, data + read, end - read);
    written += end - read;
  };
  for (size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, read)) {
    const Extent extent = extent_of_property(text, at, name.size());
    if (extent.end == std::string_view::npos) {
      return false;
    }
    keep_up_to(extent.first);
    read = extent.end;
  }
  keep_up_to(text.size());
  xmp.shrink(written);
  return true;
}

// Sets the packet's orientation, in both of its forms. Packets without one stay as they are.
void set_orientation(Buffer& xmp, Orientation orientation) {
  constexpr std::string_view kName = "tiff:Orientation";
  const std::string_view text = text_of(xmp);
  for (size_t at = text.find(kName); at != std::string_view::npos; at = text.find(kName, at + 1)) {
    const size_t digit = text.find_first_not_of("=\"'> \t\r\n", at + kName.size());
    if (digit != std::string_view::npos && text[digit] >= '1' && text[digit] <= '8') {
      xmp.data()[digit] = static_cast<uint8_t>('0' + exif_tag(orientation));
    }
  }
}

}  // namespace

// Not inlined into select_metadata(), as update_exif().
[[gnu::noinline]] Result<Buffer> update_xmp(Bytes packet, const OutputFacts& facts) {
  // Apple's packets end with a zero. A zero elsewhere means UTF-16, which is not supported.
  while (!packet.empty() && packet.back() == 0) {
    packet = packet.first(packet.size() - 1);
  }
  // Gain maps and motion photos follow the image in the file and are not copied.
  using namespace std::string_view_literals;
  if (contains_any(text_of(packet), {"\0"sv, "hdrgm:", "Container:Directory", "GCamera:MicroVideo",
                                     "GCamera:MotionPhoto"})) {
    return Buffer();
  }
  Result<Buffer> copy = Buffer::copy_of(packet);
  if (!copy.ok()) {
    return copy;
  }
  Buffer& xmp = copy.value();
  set_orientation(xmp, facts.orientation);
  bool good = true;
  if (!facts.same_image || !facts.same_format) {
    good = erase_property(xmp, "xmpNote:HasExtendedXMP");  // the rest is in a block of its own
  }
  if (!facts.same_image) {
    for (const char* name :
         {"xmp:Thumbnails", "xap:Thumbnails", "tiff:ImageWidth", "tiff:ImageLength",
          "exif:PixelXDimension", "exif:PixelYDimension", "exif:SubjectArea",
          "exif:SubjectLocation", "mwg-rs:Regions", "MP:RegionInfo", "Iptc4xmpExt:ImageRegion"}) {
      good = good && erase_property(xmp, name);
    }
    // Depth maps, panorama geometry and base64 images ("/9j/" is a JPEG) still describe the old
    // image.
    good = good && !contains_any(text_of(xmp),
                                 {"Thumbnails", "GImage:", "GDepth:", "GPano:", "Device:", "/9j/"});
  }
  return good ? std::move(copy) : Buffer();
}

}  // namespace crop64
