#include "schedule.h"

#include <algorithm>
#include <cmath>

#include "backend.h"

namespace nmgen {

uint64_t LaneState::due(double elapsed) const {
  if (elapsed < lane->offset_ns) return 0;
  // Bounded: with next to no period the quotient fits into no integer.
  const double periods = std::min((elapsed - lane->offset_ns) / lane->period_ns, 0x1p62);
  const uint64_t until = static_cast<uint64_t>(periods) + 1;
  return until > next ? until - next : 0;
}

void LaneState::advance(uint64_t slots) {
  next += slots;
  cursor = static_cast<uint32_t>((cursor + slots) % lane->slots.size());
}

Schedule::Schedule(const Plan& plan) {
  for (const Lane& lane : plan.lanes) lanes_.push_back({&lane});
  paced_ = std::ranges::any_of(lanes_, [](const LaneState& l) { return l.paced(); });
}

Turn Schedule::next(uint64_t elapsed_ns, bool line_open) {
  Turn turn;
  double elapsed = static_cast<double>(elapsed_ns), oldest = HUGE_VAL;
  for (LaneState& lane : lanes_) {
    if (!lane.paced() || lane.done) continue;
    uint64_t slots = lane.due(elapsed);
    double due = lane.due_ns(lane.next);
    if (slots == 0 || due >= oldest) continue;
    oldest = due;
    // After months, rounding can put a due time a little behind the time at which it was found due.
    const uint64_t late = static_cast<uint64_t>(std::max(elapsed - due, 0.0));
    turn = {&lane, static_cast<uint32_t>(std::min<uint64_t>(slots, kMaxBurst)), late};
  }
  if (turn.lane || !line_open) return turn;
  for (LaneState& lane : lanes_)
    if (!lane.paced() && !lane.done) return {&lane, kMaxBurst, 0};
  return turn;
}

bool Schedule::done(bool line_open) const {
  return std::ranges::all_of(lanes_, [&](const LaneState& l) { return l.done || (!l.paced() && !line_open); });
}

void Schedule::retire(const std::vector<StreamState>& streams) {
  for (LaneState& lane : lanes_) {
    auto has_more = [&](uint32_t s) { return streams[s].next < streams[s].stream->limit; };
    lane.done = std::ranges::none_of(lane.lane->slots, has_more);
  }
}

uint64_t Schedule::overdue(uint64_t elapsed_ns) const {
  uint64_t slots = 0;
  for (const LaneState& lane : lanes_)
    if (lane.paced() && !lane.done) slots += lane.due(static_cast<double>(elapsed_ns));
  return slots;
}

}  // namespace nmgen
