// When a slot is due: every shape against its formula, its inverse, its shards and, where it is random, its law.

#include "../pace.h"

#include <algorithm>
#include <cmath>

#include "support.h"

namespace nmgen::test {
namespace {

constexpr uint64_t kAll = ~0ull;

Lane burst_of(uint64_t size, double period_ns) {
  Lane lane = lane_of({0}, period_ns);
  lane.shape = Shape::kBurst;
  lane.burst = size;
  return lane;
}

Lane ramp_of(double from_pps, double to_pps, double over_ns) {
  Lane lane = lane_of({0});
  lane.shape = Shape::kRamp;
  lane.from_pns = from_pps / 1e9;
  lane.to_pns = to_pps / 1e9;
  lane.over_ns = over_ns;
  return lane;
}

Lane poisson_of(double period_ns, uint64_t key) {
  Lane lane = lane_of({0}, period_ns);
  lane.shape = Shape::kPoisson;
  lane.key = key;
  return lane;
}

TEST(pace_steady_is_a_function_of_the_index_in_a_trillion_slots) {
  for (double period : {1e9 / 14'880'952.0, 1e9 / 3e6, 1000.0}) {
    const Lane lane = lane_of({0}, period);
    const Pace pace(lane, 4, 3);
    const uint64_t slot = 250'000'000'000;  // of this shard: the trillionth of all
    const long double exact = static_cast<long double>(period) * (4 * static_cast<long double>(slot) + 3);
    CHECK(std::fabs(pace.due_ns(slot) - static_cast<double>(exact)) < 1);
    CHECK_EQ(pace.due_by(static_cast<double>(exact) - 2 * period, 0, kAll), slot);
    CHECK_EQ(pace.due_by(static_cast<double>(exact) + 2 * period, 0, kAll), slot + 1);
  }
}

TEST(pace_bursts_are_due_at_once) {
  const Lane lane = burst_of(64, 1000);  // 64 packets each 64 us
  const Pace pace(lane, 1, 0);
  CHECK_EQ(pace.due_by(0, 0, kAll), 64u);
  CHECK_EQ(pace.due_by(0, 64, kAll), 0u);
  CHECK_EQ(pace.due_by(63'999, 64, kAll), 0u);
  CHECK_EQ(pace.due_by(64'000, 64, kAll), 64u);
  CHECK_EQ(pace.due_by(64'000, 64, 5), 5u);
  CHECK(pace.due_ns(63) == 0 && pace.due_ns(64) == 64'000 && pace.due_ns(127) == 64'000);
  CHECK_EQ(pace.due_by(1e9 - 1, 0, kAll), 1'000'000u);  // 15625 bursts
}

TEST(pace_shards_share_a_burst) {
  const Lane lane = burst_of(64, 1000);
  for (uint64_t shard : {0, 1, 2, 3, 4}) {
    const Pace pace(lane, 5, shard);
    CHECK_EQ(pace.due_by(0, 0, kAll), shard < 4 ? 13u : 12u);  // 64 = 4 * 13 + 12
  }
}

// Every lane whose due times are known: the shards' are those of the whole, each once.
TEST(pace_shards_together_are_the_whole) {
  Random random{1};
  for (int round = 0; round < 500; round++) {
    const Lane lanes[] = {lane_of({0}, static_cast<double>(random.between(1, 100'000)) / 7),
                          burst_of(random.between(1, 100), static_cast<double>(random.between(1, 5000)) / 3),
                          ramp_of(static_cast<double>(random.below(1'000'000)), 1e6, 1e6)};
    const Lane& lane = lanes[round % 3];
    const uint64_t stride = random.between(1, 9);
    const double elapsed = static_cast<double>(random.below(3'000'000));
    const Pace whole(lane, 1, 0);
    uint64_t sum = 0;
    for (uint64_t shard = 0; shard < stride; shard++) {
      const Pace pace(lane, stride, shard);
      sum += pace.due_by(elapsed, 0, kAll);
      for (uint64_t j : {0, 1, 17}) CHECK(pace.due_ns(j) == whole.due_ns(j * stride + shard));
    }
    CHECK_EQ(sum, whole.due_by(elapsed, 0, kAll));
  }
}

TEST(pace_ramp_sends_the_integral) {
  const Lane up = ramp_of(10'000, 1'000'000, 60e9);
  const Pace pace(up, 1, 0);
  CHECK_EQ(pace.due_by(60e9, 0, kAll), 505'000u * 60 + 1);               // the mean rate; slot 0 is due at once
  CHECK_EQ(pace.due_by(70e9, 0, kAll), 505'000u * 60 + 10'000'000 + 1);  // and goes on at its end's
  CHECK_EQ(pace.due_by(30e9, 0, kAll), 7'725'001u);                      // (10 + 505) / 2 k * 30
  const Lane zero = ramp_of(0, 1000, 1e9);
  const Pace from_nothing(zero, 1, 0);
  CHECK_EQ(from_nothing.due_by(0, 0, kAll), 1u);
  CHECK(from_nothing.due_ns(0) == 0);
  CHECK(std::fabs(from_nothing.due_ns(125) - 5e8) < 1e-3);  // t^2 / 2: a quarter of 500 at half time
  const Lane down = ramp_of(1000, 10, 1e9);
  const Pace falling(down, 1, 0);
  CHECK_EQ(falling.due_by(1e9, 0, kAll), 506u);
  CHECK(std::fabs(falling.due_ns(515) - 2e9) < 1e-3);
}

TEST(pace_ramp_due_times_rise_and_invert_the_counts) {
  for (const Lane& lane : {ramp_of(10'000, 1'000'000, 60e9), ramp_of(0, 5e6, 1e9), ramp_of(1e6, 10, 2e9),
                           ramp_of(7e5, 7e5, 1e9), ramp_of(7e5, 7e5 + 1e-3, 1e9)}) {
    const Pace pace(lane, 1, 0);
    double before = -1;
    for (uint64_t slot = 0; slot < 3'000'000; slot += 1 + slot / 1000) {
      const double due = pace.due_ns(slot);
      CHECK(due > before);
      if (due > 1e12) break;  // a double no longer holds the hundredth of a ns that is added here
      before = due;
      CHECK_EQ(pace.due_by(due + 0.01, 0, kAll), slot + 1, text(slot));
      if (slot > 0) CHECK_EQ(pace.due_by(due - 0.01, 0, kAll), slot, text(slot));
    }
  }
}

Lane trace_of(std::vector<double> offsets, double cycle_ns) {
  Lane lane = lane_of({0});
  lane.shape = Shape::kTrace;
  lane.offsets = std::move(offsets);
  lane.cycle_ns = cycle_ns;
  return lane;
}

TEST(pace_trace_follows_its_table_again_and_again) {
  const Lane lane = trace_of({0, 0, 250, 1000}, 1500);
  const Pace pace(lane, 1, 0);
  CHECK(pace.due_ns(1) == 0 && pace.due_ns(3) == 1000 && pace.due_ns(4) == 1500 &&
        pace.due_ns(4'000'002) == 1.5e9 + 250);
  const std::pair<double, uint64_t> counts[] = {{0, 2},      {249.9, 2}, {250, 3},
                                                {1499.9, 4}, {1500, 6},  {1.5e9, 4'000'002}};
  for (const auto& [elapsed, slots] : counts) CHECK_EQ(pace.due_by(elapsed, 0, kAll), slots, text(slots));
  CHECK_EQ(pace.due_by(1.5e9, 4'000'001, kAll), 1u);
  CHECK_EQ(pace.due_by(1.5e9, 0, 32), 32u);
  CHECK_EQ(pace.due_by(-1, 0, kAll), 0u);
}

// The encoder gives each shard its part of the table, over as many cycles as there are shards.
TEST(pace_trace_shards_together_are_the_whole) {
  Random random{2};
  for (int round = 0; round < 200; round++) {
    std::vector<double> offsets{0};
    for (uint64_t n = random.below(9); n > 0; n--)
      offsets.push_back(offsets.back() + static_cast<double>(random.below(1000)) / 4);
    const Lane whole = trace_of(offsets, offsets.back() + static_cast<double>(random.between(1, 300)));
    const Pace all(whole, 1, 0);
    const uint64_t stride = random.between(1, 9);
    const double elapsed = static_cast<double>(random.below(100'000)) / 3;
    uint64_t sum = 0;
    for (uint64_t shard = 0; shard < stride; shard++) {
      std::vector<double> own;
      for (uint64_t k = 0; k < offsets.size(); k++) own.push_back(all.due_ns(k * stride + shard));
      const Lane part = trace_of(own, whole.cycle_ns * static_cast<double>(stride));
      const Pace pace(part, stride, shard);
      sum += pace.due_by(elapsed, 0, kAll);
      for (uint64_t j : {0, 1, 17, 1000}) CHECK(std::fabs(pace.due_ns(j) - all.due_ns(j * stride + shard)) < 1e-6);
    }
    CHECK_EQ(sum, all.due_by(elapsed, 0, kAll), text(static_cast<uint64_t>(round)));
  }
}

std::vector<double> arrivals(const Lane& lane, uint64_t stride, uint64_t shard, double until) {
  Pace pace(lane, stride, shard);
  std::vector<double> times;
  for (; pace.due_ns(0) < until; pace.advance(1)) times.push_back(pace.due_ns(0));
  return times;
}

TEST(pace_poisson_gaps_are_exponential) {
  const std::vector<double> times = arrivals(poisson_of(1000, 42), 1, 0, 1e9);
  const double n = static_cast<double>(times.size());
  CHECK(std::fabs(n - 1e6) < 4 * 1000);  // 4 sigma
  double sum = 0, squares = 0, before = 0;
  for (double at : times) {
    sum += at - before;
    squares += (at - before) * (at - before);
    before = at;
  }
  const double mean = sum / n, variance = squares / n - mean * mean;
  CHECK(std::fabs(mean - 1000) < 4 * 1000 / std::sqrt(n));
  CHECK(std::fabs(variance - 1e6) < 4 * std::sqrt(8.0) * 1e6 / std::sqrt(n));  // an exponential's kurtosis is 9
}

// Pearson's chi-square of the packets in `intervals` equal parts of the time against Poisson's law of that mean.
double chi_square(const std::vector<double>& times, double until, size_t intervals, double mean, size_t& cells) {
  std::vector<uint64_t> counts(intervals), seen(64);
  for (double at : times) counts[static_cast<size_t>(at / until * static_cast<double>(intervals))]++;
  for (uint64_t count : counts) seen[std::min<uint64_t>(count, 63)]++;
  double sum = 0, chance = std::exp(-mean), rest = 1;
  cells = 0;
  for (size_t k = 0; k < 64; chance *= mean / static_cast<double>(++k)) {
    const double expected = chance * static_cast<double>(intervals);
    if (expected < 10) continue;
    sum += std::pow(static_cast<double>(seen[k]) - expected, 2) / expected;
    rest -= chance;
    cells++;
  }
  CHECK(rest < 0.01);
  return sum;
}

TEST(pace_poisson_counts_follow_the_law_alone_and_in_shards) {
  for (uint64_t stride : {1, 4}) {
    std::vector<double> times;
    for (uint64_t shard = 0; shard < stride; shard++) {
      const std::vector<double> part = arrivals(poisson_of(1000, 7), stride, shard, 2e8);
      CHECK(std::fabs(static_cast<double>(part.size()) - 2e5 / static_cast<double>(stride)) < 2000);
      times.insert(times.end(), part.begin(), part.end());
    }
    size_t cells = 0;
    const double sum = chi_square(times, 2e8, 40'000, 5, cells);
    // Mean and variance of chi-square are its degrees of freedom and twice that.
    CHECK(sum < static_cast<double>(cells) + 4 * std::sqrt(2.0 * static_cast<double>(cells)));
  }
}

TEST(pace_poisson_counts_what_it_draws) {
  const Lane lane = poisson_of(100, 9);
  const std::vector<double> times = arrivals(lane, 3, 1, 5e4);
  Pace pace(lane, 3, 1);
  CHECK_EQ(pace.due_by(5e4, 0, kAll), times.size());
  pace.advance(times.size() - 1);
  CHECK(pace.due_ns(0) == times.back());
  CHECK_EQ(pace.due_by(times.back(), times.size() - 1, kAll), 1u);
  CHECK_EQ(pace.due_by(5e4, 0, 1), 1u);
  const double many = static_cast<double>(Pace(lane, 1, 0).due_by(1e12, 0, kAll));  // mostly estimated
  CHECK(std::fabs(many / 1e10 - 1) < 1e-3);
}

// The same numbers stand in src/templates/pace.test.ts: `preview` draws as the core does.
TEST(pace_vectors_that_preview_shares) {
  const double poisson[] = {203.82878805595288, 232.43023485624215, 385.71005798615147, 549.9377083488347,
                            569.4908503760497,  1860.171876490569,  1911.093726863106,  2070.8989232288263};
  const Lane lane = poisson_of(1000, 0x123456789abcdef0);
  Pace pace(lane, 1, 0);
  for (double due : poisson) {
    CHECK(std::fabs(pace.due_ns(0) - due) < 1e-6);
    pace.advance(1);
  }
}

}  // namespace
}  // namespace nmgen::test
