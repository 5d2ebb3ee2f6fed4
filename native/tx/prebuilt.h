#pragma once

#include <cstdint>
#include <vector>

#include "plan.h"

// Packets that repeat after a few: what varies in them is made before the first one is sent, and only copied then. What
// is kept of a packet are the 64-bit words in which packets differ (layout.h), not the frame: a copy costs two stores
// whatever the frame's length, on any device, and a period fits into the cache that is a hundred times as long.
namespace nmgen {

struct Group;
struct StreamState;

struct Prebuilt {
  // For all streams of a queue together. So much stays in the second-level cache beside the buffers.
  static constexpr size_t kBudget = 256 << 10;

  uint64_t period = 0;            // packets; 0: it is not used
  std::vector<uint64_t> words{};  // of packets 0, 1, 2 ... as they lie in the frame; so many more as a burst has
};

// After how many packets of this shard a stream repeats, but for its signature; 0: never, or too late for its share of
// the budget, or its frames have no words.
uint64_t prebuilt_period(const Plan& plan, const Stream& stream);

// Makes the words of all streams that have such a period.
void prebuild(const Plan& plan, std::vector<StreamState>& states);

// Writes what varies in a group of such a stream.
void write_prebuilt(const Group& group);

}  // namespace nmgen
