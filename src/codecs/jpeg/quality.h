// Estimates the quality of a JPEG from its quantisation table.
#pragma once

#include <array>
#include <cstdint>

namespace crop64::jpeg {

// A quantisation table in the zigzag order of its segment (ITU-T T.81, B.2.4.1).
using QuantisationTable = std::array<uint16_t, 64>;

// The quality, 1 to 100, whose luminance table differs least from `table`, by the sum of absolute
// differences: the quality itself for libjpeg's own tables, and the nearest one for other tables.
int nearest_quality(const QuantisationTable& table);

}  // namespace crop64::jpeg
