#pragma once

#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include <vector>

#include "../backend.h"
#include "dpdk_slots.h"

namespace nmgen::dpdk {

// Slots are lent in blocks of a burst. The lowest free block is always taken next: as with a pool's cache, the
// buffers used last are used again while they are still in the CPU's cache.
class Tx : public TxQueue {
 public:
  std::optional<Failure> create(uint16_t port, uint16_t queue, uint16_t descriptors, int socket);

  std::span<Frame> all() override { return all_; }
  void filled() override { resize(0, static_cast<uint32_t>(all_.size())); }
  uint32_t commit(uint32_t n, bool resized) override;
  void refill() override;
  void flush() override;

 protected:
  // The buffers of the window.
  rte_mbuf** first() { return &slots_.mbufs[head_]; }

 private:
  void resize(uint32_t first, uint32_t n);
  bool is_free(uint32_t block) const;

  Slots slots_;
  std::vector<Frame> all_;
  uint16_t port_ = 0, queue_ = 0;
  uint32_t head_ = 0;
};

class Rx : public RxQueue {
 public:
  Rx(uint16_t port, uint16_t queue) : port_(port), queue_(queue) {}

  std::span<const Frame> peek() override;
  void release(uint32_t n) override { rte_pktmbuf_free_bulk(mbufs_, n); }
  // Throws away what is in the queue; bounded, because net_null never runs dry.
  void drain();

 protected:
  rte_mbuf* mbufs_[kMaxBurst];

 private:
  uint16_t port_, queue_;
  Frame frames_[kMaxBurst];
};

}  // namespace nmgen::dpdk
