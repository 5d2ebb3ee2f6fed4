#pragma once

#include <atomic>
#include <vector>

#include "../backend.h"
#include "afpacket_socket.h"
#include "netdev.h"
#include "netdev_watch.h"

namespace nmgen::afpacket {

// The ring is TPACKET_V3, as fast as V2. With a virtio header in front of each frame (PACKET_VNET_HDR) the kernel
// copies the whole frame into the skb's linear part; without, it hands on the slot's pages as fragments, which costs a
// veth pair a third of its rate and lets later writes into the slot reach whoever still holds the skb.
class Tx final : public TxQueue {
 public:
  explicit Tx(const netdev::Netdev& device) : watch_(device.name, true) {}
  std::optional<Failure> create(const netdev::Netdev& device, const Options& options);
  std::span<Frame> all() override { return all_; }
  uint32_t max_frame() const override { return max_frame_; }
  void filled() override { resize(0, static_cast<uint32_t>(all_.size())); }
  uint32_t commit(uint32_t n, bool resized) override;
  void refill() override;
  void flush() override;

 private:
  std::optional<Failure> map(uint32_t slots);
  tpacket3_hdr& header(uint32_t i);
  std::atomic_ref<uint32_t> status(uint32_t i) { return std::atomic_ref<uint32_t>(header(i).tp_status); }
  bool is_out(uint32_t i);
  bool is_refused(uint32_t i);
  uint32_t take_back(uint32_t n);
  void resize(uint32_t first, uint32_t n);
  void look(int error);

  Socket socket_;
  netdev::Watch watch_;
  uint32_t max_frame_ = 0;
  std::vector<Frame> all_;
  uint32_t head_ = 0;
  uint32_t scanned_ = 0;  // slots from head_ on that are known to be free
};

}  // namespace nmgen::afpacket
