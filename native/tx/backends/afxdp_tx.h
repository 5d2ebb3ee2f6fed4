#pragma once

#include <string>
#include <vector>

#include "../backend.h"
#include "afxdp_channel.h"
#include "netdev_watch.h"

namespace nmgen::afxdp {

// As many chunks as the ring has descriptors, so that descriptor i names chunk i for ever: only the producer moves.
class Tx final : public TxQueue {
 public:
  Tx(Channel& channel, const std::string& interface);
  std::span<Frame> all() override { return all_; }
  void filled() override { resize(0, channel_.slots); }
  uint32_t max_frame() const override { return channel_.chunk; }
  uint32_t commit(uint32_t n, bool resized) override;
  void refill() override;
  void push() override;
  void flush() override;

 private:
  // Descriptors that the kernel has not taken yet.
  uint32_t waiting() const { return produced_ - __atomic_load_n(channel_.tx.consumer, __ATOMIC_ACQUIRE); }
  void resize(uint32_t first, uint32_t n);
  void reap();
  void wake();
  void look(int error);

  Channel& channel_;
  netdev::Watch watch_;
  std::vector<Frame> all_;
  std::vector<uint8_t> out_;  // is the chunk with the kernel?
  uint32_t produced_ = 0;
  uint32_t head_ = 0;
  uint32_t free_ = 0;  // chunks from head_ on that are known to be ours
};

}  // namespace nmgen::afxdp
