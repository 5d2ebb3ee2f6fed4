// Whole runs of the TX and RX loops over the loop device: what is sent is exact, whatever ends the run.

#include <algorithm>
#include <array>

#include "loops.h"

namespace nmgen::test {
namespace {

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
    run.stop();
    const auto done = [&](uint32_t q) { return cell(run.tx[q], page::kState) == page::kDone; };
    wait_until([&] { return done(0) && done(1); });
    CHECK(done(0) && done(1));
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
  plan.duration_ns = 2 * kSecond;  // longer than a busy machine keeps a thread from its first packet
  Run run(plan, 1, Receiver::kCount);
  run.complete();
  run.check_books();
  CHECK(cell(run.tx[0], page::kPackets) > 0);
  CHECK(cell(run.tx[0], page::kLastNs) - run.epoch >= plan.duration_ns);
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
