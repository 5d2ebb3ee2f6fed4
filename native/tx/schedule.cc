#include "schedule.h"

#include <algorithm>
#include <cmath>

#include "backend.h"

namespace nmgen {

uint64_t LaneState::due(double elapsed, uint64_t most) const {
  if (!started(elapsed)) return 0;
  return pace.due_by(elapsed - start_ns, next, most);
}

void LaneState::advance(uint64_t slots) {
  next += slots;
  cursor = static_cast<uint32_t>((cursor + slots) % lane->slots.size());
  pace.advance(slots);
}

Schedule::Schedule(const Plan& plan) {
  for (const Lane& lane : plan.lanes) {
    const double start = lane.after.empty() ? lane.start_ns : -1;
    lanes_.push_back({.lane = &lane, .pace = Pace(lane, plan.stride, plan.shard), .start_ns = start});
    timed_ |= lane.shape != Shape::kLine || start != 0 || lane.for_ns > 0;
  }
}

// Starts the lanes whose predecessors are done, ends those whose time is over.
void Schedule::keep_time(double elapsed) {
  for (LaneState& lane : lanes_) {
    auto is_done = [&](uint32_t other) { return lanes_[other].done; };
    if (lane.start_ns < 0 && std::ranges::all_of(lane.lane->after, is_done))
      lane.start_ns = elapsed + lane.lane->start_ns;
    if (lane.lane->for_ns > 0 && lane.lane->open_ended && lane.started(elapsed) &&
        elapsed >= lane.start_ns + lane.lane->for_ns)
      lane.done = true;
  }
}

// The lane whose next slot has been due for longest.
Turn Schedule::next_paced(double elapsed) {
  Turn turn;
  double oldest = HUGE_VAL;
  for (LaneState& lane : lanes_) {
    if (!lane.paced() || lane.done) continue;
    const uint64_t slots = lane.due(elapsed, kMaxBurst);
    if (slots == 0) continue;
    const double due = lane.due_ns(lane.next);
    if (due >= oldest) continue;
    oldest = due;
    // After months, rounding can put a due time a little behind the time at which it was found due.
    turn = {&lane, static_cast<uint32_t>(slots), static_cast<uint64_t>(std::max(elapsed - due, 0.0))};
  }
  return turn;
}

Turn Schedule::next(uint64_t elapsed_ns, bool open) {
  const double elapsed = static_cast<double>(elapsed_ns);
  if (timed_) {
    keep_time(elapsed);
    if (Turn turn = next_paced(elapsed); turn.lane) return turn;
  }
  if (!open) return {};
  for (LaneState& lane : lanes_)
    if (!lane.paced() && !lane.done && lane.started(elapsed)) return {&lane, kMaxBurst, 0};
  return {};
}

bool Schedule::done(bool open) const {
  return std::ranges::all_of(lanes_, [&](const LaneState& l) { return l.done || (l.lane->open_ended && !open); });
}

void Schedule::retire(const std::vector<StreamState>& streams) {
  for (LaneState& lane : lanes_) {
    auto has_more = [&](uint32_t s) { return streams[s].next < streams[s].stream->limit; };
    lane.done |= std::ranges::none_of(lane.lane->slots, has_more);
  }
}

uint64_t Schedule::overdue(uint64_t elapsed_ns) const {
  uint64_t slots = 0;
  for (const LaneState& lane : lanes_)
    if (lane.paced() && !lane.done) slots += lane.due(static_cast<double>(elapsed_ns));
  return slots;
}

}  // namespace nmgen
