#include <algorithm>
#include <cmath>

#include "backend.h"
#include "plan_parts.h"

namespace nmgen::decode {
namespace {

constexpr uint64_t kMaxLateNs = 3'600'000'000'000;
constexpr double kMaxCatchUp = 1000;

bool is_time(double ns) { return std::isfinite(ns) && ns >= 0; }

// Counting what is due needs an order, and each cycle to be over before the next.
void check_offsets(Reader& in, const Lane& lane) {
  in.require(lane.offsets.size() <= kMaxOffsets, "a lane's table is too long");
  in.require((lane.shape == Shape::kTrace) == !lane.offsets.empty(), "a lane's table is missing, or out of place");
  if (!in.ok || lane.offsets.empty()) return;
  const bool rising = std::ranges::is_sorted(lane.offsets) && std::ranges::all_of(lane.offsets, is_time);
  in.require(rising && is_time(lane.cycle_ns) && lane.offsets.back() < lane.cycle_ns, "a lane's table is out of order");
}

std::vector<uint32_t> read_slots(Reader& in, size_t streams) {
  std::vector<uint32_t> slots;
  for (uint32_t n = in.count(4); n > 0 && in.ok; n--) {
    slots.push_back(in.u32());
    in.require(slots.back() < streams, "a lane names an unknown stream");
  }
  in.require(!slots.empty(), "a lane is empty");
  return slots;
}

// A turn leads to a cycle by its first member: one that no slot names would never be done, nor would its lane.
void check_cycles(Reader& in, const Lane& lane, size_t streams) {
  if (!in.ok || lane.cycles.empty()) return;
  std::vector<bool> named(streams, false);
  for (uint32_t slot : lane.slots) named[slot] = true;
  for (const std::vector<uint32_t>& cycle : lane.cycles) {
    in.require(named[cycle[0]], "a lane never takes one of its cycles");
    named[cycle[0]] = false;  // a second one of the same name would take its turns
  }
}

void check_times(Reader& in, const Lane& lane) {
  in.require(is_time(lane.period_ns) && is_time(lane.start_ns) && is_time(lane.for_ns), "a lane's time is none");
  in.require(lane.shape == Shape::kLine || lane.shape == Shape::kRamp || lane.period_ns > 0, "a lane has no period");
  in.require(lane.shape != Shape::kBurst || lane.burst >= 1, "a lane's burst is empty");
  in.require(lane.shape != Shape::kRamp || (is_time(lane.from_pns) && is_time(lane.to_pns) && lane.to_pns > 0 &&
                                            is_time(lane.over_ns) && lane.over_ns > 0),
             "a lane's ramp leads nowhere");
}

}  // namespace

Pacing read_pacing(Reader& in) {
  const uint32_t policy = in.u32();
  const Pacing pacing{static_cast<LatePolicy>(policy), in.u32(), in.u64(), in.f64()};
  in.require(policy <= static_cast<uint32_t>(LatePolicy::kFail), "what to do when late is unknown");
  in.require(pacing.burst >= 1 && pacing.burst <= kMaxBurst, "a burst has no packets, or too many");
  in.require(pacing.late_ns <= kMaxLateNs, "late is too late");
  in.require(pacing.catch_up == 0 || (pacing.catch_up >= 1 && pacing.catch_up <= kMaxCatchUp),
             "what was missed is never caught up");
  return pacing;
}

Lane read_lane(Reader& in, size_t streams) {
  const uint32_t shape = in.u32();
  Lane lane{.shape = static_cast<Shape>(shape),
            .period_ns = in.f64(),
            .start_ns = in.f64(),
            .for_ns = in.f64(),
            .open_ended = in.u32() != 0,
            .tight = in.u32() != 0,
            .burst = in.u64(),
            .from_pns = in.f64(),
            .to_pns = in.f64(),
            .over_ns = in.f64(),
            .key = in.u64(),
            .cycle_ns = in.f64(),
            .offsets = {},
            .after = {},
            .slots = {},
            .cycles = {}};
  in.require(shape <= static_cast<uint32_t>(Shape::kTrace), "a lane has an unknown shape");
  check_times(in, lane);
  for (uint32_t n = in.count(8); n > 0 && in.ok; n--) lane.offsets.push_back(in.f64());
  check_offsets(in, lane);
  for (uint32_t n = in.count(4); n > 0 && in.ok; n--) lane.after.push_back(in.u32());
  lane.slots = read_slots(in, streams);
  for (uint32_t n = in.count(8); n > 0 && in.ok; n--) lane.cycles.push_back(read_slots(in, streams));
  check_cycles(in, lane, streams);
  return lane;
}

// Lanes that wait for each other would wait for ever: each must have its turn once those before it have had theirs.
void check_waits(Reader& in, const std::vector<Lane>& lanes) {
  for (const Lane& lane : lanes)
    for (uint32_t other : lane.after) in.require(other < lanes.size(), "a lane waits for one that is not there");
  if (!in.ok) return;
  std::vector<std::vector<uint32_t>> waiting(lanes.size());
  std::vector<size_t> awaited(lanes.size());
  std::vector<uint32_t> ready;
  for (uint32_t i = 0; i < lanes.size(); i++) {
    awaited[i] = lanes[i].after.size();
    if (awaited[i] == 0) ready.push_back(i);
    for (uint32_t other : lanes[i].after) waiting[other].push_back(i);
  }
  for (size_t done = 0; done < ready.size(); done++)
    for (uint32_t next : waiting[ready[done]])
      if (--awaited[next] == 0) ready.push_back(next);
  in.require(ready.size() == lanes.size(), "lanes wait for each other");
}

}  // namespace nmgen::decode
