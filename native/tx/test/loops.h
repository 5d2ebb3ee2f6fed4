#pragma once

// What the tests of whole runs share: both loops over the loop device on threads of their own, and their books.

#include <algorithm>
#include <atomic>
#include <functional>
#include <thread>

#include "../checksum.h"
#include "../clock.h"
#include "../histogram.h"
#include "../rx_loop.h"
#include "../tx_loop.h"
#include "support.h"

namespace nmgen::test {

using Page = std::vector<page::Word>;
using Bytes = std::vector<uint8_t>;

constexpr uint64_t kSecond = 1'000'000'000;

inline uint64_t cell(const Page& page, size_t i) { return page::acquire(&page[i]); }
inline uint64_t tx_cell(const Page& page, size_t stream, size_t i) {
  return cell(page, page::kHeaderCells + stream * page::kTxStreamCells + i);
}
inline uint64_t rx_cell(const Page& page, size_t stream, size_t i) {
  return cell(page, page::kHeaderCells + stream * page::kRxStreamCells + i);
}
inline void wait_until(const std::function<bool()>& condition) {
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
inline Plan mixed_plan(bool is_signed, uint64_t packets) {
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

}  // namespace nmgen::test
