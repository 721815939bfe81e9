#include "deflate/symbols.h"

#include <doctest/doctest.h>

namespace crop64::deflate {
namespace {

// RFC 1951, section 3.2.5: the smallest length of each symbol from 257 on, and its extra bits.
constexpr uint32_t kLengths[][2] = {
    {3, 0},  {4, 0},  {5, 0},  {6, 0},   {7, 0},   {8, 0},   {9, 0},   {10, 0},  {11, 1}, {13, 1},
    {15, 1}, {17, 1}, {19, 2}, {23, 2},  {27, 2},  {31, 2},  {35, 3},  {43, 3},  {51, 3}, {59, 3},
    {67, 4}, {83, 4}, {99, 4}, {115, 4}, {131, 5}, {163, 5}, {195, 5}, {227, 5}, {258, 0}};

// The smallest distance of each symbol, and its extra bits.
constexpr uint32_t kDistances[][2] = {
    {1, 0},     {2, 0},     {3, 0},     {4, 0},      {5, 1},      {7, 1},
    {9, 2},     {13, 2},    {17, 3},    {25, 3},     {33, 4},     {49, 4},
    {65, 5},    {97, 5},    {129, 6},   {193, 6},    {257, 7},    {385, 7},
    {513, 8},   {769, 8},   {1025, 9},  {1537, 9},   {2049, 10},  {3073, 10},
    {4097, 11}, {6145, 11}, {8193, 12}, {12289, 12}, {16385, 13}, {24577, 13}};

TEST_CASE("length_symbol() follows the table of RFC 1951 for every length") {
  for (uint32_t length = kMinMatch; length <= kMaxMatch; ++length) {
    CAPTURE(length);
    const Symbol symbol = length_symbol(length);
    REQUIRE(symbol.symbol >= 257);
    REQUIRE(symbol.symbol <= 285);
    const auto& [base, extra_bits] = kLengths[symbol.symbol - 257];
    CHECK(symbol.extra_bits == extra_bits);
    CHECK(symbol.extra < 1u << extra_bits);
    CHECK(base + symbol.extra == length);
  }
  CHECK(length_symbol(258).symbol == 285);
}

TEST_CASE("distance_symbol() follows the table of RFC 1951 for every distance") {
  for (uint32_t distance = 1; distance <= kWindowSize; ++distance) {
    const Symbol symbol = distance_symbol(distance);
    REQUIRE(symbol.symbol < kNumDistances);
    const auto& [base, extra_bits] = kDistances[symbol.symbol];
    REQUIRE(symbol.extra_bits == extra_bits);
    REQUIRE(symbol.extra < 1u << extra_bits);
    REQUIRE(base + symbol.extra == distance);
  }
}

}  // namespace
}  // namespace crop64::deflate
