#ifdef NMGEN_XDP

#include "afxdp_tx.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "../clock.h"

namespace nmgen::afxdp {
namespace {

constexpr uint64_t kFlushNs = 100'000'000;

}  // namespace

Tx::Tx(Channel& channel, const std::string& interface)
    : channel_(channel), watch_(interface, true), out_(channel.slots, 0) {
  for (uint32_t i = 0; i < channel.slots; i++) {
    const uint64_t address = channel.tx_base + uint64_t{i} * channel.chunk;
    all_.push_back({channel.at(address), 0, kNothing});
    *xsk_ring_prod__tx_desc(&channel.tx, i) = {.addr = address, .len = 0, .options = 0};
  }
  refill();
}

uint32_t Tx::commit(uint32_t n, bool resized) {
  n = std::min(n, room);
  if (n == 0) return 0;
  if (resized) resize(head_, n);
  std::fill_n(&out_[head_], n, 1);
  produced_ += n;
  __atomic_store_n(channel_.tx.producer, produced_, __ATOMIC_RELEASE);
  wake();
  const uint32_t sent = failure ? n - std::min(n, waiting()) : n;
  head_ = (head_ + sent) % channel_.slots;
  free_ -= sent;
  refill();
  return sent;
}

void Tx::refill() {
  reap();
  if (room == 0 && waiting()) wake();
  const uint32_t most = std::min(channel_.slots - head_, kMaxBurst);
  while (free_ < most && !out_[head_ + free_]) free_++;
  frames = &all_[head_];
  room = failure ? 0 : free_;
}

void Tx::push() {
  if (waiting()) wake();
}

void Tx::flush() {
  const uint64_t until = now_ns() + kFlushNs;
  while (std::ranges::find(out_, 1) != out_.end() && !failure && now_ns() < until) {
    push();
    reap();
    relax();
  }
}

void Tx::resize(uint32_t first, uint32_t n) {
  for (uint32_t i = first; i < first + n; i++) xsk_ring_prod__tx_desc(&channel_.tx, i)->len = all_[i].length;
}

void Tx::reap() {
  uint32_t index = 0;
  const uint32_t n = xsk_ring_cons__peek(&channel_.completed, channel_.slots, &index);
  for (uint32_t i = 0; i < n; i++) {
    const uint64_t address = *xsk_ring_cons__comp_addr(&channel_.completed, index + i);
    out_[(address - channel_.tx_base) / channel_.chunk] = 0;
  }
  if (n) xsk_ring_cons__release(&channel_.completed, n);
}

// In copy mode the kernel sends within our call, so many frames a call, and says EAGAIN where more are waiting.
void Tx::wake() {
  if (channel_.zero_copy && !xsk_ring_prod__needs_wakeup(&channel_.tx)) return look(0);
  int error = 0;
  for (uint32_t before = waiting(), left; before; before = left) {
    error = ::sendto(channel_.fd(), nullptr, 0, MSG_DONTWAIT, nullptr, 0) < 0 ? errno : 0;
    left = waiting();
    if (channel_.zero_copy || left == before || (error && error != EAGAIN && error != EBUSY)) break;
  }
  look(error);
}

void Tx::look(int error) {
  // EBUSY: the device dropped a frame, and has counted it (tx_dropped).
  const bool passing = error == 0 || error == EAGAIN || error == EBUSY || error == ENOBUFS || error == EINTR;
  if (auto lost = passing ? watch_.look() : watch_.look_now()) failure = lost;
  if (!passing && !failure)
    failure = {"send-failed", std::string("the kernel refuses the frames: ") + strerror(error), kLook};
}

}  // namespace nmgen::afxdp

#endif
