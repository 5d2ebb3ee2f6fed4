// Packets that are counted by streaks: the same as packet by packet, whatever breaks a streak.

#include "../streak.h"

#include <cstring>

#include "../checksum.h"
#include "../clock.h"
#include "../histogram.h"
#include "../rx_loop.h"
#include "support.h"

namespace nmgen::test {
namespace {

using Bytes = std::vector<uint8_t>;
using Page = std::vector<page::Word>;

constexpr uint32_t kSignature = 42;

// Shows frames that wait in memory, `burst` at a time; behind the last one it says stop.
class Waiting final : public RxQueue {
 public:
  Waiting(std::vector<Bytes>& frames, size_t burst, Page& page) : burst_(burst), page_(page) {
    for (Bytes& bytes : frames) frames_.push_back({bytes.data(), static_cast<uint32_t>(bytes.size()), kNothing});
  }
  std::span<const Frame> peek() override { return {&frames_[at_], std::min(burst_, frames_.size() - at_)}; }
  void release(uint32_t n) override {
    at_ += n;
    if (at_ == frames_.size()) page_[page::kStop] = 1;
  }

 private:
  std::vector<Frame> frames_;
  size_t burst_;
  Page& page_;
  size_t at_ = 0;
};

Page received(const Plan& plan, std::vector<Bytes> frames, size_t burst, uint64_t epoch) {
  Page page(page::kHeaderCells + plan.streams.size() * (page::kRxStreamCells + histogram::kCells));
  page[page::kHistograms] = plan.streams.size();
  page[page::kEpochNs] = epoch;
  page[page::kGo] = 1;
  Waiting queue(frames, burst, page);
  RxLoop(queue, plan, page.data()).run();
  return page;
}

// As a sender leaves them, but for what a network may do: lose, double, delay, change, lengthen or cut some.
std::vector<Bytes> frames_of(const Plan& plan, Random& random, size_t count, uint64_t epoch) {
  std::vector<Bytes> frames;
  std::vector<uint64_t> next(plan.streams.size(), random.below(2) ? 0 : (1ull << 32) - 100);
  uint64_t time = epoch;
  while (frames.size() < count) {
    const size_t s = random.below(plan.streams.size());
    time += random.below(3);
    for (uint64_t n = random.between(1, 80); n > 0; n--) {
      Bytes frame(random.chance(30) ? 100 : kSignature + kSignatureBytes);
      put16(&frame[kSignature], kSignatureMagic);
      put16(&frame[kSignature + 2], static_cast<uint16_t>(plan.streams[s].id));
      StreamState state{&plan.streams[s], {}, 1, 0};
      uint8_t* data = frame.data();
      stamp({&state, next[s]++, 1, 0, &data, nullptr}, time);
      if (random.chance(40)) frame[kSignature + random.below(kSignatureBytes)] ^= 0x20;
      if (random.chance(50)) frame.resize(kSignature + random.below(kSignatureBytes));
      if (random.chance(40)) next[s] += plan.streams[s].stride;
      frames.push_back(frame);
      if (random.chance(50)) frames.push_back(frame);
      if (random.chance(40)) std::swap(frames.back(), frames[random.below(frames.size())]);
    }
  }
  return frames;
}

TEST(streaks_are_counted_as_packet_by_packet) {
  Random random{5};
  const uint64_t epoch = now_ns() - 1'000'000'000;
  for (const uint64_t stride : {1, 2, 3}) {
    std::vector<Stream> streams{plain_stream(3, 100), plain_stream(4, 100)};
    for (Stream& s : streams) sign(s, kSignature), s.stride = stride;
    const Plan plan = decoded(plan_of(streams));
    const std::vector<Bytes> frames = frames_of(plan, random, 20'000 / kSlowdown, epoch);
    const Page single = received(plan, frames, 1, epoch), bursts = received(plan, frames, kMaxBurst, epoch);
    for (size_t cell : {page::kPackets, page::kBytes, page::kUnknown}) CHECK_EQ(bursts[cell], single[cell]);
    for (size_t s = 0; s < streams.size(); s++) {
      const auto of = [&](const Page& page, size_t cell) {
        return page[page::kHeaderCells + s * page::kRxStreamCells + cell];
      };
      for (size_t cell = page::kRxPackets; cell <= page::kLatencyCount; cell++)
        CHECK_EQ(of(bursts, cell), of(single, cell), "cell " + std::to_string(cell));
      uint64_t recorded = 0;
      const size_t histogram = page::kHeaderCells + streams.size() * page::kRxStreamCells + s * histogram::kCells;
      for (size_t b = 0; b < histogram::kCells; b++) recorded += bursts[histogram + b];
      CHECK_EQ(recorded, of(single, page::kLatencyCount));
      CHECK(of(single, page::kReordered) > 0 && of(single, page::kDuplicates) > 0);
      CHECK(of(single, page::kCorrupted) > 0 && of(single, page::kLatencyCount) > 5'000 / kSlowdown);
    }
  }
}

TEST(streaks_move_the_window_as_single_arrivals_do) {
  Random random{6};
  Sequence single, streaks;
  uint64_t next = 0;
  for (int round = 0; round < 20'000; round++) {
    next += random.chance(20) ? random.below(3 * Sequence::kWindow) : random.below(3);
    const uint32_t n = static_cast<uint32_t>(random.between(1, kMaxBurst));
    CHECK(single.arrive(next) == streaks.arrive(next));
    for (uint32_t j = 1; j < n; j++) CHECK(single.arrive(next + j) == Sequence::Arrival::kInOrder);
    streaks.follow(n - 1);
    next += n;
    for (int k = 0; k < 4; k++) {
      const uint64_t old = next - 1 - random.below(std::min(next, Sequence::kWindow + 100));
      CHECK(single.arrive(old) == streaks.arrive(old));
    }
  }
}

}  // namespace
}  // namespace nmgen::test
