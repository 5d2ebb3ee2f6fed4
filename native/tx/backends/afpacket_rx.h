#pragma once

#include <atomic>
#include <mutex>

#include "../backend.h"
#include "afpacket_socket.h"
#include "netdev.h"
#include "netdev_watch.h"

namespace nmgen::afpacket {

// Blocks of frames that the kernel closes when they are full, or after a while.
class Rx final : public RxQueue {
 public:
  explicit Rx(const netdev::Netdev& device) : watch_(device.name, false) { arrived = arrived_; }
  std::optional<Failure> create(const netdev::Netdev& device, const Options& options);
  // Spreads what arrives over all sockets of a group; the first (group -1) gets a new one.
  std::optional<Failure> join(int& group, const Options& options);
  std::span<const Frame> peek() override;
  void release(uint32_t n) override;
  uint64_t drops();

 private:
  std::optional<Failure> map(const Options& options);
  std::optional<Failure> see_everything(const netdev::Netdev& device) const;
  tpacket_block_desc& block() {
    return *reinterpret_cast<tpacket_block_desc*>(socket_.ring() + size_t{block_} * block_bytes_);
  }
  std::atomic_ref<uint32_t> status() { return std::atomic_ref<uint32_t>(block().hdr.bh1.block_status); }
  // Is there a block to read?
  bool open_block();
  void read_clocks();
  void close_block();
  void show();
  uint64_t in_our_time(uint64_t stamp) const;

  Socket socket_;
  netdev::Watch watch_;
  uint32_t blocks_ = 0, block_bytes_ = 0;
  uint32_t block_ = 0;       // the one that is read, or is to be read next
  uint8_t* next_ = nullptr;  // its next frame; null: it is still the kernel's
  uint32_t left_ = 0;        // frames of it that were not shown yet
  uint32_t shown_ = 0;
  uint64_t opened_ns_ = 0;      // when its block was found
  bool clock_was_set_ = false;  // since the block before it
  uint64_t real_ahead_ns_ = 0;  // what the clock of the kernel's stamps is ahead of ours
  Frame frames_[kMaxBurst];
  uint64_t arrived_[kMaxBurst];
  std::mutex drops_mutex_;
  uint64_t drops_ = 0;
};

}  // namespace nmgen::afpacket
