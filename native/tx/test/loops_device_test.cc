// The TX loop on devices that take a part, lose what they held, are gone, or were prefilled.

#include <array>

#include "loops.h"
#include "odd_queue.h"

namespace nmgen::test {
namespace {

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

}  // namespace
}  // namespace nmgen::test
