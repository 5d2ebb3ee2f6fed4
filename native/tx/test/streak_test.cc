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

// As a sender leaves them, in runs of one stream, but for what a network may do: lose, double, delay, change, lengthen
// or cut some.
std::vector<Bytes> frames_of(const Plan& plan, Random& random, size_t count, uint64_t epoch, uint64_t longest_run) {
  std::vector<Bytes> frames;
  std::vector<uint64_t> next(plan.streams.size(), random.below(2) ? 0 : (1ull << 32) - 100);
  uint64_t time = epoch;
  while (frames.size() < count) {
    const size_t s = random.below(plan.streams.size());
    time += random.below(80) < longest_run ? random.below(3) : 0;
    for (uint64_t n = random.between(1, longest_run); n > 0; n--) {
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

// `streams` of them, received packet by packet and in bursts.
void compare(size_t count, uint64_t stride, uint64_t longest_run, Random& random) {
  const uint64_t epoch = now_ns() - 1'000'000'000;
  std::vector<Stream> streams;
  for (size_t s = 0; s < count; s++) streams.push_back(plain_stream(static_cast<uint32_t>(s + 3), 100));
  for (Stream& s : streams) sign(s, kSignature), s.stride = stride;
  const Plan plan = decoded(plan_of(streams));
  const std::vector<Bytes> frames = frames_of(plan, random, 20'000 / kSlowdown, epoch, longest_run);
  const Page single = received(plan, frames, 1, epoch), bursts = received(plan, frames, kMaxBurst, epoch);
  for (size_t cell : {page::kPackets, page::kBytes, page::kUnknown}) CHECK_EQ(bursts[cell], single[cell]);
  uint64_t reordered = 0, duplicates = 0, corrupted = 0, gaps = 0;
  for (size_t s = 0; s < count; s++) {
    const auto of = [&](const Page& page, size_t cell) {
      return page[page::kHeaderCells + s * page::kRxStreamCells + cell];
    };
    for (size_t cell = page::kRxPackets; cell <= page::kExpected; cell++)
      if (cell < page::kLatencySum || cell > page::kLatencyMax)  // two receivers, two latencies
        CHECK_EQ(of(bursts, cell), of(single, cell), "cell " + std::to_string(cell));
    uint64_t recorded = 0;
    const size_t histogram = page::kHeaderCells + count * page::kRxStreamCells + s * histogram::kCells;
    for (size_t b = 0; b < histogram::kCells; b++) recorded += bursts[histogram + b];
    CHECK_EQ(recorded, of(single, page::kLatencyCount));
    reordered += of(single, page::kReordered), duplicates += of(single, page::kDuplicates);
    corrupted += of(single, page::kCorrupted), gaps += of(single, page::kGaps);
  }
  CHECK(reordered > 0 && duplicates > 0 && corrupted > 0 && gaps > 0);
}

TEST(streaks_are_counted_as_packet_by_packet) {
  Random random{5};
  for (const uint64_t stride : {1, 2, 3}) compare(2, stride, 80, random);
}

TEST(interleaved_streams_are_counted_as_packet_by_packet) {
  Random random{7};
  for (const uint64_t stride : {1, 2})
    for (const size_t streams : {3, 300}) compare(streams, stride, 1, random);  // 300: more than the cache holds
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
    streaks.follow(n - 1, 0);
    next += n;
    for (int k = 0; k < 4; k++) {
      const uint64_t old = next - 1 - random.below(std::min(next, Sequence::kWindow + 100));
      CHECK(single.arrive(old) == streaks.arrive(old));
    }
  }
}

}  // namespace
}  // namespace nmgen::test
