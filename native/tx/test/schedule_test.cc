// Whose turn is it, and when: due times come from a slot's index and cannot drift.

#include "../schedule.h"

#include <cmath>

#include "support.h"

namespace nmgen::test {
namespace {

Plan paced_plan(std::vector<Lane> lanes) {
  Plan plan = plan_of({plain_stream(0, 60), plain_stream(1, 60), plain_stream(2, 60)});
  plan.lanes = std::move(lanes);
  return plan;
}

TEST(schedule_counts_what_is_due_from_the_index) {
  const Plan plan = paced_plan({lane_of({0}, 100)});
  Schedule schedule(plan);
  LaneState& lane = schedule.lane(0);
  CHECK_EQ(lane.due(0), 1u);  // slot 0 is due at the start
  CHECK_EQ(lane.due(99.9), 1u);
  CHECK_EQ(lane.due(100), 2u);
  lane.advance(2);
  CHECK_EQ(lane.due(199), 0u);
  CHECK_EQ(lane.due(1000), 9u);
  lane.advance(20);  // ahead of time: nothing is due, and nothing wraps
  CHECK_EQ(lane.due(1000), 0u);
}

TEST(schedule_waits_for_a_lanes_start) {
  Plan plan = paced_plan({lane_of({0}, 100)});
  plan.lanes[0].start_ns = 250;
  Schedule schedule(plan);
  CHECK_EQ(schedule.lane(0).due(249), 0u);
  CHECK(schedule.next(249, true).lane == nullptr);
  CHECK_EQ(schedule.next(250, true).slots, 1u);
  CHECK_EQ(schedule.next(449, true).slots, 2u);
}

// How many slots a schedule gives when it is asked every `step` ns until `until`.
uint64_t taken(Schedule& schedule, uint64_t until, uint64_t step, uint64_t duration = ~0ull) {
  uint64_t slots = 0;
  for (uint64_t now = 0; now <= until; now += step)
    for (Turn turn; (turn = schedule.next(now, now < duration)).lane && turn.lane->paced(); slots += turn.slots)
      turn.lane->advance(turn.slots);
  return slots;
}

TEST(schedule_ends_an_open_lane_with_what_was_due_in_time) {
  for (uint64_t step : {1, 7, 1000, 100'000}) {  // also a loop that is far behind sends all of it, and no more
    Plan plan = paced_plan({lane_of({0}, 100)});
    plan.lanes[0].open_ended = true;
    plan.lanes[0].start_ns = 500;
    plan.lanes[0].for_ns = 5000;
    Schedule schedule(plan);
    CHECK_EQ(taken(schedule, 200'000, step), 50u, text(step));
    CHECK(schedule.done(200'000, true));
  }
}

TEST(schedule_ends_an_open_lane_with_the_run) {
  for (Shape shape : {Shape::kSteady, Shape::kBurst, Shape::kPoisson}) {
    Plan plan = paced_plan({lane_of({0}, 100)});
    plan.duration_ns = 10'000;
    plan.lanes[0].shape = shape;
    plan.lanes[0].burst = 10;
    plan.lanes[0].open_ended = true;
    Schedule slow(plan), quick(plan);
    const uint64_t slots = taken(quick, 20'000, 10, 10'000);
    CHECK_EQ(taken(slow, 20'000, 10'000, 10'000), slots);
    CHECK(slow.done(20'000, false) && (shape == Shape::kPoisson || slots == 100));
  }
}

TEST(schedule_starts_a_lane_after_all_that_it_waits_for) {
  Plan plan = paced_plan({lane_of({0}, 100), lane_of({1}), lane_of({2}, 10)});
  plan.lanes[1].for_ns = 3000;
  plan.lanes[2].after = {0, 1};
  plan.lanes[2].start_ns = 50;
  plan.lanes[2].open_ended = true;
  plan.streams[0].limit = 5;
  std::vector<StreamState> states = make_states(plan);
  Schedule schedule(plan);
  CHECK(schedule.timed());
  CHECK(schedule.next(0, true).lane == &schedule.lane(0));
  schedule.lane(0).advance(5);
  states[0].next = 5;
  schedule.retire(states);
  CHECK(schedule.next(2000, true).lane == &schedule.lane(1));  // the other still sends
  CHECK(schedule.next(3000, true).lane == nullptr);            // ended: the third starts 50 ns later
  CHECK(schedule.next(3049, true).lane == nullptr);
  CHECK_EQ(schedule.next(3070, true).slots, 3u);
  CHECK_EQ(schedule.next(3070, true).late_ns, 20u);
  CHECK(!schedule.done(3070, true));
}

TEST(schedule_does_not_wait_for_a_lane_that_never_came) {
  Plan plan = paced_plan({lane_of({0}), lane_of({1}, 10)});
  plan.duration_ns = 1000;
  plan.lanes[1].after = {0};
  plan.lanes[1].open_ended = true;
  Schedule schedule(plan);
  CHECK(schedule.next(999, true).lane == &schedule.lane(0));
  CHECK(!schedule.done(999, true));
  CHECK(schedule.done(1000, false));
}

// The same order stands in src/templates/schedule.test.ts: `preview` shows what a single queue sends.
TEST(schedule_order_that_preview_shares) {
  Plan plan = plan_of({plain_stream(0, 60), plain_stream(1, 60), plain_stream(2, 60), plain_stream(3, 60)});
  Lane mix = lane_of({0, 1, 0}, 1e9 / 3e6), bursts = lane_of({2}, 500), ramp = lane_of({3});
  bursts.shape = Shape::kBurst;
  bursts.burst = 3;
  bursts.start_ns = 600;
  ramp.shape = Shape::kRamp;
  ramp.to_pns = 1e-2;
  ramp.over_ns = 2000;
  ramp.start_ns = 150;
  plan.lanes = {mix, bursts, ramp};
  Schedule schedule(plan);
  std::string order;
  for (uint64_t now = 0; now <= 2200; now++)
    for (Turn turn; (turn = schedule.next(now, true)).lane;)
      for (; turn.slots > 0; turn.slots--) {
        order += text(turn.lane->lane->slots[turn.lane->cursor]);
        turn.lane->advance(1);
      }
  CHECK_EQ(order, "031222030331330333032223");
}

TEST(schedule_lets_unpaced_lanes_take_turns) {
  Plan plan = paced_plan({lane_of({0}), lane_of({1}), lane_of({2})});
  plan.lanes[1].start_ns = 100;
  Schedule schedule(plan);
  CHECK(schedule.next(0, true).lane == &schedule.lane(0));
  CHECK(schedule.next(0, true).lane == &schedule.lane(2));
  CHECK(schedule.next(100, true).lane == &schedule.lane(0));
  CHECK(schedule.next(100, true).lane == &schedule.lane(1));
  CHECK(schedule.next(100, true).lane == &schedule.lane(2));
}

TEST(schedule_does_not_drift_in_a_trillion_slots) {
  for (double period : {1e9 / 14'880'952.0, 1e9 / 3'000'000.0, 1000.0, 67.2}) {
    const Plan plan = paced_plan({lane_of({0}, period)});
    Schedule schedule(plan);
    LaneState& lane = schedule.lane(0);
    const uint64_t slots = 1'000'000'000'000;
    lane.advance(slots);
    const long double exact = static_cast<long double>(period) * slots;
    CHECK(std::fabs(lane.due_ns(slots) - static_cast<double>(exact)) < 1.0);  // a nanosecond, in days
    CHECK_EQ(lane.due(static_cast<double>(exact) - period / 2), 0u);
    CHECK_EQ(lane.due(static_cast<double>(exact) + period / 2), 1u);
    CHECK_EQ(lane.due(static_cast<double>(exact) + 1e9), static_cast<uint64_t>(1e9 / period) + 1, text(period));
  }
}

TEST(schedule_in_small_steps_sends_as_many_as_in_one) {
  const Plan plan = paced_plan({lane_of({0, 1, 0}, 1e9 / 3e6)});
  Schedule schedule(plan);
  Random random{11};
  uint64_t taken = 0, now = 0;
  for (int step = 0; step < 20000; step++) {
    now += random.below(30'000);
    for (Turn turn; (turn = schedule.next(now, false)).lane;) {
      CHECK(turn.slots >= 1 && turn.slots <= kMaxBurst);
      turn.lane->advance(turn.slots);
      taken += turn.slots;
    }
  }
  CHECK_EQ(taken, static_cast<uint64_t>(static_cast<double>(now) * 3e6 / 1e9) + 1);
  CHECK_EQ(schedule.lane(0).cursor, taken % 3);
  CHECK_EQ(schedule.overdue(now), 0u);
}

TEST(schedule_says_how_late_a_turn_is) {
  const Plan plan = paced_plan({lane_of({0}, 1000)});
  Schedule schedule(plan);
  CHECK_EQ(schedule.next(500, false).late_ns, 500u);
  schedule.lane(0).advance(10);
  CHECK(schedule.next(9'999, false).lane == nullptr);
  CHECK_EQ(schedule.next(10'000, false).late_ns, 0u);
  CHECK_EQ(schedule.next(5'010'000, false).late_ns, 5'000'000u);  // of the first, the most overdue
  CHECK_EQ(schedule.next(5'010'000, false).slots, kMaxBurst);
  CHECK_EQ(schedule.overdue(5'010'000), 5'001u);
}

TEST(schedule_is_never_late_before_the_time) {
  // A due time that is rounded up must not turn into a lateness of 2^64.
  Random random{12};
  for (int round = 0; round < 20000; round++) {
    const Plan plan = paced_plan({lane_of({0}, 1e9 / static_cast<double>(random.between(1, 200'000'000)))});
    Schedule schedule(plan);
    LaneState& lane = schedule.lane(0);
    const uint64_t now = random.next() >> random.between(2, 40);
    lane.advance(lane.due(static_cast<double>(now)) - 1);
    const Turn turn = schedule.next(now, false);
    CHECK(turn.lane == nullptr || turn.late_ns <= static_cast<uint64_t>(lane.lane->period_ns) + 2048);
  }
}

TEST(schedule_survives_periods_of_next_to_nothing) {
  const Plan plan = paced_plan({lane_of({0}, 1e-300)});
  Schedule schedule(plan);
  const Turn turn = schedule.next(1'000'000'000, false);
  CHECK_EQ(turn.slots, kMaxBurst);
  CHECK(schedule.overdue(~0ull) > 0);
}

TEST(schedule_serves_the_longest_waiting_lane_and_then_the_unpaced) {
  const Plan plan = paced_plan({lane_of({2}), lane_of({0}, 1000), lane_of({1}, 300)});
  Schedule schedule(plan);
  CHECK(schedule.timed());
  schedule.lane(1).advance(1);
  schedule.lane(2).advance(2);
  CHECK(schedule.next(2000, true).lane == &schedule.lane(2));  // waits since 600, the other since 1000
  schedule.lane(2).advance(2);
  CHECK(schedule.next(2000, true).lane == &schedule.lane(1));  // since 1000, the other now since 1200
  schedule.lane(1).advance(2);
  schedule.lane(2).advance(3);
  CHECK(schedule.next(2000, true).lane == &schedule.lane(0));
  CHECK_EQ(schedule.next(2000, true).slots, kMaxBurst);
  CHECK(schedule.next(2000, false).lane == nullptr);  // the line is closed: the paced alone finish
  CHECK(!schedule.done(2000, false));
}

// Looks at its clock every us, but for `stall_ns` from 50 ms on. What is sent by each ms, of 1 Mpps for 200 ms.
std::vector<uint64_t> sent_by_ms(Schedule& schedule, uint64_t stall_ns) {
  std::vector<uint64_t> by_ms(201);
  uint64_t sent = 0;
  for (uint64_t now = 0; now <= 200'000'000; now += now == 50'000'000 ? stall_ns : 1000) {
    for (Turn turn; (turn = schedule.next(now, true)).lane; sent += turn.slots) turn.lane->advance(turn.slots);
    for (uint64_t ms = now / 1'000'000; ms < by_ms.size(); ms++) by_ms[ms] = sent;
  }
  return by_ms;
}

TEST(schedule_catches_up_no_faster_than_asked) {
  for (double catch_up : {1.5, 2.0, 4.0}) {
    Plan plan = paced_plan({lane_of({0}, 1000)});
    plan.pacing.catch_up = catch_up;
    Schedule schedule(plan);
    const std::vector<uint64_t> by_ms = sent_by_ms(schedule, 20'000'000);
    CHECK_EQ(by_ms[49], 50'000u);
    CHECK_EQ(by_ms[69], by_ms[50]);  // nobody looked
    // At once, what a late ms is worth; then so many times as fast.
    CHECK(by_ms[71] - by_ms[69] <= static_cast<uint64_t>(catch_up * 3000) + 64);
    for (size_t ms = 72; ms <= 200; ms++)
      CHECK(by_ms[ms] - by_ms[ms - 1] <= static_cast<uint64_t>(catch_up * 1000) + 64);
    const size_t caught = 70 + static_cast<size_t>(20 / (catch_up - 1)) + 1;
    CHECK_EQ(by_ms[caught], 1000u * caught + 1000);
    CHECK_EQ(by_ms[200], 200'001u);
  }
}

TEST(schedule_counts_what_a_device_did_not_take_as_behind) {
  Plan plan = paced_plan({lane_of({0}, 1000)});
  plan.pacing.catch_up = 2;
  Schedule schedule(plan);
  uint64_t sent = 0;
  for (uint64_t now = 0; now < 100'000'000; now += 1'000'000, sent++) schedule.next(now, true).lane->advance(1);
  const uint64_t before = sent;  // the device takes all again, and is not flooded
  for (uint64_t now = 100'000'000; now < 110'000'000; now += 1000)
    for (Turn turn; (turn = schedule.next(now, true)).lane; sent += turn.slots) turn.lane->advance(turn.slots);
  CHECK(sent - before >= 19'000 && sent - before <= 22'000);
}

TEST(schedule_gives_no_burst_larger_than_it_may) {
  Plan plan = paced_plan({lane_of({0}, 1000), lane_of({1})});
  plan.pacing.burst = 4;
  Schedule schedule(plan);
  CHECK_EQ(schedule.next(1'000'000, true).slots, 4u);
  schedule.lane(0).advance(1001);
  CHECK_EQ(schedule.next(1'000'000, true).slots, 4u);  // the other, as fast as it goes
}

TEST(schedule_retires_a_lane_when_all_its_streams_are_done) {
  Plan plan = paced_plan({lane_of({0, 1}, 100), lane_of({2})});
  for (Stream& s : plan.streams) s.limit = 5;
  std::vector<StreamState> states = make_states(plan);
  Schedule schedule(plan);
  states[0].next = 5;
  schedule.retire(states);
  CHECK(schedule.next(0, true).lane == &schedule.lane(0));
  states[1].next = 5;
  schedule.retire(states);
  CHECK(schedule.next(1'000'000, true).lane == &schedule.lane(1));
  CHECK_EQ(schedule.overdue(1'000'000), 0u);
  CHECK(!schedule.done(1'000'000, true) && schedule.done(1'000'000, false));
  states[2].next = 5;
  schedule.retire(states);
  CHECK(schedule.next(1'000'000, true).lane == nullptr);
  CHECK(schedule.done(1'000'000, true));
}

}  // namespace
}  // namespace nmgen::test
