// Lateness, wire and schedule latency: what the loops say about one run agrees to the nanosecond.

#include "../timing.h"

#include <functional>
#include <thread>

#include "../clock.h"
#include "../rx_loop.h"
#include "../tx_loop.h"
#include "support.h"

namespace nmgen::test {
namespace {

using Page = std::vector<page::Word>;

constexpr size_t kRing = 4096;

TEST(timing_sorts_gaps_by_how_far_off_they_are) {
  Page block(Timing::kCells);
  Timing timing(block.data());
  Before before;
  int64_t due = 0, late = 1'000'000;
  timing.follow(before, due, late);
  CHECK_EQ(block[page::kTimedGaps], 0u);  // the first has none before it
  for (int64_t error : {0, 64, -64, 65, 128, -129, 256, 512, -1024, 1025, 100'000})
    timing.follow(before, due += 1000, late += error);
  CHECK_EQ(block[page::kTimedGaps], 11u);
  const uint64_t counts[] = {3, 2, 2, 1, 1, 2};
  for (size_t c = 0; c < 6; c++) CHECK_EQ(block[page::kTimedErrors + c], counts[c], text(c));
  CHECK_EQ(block[page::kTimedBursts], 1u);          // -1024 of 1000
  timing.follow(before, due += 1000, late -= 901);  // 99 ns of 1000
  timing.follow(before, due += 1000, late -= 900);
  timing.follow(before, due, late);  // due at once: as the schedule says
  CHECK_EQ(block[page::kTimedBursts], 2u);
}

TEST(timing_keeps_the_exact_extremes) {
  Page block(Timing::kCells);
  Timing timing(block.data());
  for (uint64_t ns : {5000u, 3u, 123'456u}) timing.take(ns);
  CHECK(block[page::kTimedCount] == 3 && block[page::kTimedSum] == 128'459);
  CHECK(~block[page::kTimedNotMin] == 3 && block[page::kTimedMax] == 123'456);
  CHECK_EQ(block[page::kTimedHeader + histogram::index(5000)], 1u);
}

TEST(timing_knows_the_departures_that_are_not_overwritten_yet) {
  Page ring(kRing);
  Departures departures{std::span(ring)};
  const uint64_t first = (1ull << 32) - 100;  // numbers whose low half wraps
  for (uint64_t k = first; k < first + 2 * kRing; k++) departures.put(k, k % 1000);
  uint64_t late = 0;
  for (uint64_t k = first; k < first + 2 * kRing; k++)
    CHECK(departures.find(k, late) == (k >= first + kRing) && (k < first + kRing || late == k % 1000));
  departures.put(7, 1ull << 40);
  CHECK(!departures.find(7, late));  // later than there is room for
}

// `streams` in turn, paced, on one queue after the other's page.
TEST(timing_of_a_run_adds_up_over_its_three_histograms) {
  constexpr uint32_t kPackets = 3000;
  for (uint32_t streams : {1u, 3u}) {
    auto device = open_or_fail("loop:x", 1, 1);
    Plan plan = plan_of({});
    std::vector<uint32_t> slots;
    for (uint32_t s = 0; s < streams; s++) {
      plan.streams.push_back(plain_stream(s, 60));
      sign(plan.streams.back(), 42);
      plan.streams.back().limit = kPackets / streams;
      plan.streams.back().histogram = 0;
      slots.push_back(s);
    }
    plan.lanes = {lane_of(slots, 10e3)};
    plan = decoded(plan);
    Page tx(page::kHeaderCells + streams * (page::kTxStreamCells + kRing) + Timing::kCells);
    Page rx(page::kHeaderCells + streams * page::kRxStreamCells + histogram::kCells + Timing::kCells);
    tx[page::kTimings] = rx[page::kTimings] = rx[page::kHistograms] = 1;
    tx[page::kDepartures] = kRing;
    CHECK(TxLoop::page_fits(plan, tx) && RxLoop::page_fits(plan, rx));
    const size_t block = page::kHeaderCells + streams * page::kTxStreamCells;
    std::vector<Source> sources;
    for (uint32_t s = 0; s < streams; s++)
      sources.push_back({s, 0, Departures(std::span(&tx[block + Timing::kCells + s * kRing], kRing))});
    for (Page* page : {&rx, &tx}) (*page)[page::kShared] = (*page)[page::kGo] = 1;
    tx[page::kEpochNs] = rx[page::kEpochNs] = now_ns();
    RxLoop receiver(*device->rx(0), plan, rx.data());
    receiver.listen(sources);
    std::thread receiving([&] { receiver.run(); });
    TxLoop(*device->tx(0), plan, tx.data()).run();
    for (const uint64_t until = now_ns() + 10'000'000'000; now_ns() < until;)
      if (page::acquire(&rx[page::kPackets]) == kPackets) break;
    page::set(&rx[page::kStop], 1);
    receiving.join();

    const page::Word* lateness = &tx[block];
    const page::Word* schedule = &rx[rx.size() - Timing::kCells];
    uint64_t wire = 0;
    for (uint32_t s = 0; s < streams; s++)
      wire += rx[page::kHeaderCells + s * page::kRxStreamCells + page::kLatencySum];
    CHECK_EQ(lateness[page::kTimedCount], kPackets);
    CHECK_EQ(lateness[page::kTimedGaps], kPackets - 1);
    CHECK_EQ(schedule[page::kTimedCount], kPackets);
    CHECK_EQ(schedule[page::kTimedSum], wire + lateness[page::kTimedSum]);
    CHECK_EQ(schedule[page::kTimedGaps], kPackets - streams);
    CHECK(schedule[page::kTimedMax] >= lateness[page::kTimedMax]);
    uint64_t counted = 0, errors = 0;
    for (uint32_t i = 0; i < histogram::kCells; i++) counted += schedule[page::kTimedHeader + i];
    for (uint32_t c = 0; c < 6; c++) errors += schedule[page::kTimedErrors + c];
    CHECK(counted == kPackets && errors == kPackets - streams);
  }
}

}  // namespace
}  // namespace nmgen::test
