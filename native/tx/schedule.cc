#include "schedule.h"

#include <algorithm>
#include <cmath>

#include "backend.h"

namespace nmgen {

uint64_t LaneState::due(double elapsed, uint64_t most) const {
  if (!started(elapsed)) return 0;
  // Behind schedule, an open-ended lane still sends what was due before its end (times are whole ns).
  if (lane->open_ended) elapsed = std::min(elapsed, end_ns - 1);
  return pace.due_by(tempo.schedule(elapsed), next, most);
}

bool LaneState::over(double elapsed) const {
  return lane->open_ended && started(elapsed) && elapsed >= end_ns && (!paced() || due(elapsed, 1) == 0);
}

void LaneState::advance(uint64_t slots) {
  next += slots;
  const uint64_t size = lane->slots.size(), to = cursor + slots;
  // One at a time, as streams in turn are, without a division.
  cursor = static_cast<uint32_t>(to < size ? to : to - size < size ? to - size : to % size);
  pace.advance(slots);
}

// One is, however its due time is rounded.
uint32_t LaneState::due_together(uint32_t most) const {
  return std::max(1u, static_cast<uint32_t>(due(due_ns(next), most)));
}

uint32_t LaneState::take(const std::vector<StreamState>& streams) {
  const uint32_t slot = lane->slots[cursor];
  if (cycles.empty() || cycle_of[slot] < 0) return slot;
  Cycle& cycle = cycles[static_cast<size_t>(cycle_of[slot])];
  const std::vector<uint32_t>& order = *cycle.order;
  for (size_t tried = 0; !cycle.done && tried < order.size(); tried++) {
    const uint32_t s = order[cycle.cursor];
    cycle.cursor = cycle.cursor + 1 == order.size() ? 0 : cycle.cursor + 1;
    if (streams[s].next < streams[s].stream->limit) return s;
  }
  cycle.done = true;
  return slot;
}

void LaneState::put_back() {
  const uint32_t slot = lane->slots[cursor];
  if (cycles.empty() || cycle_of[slot] < 0) return;
  Cycle& cycle = cycles[static_cast<size_t>(cycle_of[slot])];
  cycle.cursor = static_cast<uint32_t>((cycle.cursor == 0 ? cycle.order->size() : cycle.cursor) - 1);
}

Schedule::Schedule(const Plan& plan)
    : duration_ns_(plan.duration_ns ? static_cast<double>(plan.duration_ns) : HUGE_VAL), pacing_(plan.pacing) {
  for (const Lane& lane : plan.lanes) {
    lanes_.push_back({.lane = &lane, .pace = Pace(lane, plan.stride, plan.shard)});
    if (!lane.cycles.empty()) lanes_.back().cycle_of.assign(plan.streams.size(), -1);
    for (const std::vector<uint32_t>& order : lane.cycles) {
      lanes_.back().cycle_of[order[0]] = static_cast<int32_t>(lanes_.back().cycles.size());
      lanes_.back().cycles.push_back({&order});
    }
    auto endless = [&](uint32_t s) { return plan.streams[s].limit == ~uint64_t{0}; };
    auto none = [&](const std::vector<uint32_t>& order) { return std::ranges::none_of(order, endless); };
    lanes_.back().counted = none(lane.slots) && std::ranges::all_of(lane.cycles, none);
    if (lane.after.empty()) begin(lanes_.back(), lane.start_ns);
    timed_ |= lane.shape != Shape::kLine || !lane.after.empty() || lane.start_ns > 0 || lane.for_ns > 0;
  }
}

void Schedule::begin(LaneState& lane, double start_ns) const {
  lane.start_ns = start_ns;
  lane.tempo = {start_ns, 0, factor_, 1 / factor_, std::max(change_ns_, start_ns)};
  lane.end_ns = std::min(lane.lane->for_ns > 0 ? start_ns + lane.lane->for_ns : HUGE_VAL, duration_ns_);
}

bool Schedule::paced() const {
  return !lanes_.empty() && std::ranges::all_of(lanes_, [](const LaneState& lane) { return lane.paced(); });
}

// Starts the lanes whose predecessors are done, ends those whose time is over.
void Schedule::keep_time(double elapsed) {
  if (elapsed >= change_ns_) keep_rate(elapsed);
  for (LaneState& lane : lanes_) {
    auto is_done = [&](uint32_t other) { return lanes_[other].done; };
    if (lane.start_ns < 0 && std::ranges::all_of(lane.lane->after, is_done)) begin(lane, elapsed + lane.lane->start_ns);
    lane.done |= elapsed < change_ns_ && lane.over(elapsed);  // else what is due behind the change is not known yet
  }
}

void Schedule::change_rate(double factor, double at_ns) {
  next_factor_ = factor;
  change_ns_ = at_ns;
  for (LaneState& lane : lanes_) lane.tempo.until = std::max(at_ns, lane.tempo.since);
}

// What was due before the change keeps its time, if it is not too late for that.
void Schedule::keep_rate(double elapsed) {
  auto runs = [&](const LaneState& l) { return l.paced() && !l.done && l.start_ns >= 0 && l.start_ns < change_ns_; };
  for (const LaneState& lane : lanes_)
    if (runs(lane) && lane.due(elapsed, 1) && elapsed - lane.due_ns(lane.next) <= static_cast<double>(pacing_.late_ns))
      return;
  for (LaneState& lane : lanes_) {
    Tempo& tempo = lane.tempo;
    const uint64_t missed = runs(lane) ? lane.due(elapsed) : 0;
    if (!lane.counted) given_up_ += missed;
    const double at = missed ? lane.pace.due_ns(lane.next) : tempo.schedule(tempo.until);
    tempo = {std::max(change_ns_, tempo.since), runs(lane) ? at : 0, next_factor_, 1 / next_factor_, HUGE_VAL};
  }
  factor_ = next_factor_;
  change_ns_ = HUGE_VAL;
}

double Schedule::oldest_due() const {
  double oldest = HUGE_VAL;
  for (const LaneState& lane : lanes_)
    if (lane.paced() && !lane.done && lane.start_ns >= 0) oldest = std::min(oldest, lane.due_ns(lane.next));
  return oldest;
}

// What was missed in a stall is not sent as one burst: of the time that has passed since the last look, no more than
// counts as late is given at once, and what is left comes `catch_up` times as fast as asked.
double Schedule::time_at(double elapsed) {
  if (pacing_.catch_up == 0) return elapsed;
  if (behind_) time_ = std::min(time_, oldest_due());  // what could not be sent yet was not given either
  const double passed = std::min(elapsed - looked_, static_cast<double>(pacing_.late_ns));
  looked_ = elapsed;
  return time_ = std::min(elapsed, time_ + pacing_.catch_up * passed);
}

// The lane whose next slot has been due for longest.
Turn Schedule::next_paced(double time, double elapsed) {
  Turn turn;
  double oldest = HUGE_VAL;
  for (LaneState& lane : lanes_) {
    if (!lane.paced() || lane.done) continue;
    const uint64_t slots = lane.due(time, pacing_.burst);
    if (slots == 0) continue;
    const double due = lane.due_ns(lane.next);
    if (due >= oldest) continue;
    oldest = due;
    // After months, rounding can put a due time a little behind the time at which it was found due.
    turn = {&lane, static_cast<uint32_t>(slots), static_cast<uint64_t>(std::max(0.0, elapsed - due))};
  }
  return turn;
}

Turn Schedule::next(uint64_t elapsed_ns, bool open) {
  const double elapsed = static_cast<double>(elapsed_ns);
  if (timed_) {
    keep_time(elapsed);
    const Turn turn = next_paced(time_at(elapsed), elapsed);
    behind_ = turn.late_ns > pacing_.late_ns;
    if (turn.lane) return turn;
  }
  return open ? next_unpaced(elapsed) : Turn{};
}

Turn Schedule::next_unpaced(double elapsed) {
  for (size_t tried = 0; tried < lanes_.size(); tried++) {
    LaneState& lane = lanes_[unpaced_++ % lanes_.size()];
    if (!lane.paced() && !lane.done && lane.started(elapsed)) return {&lane, pacing_.burst, 0};
  }
  return {};
}

bool Schedule::done(uint64_t elapsed_ns, bool open) const {
  const double elapsed = static_cast<double>(elapsed_ns);
  // The time is up: what still waits for others never starts.
  auto ended = [&](const LaneState& l) {
    return !open && l.lane->open_ended && (!l.paced() || l.due(elapsed, 1) == 0);
  };
  return std::ranges::all_of(lanes_, [&](const LaneState& l) { return l.done || ended(l); });
}

void Schedule::retire(const std::vector<StreamState>& streams) {
  for (LaneState& lane : lanes_) {
    auto has_more = [&](uint32_t s) { return streams[s].next < streams[s].stream->limit; };
    auto over = [&](const Cycle& cycle) { return cycle.done || std::ranges::none_of(*cycle.order, has_more); };
    lane.done |= std::ranges::none_of(lane.lane->slots, has_more) && std::ranges::all_of(lane.cycles, over);
  }
}

uint64_t Schedule::overdue(uint64_t elapsed_ns) const {
  uint64_t slots = 0;
  for (const LaneState& lane : lanes_)
    if (lane.paced() && !lane.done) slots += lane.due(static_cast<double>(elapsed_ns));
  return slots;
}

}  // namespace nmgen
