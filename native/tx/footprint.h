#pragma once

#include <cstdint>
#include <vector>

#include "plan.h"

namespace nmgen {

// Memory of the heap that a queue's loop has before its first packet and keeps: bytes. Its device has its buffers, and
// JavaScript its counter page, beside it.
struct Footprint {
  uint64_t queue = 0;             // whatever is nobody's own
  std::vector<uint64_t> streams;  // in the order of the plan
};

// Makes what a TxLoop makes of the plan, and counts it.
Footprint tx_footprint(const Plan& plan);
// Of a receiver, without what it keeps of groups and of schedules.
Footprint rx_footprint(const Plan& plan);

}  // namespace nmgen
