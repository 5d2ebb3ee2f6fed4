// A stream that was taken apart into members, one for each layout of its frames: together they are the stream.

#include <algorithm>
#include <numeric>

#include "../schedule.h"
#include "support.h"

namespace nmgen::test {
namespace {

// Places out of a cycle: they rise, but for those of fragments, which go back and forth and say one place several
// times.
std::vector<uint32_t> random_places(Random& random, uint32_t cycle) {
  std::vector<uint32_t> places;
  for (uint32_t place = 0; place < cycle; place++)
    if (random.chance(2)) places.push_back(place);
  if (places.empty()) places.push_back(static_cast<uint32_t>(random.below(cycle)));
  if (random.chance(2))
    for (uint32_t& place : places) place = static_cast<uint32_t>(random.below(cycle));
  return places;
}

TEST(members_draw_the_numbers_of_their_stream_and_of_its_alternatives) {
  Random random{21};
  for (uint64_t round = 0; round < 3000 / kSlowdown; round++) {
    Stream whole = plain_stream(0, 60), member = whole;
    whole.fields = {random_field(random, 20, static_cast<uint32_t>(random.between(1, 8)))};
    member.fields = whole.fields;
    const uint32_t cycle = static_cast<uint32_t>(random.between(1, 40));
    const std::vector<uint32_t> places = random_places(random, cycle);
    std::vector<uint32_t> ranks(places.size());
    std::iota(ranks.begin(), ranks.end(), random.below(3));
    member.numbers = {{cycle, places}, {ranks.back() + random.between(1, 3), ranks}};
    member.fields[0].numbers = random.chance(2);
    const uint64_t stride = random.between(1, 9), shard = random.below(stride);
    const Plan plan = decoded(plan_of({member}, stride, shard));
    const uint64_t own = plan.shard_of(plan.streams[0]);
    CHECK_EQ((own + places[0]) % stride, shard);
    const Numbers& numbers = member.numbers[member.fields[0].numbers];
    Painter part(plan, 0), all(decoded(plan_of({whole})), 0);
    for (uint64_t k = random.next() >> random.between(24, 60), burst = 0; burst < 4; burst++) {
      const uint32_t n = static_cast<uint32_t>(random.between(1, kMaxBurst));
      const Painter::Frames frames = part.paint(k, n);
      for (uint32_t j = 0; j < n; j++) {
        const uint64_t i = (k + j) * stride + own;
        const uint64_t number = i / places.size() * numbers.cycle + numbers.places[i % places.size()];
        CHECK(std::ranges::equal(frames[j], all.paint(number, 1)[0]) ||
              (fail("members", 0, describe(member.fields[0]) + ", packet " + text(number)), false));
      }
      k += n + (random.chance(3) ? random.below(1000) : 0);
    }
  }
}

// What a lane of one queue gives out, as `s` for each stream, until nobody has anything left.
std::string turns(const Plan& plan, size_t most) {
  std::vector<StreamState> states = make_states(plan);
  Schedule schedule(plan);
  LaneState& lane = schedule.lane(0);
  std::string order;
  for (size_t turn = 0; turn < most; turn++) {
    const uint32_t s = lane.take(states);
    lane.advance(1);
    const bool empty = states[s].next == states[s].stream->limit;
    if (!empty) states[s].next++;
    order += empty ? '.' : static_cast<char>('0' + s);
    if (empty) schedule.retire(states);
    if (lane.done) break;
  }
  return order;
}

// Streams 0 and 3 are alone, and 1 and 2 are members of one.
Plan nested_plan() {
  Plan plan = plan_of({plain_stream(0, 60), plain_stream(1, 60), plain_stream(2, 60), plain_stream(3, 60)});
  plan.lanes = {lane_of({0, 1, 1, 3}, 10)};
  plan.lanes[0].cycles = {{1, 2, 2}};
  return plan;
}

TEST(members_take_the_turns_of_their_stream_in_their_own_order) {
  CHECK_EQ(turns(nested_plan(), 16), "0123021302230123");
}

TEST(members_that_have_sent_all_pass_without_losing_time) {
  Plan plan = nested_plan();
  plan.streams[1].limit = 1;
  CHECK_EQ(turns(plan, 12), "012302230223");
  plan.streams[2].limit = 3;
  CHECK_EQ(turns(plan, 12), "012302230..3");  // the stream has sent all: its turns stay empty
  plan.streams[0].limit = plan.streams[3].limit = 1;
  plan.lanes[0].slots = {0, 3, 1};
  CHECK_EQ(turns(plan, 99), "031..2..2..2.");
}

TEST(members_of_which_none_is_left_end_their_lane) {
  Plan plan = nested_plan();
  for (Stream& s : plan.streams) s.limit = 0;
  std::vector<StreamState> states = make_states(plan);
  Schedule schedule(plan);
  schedule.retire(states);
  CHECK(schedule.lane(0).done);
  plan.streams[2].limit = 1;  // a member that no slot names
  states = make_states(plan);
  Schedule other(plan);
  other.retire(states);
  CHECK(!other.lane(0).done);
}

}  // namespace
}  // namespace nmgen::test
