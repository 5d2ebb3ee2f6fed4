// What the RX loop makes of frames that are written by hand: signatures with any index and time, and none.

#include <atomic>
#include <cstring>
#include <thread>

#include "../checksum.h"
#include "../clock.h"
#include "../histogram.h"
#include "../rx_loop.h"
#include "support.h"

namespace nmgen::test {
namespace {

using Bytes = std::vector<uint8_t>;

// An RX loop at work on one end, and this test on the other.
class Bench {
 public:
  explicit Bench(Plan plan)
      : plan_(decoded(plan)),
        page_(page::kHeaderCells + plan.streams.size() * (page::kRxStreamCells + histogram::kCells)) {
    page_[page::kHistograms] = plan.streams.size();
    page_[page::kEpochNs] = epoch = now_ns() - 1'000'000'000;
    page_[page::kGo] = page_[page::kShared] = 1;
    thread_ = std::thread([this] { RxLoop(*device_->rx(0), plan_, page_.data()).run(); });
  }
  ~Bench() { stop(); }
  void send(const std::vector<Bytes>& frames) {
    TxQueue& tx = *device_->tx(0);
    for (const Bytes& bytes : frames) {
      while (tx.room == 0) std::this_thread::yield(), tx.refill();
      std::memcpy(tx.frames[0].data, bytes.data(), bytes.size());
      tx.frames[0].length = static_cast<uint32_t>(bytes.size());
      tx.commit(1, true);
      sent_++;
    }
  }
  // Waits until all is counted; the counters are final then.
  void stop() {
    for (const uint64_t until = now_ns() + 20'000'000'000; get(page::kPackets) < sent_ && now_ns() < until;)
      std::this_thread::yield();
    page::set(&page_[page::kStop], 1);
    if (thread_.joinable()) thread_.join();
  }
  uint64_t get(size_t cell) const { return page::acquire(&page_[cell]); }
  uint64_t of(size_t stream, size_t cell) const {
    return get(page::kHeaderCells + stream * page::kRxStreamCells + cell);
  }
  uint64_t in_bucket(size_t stream, uint64_t ns) const {
    return get(page::kHeaderCells + plan_.streams.size() * page::kRxStreamCells + stream * histogram::kCells +
               histogram::index(ns));
  }
  uint64_t epoch;

 private:
  std::unique_ptr<Device> device_ = open_or_fail("loop:x", 1, 1);
  Plan plan_;
  std::vector<page::Word> page_;
  std::thread thread_;
  uint64_t sent_ = 0;
};

Bytes signed_frame(uint32_t id, uint64_t index, uint64_t time, uint32_t offset = 42, uint32_t length = 60) {
  Bytes frame(length, 0x11);
  uint8_t* at = &frame[offset];
  put16(at, kSignatureMagic);
  put16(at + 2, static_cast<uint16_t>(id));
  put32(at + 4, static_cast<uint32_t>(index));
  put64(at + 8, time);
  uint32_t sum = 0;
  for (int i = 0; i < 16; i += 2) sum += get16(at + i);
  put16(at + 16, static_cast<uint16_t>(~(sum % 0xffff ? sum % 0xffff : 0xffff)));
  return frame;
}

Stream signed_stream(uint32_t id, uint32_t offset = 42) {
  Stream stream = plain_stream(id, 100);
  sign(stream, offset);
  return stream;
}

Stream matched_stream(uint32_t id, uint32_t offset, Bytes value, Bytes mask) {
  Stream stream = plain_stream(id, 60);
  stream.match = {offset, std::move(value), std::move(mask)};
  return stream;
}

TEST(receive_counts_duplicates_reordered_and_stale_packets) {
  Bench bench(plan_of({signed_stream(7), signed_stream(65535)}));
  std::vector<Bytes> frames;
  for (uint64_t i : {0, 1, 2, 2, 5, 4, 3, 5, 6, 20000, 0, 19999}) frames.push_back(signed_frame(7, i, bench.epoch));
  frames.push_back(signed_frame(65535, 0, bench.epoch));
  bench.send(frames);
  bench.stop();
  CHECK_EQ(bench.of(0, page::kRxPackets), 12u);
  CHECK_EQ(bench.of(0, page::kRxBytes), 12u * 60);
  CHECK_EQ(bench.of(0, page::kDuplicates), 2u);
  CHECK_EQ(bench.of(0, page::kReordered), 3u);
  CHECK_EQ(bench.of(0, page::kStale), 1u);
  CHECK_EQ(bench.of(0, page::kLatencyCount), 9u);  // of each packet once
  CHECK_EQ(bench.of(1, page::kRxPackets), 1u);
  CHECK_EQ(bench.get(page::kUnknown), 0u);
}

TEST(receive_tells_corrupted_from_unknown_frames) {
  Bench bench(plan_of({signed_stream(7), signed_stream(8, 50)}));
  auto changed = [&](uint32_t byte) {
    Bytes frame = signed_frame(7, 0, bench.epoch);
    frame[byte] ^= 0x10;
    return frame;
  };
  // Index, time and compensator are corrupted; without magic or stream nobody can say whose frame it was.
  bench.send({changed(46), changed(55), changed(59), changed(42), changed(45)});
  bench.send({signed_frame(9, 0, bench.epoch)});                      // no such stream
  bench.send({signed_frame(7, 0, bench.epoch, 50, 100)});             // at the other stream's place
  bench.send({signed_frame(7, 0, bench.epoch - 1)});                  // sent before this run
  bench.send({signed_frame(7, 0, bench.epoch + 3'600'000'000'000)});  // sent in the future
  bench.send({Bytes(14), Bytes(59, 0x4e), Bytes(1514, 0x4d)});        // nothing of ours
  bench.send({signed_frame(8, 0, bench.epoch, 50, 68), signed_frame(7, 0, bench.epoch)});  // good ones
  bench.stop();
  CHECK_EQ(bench.of(0, page::kCorrupted), 3u);
  CHECK_EQ(bench.of(0, page::kRxPackets), 4u);
  CHECK_EQ(bench.of(1, page::kRxPackets), 1u);
  CHECK_EQ(bench.of(0, page::kLatencyCount), 1u);
  CHECK_EQ(bench.get(page::kUnknown), 9u);
  CHECK_EQ(bench.get(page::kPackets), 14u);
}

TEST(receive_knows_frames_without_a_signature_by_their_match) {
  Bench bench(plan_of({matched_stream(0, 12, {0x08, 0x00, 0x40}, {0xff, 0xff, 0xf0}), signed_stream(1),
                       matched_stream(2, 58, {0x99, 0x77}, {0xff, 0xff})}));
  Bytes first(60), second(60), neither(60), shorter(59);
  first[12] = 0x08, first[14] = 0x4f;
  neither[12] = 0x08, neither[14] = 0x5f;
  second[58] = shorter[58] = 0x99, second[59] = 0x77;
  bench.send({first, first, second, neither, shorter, signed_frame(1, 0, bench.epoch)});
  bench.stop();
  CHECK_EQ(bench.of(0, page::kRxPackets), 2u);
  CHECK_EQ(bench.of(0, page::kLatencyCount), 0u);
  CHECK_EQ(bench.of(1, page::kRxPackets), 1u);
  CHECK_EQ(bench.of(2, page::kRxPackets), 1u);
  CHECK_EQ(bench.get(page::kUnknown), 2u);
}

TEST(receive_measures_from_the_time_in_the_frame) {
  Bench bench(plan_of({signed_stream(0)}));
  const uint64_t start = now_ns();
  bench.send({signed_frame(0, 0, start - 5'000'000), signed_frame(0, 1, start - 700'000'000)});
  bench.stop();
  const uint64_t took = now_ns() - start;
  const uint64_t least = ~bench.of(0, page::kLatencyNotMin), most = bench.of(0, page::kLatencyMax);
  CHECK(least >= 5'000'000 && least <= 5'000'000 + took);
  CHECK(most >= 700'000'000 && most <= 700'000'000 + took);
  CHECK_EQ(bench.of(0, page::kLatencySum), least + most);
  CHECK_EQ(bench.in_bucket(0, least), 1u);
  CHECK_EQ(bench.in_bucket(0, most), 1u);
}

TEST(receive_follows_an_index_beyond_32_bits) {
  Bench bench(plan_of({signed_stream(0), signed_stream(1)}));
  const uint64_t wrap = 1ull << 32;
  for (uint64_t i = 0; i < 3 * wrap; i += wrap / 4) bench.send({signed_frame(0, i, bench.epoch)});
  for (uint64_t i : {3 * wrap - 2, 3 * wrap + 1, 3 * wrap - 1, 3 * wrap, 3 * wrap + 1})
    bench.send({signed_frame(0, i, bench.epoch)});
  // Whoever hears of a stream late, in the second half of the first 2^32, begins there and not 2^31 before 0.
  for (uint64_t i : {wrap - 3, wrap - 1, wrap - 2, wrap, wrap + 1}) bench.send({signed_frame(1, i, bench.epoch)});
  bench.stop();
  CHECK_EQ(bench.of(0, page::kReordered), 2u);
  CHECK_EQ(bench.of(0, page::kDuplicates), 1u);
  CHECK_EQ(bench.of(0, page::kStale), 0u);
  CHECK_EQ(bench.of(1, page::kReordered), 1u);
  CHECK_EQ(bench.of(1, page::kStale), 0u);
  CHECK_EQ(bench.of(1, page::kLatencyCount), 5u);
}

TEST(receive_judges_order_within_each_senders_shard) {
  Stream sharded = signed_stream(0);
  sharded.stride = 3;
  Bench bench(plan_of({sharded}));
  for (uint64_t i : {0, 3, 6, 9, 1, 4, 2, 5, 7, 12, 10}) bench.send({signed_frame(0, i, bench.epoch)});
  bench.send({signed_frame(0, 4, bench.epoch), signed_frame(0, 21, bench.epoch), signed_frame(0, 18, bench.epoch)});
  bench.stop();
  CHECK_EQ(bench.of(0, page::kReordered), 1u);  // 18 after 21
  CHECK_EQ(bench.of(0, page::kDuplicates), 1u);
  CHECK_EQ(bench.of(0, page::kStale), 0u);
}

TEST(receive_leaves_out_what_comes_before_the_start) {
  auto device = open_or_fail("loop:x", 1, 1);
  const Plan plan = decoded(plan_of({signed_stream(0)}));
  std::vector<page::Word> page(size_t{page::kHeaderCells} + page::kRxStreamCells);
  page[page::kShared] = 1;
  std::thread receiver([&] { RxLoop(*device->rx(0), plan, page.data()).run(); });
  TxQueue& tx = *device->tx(0);
  const Bytes frame = signed_frame(0, 0, now_ns());
  auto send = [&] {
    std::memcpy(tx.frames[0].data, frame.data(), frame.size());
    tx.frames[0].length = 60;
    tx.commit(1, true);
  };
  auto wait_until = [](auto condition) {
    for (const uint64_t until = now_ns() + 20'000'000'000; !condition() && now_ns() < until;) std::this_thread::yield();
  };
  for (int n = 0; n < 600; n++)
    send(), wait_until([&] { return tx.refill(), tx.room > 0; });  // more than the ring holds
  page::set(&page[page::kEpochNs], now_ns() - 3'600'000'000'000);
  // The ring is drained before the start, or 511 frames of it would count.
  wait_until([&] { return tx.refill(), tx.room == kMaxBurst; });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  page::publish(&page[page::kGo], 1);
  wait_until([&] { return page::acquire(&page[page::kState]) == page::kRunning; });
  send();
  wait_until([&] { return page::get(&page[page::kPackets]) == 1; });
  page::set(&page[page::kStop], 1);
  receiver.join();
  CHECK_EQ(page[page::kPackets], 1u);
  CHECK_EQ(page[page::kState], page::kDone);
}

}  // namespace
}  // namespace nmgen::test
