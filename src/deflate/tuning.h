// The numbers that were chosen by measurement. None is part of the format: others give valid
// streams, of other sizes and in other time. Each says what it was tuned on;
// docs/decisions/001-own-inflate.md and docs/decisions/002-own-deflate.md have the figures.
//
// "185 images" are icons, diagrams, screenshots and photographs, compared with libpng's files.
#pragma once

#include <cstddef>
#include <cstdint>

#include "deflate/constants.h"

namespace crop64::deflate {

// How hard a level searches, in the manner of zlib's configuration_table.
struct Effort {
  uint16_t good;       // a pending match of this length reduces max_chain to a quarter
  uint16_t lazy;       // a pending match of this length ends the search at the next byte
  uint16_t nice;       // a match of this length ends the search
  uint16_t max_chain;  // chain entries that are tried, at least 4
};

// Levels 1 to 9. Tuned on the 185 images: with a hash of six bytes, 48 entries find about as much
// as 128 with a hash of four; 24 entries at level 6 take 0.98 of the time, icons grow by up to 19
// %.
inline constexpr Effort kEfforts[] = {
    {4, 4, 16, 4},     {4, 5, 32, 8},        {4, 6, 32, 12},
    {8, 12, 64, 16},   {8, 16, 96, 24},      {8, 16, 128, 48},
    {8, 64, 258, 256}, {32, 128, 258, 1024}, {32, 258, 258, 4096},
};
// From this level on matches are searched for in photographs, too, and inserted completely.
// Tuned on photographs: 0.07 % smaller for six times the time.
constexpr int kThoroughLevel = 7;

// Match finder.

// Bytes that the hash of a chain covers. Tuned on text, gradients and tiles: with five bytes files
// are 0.5 to 4 % larger.
constexpr uint32_t kHashedBytes = 6;
// Tuned on a screenshot: 13, 14 and 16 bits take 1.13, 1.03 and 1.02 of the time to deflate.
constexpr unsigned kHashBits = 15;
// Chain entries that are tried at a run of one byte, where nearly all are alike. Tuned on
// screenshots.
constexpr uint32_t kMaxChainOfRun = 8;
// A match of three bytes is taken up to this distance. Tuned on text: 3 to 4 % smaller than without
// such matches; from further away three literals are as short.
constexpr uint32_t kMaxDistanceOf3 = kWindowSize / 2;

// Insertion of the positions inside a match, below kThoroughLevel.

// A match of up to this length is inserted into both tables. Tuned on the 185 images: if longer
// ones are not inserted by three bytes, it takes 0.95 of the time and files grow by 0 to 0.5 %.
constexpr uint32_t kMaxInsertedInBoth = 16;
// Every position of a match of up to this length is inserted by six bytes. Longer matches insert
// only their first kInsertedAtStart and last kInsertedAtEnd positions. Tuned on the 185 images:
// 0.94 of the time, 0.2 % larger.
constexpr uint32_t kMaxInsertedWhole = 64;
constexpr uint32_t kInsertedAtStart = 16;
constexpr uint32_t kInsertedAtEnd = 32;
// A run inserts only its last kInsertedOfRun positions. Tuned on screenshots.
constexpr uint32_t kInsertedOfRun = 16;
// A match of at most this distance repeats a pixel of 8-bit samples: a run.
constexpr uint32_t kMaxRunPeriod = 4;

// Blocks.

// A block ends after this many literals. Tuned on photographs: codes that fit smaller blocks better
// save more than their headers cost.
constexpr size_t kMaxBlockLiterals = size_t{32} * 1024;
constexpr size_t kMaxBlockMatches = size_t{8} * 1024 - 1;
// Windows of data in memory: the more, the less often the data moves. Less is as fast.
constexpr uint32_t kWindowsInMemory = 5;

// Does data repeat, or is it the filtered rows of a photograph? Then only runs are searched for.

// Data counts as repeating if more than 1 in kRepeatsOneIn sampled sequences of kHashedBytes
// occurred before. Tuned on the 185 images: at most 1 in 300 in photographs, at least 1 in 10 in
// drawings.
constexpr int kRepeatsOneIn = 64;
// Sampling ends when the balance of repeats, each counted kRepeatsOneIn times, is this clear.
constexpr int kClearBalance = 2048;
// One position in 2^kSampleBits is sampled, chosen by the hash of its bytes. With one in 16,
// dithered images of one bit pass for photographs.
constexpr unsigned kSampleBits = 3;
// The table of sampled positions.
constexpr unsigned kSampleTableBits = 12;
// The shortest match that is searched for in data that does not repeat, at kThoroughLevel.
constexpr uint32_t kMinMatchOfUnique = 6;
// The shortest run that is searched for in such data: long enough to pay for leaving the loop.
constexpr uint32_t kMinRun = 6;

// Inflating.

// A lookup decodes up to this many bits. Tuned on photographs: 11 are as good, 13 are slower.
constexpr unsigned kLitlenTableBits = 12;
constexpr unsigned kDistanceTableBits = 8;
// Two cursors are used if at most one symbol in so many is a match. Tuned on photographs: 0.79 of
// the time. Matches of other images interrupt them too often.
constexpr uint32_t kSymbolsPerRareMatch = 32;
// Less input than this is not worth a second cursor.
constexpr ptrdiff_t kMinSpeculativeInput = 1024;
// What the second cursor may decode before the first one reaches it.
constexpr size_t kMaxSpeculativeOutput = 8192;
constexpr size_t kMaxSpeculativeMatches = 64;
// The second cursor's positions that are recorded, and how many rounds lie between two of them. It
// is in step after some tens of codes, nearly always.
constexpr size_t kMaxSyncPoints = 8;
constexpr size_t kRoundsPerSyncPoint = 2;

}  // namespace crop64::deflate
