// The TX loop on a device that sends each frame when it is due, and gets it so long before.

#include "../signature.h"
#include "loops.h"

namespace nmgen::test {
namespace {

constexpr uint32_t kOffset = 42;
constexpr uint64_t kLead = 3'000'000, kPeriod = 10'000;

struct Handed {
  uint64_t due, at, stamped;  // ns after the run's start; the clock when it was handed over; of its signature
  uint32_t burst, stream;
};

// Writes down what such a device is asked for.
class Patient final : public TxQueue {
 public:
  // `holds`: so many frames at most, until they are due.
  explicit Patient(uint64_t lead, size_t holds = ~size_t{0}) : holds_(holds), buffers_(kMaxBurst, Bytes(kMaxFrame)) {
    lead_ns = lead, due = due_;
    for (Bytes& buffer : buffers_) all_.push_back({buffer.data(), 0, kNothing});
    refill();
  }
  std::span<Frame> all() override { return all_; }
  void filled() override {}
  uint32_t commit(uint32_t n, bool) override {
    const uint64_t now = now_ns();
    for (uint32_t j = 0; j < n; j++)
      handed.push_back({due_[j], now, get64(frames[j].data + kOffset + 8), bursts, frames[j].data[0] & 0x3fu});
    bursts++;
    refill();
    return n;
  }
  void refill() override {
    const auto is_out = [now = now_ns(), this](const Handed& h) { return epoch_ns + h.due > now; };
    const auto out = static_cast<size_t>(std::find_if_not(handed.rbegin(), handed.rend(), is_out) - handed.rbegin());
    frames = all_.data();
    room = out < holds_ ? static_cast<uint32_t>(std::min<size_t>(holds_ - out, kMaxBurst)) : 0;
  }
  std::vector<Handed> handed;
  uint32_t bursts = 0;

 private:
  size_t holds_;
  uint64_t due_[kMaxBurst] = {};
  std::vector<Bytes> buffers_;
  std::vector<Frame> all_;
};

Plan signed_plan(uint32_t streams, uint64_t packets, const std::vector<Lane>& lanes) {
  Plan plan = plan_of({});
  for (uint32_t s = 0; s < streams; s++) {
    plan.streams.push_back(plain_stream(s, 60));
    sign(plan.streams.back(), kOffset);
    plan.streams.back().limit = packets;
  }
  plan.lanes = lanes;
  return decoded(plan);
}

// `late`: so long after the start of the run the loop begins.
Page send(Patient& queue, const Plan& plan, uint64_t late = 0) {
  Page page(page::kHeaderCells + plan.streams.size() * page::kTxStreamCells + Timing::kCells);
  page[page::kTimings] = page[page::kGo] = page[page::kShared] = 1;
  page[page::kEpochNs] = late ? now_ns() - late : now_ns() + 2 * kLead;
  TxLoop(queue, plan, page.data()).run();
  return page;
}

const page::Word* lateness(const Page& page) { return &page[page.size() - Timing::kCells]; }

// The stamp is that of the due time; of what was handed over later than that, of a moment before it was.
void check_stamps(const Patient& queue, const Page& page) {
  const uint64_t epoch = page[page::kEpochNs];
  uint64_t late = 0;
  for (const Handed& h : queue.handed) {
    const uint64_t due = epoch + h.due;
    CHECK(h.at + kLead >= due);
    if (h.stamped > due)
      CHECK(h.stamped <= h.at), late += h.stamped - due;
    else
      CHECK_EQ(h.stamped, due);
  }
  CHECK_EQ(lateness(page)[page::kTimedCount], queue.handed.size());
  CHECK_EQ(lateness(page)[page::kTimedSum], late);
}

TEST(lead_hands_over_each_packet_with_its_due_time_and_stamps_it_with_that) {
  for (const uint32_t streams : {1u, 3u, 100u}) {  // of a hundred all are rendered as one
    std::vector<uint32_t> slots;
    for (uint32_t s = 0; s < streams; s++) slots.push_back(s);
    const uint64_t packets = 3000 / streams * streams;
    const Plan plan = signed_plan(streams, packets / streams, {lane_of(slots, kPeriod)});
    Patient queue(kLead);
    const Page page = send(queue, plan);
    CHECK_EQ(queue.handed.size(), packets);
    for (size_t i = 0; i < queue.handed.size(); i++) {
      CHECK_EQ(queue.handed[i].due, i * kPeriod);
      CHECK_EQ(queue.handed[i].burst, i);
      CHECK_EQ(queue.handed[i].stream, i % streams % 64);
    }
    check_stamps(queue, page);
    CHECK_EQ(cell(page, page::kLeadNs), kLead);
    CHECK_EQ(cell(page, page::kPackets), packets);
    CHECK_EQ(cell(page, page::kFirstNs), page[page::kEpochNs]);
  }
}

TEST(lead_has_the_first_packet_out_before_its_time) {
  for (int attempt = 0; attempt < 20; attempt++) {  // 3 ms are enough, unless the machine sleeps
    Patient queue(kLead);
    const Page page = send(queue, signed_plan(1, 1, {lane_of({0}, kPeriod)}));
    check_stamps(queue, page);
    if (queue.handed[0].stamped == page[page::kEpochNs]) return;
  }
  CHECK(!"on time in any of 20 runs");
}

TEST(lead_hands_over_together_what_is_due_together) {
  Lane lane = lane_of({0}, kPeriod);
  lane.shape = Shape::kBurst, lane.burst = 16;
  Patient queue(kLead);
  const Page page = send(queue, signed_plan(1, 1600, {lane}));
  CHECK_EQ(queue.bursts, 100u);
  for (size_t i = 0; i < 1600; i++) {
    CHECK_EQ(queue.handed[i].burst, i / 16);
    CHECK_EQ(queue.handed[i].due, i / 16 * 16 * kPeriod);
  }
  check_stamps(queue, page);
}

// A device sends in the order in which it gets frames.
TEST(lead_hands_over_the_packets_of_all_lanes_in_the_order_of_their_times) {
  Patient queue(kLead);
  const Page page = send(queue, signed_plan(2, 2000, {lane_of({0}, kPeriod), lane_of({1}, 7'300)}));
  CHECK_EQ(queue.handed.size(), 4000u);
  CHECK(std::ranges::is_sorted(queue.handed, {}, &Handed::due));
  check_stamps(queue, page);
}

// 40 packets are 0.4 ms, and the ring is full all the time.
TEST(lead_calls_no_ring_full_that_holds_what_is_not_due) {
  Patient queue(kLead, 40);
  const Page page = send(queue, signed_plan(1, 2000, {lane_of({0}, kPeriod)}));
  CHECK_EQ(queue.handed.size(), 2000u);
  check_stamps(queue, page);
  CHECK(cell(page, page::kRingFull) > 0);
  CHECK(cell(page, page::kRingFullNs) <= lateness(page)[page::kTimedSum]);  // who waits beyond his time is late
}

TEST(lead_is_no_excuse_for_a_sender_that_is_late) {
  constexpr uint64_t kLate = 20'000'000;  // 2,000 packets
  Patient queue(kLead);
  const Page page = send(queue, signed_plan(1, 3000, {lane_of({0}, kPeriod)}), kLate);
  CHECK_EQ(queue.handed.size(), 3000u);
  check_stamps(queue, page);
  CHECK(cell(page, page::kMaxLateNs) >= kLate);
  CHECK(cell(page, page::kLate) >= 1000);  // those more than 1 ms late
  CHECK(queue.handed[0].stamped >= page[page::kEpochNs] + kLate);
}

TEST(lead_skips_what_is_later_than_allowed_behind_its_time) {
  constexpr uint64_t kLate = 20'000'000;
  Patient queue(kLead);
  Plan plan = signed_plan(1, 3000, {lane_of({0}, kPeriod)});
  plan.pacing.policy = LatePolicy::kSkip;
  const Page page = send(queue, plan, kLate);
  const uint64_t skipped = cell(page, page::kSkipped);
  CHECK_EQ(queue.handed.size() + skipped, 3000u);
  CHECK(skipped >= (kLate - 1'000'000) / kPeriod - 1);
  for (const Handed& h : queue.handed) CHECK(h.due >= (kLate - 1'000'000) - kPeriod);
  check_stamps(queue, page);
}

// Then packets leave whenever there is time, and there is nothing to wait for; the others are paced as ever.
TEST(lead_is_not_taken_where_a_stream_has_no_rate) {
  Patient queue(kLead);
  const Page page = send(queue, signed_plan(2, 500, {lane_of({0}, kPeriod), lane_of({1})}));
  CHECK_EQ(queue.handed.size(), 1000u);
  CHECK_EQ(cell(page, page::kLeadNs), 0u);
  for (const Handed& h : queue.handed) CHECK(h.due == 0 && h.stamped <= h.at);
}

TEST(lead_ends_with_the_duration_and_sends_all_that_was_due_in_it) {
  Patient queue(kLead);
  Plan plan = signed_plan(1, kNoLimit, {lane_of({0}, kPeriod)});
  plan.lanes[0].open_ended = true;
  plan.duration_ns = 20'000'000;
  const Page page = send(queue, plan);
  CHECK_EQ(queue.handed.size() + cell(page, page::kUnsent), 2000u);  // it gives up 100 ms behind its end
  if (cell(page, page::kStallNs) < plan.duration_ns) CHECK_EQ(queue.handed.size(), 2000u);
  CHECK(cell(page, page::kLastNs) >= page[page::kEpochNs] + plan.duration_ns);
}

}  // namespace
}  // namespace nmgen::test
