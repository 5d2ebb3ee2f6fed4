// The rate of a run is changed while it goes on: due times still come from a slot's index, within what began at a
// change.

#include <cmath>

#include "../schedule.h"
#include "support.h"

namespace nmgen::test {
namespace {

Plan paced_plan(Lane lane) {
  Plan plan = plan_of({plain_stream(0, 60)});
  lane.open_ended = true;
  plan.lanes = {lane};
  plan.duration_ns = 1'000'000;
  return plan;
}

struct Change {
  double at, factor;
};

// When each slot was sent, and due, by a loop that looks every `step` ns.
struct Sent {
  std::vector<uint64_t> at, due;
};

Sent run(Schedule& schedule, const std::vector<Change>& changes, uint64_t until, uint64_t step) {
  Sent sent;
  size_t next = 0;
  for (uint64_t now = 0; now <= until; now += step) {
    if (next < changes.size() && !schedule.changing() && static_cast<double>(now + 1000) >= changes[next].at) {
      schedule.change_rate(changes[next].factor, changes[next].at);
      next++;
    }
    for (Turn turn; (turn = schedule.next(now, true)).lane;) {
      uint64_t due[64];
      turn.lane->due_times(turn.slots, due);
      for (uint32_t k = 0; k < turn.slots; k++) sent.at.push_back(now), sent.due.push_back(due[k]);
      turn.lane->advance(turn.slots);
    }
  }
  return sent;
}

// Twice as fast, a hundredth, ten times, and as asked again: how many were due by the end of each.
const std::vector<Change> kChanges = {{100'000, 2}, {200'000, 0.01}, {400'000, 10}, {410'000, 1}};
constexpr double kAsked = 1000 + 2000 + 20 + 1000 + 900;

TEST(tempo_of_a_change_is_exact_however_the_loop_looks) {
  for (uint64_t step : {1, 8, 400}) {
    const Plan plan = paced_plan(lane_of({0}, 100));
    Schedule schedule(plan);
    const Sent sent = run(schedule, kChanges, 500'000, step);
    CHECK_EQ(sent.at.size(), static_cast<size_t>(kAsked) + 1, text(step));  // slot 0 is due at once
    // By their index alone: in the second part 50 ns apart, in the third 10,000, in the fourth 10.
    for (auto [slot, due] : {std::pair{999, 99'900},
                             {1001, 100'050},
                             {2999, 199'950},
                             {3001, 210'000},
                             {3019, 390'000},
                             {3021, 400'010},
                             {4019, 409'990},
                             {4021, 410'100}})
      CHECK_EQ(sent.due[slot], static_cast<uint64_t>(due), text(slot));
    for (size_t k = 0; k < sent.at.size(); k++) CHECK(sent.at[k] >= sent.due[k] && sent.at[k] - sent.due[k] < step);
    CHECK_EQ(schedule.given_up(), 0u);
  }
}

TEST(tempo_changes_what_is_drawn_and_what_is_sent_in_bursts) {
  for (Shape shape : {Shape::kBurst, Shape::kPoisson}) {
    Lane lane = lane_of({0}, 100);
    lane.shape = shape;
    lane.burst = 10;
    const Plan plan = paced_plan(lane);
    Schedule plain(plan), changed(plan);
    const Sent as_asked = run(plain, {}, 500'000, 10), sent = run(changed, kChanges, 500'000, 10);
    // The same slots, at other times: the time that the schedule has come to says which.
    const auto [asked, slack] = std::pair{kAsked * 100, 20.0};
    const auto due = std::ranges::count_if(as_asked.due, [&](uint64_t at) { return static_cast<double>(at) <= asked; });
    CHECK(std::fabs(static_cast<double>(due) - static_cast<double>(sent.due.size())) <= slack);
    CHECK(std::ranges::is_sorted(sent.due));
  }
}

TEST(tempo_gives_up_what_is_too_late_for_a_change) {
  Plan plan = paced_plan(lane_of({0}, 100));
  plan.pacing.late_ns = 5000;
  Schedule schedule(plan);
  schedule.change_rate(0.5, 100'000);
  const Turn turn = schedule.next(150'000, true);  // nobody sent before: slot 0 is due at the change now
  CHECK(!schedule.changing());
  CHECK_EQ(turn.late_ns, 50'000u);
  CHECK_EQ(schedule.lane(0).due(150'000), 251u);
  CHECK_EQ(schedule.given_up(), 1001u);
}

TEST(tempo_gives_up_nothing_that_is_counted) {
  Plan plan = paced_plan(lane_of({0}, 100));
  plan.streams[0].limit = 1000;
  plan.pacing.late_ns = 5000;
  Schedule schedule(plan);
  schedule.change_rate(0.5, 100'000);
  schedule.next(150'000, true);
  CHECK_EQ(schedule.given_up(), 0u);  // all of it is sent after the change
}

TEST(tempo_of_a_change_that_waits_ends_no_lane) {
  Plan plan = paced_plan(lane_of({0}, 100));
  plan.lanes.push_back(plan.lanes[0]);
  plan.lanes[0].for_ns = 101'000;
  Schedule schedule(plan);
  schedule.lane(0).advance(1001);
  schedule.lane(1).advance(991);
  schedule.change_rate(2, 100'000);
  schedule.next(101'000, true);  // the second one is not through with what was due before
  CHECK(schedule.changing() && !schedule.lane(0).done);
  schedule.lane(1).advance(10);
  CHECK_EQ(schedule.next(101'000, true).slots, 19u);  // of the first: 100,050 .. 100,950, before its end
  CHECK_EQ(schedule.lane(1).due(101'000), 20u);
  CHECK_EQ(schedule.given_up(), 0u);
}

TEST(tempo_waits_for_what_is_not_too_late) {
  const Plan plan = paced_plan(lane_of({0}, 100));
  Schedule schedule(plan);
  schedule.lane(0).advance(991);
  schedule.change_rate(0.5, 100'000);
  Turn turn = schedule.next(100'500, true);
  CHECK(schedule.changing());
  CHECK_EQ(turn.slots, 10u);  // 99,100 .. 100,000
  CHECK_EQ(turn.late_ns, 1400u);
  turn.lane->advance(turn.slots);
  turn = schedule.next(100'500, true);
  CHECK_EQ(turn.slots, 2u);  // 100,200 and 100,400
  CHECK_EQ(turn.late_ns, 300u);
  CHECK_EQ(schedule.given_up(), 0u);
}

TEST(tempo_is_that_of_lanes_that_begin_later_too) {
  Plan plan = paced_plan(lane_of({0}, 100));
  plan.lanes[0].start_ns = 50'000;
  plan.lanes[0].for_ns = 10'000;  // on the wall: no change makes it longer
  Schedule schedule(plan);
  const Sent sent = run(schedule, {{10'000, 0.5}}, 100'000, 10);
  CHECK_EQ(sent.due.size(), 50u);
  CHECK_EQ(sent.due[1], 50'200u);
}

}  // namespace
}  // namespace nmgen::test
