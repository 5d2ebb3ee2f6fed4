#ifdef NMGEN_XDP

#include "afxdp_device.h"

#include <linux/if_xdp.h>
#include <sys/socket.h>

#include <algorithm>

namespace nmgen::afxdp {

AfXdp::~AfXdp() {
  redirect_.reset();
  while (!channels_.empty()) channels_.pop_back();  // the first one's descriptor is the UMEM's: it goes last
}

std::optional<Failure> AfXdp::create(const OpenRequest& request) {
  // What arrives on a queue without a socket goes to the kernel and would look like loss: all of them get one.
  const uint32_t received = request.rx_queues ? netdev::channels(device_.name) : 0;
  if (auto failure = open_channels(request, received)) return failure;
  for (uint32_t q = 0; q < request.tx_queues; q++) tx_.push_back(std::make_unique<Tx>(*channels_[q], device_.name));
  for (uint32_t r = 0; r < request.rx_queues; r++) {
    std::vector<Channel*> served;
    for (uint32_t q = r; q < received; q += request.rx_queues) served.push_back(channels_[q].get());
    rx_.push_back(std::make_unique<Rx>(std::move(served), device_.name, options_.busy_poll > 0));
  }
  if (received == 0) return std::nullopt;
  auto redirect = Redirect::attach(device_, channels_, options_.program);
  if (!redirect) return redirect.failure();
  redirect_ = std::move(*redirect);
  return std::nullopt;
}

std::optional<Failure> AfXdp::open_channels(const OpenRequest& request, uint32_t received) {
  const uint32_t count = std::max(request.tx_queues, received);
  const uint32_t longest = std::max(device_.max_frame(), request.max_frame);
  const uint32_t chunk = longest + kHeadroom > kSmallChunk ? kLargeChunk : kSmallChunk;
  if (auto failure = umem_.map(count, chunk, options_)) return failure;
  for (uint32_t q = 0; q < count; q++) {
    channels_.push_back(std::make_unique<Channel>());
    channels_[q]->sends = q < request.tx_queues;
    channels_[q]->receives = q < received;
    if (auto failure = channels_[q]->open(device_.name, q, umem_, options_)) return failure;
  }
  return std::nullopt;
}

std::map<std::string, std::string> AfXdp::facts() const {
  auto facts = netdev::facts(device_, !rx_.empty());
  facts["mode"] = channels_[0]->zero_copy ? "zero-copy" : "copy";
  facts["sockets"] = std::to_string(channels_.size());
  if (rx_.empty()) return facts;
  facts["program"] = redirect_->generic() ? "generic (skb)" : "native";
  if (netdev::strips_vlan(device_.name))
    facts["rxvlan"] = "on: hides VLAN tags (ethtool -K " + device_.name + " rxvlan off)";
  return facts;
}

std::map<std::string, uint64_t> AfXdp::counters() const {
  auto counters = netdev::counters(device_);
  for (const auto& channel : channels_) {
    xdp_statistics stats{};
    socklen_t bytes = sizeof stats;
    if (getsockopt(channel->fd(), SOL_XDP, XDP_STATISTICS, &stats, &bytes)) continue;
    // A copy that finds no chunk to lie in counts as dropped, and once more under rx_fill_ring_empty_descs
    // (xp_alloc and __xsk_rcv of net/xdp); with zero-copy those are times that the driver asked, not frames.
    counters["rx_missed"] += stats.rx_dropped + stats.rx_ring_full;
    counters["tx_invalid"] += stats.tx_invalid_descs;
  }
  return counters;
}

}  // namespace nmgen::afxdp

#endif
