#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "../backend.h"
#include "netmap_bind.h"

// A ring as its worker sees it: cursors of its own, since those in shared memory anybody may write, and one sync.
namespace nmgen::netmap {

enum class By : uint32_t { kIoctl, kPoll };

// Slots between two system calls, where nobody asks for another number.
inline constexpr uint32_t kBatch = 512;

// A count that its worker alone writes and others read.
class Count {
 public:
  void add(uint64_t n) { value_.store(get() + n, std::memory_order_relaxed); }
  void set(uint64_t n) { value_.store(n, std::memory_order_relaxed); }
  uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

class OpenRing {
 public:
  OpenRing(std::unique_ptr<Descriptor> descriptor, std::string port, bool sends, By by);

  uint32_t size() const { return size_; }
  uint32_t buffer_bytes() const { return buffer_bytes_; }
  Slot& slot(uint32_t i) { return slots_[i]; }
  const Slot& slot(uint32_t i) const { return slots_[i]; }
  uint32_t head() const { return head_; }
  uint32_t tail() const { return tail_; }
  // Slots that are ours: to be filled, or received.
  uint32_t space() const { return distance(head_, tail_); }
  // Slots that the kernel still has.
  uint32_t pending() const { return size_ - 1 - space(); }
  uint32_t after(uint32_t slot, uint32_t n = 1) const { return slot + n >= size_ ? slot + n - size_ : slot + n; }
  uint32_t before(uint32_t slot) const { return slot == 0 ? size_ - 1 : slot - 1; }
  uint32_t distance(uint32_t from, uint32_t to) const { return to >= from ? to - from : to + size_ - from; }
  // Where a slot's frame begins; null where its index leads out of the region, as another program may have made it.
  uint8_t* data(const Slot& slot) const {
    uint8_t* at = reinterpret_cast<uint8_t*>(ring_) + buf_ofs_ + size_t{slot.buf_idx} * buffer_bytes_;
    return at >= first_ && at <= last_ ? at + (slot.ptr & offset_mask_) : nullptr;
  }
  // Bytes behind that beginning.
  uint32_t room(const Slot& slot) const { return buffer_bytes_ - static_cast<uint32_t>(slot.ptr & offset_mask_); }

  void advance(uint32_t n) { head_ = after(head_, n); }
  // Hands over what is before head and looks for what came back; in poll mode it may sleep for `wait_ms`. False: it
  // failed, for now or (see `failure`) for good.
  bool sync(int wait_ms = 0);
  const std::optional<Failure>& failure() const { return failure_; }
  const Descriptor& descriptor() const { return *descriptor_; }

 private:
  int call(int wait_ms);
  bool failed(int error);

  std::unique_ptr<Descriptor> descriptor_;
  std::string port_;
  Ring* ring_;
  Slot* slots_;
  bool sends_;
  By by_;
  uint32_t size_, buffer_bytes_;
  int64_t buf_ofs_;
  uint64_t offset_mask_;
  const uint8_t *first_, *last_;  // of the buffers
  uint32_t head_, tail_;
  uint64_t failing_since_ns_ = 0;
  std::optional<Failure> failure_;
};

}  // namespace nmgen::netmap
