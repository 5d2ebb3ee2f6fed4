#ifdef NMGEN_XDP

#include "afxdp_rx.h"

#include <sys/socket.h>

#include <algorithm>

namespace nmgen::afxdp {

Rx::Rx(std::vector<Channel*> channels, const std::string& interface, bool busy_poll)
    : channels_(std::move(channels)), watch_(interface, false), busy_poll_(busy_poll) {
  for (Channel* channel : channels_) {
    uint32_t index = 0;
    xsk_ring_prod__reserve(&channel->fill, channel->rx_slots, &index);
    for (uint32_t i = 0; i < channel->rx_slots; i++)
      *xsk_ring_prod__fill_addr(&channel->fill, index + i) = channel->rx_base + uint64_t{i} * channel->chunk;
    xsk_ring_prod__submit(&channel->fill, channel->rx_slots);
  }
}

std::span<const Frame> Rx::peek() {
  for (size_t tried = 0; shown_ == 0 && tried < channels_.size(); tried++) {
    at_ = (at_ + 1) % channels_.size();
    show(*channels_[at_]);
  }
  if (shown_ == 0)
    if (auto lost = watch_.look()) failure = lost;
  return {frames_, shown_};
}

void Rx::release(uint32_t n) {
  Channel& channel = *channels_[at_];
  uint32_t index = 0;
  // There is room: as many chunks as the ring has entries are in use.
  xsk_ring_prod__reserve(&channel.fill, n, &index);
  for (uint32_t i = 0; i < n; i++) *xsk_ring_prod__fill_addr(&channel.fill, index + i) = addresses_[i];
  xsk_ring_prod__submit(&channel.fill, n);
  xsk_ring_cons__release(&channel.rx, n);
  shown_ -= n;
  std::copy_n(frames_ + n, shown_, frames_);
  std::copy_n(addresses_ + n, shown_, addresses_);
}

void Rx::show(Channel& channel) {
  uint32_t index = 0;
  shown_ = xsk_ring_cons__peek(&channel.rx, kMaxBurst, &index);
  for (uint32_t i = 0; i < shown_; i++) {
    const xdp_desc* descriptor = xsk_ring_cons__rx_desc(&channel.rx, index + i);
    frames_[i] = {channel.at(descriptor->addr), descriptor->len, kNothing};
    addresses_[i] = descriptor->addr & ~uint64_t{channel.chunk - 1};
  }
  if (shown_ == 0 && (busy_poll_ || xsk_ring_prod__needs_wakeup(&channel.fill)))
    recvfrom(channel.fd(), nullptr, 0, MSG_DONTWAIT, nullptr, nullptr);
}

}  // namespace nmgen::afxdp

#endif
