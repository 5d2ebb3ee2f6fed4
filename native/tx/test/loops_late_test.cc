// The TX loop that comes too late, and both loops that nobody attends to.

#include "loops.h"
#include "odd_queue.h"

namespace nmgen::test {
namespace {

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

}  // namespace
}  // namespace nmgen::test
