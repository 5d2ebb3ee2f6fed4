// What the RX loop makes of frames that are written by hand: signatures with any index and time, and none.

#include <atomic>
#include <cstring>
#include <thread>

#include "../checksum.h"
#include "../clock.h"
#include "../histogram.h"
#include "../rx_loop.h"
#include "../signature.h"
#include "support.h"

namespace nmgen::test {
namespace {

using Bytes = std::vector<uint8_t>;
constexpr uint64_t kRun = 0xbeef;

// An RX loop at work on one end, and this test on the other.
class Bench {
 public:
  explicit Bench(Plan plan)
      : plan_(decoded(plan)),
        page_(page::kHeaderCells + plan.streams.size() * (page::kRxStreamCells + histogram::kCells)) {
    page_[page::kHistograms] = plan.streams.size();
    page_[page::kRun] = kRun;
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
      std::memset(tx.frames[0].data + bytes.size(), 0x77, 64);  // behind a frame lies what a former one left
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
  time = stamp_of(kRun, time);
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
  bench.send({signed_frame(9, 0, bench.epoch)});                                           // no such stream
  bench.send({signed_frame(7, 0, bench.epoch - 1)});                                       // sent before this run
  bench.send({signed_frame(7, 0, bench.epoch + 3'600'000'000'000)});                       // sent in the future
  bench.send({Bytes(14), Bytes(59, 0x4e), Bytes(1514, 0x4d)});                             // nothing of ours
  bench.send({signed_frame(8, 0, bench.epoch, 50, 68), signed_frame(7, 0, bench.epoch)});  // good ones
  bench.stop();
  CHECK_EQ(bench.of(0, page::kCorrupted), 3u);
  CHECK_EQ(bench.of(0, page::kRxPackets), 4u);
  CHECK_EQ(bench.of(1, page::kRxPackets), 1u);
  CHECK_EQ(bench.of(0, page::kLatencyCount), 1u);
  CHECK_EQ(bench.get(page::kUnknown), 8u);
  CHECK_EQ(bench.get(page::kPackets), 13u);
}

// A frame of `length` bytes with the ethertype and what stands behind it at hand.
Bytes with_headers(Bytes frame, std::initializer_list<std::pair<size_t, int>> bytes) {
  for (auto [at, value] : bytes) frame[at] = static_cast<uint8_t>(value);
  return frame;
}

TEST(receive_finds_signatures_that_have_moved) {
  Bench bench(plan_of({signed_stream(7), signed_stream(8, 62)}));
  auto at = [&](uint32_t id, uint64_t i, uint32_t offset) { return signed_frame(id, i, bench.epoch, offset, 120); };
  // A tag pushed and taken away, a tunnel of an odd number of bytes, another stream's place, the ends of the frame.
  bench.send({at(7, 0, 46), at(7, 1, 46), at(7, 2, 42), at(8, 0, 58), at(7, 3, 69), at(7, 4, 62), at(8, 1, 42)});
  bench.send({at(7, 5, 0), at(7, 6, 102)});
  Bytes twice = at(7, 7, 90);  // half a signature before it, and one that is damaged
  put16(&twice[60], kSignatureMagic);
  std::copy_n(&twice[90], 18, &twice[64]), twice[70] ^= 1;
  bench.send({twice});
  for (uint64_t i = 0; i < 40; i++)
    bench.send({at(7, 8 + i, 20 + static_cast<uint32_t>(i) * 2)});  // more than it keeps
  Bytes damaged = at(7, 48, 98);
  damaged[105] ^= 4;
  bench.send({damaged});
  bench.stop();
  CHECK_EQ(bench.of(0, page::kRxPackets), 48u);
  CHECK_EQ(bench.of(0, page::kCorrupted),
           0u);  // 98 is too new a place to be known, and so its sum is all that names it
  CHECK_EQ(bench.of(0, page::kLatencyCount), 48u);
  CHECK_EQ(bench.of(0, page::kDuplicates) + bench.of(0, page::kReordered) + bench.of(0, page::kGaps), 0u);
  CHECK_EQ(bench.of(1, page::kLatencyCount), 2u);
}

TEST(receive_tells_damaged_ones_in_their_new_place) {
  Bench bench(plan_of({signed_stream(7)}));
  Bytes damaged = signed_frame(7, 1, bench.epoch, 46, 80);
  damaged[50] ^= 4;
  bench.send({damaged, signed_frame(7, 0, bench.epoch, 46, 80), damaged});
  bench.stop();
  CHECK_EQ(bench.get(page::kUnknown), 1u);  // before anybody knew the place
  CHECK_EQ(bench.of(0, page::kCorrupted), 1u);
}

TEST(receive_takes_no_quotation_for_an_arrival) {
  Bench bench(plan_of({signed_stream(7)}));
  const Bytes frame = signed_frame(7, 0, bench.epoch, 70, 120);
  bench.send({with_headers(frame, {{12, 8}, {13, 0}, {14, 0x45}, {20, 0}, {21, 0}, {23, 1}, {34, 3}})});  // unreachable
  bench.send({with_headers(
      frame, {{12, 0x81}, {13, 0}, {16, 8}, {17, 0}, {18, 0x46}, {24, 0x40}, {25, 0}, {27, 1}, {42, 11}})});
  bench.send({with_headers(frame, {{12, 0x86}, {13, 0xdd}, {20, 58}, {54, 1}})});
  bench.send({with_headers(frame, {{12, 0x86}, {13, 0xdd}, {20, 0}, {54, 58}, {55, 0}, {62, 3}})});
  CHECK_EQ(bench.of(0, page::kRxPackets), 0u);
  // An echo may hold one, and so may a header that only looks like that of an error.
  bench.send({with_headers(frame, {{12, 8}, {13, 0}, {14, 0x45}, {20, 0}, {21, 0}, {23, 1}, {34, 8}})});
  bench.send(
      {with_headers(signed_frame(7, 1, bench.epoch, 70, 120), {{12, 8}, {13, 0}, {14, 0x45}, {23, 17}, {34, 3}})});
  bench.stop();
  CHECK_EQ(bench.get(page::kUnknown), 4u);
  CHECK_EQ(bench.of(0, page::kLatencyCount), 2u);
}

TEST(receive_leaves_other_runs_alone) {
  Bench bench(plan_of({signed_stream(7)}));
  Bytes other = signed_frame(7, 0, bench.epoch);
  put64(&other[50], stamp_of(kRun + 1, bench.epoch));
  put16(&other[58], 0);
  uint32_t sum = 0;
  for (int i = 42; i < 58; i += 2) sum += get16(&other[i]);
  put16(&other[58], static_cast<uint16_t>(~fold(sum)));
  CHECK(is_whole(&other[42]));
  bench.send({other, signed_frame(7, 0, bench.epoch)});
  bench.stop();
  CHECK_EQ(bench.get(page::kUnknown), 1u);
  CHECK_EQ(bench.of(0, page::kRxPackets), 1u);
}

TEST(stamps_hold_times_around_now) {
  for (uint64_t now : {uint64_t{1} << 40, (uint64_t{1} << 48) + 5, (uint64_t{1} << 60) - 1})
    for (int64_t ago : {int64_t{0}, int64_t{1}, int64_t{-1000}, int64_t{1} << 39, (int64_t{1} << 47) - 1}) {
      const uint64_t time = now - static_cast<uint64_t>(ago);
      CHECK_EQ(time_of(stamp_of(0xffff, time), now), time);
      CHECK_EQ(run_of(stamp_of(0xffff, time)), 0xffffu);
    }
}

TEST(receive_sums_up_what_never_came) {
  Bench bench(plan_of({signed_stream(0)}));
  // 1 ms apart: 3 and 4 are lost, 6 is late, of 8..12 only 10 comes, and late; 20 is the last.
  std::vector<Bytes> frames;
  for (uint64_t i : {1, 2, 5, 7, 6, 13, 10, 14, 15, 16, 17, 18, 19, 20})
    frames.push_back(signed_frame(0, i, bench.epoch + i * 1'000'000));
  bench.send(frames);
  bench.stop();
  CHECK_EQ(bench.of(0, page::kReordered), 2u);
  CHECK_EQ(bench.of(0, page::kExtentMax), 1u);
  CHECK_EQ(bench.of(0, page::kExtentSum), 2u);
  CHECK_EQ(bench.of(0, page::kGaps), 4u);  // 0, 3..4, 8..9, 11..12
  CHECK_EQ(bench.of(0, page::kLongestGap), 2u);
  CHECK_EQ(bench.of(0, page::kOutageNs), 2'000'000u);
  CHECK_EQ(bench.of(0, page::kHeadNs), bench.epoch + 1'000'000);
  CHECK_EQ(bench.of(0, page::kNewestNs), bench.epoch + 20'000'000);
  CHECK_EQ(bench.of(0, page::kExpected), 21u);
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
  // The window is one of each shard's own packets.
  bench.send({signed_frame(0, 30000, bench.epoch), signed_frame(0, 30000 - 3 * 8000, bench.epoch)});
  bench.stop();
  CHECK_EQ(bench.of(0, page::kReordered), 2u);  // 18 after 21, and the last
  CHECK_EQ(bench.of(0, page::kDuplicates), 1u);
  CHECK_EQ(bench.of(0, page::kStale), 0u);
}

TEST(receive_leaves_out_what_comes_before_the_start) {
  auto device = open_or_fail("loop:x", 1, 1);
  const Plan plan = decoded(plan_of({signed_stream(0)}));
  std::vector<page::Word> page(size_t{page::kHeaderCells} + page::kRxStreamCells);
  page[page::kShared] = 1;
  page[page::kRun] = kRun;
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
