#ifdef NMGEN_DPDK

#include "dpdk_queue.h"

#include <algorithm>

#include "../clock.h"

namespace nmgen::dpdk {
namespace {

constexpr uint64_t kFlushNs = 100'000'000;
constexpr uint32_t kMaxDrain = 16384;

}  // namespace

std::optional<Failure> Tx::create(uint16_t port, uint16_t queue, uint16_t descriptors, int socket) {
  port_ = port;
  queue_ = queue;
  // What the device may hold back, and a few bursts to work on meanwhile.
  const uint32_t count = (descriptors + 4 * kMaxBurst) / kMaxBurst * kMaxBurst;
  const std::string name = "nmgen_tx_" + std::to_string(port) + "_" + std::to_string(queue);
  if (auto failure = slots_.create(name, count, socket)) return failure;
  for (rte_mbuf* m : slots_.mbufs) all_.push_back({rte_pktmbuf_mtod(m, uint8_t*), 0, kNothing});
  Tx::refill();
  return std::nullopt;
}

uint32_t Tx::commit(uint32_t n, bool resized) {
  n = std::min(n, room);
  rte_mbuf** mbufs = &slots_.mbufs[head_];
  if (resized) resize(head_, n);
#pragma GCC unroll 8
  for (uint32_t i = 0; i < n; i++) Slots::lend(mbufs[i]);
  const uint32_t sent = rte_eth_tx_burst(port_, queue_, mbufs, static_cast<uint16_t>(n));
  for (uint32_t i = sent; i < n; i++) Slots::take_back(mbufs[i]);
  head_ += sent;
  frames += sent;
  room -= sent;
  if (room == 0) Tx::refill();  // not by its table: no other kind of queue has another
  return sent;
}

void Tx::refill() {
  for (uint32_t block = 0; block < slots_.mbufs.size(); block += kMaxBurst) {
    if (!is_free(block)) continue;
    head_ = block;
    frames = &all_[block];
    room = kMaxBurst;
    return;
  }
  rte_eth_tx_done_cleanup(port_, queue_, 0);
}

// Some devices return buffers only when asked, and af_packet pushes its ring only with a burst.
void Tx::flush() {
  const uint64_t until = now_ns() + kFlushNs;
  while (std::ranges::any_of(slots_.mbufs, Slots::is_out) && now_ns() < until) {
    rte_eth_tx_done_cleanup(port_, queue_, 0);
    relax();
  }
}

void Tx::resize(uint32_t first, uint32_t n) {
  rte_mbuf* const* mbufs = &slots_.mbufs[first];
  const Frame* lent = &all_[first];
#pragma GCC unroll 8
  for (uint32_t i = 0; i < n; i++) mbufs[i]->data_len = static_cast<uint16_t>(mbufs[i]->pkt_len = lent[i].length);
}

// The last is looked at first: devices return buffers in order, so it tells of the others most often.
bool Tx::is_free(uint32_t block) const {
  rte_mbuf* const* mbufs = &slots_.mbufs[block];
#pragma GCC unroll 8
  for (uint32_t i = kMaxBurst; i-- > 0;)
    if (Slots::is_out(mbufs[i])) return false;
  return true;
}

std::span<const Frame> Rx::peek() {
  const uint16_t n = rte_eth_rx_burst(port_, queue_, mbufs_, kMaxBurst);
  for (uint16_t i = 0; i < n; i++) frames_[i] = {rte_pktmbuf_mtod(mbufs_[i], uint8_t*), mbufs_[i]->data_len, kNothing};
  return {frames_, n};
}

void Rx::drain() {
  uint32_t n;
  for (uint32_t burst = 0; burst <= kMaxDrain / kMaxBurst && (n = static_cast<uint32_t>(Rx::peek().size())); burst++)
    release(n);
}

}  // namespace nmgen::dpdk

#endif
