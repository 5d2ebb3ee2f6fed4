// Whole runs of the TX and RX loops over the loop device: what is sent is exact, whatever ends the run.

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstring>
#include <thread>

#include "../checksum.h"
#include "../clock.h"
#include "../histogram.h"
#include "../rx_loop.h"
#include "../tx_loop.h"
#include "support.h"

namespace nmgen::test {
namespace {

using Page = std::vector<page::Word>;
using Bytes = std::vector<uint8_t>;

constexpr uint64_t kSecond = 1'000'000'000;

uint64_t cell(const Page& page, size_t i) { return page::acquire(&page[i]); }
uint64_t tx_cell(const Page& page, size_t stream, size_t i) {
  return cell(page, page::kHeaderCells + stream * page::kTxStreamCells + i);
}
uint64_t rx_cell(const Page& page, size_t stream, size_t i) {
  return cell(page, page::kHeaderCells + stream * page::kRxStreamCells + i);
}
void wait_until(const std::function<bool()>& condition) {
  for (const uint64_t until = now_ns() + 20 * kSecond; !condition() && now_ns() < until;) std::this_thread::yield();
}

enum class Receiver { kCollect, kCount, kNobody };

// A run of `plan` on so many queues, from prefill to the last received frame.
class Run {
 public:
  Run(const Plan& plan, uint32_t queues, Receiver receiver, const char* uri = "loop:x")
      : plan_(decoded(plan)), receiver_(receiver), device_(open_or_fail(uri, queues, queues)), frames(queues) {
    for (Stream& s : plan_.streams) s.stride = queues;
    for (uint32_t q = 0; q < queues; q++) {
      Plan shard = decoded(plan);
      shard.stride = queues;
      shard.shard = q;
      for (Stream& s : shard.streams)  // as shareOf in src/gen/encode.ts
        if (const uint64_t own = shard.shard_of(s); s.limit != kNoLimit)
          s.limit = s.limit > own ? (s.limit - own + queues - 1) / queues : 0;
      shards_.push_back(std::move(shard));
      tx.emplace_back(page::kHeaderCells + plan.streams.size() * page::kTxStreamCells);
      rx.emplace_back(page::kHeaderCells + plan.streams.size() * (page::kRxStreamCells + histogram::kCells));
      rx.back()[page::kHistograms] = plan.streams.size();
      tx.back()[page::kShared] = rx.back()[page::kShared] = 1;
    }
    for (uint32_t q = 0; q < queues; q++) {
      senders_.emplace_back([this, q] { TxLoop(*device_->tx(q), shards_[q], tx[q].data()).run(); });
      wait_until([&] { return cell(tx[q], page::kState) == page::kReady; });
    }
  }
  ~Run() {
    stop();
    finish();
  }
  // Buffers are prefilled and nothing is sent yet.
  std::span<Frame> buffers(uint32_t queue) { return device_->tx(queue)->all(); }
  void go() {
    for (uint32_t q = 0; q < frames.size(); q++) {
      if (receiver_ == Receiver::kCollect) receivers_.emplace_back([this, q] { collect(q); });
      if (receiver_ == Receiver::kCount)
        receivers_.emplace_back([this, q] { RxLoop(*device_->rx(q), plan_, rx[q].data()).run(); });
    }
    epoch = now_ns() + 1'000'000;
    for (std::vector<Page>* pages : {&rx, &tx}) {  // receivers first
      for (Page& page : *pages) page::set(&page[page::kEpochNs], epoch), page::publish(&page[page::kGo], 1);
      if (pages == &rx && receiver_ == Receiver::kCount)
        for (Page& page : rx) wait_until([&] { return cell(page, page::kState) == page::kRunning; });
    }
  }
  void stop() {
    for (Page& page : tx) page::set(&page[page::kStop], 1);
  }
  // Waits for the senders, then for what is on its way.
  void finish() {
    for (std::thread& thread : senders_) thread.join();
    senders_.clear();
    if (receiver_ == Receiver::kCount)
      wait_until([&] { return sum(rx, page::kPackets) == sum(tx, page::kPackets) || receivers_.empty(); });
    drained_ = true;
    for (Page& page : rx) page::set(&page[page::kStop], 1);
    for (std::thread& thread : receivers_) thread.join();
    receivers_.clear();
    if (receiver_ == Receiver::kNobody)
      for (uint32_t q = 0; q < frames.size(); q++) collect(q);
  }
  void complete() {
    go();
    finish();
  }
  static uint64_t sum(const std::vector<Page>& pages, size_t i) {
    uint64_t total = 0;
    for (const Page& page : pages) total += cell(page, i);
    return total;
  }
  // What must hold however a run ended: totals are the sums of the streams, and frames as many as counted.
  void check_books() {
    uint64_t got = 0, bytes = 0;
    for (uint32_t q = 0; q < frames.size(); q++) {
      uint64_t stream_packets = 0, stream_bytes = 0;
      for (size_t s = 0; s < plan_.streams.size(); s++) {
        stream_packets += tx_cell(tx[q], s, page::kTxPackets);
        stream_bytes += tx_cell(tx[q], s, page::kTxBytes);
      }
      CHECK_EQ(cell(tx[q], page::kPackets), stream_packets);
      CHECK_EQ(cell(tx[q], page::kBytes), stream_bytes);
      CHECK_EQ(cell(tx[q], page::kState), page::kDone);
      for (const Bytes& frame : frames[q]) got++, bytes += frame.size();
      if (receiver_ == Receiver::kCount) got += cell(rx[q], page::kPackets), bytes += cell(rx[q], page::kBytes);
    }
    CHECK_EQ(got, sum(tx, page::kPackets));
    CHECK_EQ(bytes, sum(tx, page::kBytes));
  }

 private:
  void collect(uint32_t q) {
    for (RxQueue& queue = *device_->rx(q);;) {
      const bool last = drained_;  // read before the look: what was sent by then is seen by it
      std::span<const Frame> part = queue.peek();
      for (const Frame& frame : part) frames[q].emplace_back(frame.data, frame.data + frame.length);
      queue.release(static_cast<uint32_t>(part.size()));
      if (part.empty() && last) return;
      if (part.empty()) std::this_thread::yield();
    }
  }

  Plan plan_;
  Receiver receiver_;
  std::unique_ptr<Device> device_;
  std::vector<Plan> shards_;
  std::vector<std::thread> senders_, receivers_;
  std::atomic<bool> drained_{false};

 public:
  std::vector<Page> tx, rx;
  std::vector<std::vector<Bytes>> frames;  // received, by queue
  uint64_t epoch = 0;
};

// An imix stream, one with many fields and random sizes, and one without any: limited, sharing an unpaced lane.
Plan mixed_plan(bool is_signed, uint64_t packets) {
  Stream imix = plain_stream(0, 60), varied = plain_stream(1, 64), constant = plain_stream(2, 90);
  add_lengths(imix, {566, 1514});
  imix.sequence = {0, 1, 0, 0, 2, 0, 1, 0, 0, 1, 0, 1};
  imix.fields = {whole_field(20, 4, FieldOp::kInc)};
  varied.fields = {whole_field(20, 4, FieldOp::kInc), whole_field(26, 4, FieldOp::kRandom),
                   whole_field(30, 4, FieldOp::kPermute), whole_field(34, 2, FieldOp::kList)};
  varied.fields[3].values = {7, 8, 9};
  add_lengths(varied, {100, 300});
  varied.sequence.clear();
  varied.sizes = {true, 12345, {}};
  if (is_signed)
    for (Stream* s : {&imix, &varied, &constant}) sign(*s, 42);
  imix.limit = packets;
  varied.limit = packets / 2 + 1;
  constant.limit = packets / 3;
  Plan plan = plan_of({imix, varied, constant});
  plan.lanes = {lane_of({0, 1, 0, 2})};
  return plan;
}

// A stream of three members and one of one layout, in turn.
Plan members_plan(uint64_t packets) {
  std::vector<Stream> streams;
  const std::vector<std::vector<uint32_t>> places{{0, 2, 3}, {1}, {4}};
  for (uint32_t s = 0; s < 4; s++) {
    Stream stream = plain_stream(s, 60 + 20 * s);
    stream.fields = {whole_field(20, 4, FieldOp::kInc), whole_field(24, 4, FieldOp::kPermute)};
    if (s < 3) stream.numbers = {{5, places[s]}};
    stream.limit = s < 3 ? packets * places[s].size() : packets;
    streams.push_back(stream);
  }
  Plan plan = plan_of(streams);
  plan.lanes = {lane_of({0, 0, 3})};
  plan.lanes[0].cycles = {{0, 1, 0, 0, 2}};
  return plan;
}

TEST(loops_send_a_stream_of_members_as_one_in_order) {
  Run run(members_plan(1000), 1, Receiver::kCollect);
  run.complete();
  run.check_books();
  uint64_t whole = 0, other = 0;
  for (const Bytes& frame : run.frames[0]) {
    const uint32_t s = frame[0] & 0xf;
    CHECK_EQ(get32(&frame[20]), s == 3 ? other++ : whole++);
    if (s < 3) CHECK_EQ(s, (std::array{0u, 1u, 0u, 0u, 2u})[(whole - 1) % 5]);
    if (other < 1000 && whole < 5000) CHECK(whole >= 2 * other && whole <= 2 * other + 2);
  }
  CHECK(whole == 5000 && other == 1000);
}

TEST(loops_send_exactly_the_limits_and_receive_them_all) {
  const uint64_t packets = 30'000 / kSlowdown;
  for (uint32_t queues : {1u, 2u, 4u}) {
    const Plan plan = mixed_plan(true, packets);
    Run run(plan, queues, Receiver::kCount);
    run.complete();
    run.check_books();
    for (size_t s = 0; s < 3; s++) {
      std::array<uint64_t, page::kRxStreamCells> rx{};
      uint64_t sent = 0, in_histogram = 0;
      for (uint32_t q = 0; q < queues; q++) {
        sent += tx_cell(run.tx[q], s, page::kTxPackets);
        for (size_t i = 0; i < rx.size(); i++) rx[i] += rx_cell(run.rx[q], s, i);
        const size_t first = page::kHeaderCells + 3 * page::kRxStreamCells + s * histogram::kCells;
        for (size_t i = 0; i < histogram::kCells; i++) in_histogram += cell(run.rx[q], first + i);
      }
      CHECK_EQ(sent, plan.streams[s].limit);
      CHECK_EQ(rx[page::kRxPackets], sent);
      CHECK_EQ(rx[page::kLatencyCount], sent);
      CHECK_EQ(in_histogram, sent);
      for (size_t i : {page::kDuplicates, page::kReordered, page::kCorrupted, page::kStale}) CHECK_EQ(rx[i], 0u);
    }
    CHECK_EQ(Run::sum(run.rx, page::kUnknown), 0u);
  }
}

// Sorted, and found to be the same on 1, 2 and 4 queues.
std::vector<Bytes> packets_of(const Plan& plan) {
  std::vector<Bytes> first;
  for (uint32_t queues : {1u, 2u, 4u}) {
    Run run(plan, queues, Receiver::kCollect);
    run.complete();
    run.check_books();
    std::vector<Bytes> all;
    for (std::vector<Bytes>& part : run.frames) all.insert(all.end(), part.begin(), part.end());
    std::ranges::sort(all);
    if (queues == 1)
      first = std::move(all);
    else
      CHECK(all == first);
  }
  return first;
}

TEST(loops_send_the_same_packets_on_any_number_of_queues) {
  const std::vector<Bytes> packets = packets_of(mixed_plan(false, 20'000 / kSlowdown));
  // The constant stream repeats itself, the others do not.
  CHECK(std::ranges::adjacent_find(packets) != packets.end());
}

TEST(loops_send_the_same_packets_of_members_on_any_number_of_queues) {
  const std::vector<Bytes> packets = packets_of(members_plan(999));
  CHECK(packets.size() == 999 * 6 && std::ranges::adjacent_find(packets) == packets.end());
}

TEST(loops_keep_the_order_of_lanes_and_sequences) {
  const Plan plan = decoded(mixed_plan(false, 5'000));
  const std::vector<StreamState> states = make_states(plan);
  Run run(plan, 1, Receiver::kCollect);
  run.complete();
  std::array<uint64_t, 3> sent{};
  size_t at = 0;
  const std::vector<uint32_t>& slots = plan.lanes[0].slots;
  for (uint64_t turn = 0; at < run.frames[0].size(); turn++) {
    const uint32_t s = slots[turn % slots.size()];
    if (sent[s] == plan.streams[s].limit) continue;  // its turn passes
    const Bytes& frame = run.frames[0][at++];
    CHECK_EQ(frame[0], 0x40 | s, "frame " + text(at - 1));
    const Template* expected;
    choose_templates(states[s], sent[s], 1, &expected);
    CHECK_EQ(frame.size(), expected->bytes.size());
    if (s < 2) CHECK_EQ(get32(&frame[20]), sent[s]);
    sent[s]++;
  }
  for (size_t s = 0; s < 3; s++) CHECK_EQ(sent[s], plan.streams[s].limit);
}

TEST(loops_stop_when_asked_with_books_that_add_up) {
  for (Receiver receiver : {Receiver::kCount, Receiver::kCollect, Receiver::kNobody}) {  // nobody: the ring is full
    Run run(mixed_plan(true, kNoLimit - 1), 2, receiver);
    run.go();
    wait_until([&] { return Run::sum(run.tx, page::kPackets) > 500; });
    if (receiver == Receiver::kNobody) wait_until([&] { return Run::sum(run.tx, page::kRingFull) > 0; });
    const uint64_t asked = now_ns();
    run.stop();
    wait_until(
        [&] { return cell(run.tx[0], page::kState) == page::kDone && cell(run.tx[1], page::kState) == page::kDone; });
    CHECK(now_ns() - asked < 2 * kSecond);  // 100 ms, on a machine with nothing else to do
    run.finish();
    run.check_books();
    if (receiver == Receiver::kNobody) CHECK(Run::sum(run.tx, page::kRingFull) > 0);
  }
}

TEST(loops_take_back_what_a_full_ring_did_not_take) {
  Run run(mixed_plan(false, 100'000), 1, Receiver::kNobody);
  run.go();
  wait_until([&] { return cell(run.tx[0], page::kRingFull) > 0; });
  run.stop();
  run.finish();
  run.check_books();
  std::array<uint64_t, 3> received{};
  for (const Bytes& frame : run.frames[0]) {
    const size_t s = frame[0] & 0xf;
    if (s < 2) CHECK_EQ(get32(&frame[20]), received[s]);  // the first so many, none twice, none left out
    received[s]++;
  }
  for (size_t s = 0; s < 3; s++) CHECK_EQ(tx_cell(run.tx[0], s, page::kTxPackets), received[s]);
}

TEST(loops_can_be_stopped_before_they_start) {
  Run run(mixed_plan(true, 1000), 2, Receiver::kCollect);
  run.stop();
  run.finish();
  run.check_books();
  CHECK_EQ(Run::sum(run.tx, page::kPackets), 0u);
}

TEST(loops_end_with_the_duration) {
  Plan plan = mixed_plan(false, kNoLimit - 1);
  plan.duration_ns = 50'000'000;
  Run run(plan, 1, Receiver::kCount);
  run.complete();
  run.check_books();
  CHECK(cell(run.tx[0], page::kPackets) > 0);
  const uint64_t last = cell(run.tx[0], page::kLastNs) - run.epoch;
  CHECK(last >= plan.duration_ns && last < plan.duration_ns + 2 * kSecond);
}

TEST(loops_that_are_paced_are_never_early_and_account_for_every_slot) {
  Plan plan = mixed_plan(false, 0);
  for (Stream& s : plan.streams) s.limit = 400;
  plan.lanes = {lane_of({0, 1}, 100'000), lane_of({2}, 250'000)};
  plan.duration_ns = 100'000'000;
  Run run(plan, 1, Receiver::kCount);
  run.complete();
  run.check_books();
  // 800 slots of one lane would take 80 ms and 400 of the other 100 ms, but for the last period.
  CHECK_EQ(cell(run.tx[0], page::kPackets) + cell(run.tx[0], page::kUnsent), 1200u);
  CHECK(cell(run.tx[0], page::kLastNs) - run.epoch >= 399 * 250'000);
}

TEST(loops_write_only_what_changes) {
  Stream constant = plain_stream(0, 60), varied = plain_stream(0, 60);
  varied.fields = {whole_field(20, 4, FieldOp::kInc)};
  for (const Stream& stream : {constant, varied}) {
    Plan plan = plan_of({stream});
    plan.streams[0].limit = 3000;
    plan.lanes = {lane_of({0})};
    Run run(plan, 1, Receiver::kCollect);
    // Prefilled: from here on the loop has no business with bytes that do not vary.
    for (Frame& frame : run.buffers(0)) {
      CHECK(std::equal(frame.data, frame.data + 60, stream.templates[0].bytes.begin()));
      for (uint32_t b = 0; b < 60; b++)
        if (b < 20 || b >= 24) frame.data[b] = 0xee;
    }
    run.complete();
    CHECK_EQ(run.frames[0].size(), 3000u);
    for (uint32_t i = 0; i < 3000; i++) {
      const Bytes& frame = run.frames[0][i];
      // Around a field, the word of 8 bytes that holds it is written with it.
      for (uint32_t b = 0; b < 60; b++) {
        const bool in_word = b >= 20 && b < (stream.fields.empty() ? 24 : 28);
        CHECK_EQ(frame[b], in_word ? (b < 24 ? frame[b] : 0x40) : 0xee);
      }
      CHECK_EQ(get32(&frame[20]), stream.fields.empty() ? 0x40404040 : i);
    }
  }
}

TEST(loops_leave_a_buffer_that_holds_the_right_template_alone) {
  // Two streams in turn over an even number of slots: each slot always carries the same one.
  Plan plan = plan_of({plain_stream(0, 60), plain_stream(1, 70)});
  for (Stream& s : plan.streams) s.limit = 2000;
  plan.lanes = {lane_of({0, 1})};
  Run run(plan, 1, Receiver::kCollect);
  for (Frame& frame : run.buffers(0)) frame.data[50] = 0xee;
  run.complete();
  CHECK_EQ(run.frames[0].size(), 4000u);
  for (uint32_t i = 0; i < 4000; i++) {
    const Bytes& frame = run.frames[0][i];
    CHECK(frame[0] == (0x40 | i % 2) && frame.size() == (i % 2 ? 70 : 60) && frame[50] == 0xee);
  }
}

// A device that takes any part of a burst, and after `total` frames nothing more.
class Stingy final : public TxQueue {
 public:
  explicit Stingy(uint64_t total) : total_(total), buffers_(256, Bytes(kMaxFrame)) {
    for (Bytes& buffer : buffers_) all_.push_back({buffer.data(), 0, kNothing});
    refill();
  }
  std::span<Frame> all() override { return all_; }
  void filled() override {}
  uint32_t commit(uint32_t n, bool) override {
    n = static_cast<uint32_t>(std::min<uint64_t>(random_.below(n + 1), total_ - taken.size()));
    for (uint32_t j = 0; j < n; j++) taken.emplace_back(frames[j].data, frames[j].data + frames[j].length);
    page::add(&progress, n);
    head_ += n;
    frames += n;
    room -= n;
    if (room == 0) refill();
    return n;
  }
  void refill() override {
    if (head_ == all_.size()) head_ = 0;
    frames = &all_[head_];
    room = std::min<uint32_t>(kMaxBurst, static_cast<uint32_t>(all_.size()) - head_);
  }
  std::vector<Bytes> taken;
  page::Word progress = 0;

 private:
  Random random_{13};
  uint64_t total_;
  uint32_t head_ = 0;
  std::vector<Bytes> buffers_;
  std::vector<Frame> all_;
};

TEST(loops_send_on_where_a_device_took_part_of_a_burst) {
  const Plan mixed = decoded(mixed_plan(true, 100'000)), single = [] {
    Plan plan = plan_of({plain_stream(0, 60)});
    plan.streams[0].fields = {whole_field(20, 4, FieldOp::kInc)};
    plan.lanes = {lane_of({0})};
    return decoded(plan);
  }();
  for (const Plan* plan : {&mixed, &single}) {
    for (uint64_t total : {777ull, 778ull, 12'345ull}) {
      Stingy queue(total);
      Page page(page::kHeaderCells + plan->streams.size() * page::kTxStreamCells);
      page[page::kGo] = page[page::kShared] = 1;
      std::thread sender([&] { TxLoop(queue, *plan, page.data()).run(); });
      wait_until([&] { return page::get(&queue.progress) == total; });
      page::set(&page[page::kStop], 1);  // in the middle of a burst: the rest of it was never sent
      sender.join();
      CHECK_EQ(queue.taken.size(), total);
      CHECK_EQ(page[page::kPackets], total);
      std::array<uint64_t, 3> packets{}, bytes{};
      for (const Bytes& frame : queue.taken) {
        const size_t s = frame[0] & 0xf;
        if (s < 2) CHECK_EQ(get32(&frame[20]), packets[s], "of stream " + text(s));
        packets[s]++;
        bytes[s] += frame.size();
      }
      for (size_t s = 0; s < plan->streams.size(); s++) {
        CHECK_EQ(tx_cell(page, s, page::kTxPackets), packets[s]);
        CHECK_EQ(tx_cell(page, s, page::kTxBytes), bytes[s]);
      }
      CHECK_EQ(page[page::kBytes], bytes[0] + bytes[1] + bytes[2]);
    }
  }
}

// A device that counts the pushes, may lose what its buffers held, and may be gone.
class Odd final : public TxQueue {
 public:
  explicit Odd(bool loses, bool gone = false) : loses_(loses), gone_(gone), buffers_(2 * kMaxBurst, Bytes(kMaxFrame)) {
    disturbed = loses;
    if (gone) failure = Failure{"gone", "the device is gone", "plug it in"};
    for (Bytes& buffer : buffers_) all_.push_back({buffer.data(), 0, kNothing});
    refill();
  }
  std::span<Frame> all() override { return all_; }
  void filled() override {}
  uint32_t commit(uint32_t n, bool) override {
    commits++;
    for (uint32_t j = 0; j < n; j++) taken.emplace_back(frames[j].data, frames[j].data + frames[j].length);
    if (loses_) {
      for (Frame& frame : all_) std::memset(frame.data, 0xdd, 60), frame.length = 7, frame.holds = kNothing;
    }
    return n;
  }
  void push() override { pushes++; }
  void refill() override { frames = all_.data(), room = gone_ ? 0 : kMaxBurst; }
  std::vector<Bytes> taken;
  uint32_t commits = 0, pushes = 0;

 private:
  bool loses_, gone_;
  std::vector<Bytes> buffers_;
  std::vector<Frame> all_;
};

Plan counting_plan(uint64_t packets, double period_ns) {
  Plan plan = plan_of({plain_stream(0, 60)});
  plan.streams[0].limit = packets;
  plan.streams[0].fields = {whole_field(20, 4, FieldOp::kInc)};
  plan.lanes = {lane_of({0}, period_ns)};
  return decoded(plan);
}

void run_on(TxQueue& queue, const Plan& plan) {
  Page page(page::kHeaderCells + plan.streams.size() * page::kTxStreamCells);
  page[page::kGo] = page[page::kShared] = 1;
  page[page::kEpochNs] = now_ns();
  TxLoop(queue, plan, page.data()).run();
}

// 1,000 packets in 100 ms, by a loop that begins 50 ms after its time.
Page run_late(Odd& queue, LatePolicy policy, std::vector<Stream> streams) {
  Plan plan = plan_of(std::move(streams));
  std::vector<uint32_t> slots;
  for (Stream& s : plan.streams) {
    s.limit = 1000 / plan.streams.size();
    s.fields = {whole_field(20, 4, FieldOp::kInc)};
    slots.push_back(s.id);
  }
  plan.lanes = {lane_of(slots, 100e3)};
  plan.pacing.policy = policy;
  plan = decoded(plan);
  Page page(page::kHeaderCells + plan.streams.size() * page::kTxStreamCells + Timing::kCells);
  page[page::kTimings] = 1;
  page[page::kGo] = page[page::kShared] = 1;
  page[page::kEpochNs] = now_ns() - 50'000'000;
  TxLoop(queue, plan, page.data()).run();
  CHECK_EQ(queue.taken.size(), cell(page, page::kPackets));
  return page;
}

TEST(loops_skip_what_is_too_late_and_send_the_rest_as_it_would_have_been) {
  for (uint32_t count : {1, 4, 100}) {
    Odd queue(false);
    std::vector<Stream> streams;
    for (uint32_t s = 0; s < count; s++) streams.push_back(plain_stream(s, 60));
    const Page page = run_late(queue, LatePolicy::kSkip, std::move(streams));
    const uint64_t skipped = cell(page, page::kSkipped), sent = cell(page, page::kPackets);
    CHECK(skipped >= 490 && skipped <= 1000);
    CHECK_EQ(cell(page, page::kUnsent), skipped);
    CHECK_EQ(sent + skipped, 1000u);
    CHECK(cell(page, page::kTooLateNs) == 0);
    uint64_t wrong = 0, last = 0;
    for (const Bytes& frame : queue.taken) {  // packet i is due as the i-th, whoever else is sent
      const uint64_t turn = uint64_t{get32(&frame[20])} * count + (frame[0] & 0x3f) % count;
      if (count <= 4) wrong += turn < 490 || (last && turn <= last), last = turn;
      wrong += get32(&frame[20]) < 490 / count;
    }
    CHECK_EQ(wrong, 0u);
  }
}

TEST(loops_catch_up_with_all_that_is_late) {
  Odd queue(false);
  const Page page = run_late(queue, LatePolicy::kCatchUp, {plain_stream(0, 60)});
  CHECK_EQ(cell(page, page::kPackets), 1000u);
  CHECK(cell(page, page::kLate) >= 490 && cell(page, page::kUnsent) == 0 && cell(page, page::kSkipped) == 0);
}

TEST(loops_end_with_the_first_late_packet_where_that_is_asked_for) {
  Odd queue(false);
  const Page page = run_late(queue, LatePolicy::kFail, {plain_stream(0, 60)});
  CHECK(cell(page, page::kTooLateNs) >= 50'000'000);
  CHECK_EQ(cell(page, page::kPackets), 0u);
  CHECK(cell(page, page::kUnsent) >= 500);
}

// A stream without an end; the handle was let go `ago` ns before the start, or is held for so long (negative).
Page run_attended(int64_t ago) {
  Odd queue(false);
  Plan plan = plan_of({plain_stream(0, 60)});
  plan.lanes = {lane_of({0}, 100e3)};
  plan = decoded(plan);
  Page page(page::kHeaderCells + size_t{page::kTxStreamCells} + Timing::kCells);
  page[page::kTimings] = page[page::kGo] = page[page::kShared] = 1;
  page[page::kEpochNs] = now_ns();
  page[page::kAttended] = static_cast<uint64_t>(static_cast<int64_t>(now_ns()) - ago);
  TxLoop(queue, plan, page.data()).run();
  CHECK_EQ(cell(page, page::kState), static_cast<uint64_t>(page::kDone));
  return page;
}

TEST(loops_end_by_themselves_when_nobody_attends_to_them) {
  CHECK_EQ(cell(run_attended(1), page::kPackets), 0u);
  const uint64_t begun = now_ns();
  const Page page = run_attended(-30'000'000);
  CHECK(now_ns() - begun >= 30'000'000);
  CHECK(cell(page, page::kPackets) > 0);
}

TEST(loops_receive_no_longer_than_somebody_attends) {
  Plan plan = decoded(plan_of({plain_stream(0, 60)}));
  const auto device = open_or_fail("loop:unattended", 1, 1);
  Page page(page::kHeaderCells + size_t{page::kRxStreamCells});
  page[page::kGo] = page[page::kShared] = 1;
  page[page::kAttended] = 1;
  RxLoop(*device->rx(0), plan, page.data()).run();
  CHECK_EQ(cell(page, page::kState), static_cast<uint64_t>(page::kDone));
}

TEST(loops_push_what_was_committed_when_nothing_more_is_due) {
  Odd queue(false);
  run_on(queue, counting_plan(3, 100e6));
  CHECK_EQ(queue.taken.size(), 3u);
  CHECK(queue.pushes >= 1 && queue.pushes <= queue.commits + 1);  // once each time, however long it idles
}

TEST(loops_fill_again_what_a_device_has_lost) {
  Odd queue(true);
  run_on(queue, counting_plan(1000, 0));
  CHECK_EQ(queue.taken.size(), 1000u);
  for (uint32_t i = 0; i < 1000; i++)
    CHECK(queue.taken[i].size() == 60 && queue.taken[i][0] == 0x40 && get32(&queue.taken[i][20]) == i);
}

TEST(loops_end_where_the_device_is_gone) {
  Odd queue(false, true);
  run_on(queue, counting_plan(1000, 0));
  CHECK(queue.taken.empty());
}

TEST(loops_run_twice_on_one_device) {
  // The second plan's template numbers are those of the first: buffers must not be taken for filled.
  auto device = open_or_fail("loop:x", 1, 1);
  for (uint8_t run = 0; run < 2; run++) {
    Plan plan = plan_of({plain_stream(run, 60 + 10u * run)});
    plan.streams[0].limit = 100;
    plan.lanes = {lane_of({0})};
    plan = decoded(plan);
    Page page(size_t{page::kHeaderCells} + page::kTxStreamCells);
    page[page::kGo] = 1;
    TxLoop(*device->tx(0), plan, page.data()).run();
    for (uint64_t got = 0; got < 100;) {
      std::span<const Frame> frames = device->rx(0)->peek();
      for (const Frame& frame : frames) CHECK(frame.length == 60 + 10u * run && frame.data[59] == (0x40 | run)), got++;
      CHECK(!frames.empty());
      device->rx(0)->release(static_cast<uint32_t>(frames.size()));
    }
  }
}

}  // namespace
}  // namespace nmgen::test
