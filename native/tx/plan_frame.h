#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "plan_field.h"

// A frame of the Plan, and the checksums in it that vary.
namespace nmgen {

// Sites are finished in their order, the inner ones first.
struct Site {
  uint32_t offset;
  uint32_t base;  // one's-complement sum of all covered bytes that do not vary
  bool zero_is_ones;
  bool bad = false;              // sent wrong on purpose
  bool crc32c = false;           // 32 bits over start..end-1 instead of a sum
  uint32_t start = 0, end = 0;   // what it covers
  std::vector<SumEntry> sums{};  // the later sites in which its own value counts
  bool hidden = false;           // another fragment holds it: here it counts in the sums around it, and no more

  uint32_t bytes() const { return crc32c ? 4 : 2; }
};

struct Template {
  uint32_t id;  // of its ground: what Frame::holds remembers
  std::vector<uint8_t> bytes;
  std::vector<Site> sites;        // only those that varying fields reach; the others are finished in `bytes`
  std::vector<uint64_t> bases{};  // what it has in each word of the stream's layout, and each site's base
  std::shared_ptr<const std::vector<uint8_t>> ground{};  // what a buffer is filled with; null: `bytes`

  const std::vector<uint8_t>& filling() const { return ground ? *ground : bytes; }
};

}  // namespace nmgen
