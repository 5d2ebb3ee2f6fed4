// Packets that repeat are the same whether they were made before the start or when they are sent.

#include "../prebuilt.h"

#include <algorithm>

#include "../render.h"
#include "support.h"

namespace nmgen::test {
namespace {

using Frames = std::vector<std::vector<uint8_t>>;

Frames written(StreamState& state, uint64_t k, uint32_t n) {
  const Template* templates[kMaxBurst];
  uint8_t* data[kMaxBurst];
  Frames frames;
  choose_templates(state, k, n, templates);
  for (uint32_t j = 0; j < n; j++) frames.push_back(templates[j]->bytes);
  for (uint32_t j = 0; j < n; j++) data[j] = frames[j].data();
  Group group{&state, k, n, 0, data, templates};
  write_fields(choose_render(), group);
  return frames;
}

// One stream whose fields draw by counters, permutations and lists; of up to three lengths.
Plan some_plan(Random& random) {
  Stream s = plain_stream(0, 100);
  if (random.chance(3)) add_lengths(s, {70, 90});
  s.fields = {random_field(random, 20, 4)};
  if (random.chance(2)) s.fields.push_back(random_field(random, 30, 2));
  const uint64_t stride = random.between(1, 4);
  return decoded(plan_of({s}, stride, random.below(stride)));
}

TEST(prebuilt_packets_are_those_made_live) {
  Random random{21};
  uint64_t prebuilt = 0;
  const uint64_t rounds = 400 / kSlowdown;
  for (uint64_t round = 0; round < rounds; round++) {
    const Plan plan = some_plan(random);
    std::vector<StreamState> live = make_states(plan), made = make_states(plan);
    prebuild(plan, made);
    const uint64_t period = made[0].prebuilt.period;
    if (period == 0) continue;
    prebuilt++;
    for (const uint64_t from : {uint64_t{0}, period - 1, 3 * period, random.below(1ull << 40)}) {
      const uint32_t n = static_cast<uint32_t>(random.between(1, kMaxBurst));
      CHECK_EQ(written(made[0], from, n) == written(live[0], from, n), true,
               "from " + text(from) + " on: " + describe(plan.streams[0].fields[0]));
    }
  }
  CHECK(prebuilt > rounds / 20 && prebuilt < rounds);
}

Plan counter(uint64_t size, FieldOp op = FieldOp::kInc) {
  Stream s = plain_stream(0, 60);
  Field f = whole_field(20, 4, op);
  f.size = size;
  s.fields = {f};
  return decoded(plan_of({s}));
}

TEST(prebuilt_is_what_repeats_within_the_budget) {
  constexpr uint64_t kMost = Prebuilt::kBudget / sizeof(uint64_t);
  const auto period = [](const Plan& plan) { return prebuilt_period(plan, plan.streams[0]); };
  CHECK_EQ(period(counter(100)), 100u);
  CHECK_EQ(period(counter(kMost)), kMost);
  CHECK_EQ(period(counter(kMost + 1)), 0u);
  CHECK_EQ(period(counter(0)), 0u);  // 2^64
  CHECK_EQ(period(counter(100, FieldOp::kPermute)), 100u);
  CHECK_EQ(period(counter(100, FieldOp::kRandom)), 0u);
}

TEST(prebuilt_periods_of_fields_and_shards_meet) {
  Plan plan = counter(6);
  Field other = whole_field(30, 2, FieldOp::kInc);
  other.size = 100, other.step = 40, other.every = 2;  // five values, each twice
  plan.streams[0].fields.push_back(other);
  const auto period = [](const Plan& p) { return prebuilt_period(p, p.streams[0]); };
  CHECK_EQ(period(decoded(plan)), 30u);
  plan.stride = plan.streams[0].stride = 4;
  CHECK_EQ(period(decoded(plan)), 15u);  // of every fourth packet
}

}  // namespace
}  // namespace nmgen::test
