#include "metadata/select.h"

#include "metadata/exif.h"
#include "metadata/photoshop.h"
#include "metadata/xmp.h"

namespace crop64 {
namespace {

bool is_kept(MetadataKind kind, const OutputFacts& facts) {
  switch (kind) {
    case MetadataKind::kColor:
      return facts.policy != MetadataPolicy::kNone && facts.same_colors;
    case MetadataKind::kLayout:
      return facts.policy != MetadataPolicy::kNone && facts.same_layout;
    case MetadataKind::kText:
      return facts.policy == MetadataPolicy::kAll;
    case MetadataKind::kPhotoshop:
    case MetadataKind::kOpaque:
      return facts.policy == MetadataPolicy::kAll && facts.same_image;
    default:
      return false;  // rewritten from its content
  }
}

}  // namespace

Result<Metadata> select_metadata(const SourceMetadata& source, const OutputFacts& facts) {
  Metadata metadata;
  Failure failed;
  const auto set = [&](Buffer& field, Result<Buffer> made) {
    if (made.ok()) {
      field = std::move(made.value());
    } else {
      failed = made.error();
    }
  };
  if (facts.profile != ProfileChoice::kNone) {
    set(metadata.icc_profile, facts.profile == ProfileChoice::kSource
                                  ? Buffer::copy_of(source.icc_profile)
                                  : display_p3_profile());
  }
  if (facts.policy != MetadataPolicy::kNone) {
    metadata.density = source.density;
  }
  for (const MetadataBlock& block : source.blocks) {
    if (facts.same_format && is_kept(block.kind, facts)) {
      metadata.raw.push_back(block.raw);
    }
    if (facts.policy != MetadataPolicy::kAll) {
      continue;
    }
    if (block.kind == MetadataKind::kExif && metadata.exif.size() == 0) {
      set(metadata.exif, update_exif(block.data, facts));
    } else if (block.kind == MetadataKind::kXmp && metadata.xmp.size() == 0) {
      set(metadata.xmp, update_xmp(block.data, facts));
    } else if (block.kind == MetadataKind::kPhotoshop && facts.same_format && !facts.same_image &&
               metadata.photoshop.size() == 0) {
      set(metadata.photoshop, update_photoshop(block.data));
    }
  }
  const int written_orientation =
      metadata.exif.size() > 0 ? read_exif_orientation(metadata.exif) : 1;
  if (exif_orientation(written_orientation) != facts.orientation) {
    set(metadata.exif, make_orientation_exif(facts.orientation));
  }
  return failed ? Result<Metadata>(*failed) : Result<Metadata>(std::move(metadata));
}

}  // namespace crop64
