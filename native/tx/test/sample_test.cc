// Packets that are sent alone, so that their stamps wait for no burst: which ones, how, and what receivers make of them.

#include <thread>

#include "../checksum.h"
#include "../clock.h"
#include "../histogram.h"
#include "../rx_loop.h"
#include "../signature.h"
#include "../tx_loop.h"
#include "support.h"

namespace nmgen::test {
namespace {

constexpr uint32_t kOffset = 42, kSample = 7;

struct Burst {
  std::vector<bool> marks;  // of each packet
  bool pushed_before, pushed_behind;
};

// Writes down what is handed over at once, and between which pushes.
class Witness final : public TxQueue {
 public:
  Witness() : buffers_(kMaxBurst, std::vector<uint8_t>(kMaxFrame)) {
    for (auto& buffer : buffers_) all_.push_back({buffer.data(), 0, kNothing});
    refill();
  }
  std::span<Frame> all() override { return all_; }
  void filled() override {}
  uint32_t commit(uint32_t n, bool) override {
    bursts.push_back({{}, pushed_, false});
    for (uint32_t j = 0; j < n; j++) bursts.back().marks.push_back(get64(frames[j].data + kOffset + 8) & kAlone);
    pushed_ = false;
    return n;
  }
  void push() override {
    pushed_ = true;
    if (!bursts.empty()) bursts.back().pushed_behind = true;
  }
  void refill() override { frames = all_.data(), room = kMaxBurst; }
  std::vector<Burst> bursts;

 private:
  bool pushed_ = true;
  std::vector<std::vector<uint8_t>> buffers_;
  std::vector<Frame> all_;
};

// `streams` in turn, paced or as fast as possible; of a hundred all are rendered as one.
Plan sampled_plan(uint32_t streams, uint64_t packets, double period_ns) {
  Plan plan = plan_of({});
  std::vector<uint32_t> slots;
  for (uint32_t s = 0; s < streams; s++) {
    plan.streams.push_back(plain_stream(s, 60));
    sign(plan.streams.back(), kOffset);
    plan.streams.back().limit = packets;
    slots.push_back(s);
  }
  plan.lanes = {lane_of(slots, period_ns)};
  plan.sample = kSample;
  return decoded(plan);
}

uint64_t sampled(uint32_t stream, uint64_t packets) {
  uint64_t n = 0;
  for (uint64_t k = 0; k < packets; k++) n += (k + stream) % kSample == 0;
  return n;
}

std::vector<page::Word> tx_page(const Plan& plan) {
  std::vector<page::Word> page(page::kHeaderCells + plan.streams.size() * page::kTxStreamCells);
  page[page::kGo] = page[page::kShared] = 1;
  page[page::kEpochNs] = now_ns();
  return page;
}

TEST(sample_is_sent_alone_and_nothing_else_is_marked) {
  for (uint32_t streams : {1u, 3u, 100u})
    for (double period_ns : {0.0, 500.0}) {
      const uint64_t packets = 30'000 / streams;
      const Plan plan = sampled_plan(streams, packets, period_ns);
      Witness queue;
      auto page = tx_page(plan);
      TxLoop(queue, plan, page.data()).run();
      uint64_t sent = 0, alone = 0, expected = 0;
      for (uint32_t s = 0; s < streams; s++) expected += sampled(s, packets);
      for (const Burst& burst : queue.bursts) {
        sent += burst.marks.size();
        const auto marked = static_cast<uint64_t>(std::ranges::count(burst.marks, true));
        alone += marked;
        if (marked) CHECK(burst.marks.size() == 1 && burst.pushed_before && burst.pushed_behind);
      }
      CHECK_EQ(sent, packets * streams);
      CHECK_EQ(alone, expected, std::to_string(streams) + " streams");
      CHECK_EQ(page[page::kPackets], packets * streams);
    }
}

TEST(sample_of_one_stream_is_its_share_rounded_up) {
  for (uint64_t packets : {1u, 6u, 7u, 8u, 700u, 701u}) CHECK_EQ(sampled(0, packets), (packets + kSample - 1) / kSample);
}

TEST(sample_alone_is_timed_and_all_are_counted) {
  for (uint32_t streams : {1u, 3u, 300u}) {
    const uint64_t packets = 30'000 / streams;
    const Plan plan = sampled_plan(streams, packets, 0);
    auto device = open_or_fail("loop:x", 1, 1);
    auto tx = tx_page(plan);
    std::vector<page::Word> rx(page::kHeaderCells + streams * page::kRxStreamCells + histogram::kCells);
    rx[page::kHistograms] = rx[page::kShared] = rx[page::kGo] = 1;
    rx[page::kEpochNs] = tx[page::kEpochNs];
    std::thread receiving([&] { RxLoop(*device->rx(0), plan, rx.data()).run(); });
    TxLoop(*device->tx(0), plan, tx.data()).run();
    for (const uint64_t until = now_ns() + 10'000'000'000; now_ns() < until; std::this_thread::yield())
      if (page::acquire(&rx[page::kPackets]) == packets * streams) break;
    page::set(&rx[page::kStop], 1);
    receiving.join();
    uint64_t timed = 0, buckets = 0;
    for (uint32_t s = 0; s < streams; s++) {
      const page::Word* cells = &rx[page::kHeaderCells + s * page::kRxStreamCells];
      CHECK_EQ(cells[page::kLatencyCount], sampled(s, packets));
      CHECK_EQ(cells[page::kRxPackets], packets);
      CHECK_EQ(cells[page::kExpected], packets);
      CHECK(cells[page::kDuplicates] == 0 && cells[page::kReordered] == 0 && cells[page::kGaps] == 0);
      timed += cells[page::kLatencyCount];
    }
    for (uint32_t i = 0; i < histogram::kCells; i++)
      buckets += rx[page::kHeaderCells + streams * page::kRxStreamCells + i];
    CHECK_EQ(buckets, timed);
  }
}

// The members of a stream take its turns in a cycle: what was looked at too early is not lost to it.
TEST(sample_keeps_the_order_of_members) {
  Plan plan = sampled_plan(3, 3000, 0);
  plan.lanes[0].slots = {0};
  plan.lanes[0].cycles = {{0, 1, 2, 1}};
  plan.streams[1].limit = 6000;
  plan = decoded(plan);
  Plan whole = plan;
  whole.sample = 0;
  std::vector<std::vector<uint16_t>> orders;
  for (const Plan* one : {&plan, &whole}) {
    auto device = open_or_fail("loop:x", 1, 1);
    auto page = tx_page(*one);
    std::thread sending([&] { TxLoop(*device->tx(0), *one, page.data()).run(); });
    orders.emplace_back();
    for (const uint64_t until = now_ns() + 10'000'000'000; orders.back().size() < 12'000 && now_ns() < until;) {
      const auto frames = device->rx(0)->peek();
      for (const Frame& frame : frames) orders.back().push_back(get16(frame.data + kOffset + 2));
      device->rx(0)->release(static_cast<uint32_t>(frames.size()));
    }
    page::set(&page[page::kStop], 1);
    sending.join();
  }
  CHECK_EQ(orders[0].size(), 12'000u);
  CHECK(orders[0] == orders[1]);
}

}  // namespace
}  // namespace nmgen::test
