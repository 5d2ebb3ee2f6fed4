#pragma once

#include <string>
#include <vector>

#include "../backend.h"
#include "afxdp_channel.h"
#include "netdev_watch.h"

namespace nmgen::afxdp {

// Fetches from one or more queues of the interface in turn: where it has more of them than there are receivers.
class Rx final : public RxQueue {
 public:
  Rx(std::vector<Channel*> channels, const std::string& interface, bool busy_poll);
  std::span<const Frame> peek() override;
  void release(uint32_t n) override;

 private:
  void show(Channel& channel);

  std::vector<Channel*> channels_;
  netdev::Watch watch_;
  bool busy_poll_;
  size_t at_ = 0;
  uint32_t shown_ = 0;
  Frame frames_[kMaxBurst];
  uint64_t addresses_[kMaxBurst];
};

}  // namespace nmgen::afxdp
