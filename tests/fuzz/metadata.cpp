// What a file says beside its samples, and what of it goes into another.
#include "codecs/registry.h"
#include "fuzz.h"
#include "metadata/exif.h"
#include "metadata/select.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using crop64::MetadataPolicy;
  crop64::Tail tail({data, size});
  crop64::OutputFacts facts;
  facts.policy =
      crop64::pick(tail, MetadataPolicy::kAll, MetadataPolicy::kColor, MetadataPolicy::kNone);
  facts.same_format = !tail.flag();
  facts.same_layout = tail.flag();
  facts.same_image = tail.flag();
  facts.profile = crop64::pick(tail, crop64::ProfileChoice::kSource, crop64::ProfileChoice::kNone,
                               crop64::ProfileChoice::kDisplayP3);
  facts.same_colors = tail.flag();
  facts.size = {1 + tail.byte(), 1 + tail.byte()};
  facts.orientation = crop64::exif_orientation(1 + tail.below(8));
  const crop64::Bytes file = tail.rest();
  crop64::read_exif_orientation(file);
  // Exif by itself, too, which is otherwise behind checksums.
  crop64::SourceMetadata bare;
  bare.add({crop64::MetadataKind::kExif, file, file});
  bare.add({crop64::MetadataKind::kXmp, file, file});
  bare.add({crop64::MetadataKind::kPhotoshop, file, file});
  is_answer(crop64::select_metadata(bare, facts));
  const crop64::Codec* codec = crop64::find_codec(file);
  if (codec != nullptr && codec->metadata != nullptr) {
    const auto said = codec->metadata(file);
    if (is_answer(said)) {
      is_answer(crop64::select_metadata(said.value(), facts));
    }
  }
  return 0;
}
