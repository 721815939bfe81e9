#include "metadata/metadata.h"

#include <doctest/doctest.h>

#include "support/metadata.h"

namespace crop64 {
namespace {

using namespace std::string_literals;

TEST_CASE("SourceMetadata ignores blocks beyond kMaxBlocks") {
  SourceMetadata source;
  const File data = file_of("x");
  for (size_t i = 0; i < SourceMetadata::kMaxBlocks + 5; ++i) {
    source.add({MetadataKind::kText, data, data});
  }
  CHECK(source.blocks.size() == SourceMetadata::kMaxBlocks);
}

}  // namespace
}  // namespace crop64
