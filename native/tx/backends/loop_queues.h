#pragma once

#include <algorithm>
#include <atomic>
#include <vector>

#include "../backend.h"
#include "../clock.h"
#include "loop_wire.h"

// The two ends of a wire. All in one header, so that a commit is one call.
namespace nmgen::loop {

// Sends into a wire.
class LoopTx : public TxQueue {
 public:
  explicit LoopTx(Wire& wire) : wire_(wire), ring_(wire.tx), size_(ring_->num_slots) {
    for (uint32_t i = 0; i < size_; i++) all_.push_back({wire.buffer(ring_, i), 0, kNothing});
    refill();
  }
  std::span<Frame> all() final { return all_; }
  void filled() final { resize(0, size_); }
  virtual uint64_t lost() const { return 0; }

  uint32_t commit(uint32_t n, bool resized) override {
    n = std::min(n, room);
    if (resized) resize(head_, n);
    head_ = head_ + n == size_ ? 0 : head_ + n;
    ring_->head = ring_->cur = head_;
    if (!wire_.received.load(std::memory_order_relaxed)) return sink(), refill(), n;
    publish(wire_.rx->tail, head_);
    refill();
    // The receiver's cache has them: they can be on their way back while the next burst is computed.
    for (uint32_t i = 0; i < std::min(n, room); i++) prefetch_to_write(frames[i].data);
    return n;
  }

  // The window ends at the ring's end: its frames lie side by side. The receiver's cursor is only looked at
  // when the known room runs short: each look takes its cache line away from the receiver.
  void refill() final {
    if (space() < kMaxBurst) ring_->tail = before(load(wire_.rx->head));
    frames = &all_[head_];
    room = std::min(space(), kMaxBurst);
  }

 protected:
  void resize_window(uint32_t n) { resize(head_, n); }

 private:
  void resize(uint32_t first, uint32_t n) {
    Slot* tx = wire_.slots(ring_);
    Slot* rx = wire_.slots(wire_.rx);
    for (uint32_t i = first; i < first + n; i++) tx[i].len = rx[i].len = static_cast<uint16_t>(all_[i].length);
  }
  uint32_t space() const { return (ring_->tail >= head_ ? ring_->tail : size_) - head_; }
  uint32_t before(uint32_t slot) const { return slot == 0 ? size_ - 1 : slot - 1; }
  // Nobody receives: both ends of the RX ring move along.
  void sink() {
    wire_.rx->tail = head_;
    publish(wire_.rx->head, head_);
  }

  Wire& wire_;
  Ring* ring_;
  uint32_t size_;
  uint32_t head_ = 0;
  std::vector<Frame> all_;
};

// A token bucket stands in the wire: what finds no token is taken from the sender and never arrives. Its buffers are
// lent again as they are.
class NarrowTx final : public LoopTx {
 public:
  NarrowTx(Wire& wire, uint32_t packets_per_s, uint32_t depth)
      : LoopTx(wire), period_ns_(1e9 / packets_per_s), depth_(depth), tokens_(depth) {}

  uint32_t commit(uint32_t n, bool resized) override {
    n = std::min(n, room);
    const uint32_t passing = std::min(n, take_tokens(n));
    if (resized) resize_window(n);
    LoopTx::commit(passing, false);
    lost_.store(lost_.load(std::memory_order_relaxed) + n - passing, std::memory_order_relaxed);
    return n;
  }
  uint64_t lost() const override { return lost_.load(std::memory_order_relaxed); }

 private:
  uint32_t take_tokens(uint32_t n) {
    const uint64_t now = now_ns();
    const double grown = tokens_ + static_cast<double>(now - filled_ns_) / period_ns_;
    tokens_ = std::min(grown, depth_);
    filled_ns_ = now;
    const uint32_t taken = std::min(n, static_cast<uint32_t>(tokens_));
    tokens_ -= taken;
    return taken;
  }

  const double period_ns_, depth_;
  double tokens_;
  uint64_t filled_ns_ = now_ns();
  std::atomic<uint64_t> lost_{0};
};

// Receives from a wire.
class LoopRx final : public RxQueue {
 public:
  explicit LoopRx(Wire& wire) : wire_(wire), ring_(wire.rx), size_(ring_->num_slots) {
    for (uint32_t i = 0; i < size_; i++) frames_.push_back({wire.buffer(ring_, i), 0, kNothing});
  }
  void attach(bool attached) { wire_.received.store(attached, std::memory_order_relaxed); }

  std::span<const Frame> peek() override {
    const uint32_t head = ring_->head, tail = load(ring_->tail);
    const uint32_t n = std::min((tail >= head ? tail : size_) - head, kMaxBurst);
    const Slot* slots = wire_.slots(ring_);
    for (uint32_t i = head; i < head + n; i++) frames_[i].length = slots[i].len;
    return {&frames_[head], n};
  }
  void release(uint32_t n) override {
    const uint32_t head = ring_->head + n;
    publish(ring_->head, head >= size_ ? head - size_ : head);
  }

 private:
  Wire& wire_;
  Ring* ring_;
  uint32_t size_;
  std::vector<Frame> frames_;
};

}  // namespace nmgen::loop
