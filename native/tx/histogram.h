#pragma once

#include <cstdint>

#include "page.h"

// The bucket geometry of HdrHistogram(1, 60e9, 3 significant digits), which hdr-histogram-js reads: 2,048
// sub-buckets hold 0..2047 exactly, each further bucket of 1,024 doubles the range.
namespace nmgen::histogram {

inline constexpr uint64_t kHighest = 60'000'000'000;  // ns; longer is counted here
inline constexpr uint32_t kSubBuckets = 2048;
inline constexpr uint32_t kHalf = kSubBuckets / 2;
inline constexpr uint32_t kBuckets = 26;  // 2048 << 25 is the first power beyond 60 s
inline constexpr uint32_t kCells = (kBuckets + 1) * kHalf;

inline uint32_t index(uint64_t ns) {
  if (ns > kHighest) ns = kHighest;
  const uint32_t bucket = 53 - static_cast<uint32_t>(__builtin_clzll(ns | (kSubBuckets - 1)));
  const uint32_t sub = static_cast<uint32_t>(ns >> bucket);
  return ((bucket + 1) << 10) + sub - kHalf;
}

inline void record(page::Word* counts, uint64_t ns, uint64_t times = 1) { page::add(counts + index(ns), times); }

}  // namespace nmgen::histogram
